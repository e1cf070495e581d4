//! Which next note is to be predicted.

use segue_music::{Beats, PartSet, Role};

/// What is left of a turn is told apart in beats at its very end, and before in bars.
const LAST_BEATS: [i64; 2] = [1, 2];
const LAST_BARS: [i64; 5] = [1, 2, 3, 4, 8];

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
    /// How long its turn still lasts, if that is known.
    pub left: Option<Left>,
    /// Its head is told which harmony the other played some bars before, but not which keys its
    /// own role did. A bass that is told its own takes up its mistakes.
    pub hides_keys: bool,
}

impl Target {
    /// The very next note, of a role, about which nothing else is known.
    pub fn next_of(role: Role) -> Self {
        Self { role, ignore_other_role: false, parts: PartSet::NONE, left: None, hides_keys: false }
    }
}

/// How long a turn still lasts.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Left(usize);

impl Left {
    /// How many are told apart.
    pub const COUNT: usize = LAST_BEATS.len() + LAST_BARS.len() + 1;

    /// Of a turn that lasts for long.
    pub const FAR: Self = Self(Self::COUNT - 1);

    /// Whether it is at most so many bars, up to four.
    pub fn is_within(self, bars: i64) -> bool {
        self.0 < LAST_BEATS.len() + LAST_BARS.iter().filter(|&&most| most <= bars).count()
    }

    /// Of a turn that lasts this much longer, in bars of this length.
    pub fn of(left: Beats, bar: Beats) -> Self {
        let beats = LAST_BEATS.iter().map(|&count| Beats::ONE.times(count));
        let bars = LAST_BARS.iter().map(|&count| bar.times(count));
        Self(beats.chain(bars).position(|most| left <= most).unwrap_or(Self::COUNT - 1))
    }

    /// From zero, for the least.
    pub const fn index(self) -> usize {
        self.0
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_left_is_told_in_beats_and_then_in_bars() {
        let bar = Beats::ONE.times(3);
        // (beats left, its index)
        for (beats, index) in
            [(0, 0), (1, 0), (2, 1), (3, 2), (4, 3), (6, 3), (12, 5), (13, 6), (25, 7), (900, 7)]
        {
            assert_eq!(Left::of(Beats::ONE.times(beats), bar).index(), index, "{beats}");
        }
        assert_eq!(Left::of(Beats::ONE.times(25), bar), Left::FAR);
        // (beats left, whether it is within two bars)
        for (beats, within) in [(0, true), (3, true), (6, true), (7, false), (25, false)] {
            assert_eq!(Left::of(Beats::ONE.times(beats), bar).is_within(2), within, "{beats}");
        }
    }
}
