//! Marks code that RealtimeSanitizer checks: it must not allocate, lock or wait.
//!
//! `.ci/run` makes a shared library of its runtime and loads it with `LD_PRELOAD`: it stands before
//! the C library's functions for the test and for the plugin alike, and ends the process at the
//! first one called under watch that may block. Without it nothing is watched.

/// A stretch under watch, up to its end.
pub struct Watch(());

impl Watch {
    /// Begins one.
    pub fn begin() -> Self {
        if let Some(eye) = eye() {
            // SAFETY: the runtime's own function, which takes nothing.
            unsafe { (eye.enter)() };
        }
        Self(())
    }

    /// Whether anybody watches.
    pub fn is_kept() -> bool {
        eye().is_some()
    }
}

impl Drop for Watch {
    fn drop(&mut self) {
        if let Some(eye) = eye() {
            // SAFETY: as above; every end has its beginning.
            unsafe { (eye.exit)() };
        }
    }
}

/// The runtime's two functions.
#[derive(Clone, Copy)]
struct Eye {
    enter: unsafe extern "C" fn(),
    exit: unsafe extern "C" fn(),
}

#[cfg(unix)]
fn eye() -> Option<Eye> {
    use std::sync::OnceLock;

    use libloading::os::unix::Library;

    static EYE: OnceLock<Option<Eye>> = OnceLock::new();
    *EYE.get_or_init(|| {
        let process = Library::this();
        // SAFETY: the runtime gives these symbols this type, and is never unloaded.
        unsafe {
            Some(Eye {
                enter: *process.get(b"__rtsan_realtime_enter\0").ok()?,
                exit: *process.get(b"__rtsan_realtime_exit\0").ok()?,
            })
        }
    })
}

#[cfg(not(unix))]
fn eye() -> Option<Eye> {
    None
}
