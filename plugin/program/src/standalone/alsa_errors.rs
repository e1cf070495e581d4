//! ALSA's library prints every failed attempt on standard error. We report what matters ourselves.

/// Mutes the library's messages on this thread until the next call.
pub fn mute_alsa_errors() {
    // It fails only without memory for its buffer: then the messages are printed.
    #[cfg(target_os = "linux")]
    let _ = alsa::Output::local_error_handler();
}
