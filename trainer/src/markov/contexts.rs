//! The contexts that a note is predicted from: for each field several chains, each from short to
//! long.

use segue_model::Field;

use super::table::mix;

/// Contexts a chain has at most.
pub const LONGEST: usize = 7;
/// Chains of a field.
pub const CHAINS: usize = 4;

/// One note of the past, or as much of the next one as is known.
#[derive(Clone, Copy, Debug, Default)]
pub struct Heard {
    /// Its values under the measure.
    pub values: [usize; 4],
    /// Its gap and its duration in sixteenths: what is played freely repeats only roughly.
    pub rough: [usize; 2],
    /// Its place in the bar as a number, or that of the note before while its gap is unknown; zero
    /// without a metre.
    pub position: u64,
    /// How many notes began with it before it did.
    pub place: usize,
}

impl Heard {
    fn together(self) -> u64 {
        u64::from(self.rough[0] == 0)
    }
}

/// A chain of contexts, and how its symbols are written.
#[derive(Clone, Debug, Default)]
pub struct Chain {
    /// Hashes, from short to long.
    pub contexts: Vec<u64>,
    /// Subtracted from a key before it is counted, so that intervals are learned in every key at
    /// once.
    pub shift: usize,
}

/// The notes before the next one, newest last.
#[derive(Clone, Debug, Default)]
pub struct Past {
    notes: Vec<Heard>,
    /// Where in `notes` the newest onset's notes begin, and the ones before it, newest first.
    groups: [usize; 3],
}

impl Past {
    /// A note was heard.
    pub fn hear(&mut self, mut note: Heard) {
        if note.rough[0] != 0 || self.notes.is_empty() {
            self.groups = [self.notes.len(), self.groups[0], self.groups[1]];
        }
        note.place = self.notes.len() - self.groups[0];
        self.notes.push(note);
    }

    /// A note before the next one; 1 is the newest.
    fn back(&self, count: usize) -> Heard {
        self.notes.len().checked_sub(count).map_or(Heard::default(), |place| self.notes[place])
    }

    /// The notes of an onset; 0 is the newest.
    fn group(&self, age: usize) -> &[Heard] {
        let end = if age == 0 { self.notes.len() } else { self.groups[age - 1] };
        &self.notes[self.groups[age].min(end)..end]
    }

    /// The key of the note at a place of an onset's notes, or of the last of them.
    fn key_at(&self, age: usize, place: usize) -> u64 {
        let group = self.group(age);
        group.get(place.min(group.len().saturating_sub(1))).map_or(0, |note| note.values[1] as u64 + 1)
    }

    /// The interval from the note before that one to it.
    fn interval(&self, count: usize) -> u64 {
        (128 + self.back(count).values[1] - self.back(count + 1).values[1]) as u64
    }

    /// The chains that predict a field of `next`, of whose values only the earlier fields are read.
    pub fn chains(&self, field: Field, next: &Heard, chains: &mut [Chain; CHAINS]) {
        for (number, chain) in chains.iter_mut().enumerate() {
            chain.contexts.clear();
            chain.shift = 0;
            chain.contexts.push(mix(field as u64 + 1, if number == 0 { 0 } else { number as u64 }));
        }
        match field {
            Field::Gap => self.for_gap(next, chains),
            Field::Key => self.for_key(next, chains),
            Field::Velocity => self.for_velocity(next, chains),
            Field::Duration => self.for_duration(next, chains),
            // The counting models know of no parts.
            Field::Part | Field::Pedal => {}
        }
    }

    fn for_gap(&self, next: &Heard, chains: &mut [Chain; CHAINS]) {
        let gap = |back: usize| self.back(back).values[0] as u64;
        let rough = |back: usize| self.back(back).rough[0] as u64;
        let size = self.group(0).len() as u64;
        longer(&mut chains[0], [gap(1)]);
        longer(&mut chains[0], [gap(2)]);
        longer(&mut chains[0], [gap(3)]);
        longer(&mut chains[0], [gap(4)]);
        longer(&mut chains[0], [gap(5), gap(6)]);
        longer(&mut chains[0], [gap(7), gap(8)]);
        longer(&mut chains[1], [next.position, size]);
        longer(&mut chains[1], [rough(1)]);
        longer(&mut chains[1], [rough(2)]);
        longer(&mut chains[1], [rough(3), rough(4)]);
        for back in 1..=4 {
            longer(&mut chains[2], [rough(back), self.interval(back)]);
        }
        longer(&mut chains[2], [rough(5), self.interval(5), rough(6), self.interval(6)]);
        let onset = |age: usize| self.group(age).first().map_or(0, |note| note.values[0] as u64 + 1);
        longer(&mut chains[3], [size, onset(0)]);
        longer(&mut chains[3], [self.group(1).len() as u64]);
        longer(&mut chains[3], [onset(1)]);
        longer(&mut chains[3], [onset(2), self.group(2).len() as u64]);
    }

    fn for_key(&self, next: &Heard, chains: &mut [Chain; CHAINS]) {
        let key = |back: usize| self.back(back).values[1] as u64;
        let together = next.together();
        let chord = |back: usize| self.back(back).together();
        longer(&mut chains[0], [together, key(1)]);
        longer(&mut chains[0], [chord(1), key(2)]);
        longer(&mut chains[0], [chord(2), key(3)]);
        longer(&mut chains[0], [chord(3), key(4)]);
        longer(&mut chains[0], [key(5), key(6)]);
        chains[1].shift = self.back(1).values[1];
        longer(&mut chains[1], [together]);
        for back in 1..=4 {
            longer(&mut chains[1], [chord(back), self.interval(back)]);
        }
        longer(&mut chains[1], [self.interval(5), self.interval(6)]);
        // Of a chord the note below; of a new onset the lowest and the highest before it.
        let (low, high) = (self.key_at(0, 0), self.key_at(0, usize::MAX));
        longer(&mut chains[2], [together, low % 12]);
        longer(&mut chains[2], [low]);
        longer(&mut chains[2], [high]);
        longer(&mut chains[2], [self.key_at(1, 0), next.position]);
        // The voice that this note leads on: the same place in the onset before.
        let (age, place) = if together == 1 { (1, self.group(0).len()) } else { (0, 0) };
        let led = self.key_at(age, place);
        chains[3].shift = (led.max(1) - 1) as usize;
        longer(&mut chains[3], [together, place as u64, self.group(age).len() as u64]);
        let below = if together == 1 { 129 + key(1) - self.key_at(1, place.saturating_sub(1)) } else { 0 };
        longer(&mut chains[3], [below]);
        longer(&mut chains[3], [128 + led - self.key_at(age + 1, place), led % 12]);
        longer(&mut chains[3], [led]);
    }

    fn for_velocity(&self, next: &Heard, chains: &mut [Chain; CHAINS]) {
        let velocity = |back: usize| self.back(back).values[2] as u64;
        let (together, key) = (next.together(), next.values[1] as u64);
        longer(&mut chains[0], [velocity(1)]);
        longer(&mut chains[0], [together, velocity(2)]);
        longer(&mut chains[0], [velocity(3)]);
        longer(&mut chains[1], [together, velocity(1), key / 6]);
        longer(&mut chains[1], [velocity(2), self.back(1).values[1] as u64 / 6]);
        let led = self.group(usize::from(together == 1)).first().map_or(0, |note| note.values[2] as u64 + 1);
        longer(&mut chains[2], [together, led]);
        longer(&mut chains[2], [velocity(1)]);
        longer(&mut chains[3], [next.position, together]);
        longer(&mut chains[3], [velocity(1)]);
    }

    fn for_duration(&self, next: &Heard, chains: &mut [Chain; CHAINS]) {
        let duration = |back: usize| self.back(back).values[3] as u64;
        let rough = |back: usize| self.back(back).rough[1] as u64;
        let (together, gap, key) = (next.together(), next.rough[0] as u64, next.values[1] as u64);
        longer(&mut chains[0], [together, duration(1)]);
        longer(&mut chains[0], [self.back(1).together(), duration(2)]);
        longer(&mut chains[0], [duration(3)]);
        longer(&mut chains[1], [gap, rough(1)]);
        longer(&mut chains[1], [self.back(1).rough[0] as u64, rough(2)]);
        longer(&mut chains[1], [self.back(2).rough[0] as u64, rough(3)]);
        longer(&mut chains[1], [rough(4), rough(5)]);
        longer(&mut chains[2], [next.position, gap]);
        longer(&mut chains[2], [rough(1)]);
        longer(&mut chains[2], [self.group(0).len() as u64, key / 12]);
        longer(&mut chains[3], [key, gap]);
        longer(&mut chains[3], [self.back(1).values[1] as u64, rough(1)]);
        longer(&mut chains[3], [self.back(2).values[1] as u64, rough(2)]);
    }
}

/// Makes a chain longer by what its next context knows besides.
fn longer<const N: usize>(chain: &mut Chain, more: [u64; N]) {
    let last = chain.contexts.last().copied().unwrap_or(1);
    chain.contexts.push(more.into_iter().fold(mix(last, 77), mix));
    debug_assert!(chain.contexts.len() <= LONGEST, "a chain longer than the longest");
}
