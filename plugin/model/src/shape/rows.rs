//! What a step tells, and what a head is told of the note in question, as rows of the two embedding tables.

use std::ops::Range;

use segue_music::{BarPosition, Part, PartSet, Role, Step, Token, Vocabulary};

const KEYS: usize = Vocabulary::KEYS;
const VELOCITIES: usize = Vocabulary::VELOCITIES;
const PHASES: usize = 48;
const BEATS: usize = 16;
const CLASSES: usize = 12;

/// Styles that a model can have names for.
pub const STYLES: usize = 160;

/// A group of facts that a step tells.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Facts {
    /// How long notes are: the step's own, and those let go since the step before.
    Durations,
    /// Which keys sound, and for how long already.
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
        let runs = Rows::new(vocabulary).step_runs();
        let run = |run: usize| runs.start(run)..runs.start(run) + runs.0[run];
        match self {
            Self::Durations => vec![run(3), run(11), run(12)],
            Self::Sounding => vec![run(9), run(10)],
            Self::Metre => vec![run(5), run(6), run(7)],
            Self::Recent => vec![run(13)],
            Self::Style => vec![run(14)],
        }
    }
}

/// Which next note the heads are asked for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Asked {
    /// Whose.
    pub role: Role,
    /// The role's next one, whatever the other plays before it; else it is the very next note, and known to be the role's.
    pub skipping: bool,
    /// The parts that it may be of. None of them: nobody says.
    pub parts: PartSet,
}

/// Where each kind of fact begins in a table.
#[derive(Clone, Debug)]
pub struct Rows {
    gaps: usize,
    durations: usize,
}

/// Runs of rows, laid one behind the other; 0 of a run is "unknown" where that can be.
struct Runs<const N: usize>([usize; N]);

impl<const N: usize> Runs<N> {
    fn start(&self, run: usize) -> usize {
        self.0[..run].iter().sum()
    }
}

/// A symbol that may be missing.
fn or_none(symbol: Option<usize>) -> usize {
    symbol.map_or(0, |symbol| symbol + 1)
}

impl Rows {
    /// For a vocabulary.
    pub fn new(vocabulary: &Vocabulary) -> Self {
        Self { gaps: vocabulary.gaps.len(), durations: vocabulary.durations.len() }
    }

    /// New kinds of facts go last: a table of before is then the beginning of one of now.
    fn step_runs(&self) -> Runs<17> {
        Runs([
            self.gaps + 1,
            KEYS,
            VELOCITIES + 1,
            self.durations + 1,
            2,
            PHASES + 1,
            BEATS + 1,
            BEATS + 1,
            1,
            KEYS,
            KEYS,
            KEYS,
            self.durations,
            2 * CLASSES,
            STYLES,
            Part::COUNT,
            Part::DRUM_KEYS,
        ])
    }

    fn head_runs(&self) -> Runs<11> {
        Runs([
            2,
            PHASES + 1,
            BEATS + 1,
            self.gaps,
            KEYS,
            VELOCITIES + 1,
            CLASSES,
            1,
            Part::COUNT,
            Part::COUNT,
            Part::DRUM_KEYS,
        ])
    }

    /// Rows of the table that steps are read with.
    pub fn step_count(&self) -> usize {
        self.step_runs().0.iter().sum()
    }

    /// Rows of the table that a field's head is told the question with.
    pub fn head_count(&self) -> usize {
        self.head_runs().0.iter().sum()
    }

    /// The rows of a step, with their weights.
    pub fn step(&self, step: &Step) -> Vec<(usize, f32)> {
        let runs = self.step_runs();
        let place = step.position;
        let one_each = [
            or_none(step.gap),
            step.key,
            or_none(step.velocity),
            or_none(step.duration),
            step.role.index(),
            or_none(place.map(|place| place.phase)),
            or_none(place.map(|place| place.beat)),
            place.map_or(0, |place| place.beats),
        ];
        let mut rows: Vec<_> =
            one_each.iter().enumerate().map(|(run, row)| (runs.start(run) + row, 1.0)).collect();
        if let Some(drum) = step.key.checked_sub(KEYS) {
            rows[1] = (runs.start(16) + drum, 1.0);
        }
        if let Some(part) = step.part {
            rows.push((runs.start(15) + part.index(), 1.0));
        }
        if step.pedal {
            rows.push((runs.start(8), 1.0));
        }
        for (run, &keys) in step.sounding.iter().enumerate() {
            let start = runs.start(9 + run);
            let mut keys = keys;
            while keys != 0 {
                rows.push((start + keys.trailing_zeros() as usize, 1.0));
                keys &= keys - 1;
            }
        }
        for &(key, duration) in &step.released {
            rows.push((runs.start(11) + key, 1.0));
            rows.push((runs.start(12) + duration, 1.0));
        }
        let start = runs.start(13);
        let recent = step.recent.iter().flatten().enumerate().filter(|&(_, &share)| share > 0.0);
        // Shares of a twelfth on average: weighed so that they speak about as loud as the rest.
        rows.extend(recent.map(|(class, &share)| (start + class, 4.0 * share)));
        if let Some(style) = step.style.filter(|&style| style < STYLES) {
            rows.push((runs.start(14) + style, 1.0));
        }
        rows
    }

    /// What the onset's head is told: for whom it is asked, and whether the other's notes before it are skipped.
    pub fn for_gap(&self, asked: Asked) -> Vec<(usize, f32)> {
        // Room for all that the heads after it are told besides.
        let mut rows = Vec::with_capacity(8);
        rows.push((asked.role.index(), 1.0));
        if asked.skipping {
            rows.push((self.head_runs().start(7), 1.0));
        }
        let parts = self.head_runs().start(8);
        rows.extend(asked.parts.iter().map(|part| (parts + part.index(), 1.0)));
        rows
    }

    /// What the part's head is told besides: the onset.
    pub fn for_part(&self, asked: Asked, place: Option<BarPosition>, gap: usize) -> Vec<(usize, f32)> {
        let runs = self.head_runs();
        let mut rows = self.for_gap(asked);
        rows.push((runs.start(1) + or_none(place.map(|place| place.phase)), 1.0));
        rows.push((runs.start(2) + or_none(place.map(|place| place.beat)), 1.0));
        rows.push((runs.start(3) + gap, 1.0));
        rows
    }

    /// What the key's head is told besides: the part, if it is known.
    pub fn for_key(&self, asked: Asked, place: Option<BarPosition>, token: &Token) -> Vec<(usize, f32)> {
        let mut rows = self.for_part(asked, place, token.gap);
        if let Some(part) = token.part.checked_sub(1) {
            rows.push((self.head_runs().start(9) + part, 1.0));
        }
        rows
    }

    /// What the velocity's head is told besides: the key.
    pub fn for_velocity(&self, asked: Asked, place: Option<BarPosition>, token: &Token) -> Vec<(usize, f32)> {
        let runs = self.head_runs();
        let mut rows = self.for_key(asked, place, token);
        match token.key.checked_sub(KEYS) {
            Some(drum) => rows.push((runs.start(10) + drum, 1.0)),
            None => {
                rows.push((runs.start(4) + token.key, 1.0));
                rows.push((runs.start(6) + token.key % CLASSES, 1.0));
            }
        }
        rows
    }

    /// What the duration's head is told besides: the velocity, if known.
    pub fn for_duration(
        &self,
        asked: Asked,
        place: Option<BarPosition>,
        token: &Token,
        velocity: Option<usize>,
    ) -> Vec<(usize, f32)> {
        let mut rows = self.for_velocity(asked, place, token);
        rows.push((self.head_runs().start(5) + or_none(velocity), 1.0));
        rows
    }
}
