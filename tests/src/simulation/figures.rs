//! R1 to R9: does it play in time. `tests/MEASURES.md` defines them.

pub mod audio_thread;
pub mod cost;
pub mod grid;
pub mod hand_over;
pub mod invariance;
pub mod paced;
pub mod scripts;
pub mod seeds;
pub mod slow;
pub mod state;
pub mod supply;

use serde::Serialize;

/// A number that must be on one side of its limit.
#[derive(Clone, Debug, Serialize)]
pub struct Figure {
    /// Which.
    pub id: String,
    /// What was measured.
    pub value: f64,
    /// What it must not pass.
    pub limit: f64,
    /// Of how many.
    pub count: u64,
    /// Whether all is well.
    pub pass: bool,
    /// Measured at the pace of the clock on the wall, where a machine that others use, too, misses
    /// by itself.
    pub paced: bool,
    /// What it is, for display.
    #[serde(skip)]
    pub what: String,
}

impl Figure {
    /// One that must not be greater than its limit.
    pub fn most(id: &str, value: f64, limit: f64, count: u64, what: impl Into<String>) -> Self {
        // What is no number is no pass.
        Self {
            id: id.into(),
            value,
            limit,
            count,
            pass: value <= limit && count > 0,
            paced: false,
            what: what.into(),
        }
    }

    /// One that must not be less than its limit.
    pub fn least(id: &str, value: f64, limit: f64, count: u64, what: impl Into<String>) -> Self {
        Self { pass: value >= limit && count > 0, ..Self::most(id, value, limit, count, what) }
    }

    /// The same, measured at the pace of the clock on the wall.
    pub fn paced(self) -> Self {
        Self { paced: true, ..self }
    }
}

/// The value that so much of a list does not exceed; not a number for an empty one.
pub fn quantile(values: &mut [f64], share: f64) -> f64 {
    values.sort_unstable_by(f64::total_cmp);
    let last = values.len().saturating_sub(1);
    let index = (share * values.len() as f64).ceil() as usize;
    values.get(index.saturating_sub(1).min(last)).copied().unwrap_or(f64::NAN)
}

/// Does each of a list on two threads.
pub fn on_two_threads<T: Sync, R: Send>(list: &[T], each: impl Fn(&T) -> R + Sync) -> Vec<R> {
    use std::sync::atomic::{AtomicUsize, Ordering};
    let next = AtomicUsize::new(0);
    let work = || {
        let mut done = Vec::new();
        while let Some((index, item)) = {
            let index = next.fetch_add(1, Ordering::Relaxed);
            list.get(index).map(|item| (index, item))
        } {
            done.push((index, each(item)));
        }
        done
    };
    let mut all = std::thread::scope(|scope| {
        let other = scope.spawn(work);
        let mut done = work();
        // Its panics are this thread's.
        done.extend(other.join().unwrap_or_else(|panic| std::panic::resume_unwind(panic)));
        done
    });
    all.sort_unstable_by_key(|(index, _)| *index);
    all.into_iter().map(|(_, result)| result).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn quantiles_are_of_the_list() {
        let mut values: Vec<f64> = (1..=1000).map(f64::from).rev().collect();
        for (share, expected) in [(0.0, 1.0), (0.5, 500.0), (0.99, 990.0), (0.999, 999.0), (1.0, 1000.0)] {
            assert_eq!(quantile(&mut values, share), expected);
        }
        assert!(quantile(&mut [], 0.5).is_nan());
    }

    #[test]
    fn a_figure_of_nothing_does_not_pass() {
        assert!(Figure::most("R", 1.0, 1.0, 3, "").pass && Figure::least("R", 1.0, 1.0, 3, "").pass);
        assert!(!Figure::most("R", 0.0, 1.0, 0, "").pass && !Figure::most("R", f64::NAN, 1.0, 3, "").pass);
        assert!(!Figure::least("R", 0.5, 1.0, 3, "").pass && !Figure::most("R", 2.0, 1.0, 3, "").pass);
    }

    #[test]
    fn two_threads_keep_the_order() {
        let list: Vec<u64> = (0..100).collect();
        assert_eq!(on_two_threads(&list, |n| n * n), list.iter().map(|n| n * n).collect::<Vec<_>>());
    }
}
