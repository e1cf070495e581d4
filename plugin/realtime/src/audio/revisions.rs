//! Which plans are still wanted, by the revisions since and what each of them let survive.

use segue_music::Beats;

use crate::between::heard::Revision;
use crate::between::survival::Survives;

/// How many revisions are remembered; older plans are stale. A thousand events a second for four
/// seconds.
const REMEMBERED: usize = 4096;

/// The revisions so far. Allocates in `new` only.
pub struct Revisions {
    newest: Revision,
    /// The newest revision that dropped every plan.
    dropped: Revision,
    /// The newest revision that ended what sounded.
    silenced: Revision,
    /// The commit points, by revision number: none lies beyond that of a newer one.
    commits: Vec<Beats>,
}

impl Revisions {
    /// No revision yet.
    pub fn new() -> Self {
        Self { newest: 0, dropped: 0, silenced: 0, commits: vec![Beats::MIN; REMEMBERED] }
    }

    /// The newest revision.
    pub fn newest(&self) -> Revision {
        self.newest
    }

    /// Begins a new revision, and returns its number.
    ///
    /// # Real-time safety
    /// Arithmetic only, at most over the revisions that are remembered.
    pub fn begin(&mut self, survives: Survives) -> Revision {
        self.newest = self.newest.wrapping_add(1);
        let commit = match survives {
            Survives::Until(commit) => commit,
            Survives::Nothing | Survives::Sounding => Beats::MIN,
        };
        if survives == Survives::Nothing {
            self.silenced = self.newest;
        }
        if commit == Beats::MIN {
            self.dropped = self.newest;
        }
        self.commits[Self::place(self.newest)] = commit;
        // Whatever an older one let stay beyond this point is gone, too.
        for age in (1..).take(REMEMBERED - 1) {
            let older = &mut self.commits[Self::place(self.newest.wrapping_sub(age))];
            if *older <= commit {
                break;
            }
            *older = commit;
        }
        self.newest
    }

    /// Whether a note of a plan of some revision is still wanted.
    ///
    /// # Real-time safety
    /// Arithmetic only: the first revision after the plan's has the nearest commit point.
    pub fn wants(&self, revision: Revision, onset: Beats) -> bool {
        if revision == self.newest {
            return true;
        }
        self.age(revision) <= self.age(self.dropped)
            && (self.age(revision) as usize) < REMEMBERED
            && onset < self.commits[Self::place(revision.wrapping_add(1))]
    }

    /// Whether notes that sounded at some revision may still sound.
    pub fn sounds(&self, revision: Revision) -> bool {
        self.age(revision) <= self.age(self.silenced)
    }

    fn age(&self, revision: Revision) -> u32 {
        self.newest.wrapping_sub(revision)
    }

    fn place(revision: Revision) -> usize {
        revision as usize % REMEMBERED
    }
}

impl Default for Revisions {
    fn default() -> Self {
        Self::new()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn beat(beat: i64) -> Beats {
        Beats::ratio(beat, 1)
    }

    #[test]
    fn what_a_revision_lets_stay_stays() {
        // (what each revision after the plan's let stay) -> whether a note on beat 4 is wanted,
        // whether what sounded may sound
        let cases: [(&[Survives], bool, bool); 11] = [
            (&[], true, true),
            (&[Survives::Nothing], false, false),
            (&[Survives::Sounding], false, true),
            (&[Survives::Until(beat(5))], true, true),
            (&[Survives::Until(beat(4))], false, true),
            (&[Survives::Until(beat(3)), Survives::Until(beat(6))], false, true),
            (&[Survives::Until(beat(5)), Survives::Until(beat(6))], true, true),
            (&[Survives::Until(beat(5)), Survives::Nothing], false, false),
            // A loop wraps, and the player strikes its first beat.
            (&[Survives::Until(Beats::MAX), Survives::Until(beat(3))], false, true),
            (
                &[Survives::Until(Beats::MAX), Survives::Until(beat(5)), Survives::Until(Beats::MAX)],
                true,
                true,
            ),
            (&[Survives::Sounding, Survives::Until(beat(9))], false, true),
        ];
        for (bumps, wanted, sounds) in cases {
            let mut revisions = Revisions::new();
            revisions.begin(Survives::Nothing);
            let plan = revisions.newest();
            for &survives in bumps {
                revisions.begin(survives);
            }
            assert_eq!(revisions.wants(plan, beat(4)), wanted, "{bumps:?}");
            assert_eq!(revisions.sounds(plan), sounds, "{bumps:?}");
        }
    }

    #[test]
    fn a_plan_from_long_ago_is_stale() {
        let mut revisions = Revisions::new();
        for _ in 0..REMEMBERED + 1 {
            revisions.begin(Survives::Until(beat(100)));
        }
        assert!(!revisions.wants(0, beat(1)));
        assert!(revisions.wants(revisions.newest() - 10, beat(1)));
    }
}
