//! The facts of a step, and the facts about a note to predict, as rows of two embedding tables.

use segue_music::{BarPosition, Key, Part, Role, Step, Token, Vocabulary};

use crate::shape::target::{Left, Target};
use fact::{StepFact, TargetFact};

mod fact;
mod facts;

pub use facts::Facts;

const KEYS: usize = Vocabulary::KEYS;
const VELOCITIES: usize = Vocabulary::VELOCITIES;
const PHASES: usize = 48;
const BEATS: usize = 16;
const CLASSES: usize = 12;

/// Bars of a form that are told apart: twelve of a blues, eight or sixteen of nearly all others.
const EIGHT: usize = 8;
const TWELVE: usize = 12;
/// The longest gap that a lookback tells, two beats, and one row more for longer ones.
const LOOKBACK_GAPS: usize = 98;

/// Styles that a model can have names for.
pub const STYLES: usize = 160;
/// Distances that a lookback is told of.
pub const LAGS: usize = 4;

/// Rows of a table, with their weights.
pub type TableRows = Vec<(usize, f32)>;

/// Where the rows of each fact begin in the two tables.
#[derive(Clone, Debug)]
pub struct Rows {
    gaps: usize,
    durations: usize,
}

/// The row of a symbol that may be unknown: 0 is "unknown".
fn or_unknown(symbol: Option<usize>) -> usize {
    symbol.map_or(0, |symbol| symbol + 1)
}

impl Rows {
    /// For a vocabulary.
    pub fn new(vocabulary: &Vocabulary) -> Self {
        Self { gaps: vocabulary.gaps.len(), durations: vocabulary.durations.len() }
    }

    /// How many rows a fact has; one more than it has symbols where it may be unknown.
    fn step_len(&self, fact: StepFact) -> usize {
        match fact {
            StepFact::Gap => self.gaps + 1,
            StepFact::Key => KEYS,
            StepFact::Velocity => VELOCITIES + 1,
            StepFact::Duration => self.durations + 1,
            StepFact::Role => Role::ALL.len(),
            StepFact::Phase => PHASES + 1,
            StepFact::Beat | StepFact::BeatsInBar => BEATS + 1,
            StepFact::Pedal => 1,
            StepFact::SoundingPlayer | StepFact::SoundingSegue | StepFact::ReleasedKey => KEYS,
            StepFact::ReleasedDuration => self.durations,
            StepFact::Recent => 2 * CLASSES,
            StepFact::Style => STYLES,
            StepFact::Part => Part::COUNT,
            StepFact::Drum => Part::DRUM_KEYS,
            StepFact::BarOfEight => EIGHT,
            StepFact::BarOfTwelve => TWELVE,
        }
    }

    /// See [`Self::step_len`].
    fn target_len(&self, fact: TargetFact) -> usize {
        match fact {
            TargetFact::Role => Role::ALL.len(),
            TargetFact::Phase => PHASES + 1,
            TargetFact::Beat => BEATS + 1,
            TargetFact::Gap => self.gaps,
            TargetFact::Key => KEYS,
            TargetFact::Velocity => VELOCITIES + 1,
            TargetFact::PitchClass => CLASSES,
            TargetFact::IgnoreOtherRole | TargetFact::PedalDown => 1,
            TargetFact::PartAskedFor | TargetFact::Part => Part::COUNT,
            TargetFact::Drum => Part::DRUM_KEYS,
            TargetFact::BarOfEight => EIGHT,
            TargetFact::BarOfTwelve => TWELVE,
            TargetFact::Left => Left::COUNT,
            TargetFact::Lookback => LAGS * self.lookback_len(),
            TargetFact::LookbackHarmony => LAGS * CLASSES,
            TargetFact::Expected | TargetFact::ExpectedRoot => CLASSES,
        }
    }

    /// Rows of one distance of a lookback: those of the head that needs most.
    fn lookback_len(&self) -> usize {
        LOOKBACK_GAPS.max(KEYS + Part::DRUM_KEYS + CLASSES).max(Part::COUNT).max(self.durations)
    }

    fn lookback_start(&self, lag: usize) -> usize {
        self.target_start(TargetFact::Lookback) + lag * self.lookback_len()
    }

    /// The onset's head: after which gap the next note came there; `None` for none that is known.
    pub fn lookback_gap(&self, lag: usize, gap: Option<usize>) -> usize {
        self.lookback_start(lag) + gap.unwrap_or(LOOKBACK_GAPS).min(LOOKBACK_GAPS - 1)
    }

    /// The part's head: a part that was there.
    pub fn lookback_part(&self, lag: usize, part: Part) -> usize {
        self.lookback_start(lag) + part.index()
    }

    /// The key's head: a key's symbol, or a drum's, that was there.
    pub fn lookback_key(&self, lag: usize, key: usize) -> usize {
        self.lookback_start(lag) + key.min(KEYS + Part::DRUM_KEYS - 1)
    }

    /// The key's head: a pitch class that was there.
    pub fn lookback_pitch_class(&self, lag: usize, key: Key) -> usize {
        self.lookback_start(lag) + KEYS + Part::DRUM_KEYS + usize::from(key) % CLASSES
    }

    /// The key's head: a pitch class that anybody struck there.
    pub fn lookback_harmony(&self, lag: usize, key: Key) -> usize {
        self.target_start(TargetFact::LookbackHarmony) + lag * CLASSES + usize::from(key) % CLASSES
    }

    /// The key's head: a pitch class of the harmony that is expected there.
    pub fn expected(&self, class: usize) -> usize {
        self.target_start(TargetFact::Expected) + class % CLASSES
    }

    /// The key's head: the pitch class of its root.
    pub fn expected_root(&self, class: u8) -> usize {
        self.target_start(TargetFact::ExpectedRoot) + usize::from(class) % CLASSES
    }

    /// The velocity's head: how hard the same key was struck there.
    pub fn lookback_velocity(&self, lag: usize, velocity: usize) -> usize {
        self.lookback_start(lag) + velocity.min(VELOCITIES - 1)
    }

    /// The duration's head: how long the same key was held there.
    pub fn lookback_duration(&self, lag: usize, duration: usize) -> usize {
        self.lookback_start(lag) + duration.min(self.durations - 1)
    }

    fn step_start(&self, fact: StepFact) -> usize {
        StepFact::ALL[..fact as usize].iter().map(|&before| self.step_len(before)).sum()
    }

    fn target_start(&self, fact: TargetFact) -> usize {
        TargetFact::ALL[..fact as usize].iter().map(|&before| self.target_len(before)).sum()
    }

    /// Rows of the table that steps are read with.
    pub fn step_count(&self) -> usize {
        StepFact::ALL.iter().map(|&fact| self.step_len(fact)).sum()
    }

    /// Rows of the table that describes the target to a field's head.
    pub fn target_count(&self) -> usize {
        TargetFact::ALL.iter().map(|&fact| self.target_len(fact)).sum()
    }

    /// The rows of a step.
    pub fn step(&self, step: &Step) -> TableRows {
        use StepFact as Fact;
        let place = step.position;
        // A drum's symbol lies behind the keys.
        let key = match step.key.checked_sub(KEYS) {
            Some(drum) => (Fact::Drum, drum),
            None => (Fact::Key, step.key),
        };
        let one_each = [
            (Fact::Gap, or_unknown(step.gap)),
            key,
            (Fact::Velocity, or_unknown(step.velocity)),
            (Fact::Duration, or_unknown(step.duration)),
            (Fact::Role, step.role.index()),
            (Fact::Phase, or_unknown(place.map(|place| place.phase))),
            (Fact::Beat, or_unknown(place.map(|place| place.beat))),
            (Fact::BeatsInBar, place.map_or(0, |place| place.beats)),
        ];
        let mut rows: TableRows =
            one_each.iter().map(|&(fact, row)| (self.step_start(fact) + row, 1.0)).collect();
        if let Some(bar) = place.and_then(|place| place.bar) {
            rows.push((self.step_start(Fact::BarOfEight) + bar % EIGHT, 1.0));
            rows.push((self.step_start(Fact::BarOfTwelve) + bar % TWELVE, 1.0));
        }
        if let Some(part) = step.part {
            rows.push((self.step_start(Fact::Part) + part.index(), 1.0));
        }
        if step.pedal {
            rows.push((self.step_start(Fact::Pedal), 1.0));
        }
        for (fact, &keys) in [Fact::SoundingPlayer, Fact::SoundingSegue].into_iter().zip(&step.sounding) {
            let start = self.step_start(fact);
            let mut keys = keys;
            while keys != 0 {
                rows.push((start + keys.trailing_zeros() as usize, 1.0));
                keys &= keys - 1;
            }
        }
        for &(key, duration) in &step.released {
            rows.push((self.step_start(Fact::ReleasedKey) + key, 1.0));
            rows.push((self.step_start(Fact::ReleasedDuration) + duration, 1.0));
        }
        let start = self.step_start(Fact::Recent);
        let recent = step.recent.iter().flatten().enumerate().filter(|&(_, &share)| share > 0.0);
        // Shares are a twelfth on average: weighed so that they count about as much as the rest.
        rows.extend(recent.map(|(class, &share)| (start + class, 4.0 * share)));
        if let Some(style) = step.style.filter(|&style| style < STYLES) {
            rows.push((self.step_start(Fact::Style) + style, 1.0));
        }
        rows
    }

    /// The rows for the onset's head: whose note it is, whether the other's before it are ignored,
    /// and the parts it may belong to.
    pub fn for_gap(&self, target: Target) -> TableRows {
        // With room for the rows of the later heads.
        let mut rows = Vec::with_capacity(24);
        rows.push((self.target_start(TargetFact::Role) + target.role.index(), 1.0));
        if target.ignore_other_role {
            rows.push((self.target_start(TargetFact::IgnoreOtherRole), 1.0));
        }
        let parts = self.target_start(TargetFact::PartAskedFor);
        rows.extend(target.parts.iter().map(|part| (parts + part.index(), 1.0)));
        if let Some(left) = target.left {
            rows.push((self.target_start(TargetFact::Left) + left.index(), 1.0));
        }
        rows
    }

    /// The rows for the part's head: also the onset.
    pub fn for_part(&self, target: Target, place: Option<BarPosition>, gap: usize) -> TableRows {
        let mut rows = self.for_gap(target);
        let (phase, beat) = (place.map(|place| place.phase), place.map(|place| place.beat));
        rows.push((self.target_start(TargetFact::Phase) + or_unknown(phase), 1.0));
        rows.push((self.target_start(TargetFact::Beat) + or_unknown(beat), 1.0));
        rows.push((self.target_start(TargetFact::Gap) + gap, 1.0));
        if let Some(bar) = place.and_then(|place| place.bar) {
            rows.push((self.target_start(TargetFact::BarOfEight) + bar % EIGHT, 1.0));
            rows.push((self.target_start(TargetFact::BarOfTwelve) + bar % TWELVE, 1.0));
        }
        rows
    }

    /// The rows for the key's head: also the part, if known.
    pub fn for_key(&self, target: Target, place: Option<BarPosition>, token: &Token) -> TableRows {
        let mut rows = self.for_part(target, place, token.gap);
        if let Some(part) = token.part.checked_sub(1) {
            rows.push((self.target_start(TargetFact::Part) + part, 1.0));
        }
        rows
    }

    /// The rows for the velocity's head: also the key.
    pub fn for_velocity(&self, target: Target, place: Option<BarPosition>, token: &Token) -> TableRows {
        let mut rows = self.for_key(target, place, token);
        match token.key.checked_sub(KEYS) {
            Some(drum) => rows.push((self.target_start(TargetFact::Drum) + drum, 1.0)),
            None => {
                rows.push((self.target_start(TargetFact::Key) + token.key, 1.0));
                rows.push((self.target_start(TargetFact::PitchClass) + token.key % CLASSES, 1.0));
            }
        }
        rows
    }

    /// The rows for the duration's head: also the velocity, if known.
    pub fn for_duration(
        &self,
        target: Target,
        place: Option<BarPosition>,
        token: &Token,
        velocity: Option<usize>,
    ) -> TableRows {
        let mut rows = self.for_velocity(target, place, token);
        rows.push((self.target_start(TargetFact::Velocity) + or_unknown(velocity), 1.0));
        rows
    }

    /// The rows for the pedal's head: onset, part and key, and whether its pedal is down by then.
    pub fn for_pedal(
        &self,
        target: Target,
        place: Option<BarPosition>,
        token: &Token,
        down: bool,
    ) -> TableRows {
        let mut rows = self.for_velocity(target, place, token);
        if down {
            rows.push((self.target_start(TargetFact::PedalDown), 1.0));
        }
        rows
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_fact_has_its_place_in_its_table() {
        assert!(StepFact::ALL.iter().enumerate().all(|(place, &fact)| place == fact as usize));
        assert!(TargetFact::ALL.iter().enumerate().all(|(place, &fact)| place == fact as usize));
        // Fewer than before would refuse the files of models that have shipped.
        let rows = Rows::new(&Vocabulary::new());
        assert_eq!((rows.step_count(), rows.target_count()), (1378, 1389));
    }
}
