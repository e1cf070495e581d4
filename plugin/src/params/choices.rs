//! Parameters that choose one of a few.

use nice_plug::prelude::Enum;
use segue_music::Beats;

use segue_realtime::between::settings;

/// How we play together.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Enum)]
pub enum Mode {
    /// On your silence.
    #[id = "answer"]
    Answer,
    /// Bars in turn.
    #[id = "trade"]
    Trade,
    /// While the latch is down.
    #[id = "continue"]
    Continue,
    /// With you.
    #[id = "duet"]
    Duet,
}

impl From<Mode> for settings::Mode {
    fn from(mode: Mode) -> Self {
        match mode {
            Mode::Answer => Self::Answer,
            Mode::Trade => Self::Trade,
            Mode::Continue => Self::Continue,
            Mode::Duet => Self::Duet,
        }
    }
}

/// What our notes do when the player comes in.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Enum)]
pub enum Yield {
    /// They end.
    #[id = "once"]
    #[name = "At once"]
    AtOnce,
    /// They keep their ends.
    #[id = "end"]
    #[name = "Let notes end"]
    LetEnd,
}

impl From<Yield> for settings::Yield {
    fn from(yields: Yield) -> Self {
        match yields {
            Yield::AtOnce => Self::AtOnce,
            Yield::LetEnd => Self::LetEnd,
        }
    }
}

/// The grid on which onsets lie.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Enum)]
pub enum Grid {
    /// Free.
    #[id = "off"]
    #[name = "Off"]
    Off,
    /// Quarters.
    #[id = "1/4"]
    #[name = "1/4"]
    Quarter,
    /// Eighths.
    #[id = "1/8"]
    #[name = "1/8"]
    Eighth,
    /// Eighth triplets.
    #[id = "1/8t"]
    #[name = "1/8 T"]
    EighthTriplet,
    /// Sixteenths.
    #[id = "1/16"]
    #[name = "1/16"]
    Sixteenth,
    /// Sixteenth triplets.
    #[id = "1/16t"]
    #[name = "1/16 T"]
    SixteenthTriplet,
    /// Thirty-seconds.
    #[id = "1/32"]
    #[name = "1/32"]
    ThirtySecond,
}

impl Grid {
    /// The distance of its lines; zero is free.
    pub const fn beats(self) -> Beats {
        match self {
            Self::Off => Beats::ZERO,
            Self::Quarter => Beats::ONE,
            Self::Eighth => Beats::ratio(1, 2),
            Self::EighthTriplet => Beats::ratio(1, 3),
            Self::Sixteenth => Beats::ratio(1, 4),
            Self::SixteenthTriplet => Beats::ratio(1, 6),
            Self::ThirtySecond => Beats::ratio(1, 8),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn modes_are_in_the_order_of_the_settings() {
        let modes = (0..Mode::variants().len()).map(|index| settings::Mode::from(Mode::from_index(index)));
        assert!(modes.eq(settings::Mode::ALL));
    }

    #[test]
    fn every_grid_divides_a_bar() {
        for index in 0..Grid::variants().len() {
            let grid = Grid::from_index(index).beats();
            assert_eq!(Beats::ratio(4, 1) % grid, Beats::ZERO, "{index}");
        }
    }
}
