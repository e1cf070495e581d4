//! What was played one, two, four and eight bars before the place of the next note. Songs repeat at
//! these distances, and a head that is told can repeat or vary what was there. Copying by the order
//! of notes cannot: a note more in one hand, and the runs differ.
//!
//! The method is the lookback of Magenta's melody models (Waite, "Generating long-term structure in
//! songs and stories", 2016), for music of many parts.

use segue_music::{Context, ContextNote, Part, Tick, Token, Vocabulary, key_symbol, tick_at};

use crate::decoding::expectation::Expectation;
use crate::shape::parameters::Field;
use crate::shape::rows::{LAGS, Rows, TableRows};
use crate::shape::target::Target;

/// How many bars back, by lag.
const BARS: [i64; LAGS] = [1, 2, 4, 8];
/// How many notes back it looks: thirty-two bars of a full band.
const NOTES: usize = 2048;
/// Onsets this near to each other are one: a player's chord, or the same place in another bar.
const TOGETHER: Tick = 3;
/// What anybody strikes within half a beat of a place is its harmony: a part that plans a note
/// before the others have played there knows what they played there before.
const HARMONY: Tick = 24;

/// The bars before a note that is asked for.
#[derive(Clone, Copy, Debug)]
pub struct Lookback<'a> {
    /// The notes read, oldest first.
    notes: &'a [ContextNote],
    target: Target,
    /// The onset of the newest note read.
    now: Tick,
    /// The length of a bar.
    bar: Tick,
}

impl<'a> Lookback<'a> {
    /// After all notes with a number below `read`; `None` where no metre is known there.
    pub fn after(context: &'a Context, read: usize, target: Target) -> Option<Self> {
        let end = read.checked_sub(context.first())?;
        let notes = context.notes().get(end.saturating_sub(NOTES)..end)?;
        let now = notes.last()?.onset;
        let (_, meter) = context.meter_at(now)?;
        Some(Self { notes, target, now, bar: tick_at(meter.bar()).max(1) })
    }

    /// Adds the rows that tell the head of a field: `token` holds the fields before it, `onset` is
    /// where the note begins, once that is known.
    pub fn add_rows(
        &self,
        field: Field,
        vocabulary: &Vocabulary,
        (token, onset): (&Token, Tick),
        rows: &Rows,
        to: &mut TableRows,
    ) {
        let part = token.part.checked_sub(1).and_then(|index| Part::ALL.get(index).copied());
        let same = |note: &ContextNote| key_symbol(note) == token.key && self.plays(part, note);
        if field == Field::Key && part != Some(Part::Drums) {
            self.add_expected(onset, rows, to);
        }
        for (lag, bars) in BARS.into_iter().enumerate() {
            let back = bars * self.bar;
            match field {
                Field::Gap => {
                    let gap = self.gap(back).map(|gap| vocabulary.gaps.symbol(gap));
                    to.push((rows.lookback_gap(lag, gap), 1.0));
                }
                Field::Pedal => {}
                Field::Part => {
                    let parts = self.at(onset - back).filter(|note| self.asks_for(note));
                    each_once(to, parts.filter_map(|note| Some(rows.lookback_part(lag, note.part?))));
                }
                Field::Key => {
                    // A drummer has no harmony to go by.
                    let told = !self.target.hides_keys || part == Some(Part::Drums);
                    let notes = || self.at(onset - back).filter(|note| told && self.plays(part, note));
                    each_once(to, notes().map(|note| rows.lookback_key(lag, key_symbol(note))));
                    let pitched = notes().filter(|note| !note.is_drum());
                    each_once(to, pitched.map(|note| rows.lookback_pitch_class(lag, note.key)));
                    let harmony = self.struck(onset - back - TOGETHER, onset - back + HARMONY);
                    let hides = self.target.hides_keys;
                    let others = |note: &&ContextNote| !hides || note.role != self.target.role;
                    let harmony = harmony.filter(|note| !note.is_drum()).filter(others);
                    each_once(to, harmony.map(|note| rows.lookback_harmony(lag, note.key)));
                }
                Field::Duration => {
                    let ended = |note: &ContextNote| {
                        let end = note.end.filter(|&end| end <= self.now).map(|end| end - note.onset);
                        note.shown.or(end).map(|duration| vocabulary.durations.symbol(duration))
                    };
                    let durations = self.at(onset - back).filter(|note| same(note)).filter_map(ended);
                    each_once(to, durations.map(|duration| rows.lookback_duration(lag, duration)));
                }
                Field::Velocity => {
                    let notes = self.at(onset - back).filter(|note| same(note));
                    let velocities = notes.filter_map(|note| note.velocity).map(Vocabulary::velocity_symbol);
                    each_once(to, velocities.map(|velocity| rows.lookback_velocity(lag, velocity)));
                }
            }
        }
    }

    /// Adds the harmony that is to be expected.
    fn add_expected(&self, onset: Tick, rows: &Rows, to: &mut TableRows) {
        let hides = self.target.hides_keys;
        let counts = |note: &ContextNote| !note.is_drum() && (!hides || note.role != self.target.role);
        if let Some(expected) = Expectation::at(self.notes, counts, onset, self.bar) {
            let classes = (0..12).filter(|class| expected.classes >> class & 1 == 1);
            to.extend(classes.map(|class| (rows.expected(class), 1.0)));
            to.push((rows.expected_root(expected.root), 1.0));
        }
    }

    /// Whether a note is such as is asked for.
    fn asks_for(&self, note: &ContextNote) -> bool {
        match self.target {
            Target { parts, .. } if !parts.is_empty() => note.part.is_some_and(|part| parts.contains(part)),
            Target { ignore_other_role: true, role, .. } => note.role == role,
            _ => true,
        }
    }

    /// Whether a note is such as is asked for, of the part that plays next.
    fn plays(&self, part: Option<Part>, note: &ContextNote) -> bool {
        let drum = part == Some(Part::Drums);
        (part.is_none() || note.part == part) && note.is_drum() == drum && self.asks_for(note)
    }

    /// How long after this place of an earlier bar the next note came; zero where more notes were
    /// struck there than have been by now.
    fn gap(&self, back: Tick) -> Option<Tick> {
        let asked = |at: Tick| self.at(at).filter(|note| self.asks_for(note)).count();
        let there = self.now - back;
        let oldest = self.notes.first()?.onset;
        if there + TOGETHER < oldest {
            return None;
        }
        if asked(there) > asked(self.now) {
            return Some(0);
        }
        let later = self.notes.partition_point(|note| note.onset <= there + TOGETHER);
        let next = self.notes[later..].iter().find(|note| self.asks_for(note))?;
        Some(next.onset - there)
    }

    /// The notes that begin at a tick, about.
    fn at(&self, tick: Tick) -> impl Iterator<Item = &'a ContextNote> {
        self.struck(tick - TOGETHER, tick + TOGETHER)
    }

    /// The notes that begin between two ticks.
    fn struck(&self, first: Tick, last: Tick) -> impl Iterator<Item = &'a ContextNote> {
        let from = self.notes.partition_point(|note| note.onset < first);
        self.notes[from..].iter().take_while(move |note| note.onset <= last)
    }
}

/// Adds rows, none of them twice.
fn each_once(to: &mut TableRows, rows: impl Iterator<Item = usize>) {
    let from = to.len();
    for row in rows {
        if !to[from..].iter().any(|&(known, _)| known == row) {
            to.push((row, 1.0));
        }
    }
}

#[cfg(test)]
mod tests {
    use segue_music::{Meter, PartSet, Role, Tokenizer};

    use super::*;

    /// Two bars of 4/4: a bass on one and three, a chord of two keys on two, a snare on four.
    fn context() -> Context {
        let mut context = Context::new();
        context.meter(0, Some(Meter::COMMON));
        for bar in 0..2 {
            let at = |beat: Tick| 192 * bar + 48 * beat;
            for (beat, key, part) in
                [(0, 36, Part::Bass), (1, 60, Part::Keys), (1, 64, Part::Keys), (2, 43, Part::Bass)]
            {
                let (onset, end) = (at(beat), at(beat) + 24);
                context.hear(ContextNote {
                    part: Some(part),
                    end: Some(end),
                    ..ContextNote::held(onset, key, 80, Role::Player)
                });
            }
            context.hear(ContextNote::drum(at(3), 38, Some(90), Role::Player));
        }
        context
    }

    fn target(parts: &[Part]) -> Target {
        let parts: PartSet = parts.iter().copied().collect();
        Target { parts, ..Target::next_of(Role::Segue) }
    }

    #[test]
    fn it_tells_when_the_next_note_came_a_bar_before() {
        let context = context();
        // (notes read, parts asked for, ticks until the next one a bar before)
        for (read, parts, gap) in [
            // After the one of the second bar: the chord, or the bass on three.
            (6, &[][..], Some(48)),
            (6, &[Part::Bass][..], Some(96)),
            (6, &[Part::Drums][..], Some(144)),
            // After the first key of the chord its second is missing.
            (7, &[][..], Some(0)),
            (8, &[][..], Some(48)),
            // Nothing is known of what was before the first bar.
            (1, &[][..], None),
        ] {
            let lookback = Lookback::after(&context, read, target(parts)).unwrap();
            assert_eq!(lookback.gap(192), gap, "{read} {parts:?}");
        }
        assert!(Lookback::after(&context, 0, target(&[])).is_none());
        let mut free = context.clone();
        free.meter(0, None);
        assert!(Lookback::after(&free, 6, target(&[])).is_none());
    }

    #[test]
    fn keys_can_be_hidden_and_the_harmony_stays() {
        let (context, tokenizer) = (context(), Tokenizer::new());
        let rows = Rows::new(tokenizer.vocabulary());
        let hiding = Target { hides_keys: true, ..target(&[]) };
        let lookback = Lookback::after(&context, context.len(), hiding).unwrap();
        let told = |part: Part, onset| {
            let token = Token { gap: 0, part: part.index() + 1, key: 0, velocity: 0, duration: 0, pedal: 0 };
            let mut to = TableRows::new();
            lookback.add_rows(Field::Key, tokenizer.vocabulary(), (&token, onset), &rows, &mut to);
            to.into_iter().map(|(row, _)| row).collect::<Vec<_>>()
        };
        let harmony = |lag| [60, 64].map(|key| rows.lookback_harmony(lag, key));
        let chord: Vec<usize> = [0, 1].into_iter().flat_map(harmony).collect();
        assert_eq!(told(Part::Keys, 384 + 48), chord);
        let snare = key_symbol(context.last().unwrap());
        assert_eq!(told(Part::Drums, 384 + 144), [0, 1].map(|lag| rows.lookback_key(lag, snare)));
    }

    #[test]
    fn a_bass_is_told_the_harmony_that_goes_round() {
        // Four bars of chords, four times; Segue's bass has played something else below.
        let tokenizer = Tokenizer::new();
        let rows = Rows::new(tokenizer.vocabulary());
        let mut context = Context::new();
        context.meter(0, Some(Meter::COMMON));
        for bar in 0..16 {
            let (onset, root) = (192 * bar, [48, 57, 53, 55][bar as usize % 4]);
            for key in [root + 12, root + 16, root + 19] {
                let chord = ContextNote::held(onset, key, 80, Role::Player);
                context.hear(ContextNote { end: Some(onset + 90), ..chord });
            }
            let bass = ContextNote::held(onset, 35 + (5 * bar % 12) as u8, 80, Role::Segue);
            context.hear(ContextNote { end: Some(onset + 90), part: Some(Part::Bass), ..bass });
        }
        for (after, root) in [(0, 48), (1, 57), (2, 53)] {
            let target = Target { hides_keys: true, ..target(&[Part::Bass]) };
            let lookback = Lookback::after(&context, context.len(), target).unwrap();
            let told = |part: Part| {
                let token =
                    Token { gap: 0, part: part.index() + 1, key: 0, velocity: 0, duration: 0, pedal: 0 };
                let mut to = TableRows::new();
                let onset = 192 * (16 + after);
                lookback.add_rows(Field::Key, tokenizer.vocabulary(), (&token, onset), &rows, &mut to);
                let expected =
                    |&(row, _): &(usize, f32)| (0..12).any(|class| rows.expected_root(class) == row);
                to.into_iter().filter(expected).map(|(row, _)| row).collect::<Vec<_>>()
            };
            assert_eq!(told(Part::Bass), [rows.expected_root(root % 12)], "{after} bars after");
            assert!(told(Part::Drums).is_empty(), "a drummer has no harmony");
        }
    }

    #[test]
    fn it_tells_which_keys_and_durations_were_there() {
        let (context, tokenizer) = (context(), Tokenizer::new());
        let rows = Rows::new(tokenizer.vocabulary());
        let told = |field, part: Option<Part>, key: usize, onset| {
            let lookback = Lookback::after(&context, context.len(), target(&[])).unwrap();
            let part = part.map_or(0, |part| part.index() + 1);
            let token = Token { gap: 0, part, key, velocity: 0, duration: 0, pedal: 0 };
            let mut to = TableRows::new();
            lookback.add_rows(field, tokenizer.vocabulary(), (&token, onset), &rows, &mut to);
            to.into_iter().map(|(row, _)| row).collect::<Vec<_>>()
        };
        let nothing: Vec<usize> = Vec::new();
        // The second beat of the third bar: one bar and two bars before.
        let harmony = |lag| [60, 64].map(|key| rows.lookback_harmony(lag, key));
        let chord: Vec<usize> = [0, 1]
            .into_iter()
            .flat_map(|lag| {
                let keys = [60, 64].map(|key| rows.lookback_key(lag, key));
                let classes = [60, 64].map(|key| rows.lookback_pitch_class(lag, key));
                keys.into_iter().chain(classes).chain(harmony(lag))
            })
            .collect();
        assert_eq!(told(Field::Key, None, 0, 384 + 48), chord);
        assert_eq!(told(Field::Key, Some(Part::Keys), 0, 384 + 50), chord, "a little late");
        let others: Vec<usize> = [0, 1].into_iter().flat_map(harmony).collect();
        assert_eq!(told(Field::Key, Some(Part::Bass), 0, 384 + 48), others, "a bass hears the chord");
        let snare = key_symbol(context.last().unwrap());
        let stroke = [0, 1].map(|lag| rows.lookback_key(lag, snare));
        assert_eq!(told(Field::Key, Some(Part::Drums), 0, 384 + 144), stroke);
        assert_eq!(told(Field::Key, None, 0, 384 + 144), nothing, "a keyboard has no drums");
        let parts = [0, 1].map(|lag| rows.lookback_part(lag, Part::Keys));
        assert_eq!(told(Field::Part, None, 0, 384 + 48), parts);
        let velocity = Vocabulary::velocity_symbol(80);
        let velocities = [0, 1].map(|lag| rows.lookback_velocity(lag, velocity));
        assert_eq!(told(Field::Velocity, Some(Part::Keys), 60, 384 + 48), velocities);
        let eighth = tokenizer.vocabulary().durations.symbol(24);
        let durations = [0, 1].map(|lag| rows.lookback_duration(lag, eighth));
        assert_eq!(told(Field::Duration, Some(Part::Keys), 64, 384 + 48), durations);
        assert_eq!(told(Field::Duration, Some(Part::Keys), 67, 384 + 48), nothing);
    }
}
