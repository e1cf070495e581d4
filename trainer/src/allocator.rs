//! The allocator's settings.

/// Keeps freed memory for the next step. Training allocates and frees hundreds of megabytes a step;
/// glibc returns blocks of that size to the system at once, and half of a step's time went into
/// page faults.
pub fn keep_freed() {
    #[cfg(all(target_os = "linux", target_env = "gnu"))]
    // SAFETY: mallopt takes two integers and only changes thresholds. No other thread runs yet.
    unsafe {
        libc::mallopt(libc::M_MMAP_THRESHOLD, 1 << 30);
        libc::mallopt(libc::M_TRIM_THRESHOLD, i32::MAX);
        libc::mallopt(libc::M_TOP_PAD, 64 << 20);
    }
}
