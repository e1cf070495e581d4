//! ALSA's library says on standard error whatever it tries in vain; what matters of it we say ourselves.

/// Keeps to itself what the library says on this thread from here on, until the next call.
pub fn hush() {
    // Where there is not even memory for it, it says what it wants.
    #[cfg(target_os = "linux")]
    let _ = alsa::Output::local_error_handler();
}
