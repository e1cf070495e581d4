//! Thread CPU time.

/// Milliseconds of CPU time this thread has had.
pub fn now_ms() -> f64 {
    let mut time = libc::timespec { tv_sec: 0, tv_nsec: 0 };
    // SAFETY: the clock writes into a timespec that is ours.
    let failed = unsafe { libc::clock_gettime(libc::CLOCK_THREAD_CPUTIME_ID, &mut time) };
    assert_eq!(failed, 0, "this system has no clock of a thread's CPU time");
    time.tv_sec as f64 * 1e3 + time.tv_nsec as f64 * 1e-6
}

/// How many of them a thing takes.
pub fn took(thing: impl FnOnce()) -> f64 {
    let start = now_ms();
    thing();
    now_ms() - start
}

/// How long a thing done many times took, in milliseconds.
#[derive(Clone, Copy, Debug)]
pub struct Times {
    /// The median.
    pub p50: f64,
    /// What one in a hundred exceeds.
    pub p99: f64,
}

impl Times {
    /// Of at least one time.
    pub fn of(mut all: Vec<f64>) -> Self {
        all.sort_unstable_by(f64::total_cmp);
        let at = |share: f64| all[((all.len() - 1) as f64 * share).round() as usize];
        Self { p50: at(0.5), p99: at(0.99) }
    }

    /// Does a thing this many times.
    pub fn measure(count: usize, mut thing: impl FnMut()) -> Self {
        Self::of((0..count).map(|_| took(&mut thing)).collect())
    }
}
