//! The facts of a step, and the facts about a note to predict, as rows of two embedding tables.

use std::ops::Range;

use segue_music::{BarPosition, Part, PartSet, Role, Step, Token, Vocabulary};

const KEYS: usize = Vocabulary::KEYS;
const VELOCITIES: usize = Vocabulary::VELOCITIES;
const PHASES: usize = 48;
const BEATS: usize = 16;
const CLASSES: usize = 12;

/// Styles that a model can have names for.
pub const STYLES: usize = 160;

/// Rows of a table, with their weights.
pub type TableRows = Vec<(usize, f32)>;

/// A group of a step's facts.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Facts {
    /// How long notes are: the step's own, and those released since the step before.
    Durations,
    /// Which keys sound, and since when.
    Sounding,
    /// Where in the bar the step lies.
    Metre,
    /// Which pitch classes were heard lately.
    Recent,
    /// The style.
    Style,
}

impl Facts {
    /// Their rows in the table that steps are read with, the parameter `steps`.
    pub fn rows(self, vocabulary: &Vocabulary) -> Vec<Range<usize>> {
        use StepFact as Fact;
        let rows = Rows::new(vocabulary);
        let of = |fact: Fact| rows.step_start(fact)..rows.step_start(fact) + rows.step_len(fact);
        match self {
            Self::Durations => vec![of(Fact::Duration), of(Fact::ReleasedKey), of(Fact::ReleasedDuration)],
            Self::Sounding => vec![of(Fact::SoundingPlayer), of(Fact::SoundingSegue)],
            Self::Metre => vec![of(Fact::Phase), of(Fact::Beat), of(Fact::BeatsInBar)],
            Self::Recent => vec![of(Fact::Recent)],
            Self::Style => vec![of(Fact::Style)],
        }
    }
}

/// Which next note is to be predicted.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Target {
    /// Whose.
    pub role: Role,
    /// Set for the role's next note, whatever the other plays before it. Otherwise it is the very
    /// next note, known to be the role's.
    pub ignore_other_role: bool,
    /// The parts it may belong to; empty if unknown.
    pub parts: PartSet,
}

/// The facts of a step, in the order of their rows in its table. A new one goes last: the table of
/// an earlier version is then the beginning of this version's.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum StepFact {
    Gap,
    Key,
    Velocity,
    Duration,
    Role,
    Phase,
    Beat,
    BeatsInBar,
    Pedal,
    SoundingPlayer,
    SoundingSegue,
    ReleasedKey,
    ReleasedDuration,
    Recent,
    Style,
    Part,
    Drum,
}

impl StepFact {
    const ALL: [Self; 17] = [
        Self::Gap,
        Self::Key,
        Self::Velocity,
        Self::Duration,
        Self::Role,
        Self::Phase,
        Self::Beat,
        Self::BeatsInBar,
        Self::Pedal,
        Self::SoundingPlayer,
        Self::SoundingSegue,
        Self::ReleasedKey,
        Self::ReleasedDuration,
        Self::Recent,
        Self::Style,
        Self::Part,
        Self::Drum,
    ];
}

/// The facts that a head gets about the note to predict, in the order of their rows in its table. A
/// new one goes last.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum TargetFact {
    Role,
    Phase,
    Beat,
    Gap,
    Key,
    Velocity,
    PitchClass,
    IgnoreOtherRole,
    PartAskedFor,
    Part,
    Drum,
}

impl TargetFact {
    const ALL: [Self; 11] = [
        Self::Role,
        Self::Phase,
        Self::Beat,
        Self::Gap,
        Self::Key,
        Self::Velocity,
        Self::PitchClass,
        Self::IgnoreOtherRole,
        Self::PartAskedFor,
        Self::Part,
        Self::Drum,
    ];
}

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
            TargetFact::IgnoreOtherRole => 1,
            TargetFact::PartAskedFor | TargetFact::Part => Part::COUNT,
            TargetFact::Drum => Part::DRUM_KEYS,
        }
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
        let mut rows = Vec::with_capacity(8);
        rows.push((self.target_start(TargetFact::Role) + target.role.index(), 1.0));
        if target.ignore_other_role {
            rows.push((self.target_start(TargetFact::IgnoreOtherRole), 1.0));
        }
        let parts = self.target_start(TargetFact::PartAskedFor);
        rows.extend(target.parts.iter().map(|part| (parts + part.index(), 1.0)));
        rows
    }

    /// The rows for the part's head: also the onset.
    pub fn for_part(&self, target: Target, place: Option<BarPosition>, gap: usize) -> TableRows {
        let mut rows = self.for_gap(target);
        let (phase, beat) = (place.map(|place| place.phase), place.map(|place| place.beat));
        rows.push((self.target_start(TargetFact::Phase) + or_unknown(phase), 1.0));
        rows.push((self.target_start(TargetFact::Beat) + or_unknown(beat), 1.0));
        rows.push((self.target_start(TargetFact::Gap) + gap, 1.0));
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
        assert_eq!((rows.step_count(), rows.target_count()), (1358, 540));
    }
}
