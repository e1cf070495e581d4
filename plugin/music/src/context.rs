//! The notes that the model reads as its past, whoever played them, in the model's ticks.

use crate::pedal::{MOST_CHANGES, Pedals};
use crate::{Beats, ContextNote, Key, Meter, Part, PedalMove, Role, TICK, TICKS_PER_BEAT, Tick, beats_at};

/// Onsets of forgotten notes that are remembered, by role, so that many notes of the player do not
/// hide Segue's own from the density limit.
const FORGOTTEN: usize = 64;

/// A place in a bar.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct BarPosition {
    /// Ticks since the quarter note, 0 to 47.
    pub phase: usize,
    /// Whole quarter notes since the bar line, at most 15.
    pub beat: usize,
    /// Quarter notes in the bar, rounded up, at most 16.
    pub beats: usize,
    /// Which bar of the form it is, from zero; `None` where nobody said where the form begins.
    pub bar: Option<usize>,
}

/// The notes heard and made, ordered by onset, then part, then key, then role; the pedals; the
/// metre.
///
/// Notes have running numbers that stay theirs while older ones are forgotten. A method that
/// changes the past returns the number of the first note whose step is no longer what it was:
/// whoever keeps something a note (a cache) truncates there and goes on from it.
#[derive(Clone, Debug, Default)]
pub struct Context {
    notes: Vec<ContextNote>,
    /// The number of `notes[0]`.
    first: usize,
    /// The longest note so far, by role; endless if the end of one was not known when it was heard.
    longest: [Tick; 2],
    pedals: Pedals,
    meters: Vec<(Tick, Option<Meter>)>,
    styles: Vec<(Tick, Option<usize>)>,
    forms: Vec<(Tick, ())>,
    /// By role: the onsets of the newest notes that were forgotten, oldest first.
    forgotten: [Vec<Tick>; 2],
}

impl Context {
    /// An empty one: nothing was played, no metre is known.
    pub fn new() -> Self {
        Self::default()
    }

    /// The number of the oldest note kept.
    pub fn first(&self) -> usize {
        self.first
    }

    /// One more than the number of the newest note.
    pub fn len(&self) -> usize {
        self.first + self.notes.len()
    }

    /// Whether no note is kept.
    pub fn is_empty(&self) -> bool {
        self.notes.is_empty()
    }

    /// The notes kept, oldest first.
    pub fn notes(&self) -> &[ContextNote] {
        &self.notes
    }

    /// The pitched notes of a role that are kept, newest first.
    pub fn newest(&self, role: Role) -> impl Iterator<Item = &ContextNote> + Clone {
        self.notes.iter().rev().filter(move |note| note.role == role && !note.is_drum())
    }

    /// The note of that number, unless it is forgotten or yet to come.
    pub fn get(&self, number: usize) -> Option<&ContextNote> {
        self.notes.get(number.checked_sub(self.first)?)
    }

    /// The newest note.
    pub fn last(&self) -> Option<&ContextNote> {
        self.notes.last()
    }

    /// A role's notes that sound just after a tick, with their numbers, oldest first.
    pub fn sounding(&self, role: Role, at: Tick) -> impl Iterator<Item = (usize, &ContextNote)> {
        let oldest = at.saturating_sub(self.longest[role.index()]);
        let from = self.notes.partition_point(|note| note.onset < oldest);
        let begun =
            (self.first + from..).zip(&self.notes[from..]).take_while(move |(_, note)| note.onset <= at);
        begun.filter(move |(_, note)| {
            note.role == role && !note.is_drum() && note.end.is_none_or(|end| end > at)
        })
    }

    /// Adds a note where its onset belongs. A note of the same role and key that still sounds ends
    /// there first, and the new one ends where the key is already known to be struck again.
    /// Returns the number of the first note whose step changed, the new one's own if no other did.
    pub fn hear(&mut self, mut note: ContextNote) -> usize {
        // After its equals: a key struck twice in one tick is one voice, the newer.
        let place = self.notes.partition_point(|other| other.order() <= note.order());
        let mut changed = self.first + place;
        let length = note.end.map_or(Tick::MAX, |end| end - note.onset);
        let longest = &mut self.longest[note.role.index()];
        *longest = length.max(*longest);
        // Older ones on the key ended where this one began.
        let same = |other: &&mut ContextNote| other.shares_key(&note);
        if let Some(other) = self.notes[..place].iter_mut().rev().find(same)
            && other.end.is_none_or(|end| end > note.onset)
        {
            other.end = Some(note.onset.max(other.onset + 1));
            // In the steps from this onset on, the other voice sounds.
            changed = self.from_onset(note.onset);
        }
        let again = self.notes[place..].iter().find(|other| other.shares_key(&note));
        if let Some(onset) = again.map(|other| other.onset)
            && note.end.is_none_or(|end| end > onset)
        {
            note.end = Some(onset);
        }
        self.notes.insert(place, note);
        changed
    }

    /// Ends the newest note of that part, key and role that is still held. Returns the number of
    /// the first note whose step changed, [`Self::len`] if none did. A release with no such note
    /// changes nothing.
    ///
    /// It ends at least one tick after every player's onset heard before it: in those steps it
    /// sounds.
    pub fn release(&mut self, part: Option<Part>, key: Key, role: Role, at: Tick) -> usize {
        let heard =
            self.notes.iter().rev().find(|note| note.role == role).map_or(Tick::MIN, |note| note.onset);
        let open = self
            .notes
            .iter_mut()
            .rev()
            .find(|note| (note.part, note.key, note.role) == (part, key, role) && note.end.is_none());
        let Some(note) = open else { return self.len() };
        let end = at.max(heard.saturating_add(1)).max(note.onset + 1);
        note.end = Some(end);
        self.from_onset(end)
    }

    /// Cuts every sounding note of a role at a tick and forgets those that begin at it or later.
    /// Returns the number of the first note whose step changed.
    pub fn cut(&mut self, role: Role, at: Tick) -> usize {
        let mut changed = self.from_onset(at);
        self.notes.retain(|note| note.role != role || note.onset < at);
        for note in &mut self.notes {
            if note.role == role && note.end.is_none_or(|end| end > at) {
                note.end = Some(at.max(note.onset + 1));
            }
        }
        if role == Role::Segue && self.pedals.is_used(role) {
            // A hand that is taken away takes its foot along.
            changed = changed.min(self.pedal(role, at, false));
        }
        changed
    }

    /// Ends a role's notes that sound at a tick; those that begin there or later stay. Returns the
    /// number of the first note whose step changed.
    pub fn hush(&mut self, role: Role, at: Tick) -> usize {
        let changed = self.from_onset(at);
        for note in &mut self.notes[..changed - self.first] {
            if note.role == role && note.end.is_none_or(|end| end > at) {
                note.end = Some(at);
            }
        }
        changed
    }

    /// Forgets a role's notes that begin at a tick or later. What sounds goes on; a voice that one
    /// of them would have ended by striking its key again lasts as long as its own step has it,
    /// even where it was cut after that: nobody plans anew what has passed. Returns the number of
    /// the first note whose step changed.
    pub fn withdraw(&mut self, role: Role, from: Tick) -> usize {
        let mut changed = self.from_onset(from);
        let struck: Vec<_> = self.notes[changed - self.first..]
            .iter()
            .filter(|note| note.role == role)
            .map(|note| (note.part, note.key, note.onset))
            .collect();
        self.notes.retain(|note| note.role != role || note.onset < from);
        for (part, key, onset) in struck {
            let ended = |note: &&mut ContextNote| {
                (note.role, note.part, note.key, note.end) == (role, part, key, Some(onset))
            };
            if let Some(note) = self.notes.iter_mut().rev().find(ended)
                && let Some(shown) = note.shown
            {
                note.end = Some(onset.max(note.onset + shown));
            }
        }
        if role == Role::Segue && self.pedals.is_used(role) {
            let from = self.pedals.withdraw(role, from);
            changed = changed.min(self.from_onset(from));
        }
        changed
    }

    /// Ends a note sooner: at `at`, but never before it has begun. Returns the number of the first
    /// note whose step changed, [`Self::len`] where it had ended by then.
    pub fn shorten(&mut self, number: usize, at: Tick) -> usize {
        let len = self.len();
        let place = number.checked_sub(self.first);
        let Some(note) = place.and_then(|place| self.notes.get_mut(place)) else { return len };
        let end = at.max(note.onset + 1);
        if note.end.is_some_and(|before| before <= end) {
            return len;
        }
        note.end = Some(end);
        self.from_onset(end)
    }

    /// A role's pedal goes down or up. Returns the number of the first note whose step changed.
    pub fn pedal(&mut self, role: Role, at: Tick, down: bool) -> usize {
        let from = self.pedals.change(role, at, down);
        self.thin_pedals();
        self.from_onset(from)
    }

    /// A role's pedal does this as a note is struck. Returns the number of the first note whose
    /// step changed.
    pub fn move_pedal(&mut self, role: Role, at: Tick, what: PedalMove) -> usize {
        match what {
            PedalMove::Stay => self.len(),
            PedalMove::Lift => self.pedal(role, at, false),
            PedalMove::Press => self.pedal(role, at, true),
            PedalMove::Change => {
                let from = self.pedals.again(role, at);
                self.thin_pedals();
                self.from_onset(from)
            }
        }
    }

    fn thin_pedals(&mut self) {
        let notes = &self.notes;
        self.pedals.thin(|at| notes.partition_point(|note| note.onset < at));
    }

    /// From `at` on bars of this metre begin at `at`; `None` if there is no known metre.
    pub fn meter(&mut self, at: Tick, meter: Option<Meter>) -> usize {
        self.meters.truncate(self.meters.partition_point(|&(change, _)| change < at));
        self.meters.push((at, meter));
        thin(&mut self.meters, &self.notes);
        self.from_onset(at)
    }

    /// At `at`, a bar line, a form begins: the bars from there on are counted.
    pub fn form(&mut self, at: Tick) -> usize {
        self.forms.truncate(self.forms.partition_point(|&(begin, ())| begin < at));
        self.forms.push((at, ()));
        thin(&mut self.forms, &self.notes);
        self.from_onset(at)
    }

    /// From `at` on the music is of this style, a number that the model has a name for; `None` if
    /// none is asked for.
    pub fn style(&mut self, at: Tick, style: Option<usize>) -> usize {
        self.styles.truncate(self.styles.partition_point(|&(change, _)| change < at));
        self.styles.push((at, style));
        thin(&mut self.styles, &self.notes);
        self.from_onset(at)
    }

    /// Forgets all but the newest `keep` notes, and what pedal and metre no longer matter.
    pub fn forget(&mut self, keep: usize) {
        let old = self.notes.len().saturating_sub(keep);
        for note in self.notes.drain(..old) {
            let onsets = &mut self.forgotten[note.role.index()];
            if onsets.len() == FORGOTTEN {
                onsets.remove(0);
            }
            onsets.push(note.onset);
        }
        self.first += old;
        if let Some(oldest) = self.notes.first().map(|note| note.onset) {
            let held = |changes: usize| changes.saturating_sub(1);
            self.pedals.forget(oldest);
            self.meters.drain(..held(self.meters.partition_point(|&(change, _)| change <= oldest)));
            self.styles.drain(..held(self.styles.partition_point(|&(change, _)| change <= oldest)));
            self.forms.drain(..held(self.forms.partition_point(|&(begin, ())| begin <= oldest)));
        }
    }

    /// Forgets strokes on drums, and which part the other notes belong to, for a model that knows
    /// no parts. Notes then have other numbers.
    pub fn forget_parts(&mut self) {
        for note in std::mem::take(&mut self.notes) {
            if !note.is_drum() {
                self.hear(ContextNote { part: None, ..note });
            }
        }
    }

    /// The onsets of a role's notes, newest first; beyond the notes that are kept, those of a few
    /// more.
    pub fn onsets(&self, role: Role) -> impl Iterator<Item = Tick> {
        let kept = self.notes.iter().rev().filter(move |note| note.role == role).map(|note| note.onset);
        kept.chain(self.forgotten[role.index()].iter().rev().copied())
    }

    /// Bytes of memory it holds.
    pub fn bytes(&self) -> usize {
        size_of::<ContextNote>() * self.notes.capacity()
            + self.pedals.bytes()
            + size_of::<(Tick, Option<Meter>)>() * self.meters.capacity()
            + size_of::<(Tick, Option<usize>)>() * self.styles.capacity()
            + size_of::<(Tick, ())>() * self.forms.capacity()
            + self.forgotten.iter().map(|onsets| size_of::<Tick>() * onsets.capacity()).sum::<usize>()
    }

    /// Whether a role's pedal holds what is struck at a tick. The foot may be 6 ticks late.
    pub fn pedal_holds(&self, role: Role, at: Tick) -> bool {
        self.pedals.holds(role, at)
    }

    /// What a role's foot did between two onsets, as the second was struck.
    pub fn pedal_moved(&self, role: Role, before: Tick, at: Tick) -> PedalMove {
        self.pedals.moved(role, before, at)
    }

    /// Whether a role was heard to move its pedal.
    pub fn uses_pedal(&self, role: Role) -> bool {
        self.pedals.is_used(role)
    }

    /// The style at a tick.
    pub fn style_at(&self, at: Tick) -> Option<usize> {
        let changes = self.styles.partition_point(|&(change, _)| change <= at);
        self.styles[..changes].last().and_then(|&(_, style)| style)
    }

    /// The metre at a tick and the tick from which its bars are counted.
    pub fn meter_at(&self, at: Tick) -> Option<(Tick, Meter)> {
        let changes = self.meters.partition_point(|&(change, _)| change <= at);
        let &(from, meter) = self.meters[..changes].last()?;
        meter.map(|meter| (from, meter))
    }

    /// Where the form that a tick belongs to begins.
    pub fn form_at(&self, at: Tick) -> Option<Tick> {
        let begun = self.forms.partition_point(|&(begin, ())| begin <= at);
        self.forms[..begun].last().map(|&(begin, ())| begin)
    }

    /// Where in its bar a tick lies; `None` without a metre.
    pub fn bar_position(&self, at: Tick) -> Option<BarPosition> {
        let (from, meter) = self.meter_at(at)?;
        let in_bar = (beats_at(at - from) % meter.bar()).div_floor(TICK);
        let beats = meter.bar().ceil_to(Beats::ONE).div_floor(Beats::ONE);
        let small = |value: Tick, most: Tick| usize::try_from(value.clamp(0, most)).unwrap_or(0);
        Some(BarPosition {
            phase: small(in_bar % TICKS_PER_BEAT, TICKS_PER_BEAT - 1),
            beat: small(in_bar / TICKS_PER_BEAT, 15),
            beats: small(beats, 16),
            bar: self.form_at(at).map(|begin| {
                let bars = beats_at(at - begin).div_floor(meter.bar());
                usize::try_from(bars).unwrap_or(0)
            }),
        })
    }

    /// The number of the first note that begins at `at` or later.
    pub fn from_onset(&self, at: Tick) -> usize {
        self.first + self.notes.partition_point(|note| note.onset < at)
    }
}

/// Forgets the changes that no note began under, so that a metre that changes for hours takes no
/// more room than the notes; no step tells of them.
fn thin<T: Copy>(changes: &mut Vec<(Tick, T)>, notes: &[ContextNote]) {
    if changes.len() <= MOST_CHANGES {
        return;
    }
    let notes_before = |at: Tick| notes.partition_point(|note| note.onset < at);
    let mut kept: Vec<_> = changes
        .windows(2)
        .filter(|pair| notes_before(pair[0].0) < notes_before(pair[1].0))
        .map(|pair| pair[0])
        .collect();
    kept.extend(changes.last());
    *changes = kept;
}
