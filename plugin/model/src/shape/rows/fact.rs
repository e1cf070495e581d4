//! What a step says, and what a head is told of the note to predict.

/// The facts of a step, in the order of their rows in its table. A new one goes last: the table of
/// an earlier version is then the beginning of this version's.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum StepFact {
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
    BarOfEight,
    BarOfTwelve,
}

impl StepFact {
    pub const ALL: [Self; 19] = [
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
        Self::BarOfEight,
        Self::BarOfTwelve,
    ];
}

/// The facts that a head gets about the note to predict, in the order of their rows in its table. A
/// new one goes last.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum TargetFact {
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
    BarOfEight,
    BarOfTwelve,
    Left,
    /// What it means depends on the head.
    Lookback,
    LookbackHarmony,
    Expected,
    ExpectedRoot,
    PedalDown,
}

impl TargetFact {
    pub const ALL: [Self; 19] = [
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
        Self::BarOfEight,
        Self::BarOfTwelve,
        Self::Left,
        Self::Lookback,
        Self::LookbackHarmony,
        Self::Expected,
        Self::ExpectedRoot,
        Self::PedalDown,
    ];
}
