//! Parameters that choose one of a few.

use nice_plug::prelude::Enum;
use segue_music::Beats;
use segue_realtime::between::choice::Choice;

/// One of a few, as a parameter holds it: the framework's [`Enum`] for what is listed in a
/// [`Choice`].
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Chosen<T>(pub T);

impl<T: Choice> Enum for Chosen<T> {
    fn variants() -> &'static [&'static str] {
        T::NAMES
    }

    fn ids() -> Option<&'static [&'static str]> {
        Some(T::IDS)
    }

    fn to_index(self) -> usize {
        self.0.index()
    }

    fn from_index(index: usize) -> Self {
        Self(T::at(index))
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
    use segue_realtime::between::settings::{Mode, Yield};

    use super::*;

    #[test]
    fn a_choice_keeps_its_place() {
        fn check<T: Choice + std::fmt::Debug>() {
            assert_eq!((T::ALL.len(), T::ALL.len()), (T::IDS.len(), T::NAMES.len()));
            for (index, &one) in T::ALL.iter().enumerate() {
                assert_eq!((Chosen(one).to_index(), Chosen::from_index(index)), (index, Chosen(one)));
            }
            assert_eq!(Chosen::from_index(T::ALL.len()), Chosen(T::ALL[0]), "out of range");
        }
        check::<Mode>();
        check::<Yield>();
    }

    #[test]
    fn every_grid_divides_a_bar() {
        for index in 0..Grid::variants().len() {
            let grid = Grid::from_index(index).beats();
            assert_eq!(Beats::ratio(4, 1) % grid, Beats::ZERO, "{index}");
        }
    }
}
