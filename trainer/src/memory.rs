//! The allocator's settings.

/// Keeps freed memory for the next step. Training frees and takes hundreds of megabytes a step; glibc gives blocks of that size back to the system
/// at once, and half of a step's time went to faulting them in again.
pub fn keep_freed() {
    #[cfg(all(target_os = "linux", target_env = "gnu"))]
    // SAFETY: mallopt takes two integers and only changes thresholds; called before any other thread runs.
    unsafe {
        libc::mallopt(libc::M_MMAP_THRESHOLD, 1 << 30);
        libc::mallopt(libc::M_TRIM_THRESHOLD, i32::MAX);
        libc::mallopt(libc::M_TOP_PAD, 64 << 20);
    }
}
