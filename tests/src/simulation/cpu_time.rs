//! The time a thread has spent on a processor: what a busy machine does not change.

/// Seconds that this thread has computed so far.
#[cfg(unix)]
pub fn thread_seconds() -> f64 {
    let mut time = libc::timespec { tv_sec: 0, tv_nsec: 0 };
    // SAFETY: the pointer is to a timespec of ours, which the call fills in.
    unsafe { libc::clock_gettime(libc::CLOCK_THREAD_CPUTIME_ID, &mut time) };
    time.tv_sec as f64 + time.tv_nsec as f64 * 1e-9
}

/// Where the system has no such clock in our reach: the time that passed.
#[cfg(not(unix))]
pub fn thread_seconds() -> f64 {
    use std::sync::OnceLock;
    use std::time::Instant;
    static BEGAN: OnceLock<Instant> = OnceLock::new();
    BEGAN.get_or_init(Instant::now).elapsed().as_secs_f64()
}

/// What a thread asked of the system beside time, so far.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Asked {
    /// How often it gave up its processor by itself, as one does that waits for a lock.
    pub waits: u64,
    /// How often it touched memory that had no page yet: the system may have to wait for other
    /// threads of the process to give it one.
    pub faults: u64,
}

impl Asked {
    /// What this thread asked for until now; nothing is seen where the system does not count it.
    #[cfg(target_os = "linux")]
    pub fn now() -> Self {
        // SAFETY: all-zero is a value of this plain C struct.
        let mut usage: libc::rusage = unsafe { std::mem::zeroed() };
        // SAFETY: the pointer is to an rusage of ours, which the call fills in.
        unsafe { libc::getrusage(libc::RUSAGE_THREAD, &mut usage) };
        let faults = usage.ru_minflt.unsigned_abs() + usage.ru_majflt.unsigned_abs();
        Self { waits: usage.ru_nvcsw.unsigned_abs(), faults }
    }

    /// What this thread asked for until now; nothing is seen where the system does not count it.
    #[cfg(not(target_os = "linux"))]
    pub fn now() -> Self {
        Self::default()
    }

    /// Adds what was asked for since an earlier time.
    pub fn add_since(&mut self, earlier: Self) {
        let now = Self::now();
        self.waits += now.waits - earlier.waits;
        self.faults += now.faults - earlier.faults;
    }
}

/// The memory of this process that is resident, in bytes; zero where the system does not tell.
pub fn resident_bytes() -> u64 {
    let pages = std::fs::read_to_string("/proc/self/statm")
        .ok()
        .and_then(|text| text.split_whitespace().nth(1)?.parse::<u64>().ok());
    pages.unwrap_or(0) * page_bytes()
}

#[cfg(unix)]
fn page_bytes() -> u64 {
    // SAFETY: a call without pointers.
    unsafe { libc::sysconf(libc::_SC_PAGESIZE) }.unsigned_abs()
}

#[cfg(not(unix))]
fn page_bytes() -> u64 {
    4096
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn computing_takes_time_and_sleeping_does_not() {
        let before = thread_seconds();
        let mut sum = 0u64;
        while thread_seconds() - before < 0.01 {
            sum = std::hint::black_box(sum.wrapping_add(1));
        }
        if cfg!(unix) {
            let awake = thread_seconds();
            std::thread::sleep(std::time::Duration::from_millis(50));
            assert!(thread_seconds() - awake < 0.04, "asleep");
        }
    }
}
