//! The sustain pedals of whoever plays.

use crate::{Beats, Role, TICK, Tick};

/// How much later than the fingers a foot may be: 6 ticks, 63 ms at 120 BPM. A pianist lifts the
/// pedal as a chord is struck, or just before, and has it down again just after.
const LATE: Tick = 6;

/// See [`PedalMove::AGAIN`].
const AGAIN: Tick = 3;

/// Changes that are kept before those that no note began under are forgotten.
pub(crate) const MOST_CHANGES: usize = 8192;

/// What a foot does as a note is struck.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum PedalMove {
    /// The pedal stays as it is.
    #[default]
    Stay,
    /// It comes up.
    Lift,
    /// It goes down.
    Press,
    /// It comes up and goes down again.
    Change,
}

impl PedalMove {
    /// All of them, by index.
    pub const ALL: [Self; 4] = [Self::Stay, Self::Lift, Self::Press, Self::Change];

    /// So much later a pedal that was changed is down again: 31 ms at 120 BPM. What sounds has
    /// gone by then, and what is struck is still held.
    pub const AGAIN: Beats = TICK.times(AGAIN);

    /// From zero.
    pub const fn index(self) -> usize {
        self as usize
    }

    /// When the pedal goes down and up, for a note that is struck at a position.
    pub fn changes(self, at: Beats) -> impl Iterator<Item = (Beats, bool)> {
        let up = matches!(self, Self::Lift | Self::Change).then_some((at, false));
        let down = match self {
            Self::Press => Some((at, true)),
            Self::Change => Some((at + Self::AGAIN, true)),
            Self::Stay | Self::Lift => None,
        };
        up.into_iter().chain(down)
    }
}

/// When the pedals of both roles went down and up, in time order.
#[derive(Clone, Debug, Default)]
pub(crate) struct Pedals([Vec<(Tick, bool)>; 2]);

impl Pedals {
    /// After `at` nothing is known but this. Returns the first tick at which a note's step may have
    /// changed.
    pub fn change(&mut self, role: Role, at: Tick, down: bool) -> Tick {
        self.withdraw(role, at + 1);
        self.0[role.index()].push((at, down));
        at - LATE
    }

    /// Forgets a role's changes from a tick on. Returns the first tick at which a note's step may
    /// have changed.
    pub fn withdraw(&mut self, role: Role, from: Tick) -> Tick {
        let changes = &mut self.0[role.index()];
        changes.truncate(changes.partition_point(|&(change, _)| change < from));
        from - LATE
    }

    /// The pedal comes up as a note is struck and goes down again in time to hold it.
    pub fn again(&mut self, role: Role, at: Tick) -> Tick {
        let from = self.change(role, at, false);
        self.0[role.index()].push((at + AGAIN, true));
        from
    }

    /// Whether a pedal holds what is struck at a tick.
    pub fn holds(&self, role: Role, at: Tick) -> bool {
        let changes = &self.0[role.index()];
        changes[..changes.partition_point(|&(change, _)| change <= at + LATE)]
            .last()
            .is_some_and(|&(_, down)| down)
    }

    /// What a foot did between two onsets, as the second was struck.
    pub fn moved(&self, role: Role, before: Tick, at: Tick) -> PedalMove {
        let changes = &self.0[role.index()];
        let by = |tick: Tick| changes.partition_point(|&(change, _)| change <= tick + LATE);
        let lifted = || changes[by(before)..by(at).max(by(before))].iter().any(|&(_, down)| !down);
        match (self.holds(role, before), self.holds(role, at)) {
            (false, false) => PedalMove::Stay,
            (false, true) => PedalMove::Press,
            (true, false) => PedalMove::Lift,
            (true, true) if lifted() => PedalMove::Change,
            (true, true) => PedalMove::Stay,
        }
    }

    /// Whether a role was ever heard to use one.
    pub fn is_used(&self, role: Role) -> bool {
        !self.0[role.index()].is_empty()
    }

    /// Forgets what no longer matters once the oldest note that is kept began at `oldest`.
    pub fn forget(&mut self, oldest: Tick) {
        for changes in &mut self.0 {
            let past = changes.partition_point(|&(change, _)| change <= oldest + LATE);
            changes.drain(..past.saturating_sub(1));
        }
    }

    /// Forgets changes that no note began under; `notes_before` counts the notes before a tick. A
    /// pedal that flutters for hours then takes no more room than the notes; no step tells of it.
    pub fn thin(&mut self, notes_before: impl Fn(Tick) -> usize) {
        for changes in self.0.iter_mut().filter(|changes| changes.len() > MOST_CHANGES) {
            let matters =
                |pair: &&[(Tick, bool)]| notes_before(pair[0].0 - LATE) < notes_before(pair[1].0 - LATE);
            let mut kept: Vec<_> = changes.windows(2).filter(matters).map(|pair| pair[0]).collect();
            kept.extend(changes.last());
            *changes = kept;
        }
    }

    /// Bytes of memory it holds beyond its own size.
    pub fn bytes(&self) -> usize {
        self.0.iter().map(|changes| size_of::<(Tick, bool)>() * changes.capacity()).sum()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_foot_may_be_a_little_late() {
        // (changes, what it does at 48 after a note at 0)
        let cases: [(&[(Tick, bool)], PedalMove); 9] = [
            (&[], PedalMove::Stay),
            (&[(40, true)], PedalMove::Press),
            (&[(52, true)], PedalMove::Press),
            (&[(60, true)], PedalMove::Stay),
            (&[(-9, true), (50, false)], PedalMove::Lift),
            (&[(-9, true), (47, false), (52, true)], PedalMove::Change),
            (&[(-9, true), (49, false), (54, true)], PedalMove::Change),
            (&[(-9, true), (49, false), (60, true)], PedalMove::Lift),
            (&[(3, true)], PedalMove::Stay),
        ];
        for (changes, expected) in cases {
            let mut pedals = Pedals::default();
            for &(at, down) in changes {
                pedals.change(Role::Segue, at, down);
            }
            assert_eq!(pedals.moved(Role::Segue, 0, 48), expected, "{changes:?}");
            assert_eq!(pedals.moved(Role::Player, 0, 48), PedalMove::Stay, "somebody else's");
        }
    }

    #[test]
    fn what_is_played_is_what_was_meant() {
        let mut pedals = Pedals::default();
        pedals.change(Role::Segue, 0, true);
        pedals.again(Role::Segue, 48);
        pedals.change(Role::Segue, 96, false);
        let moves: Vec<_> = [(-9, 0), (0, 24), (24, 48), (48, 48), (48, 72), (72, 96)]
            .map(|(before, at)| pedals.moved(Role::Segue, before, at))
            .to_vec();
        use PedalMove::{Change, Lift, Press, Stay};
        assert_eq!(moves, [Press, Stay, Change, Stay, Stay, Lift]);
        pedals.withdraw(Role::Segue, 48);
        assert_eq!(pedals.moved(Role::Segue, 24, 96), Stay);
    }
}
