//! A player who has never seen Segue, for programs that open its window.

use std::env;
use std::fs;
use std::path::PathBuf;

/// The folder of such a player's settings. It is removed with this.
pub struct NewPlayer(PathBuf);

impl NewPlayer {
    /// From here on this process has no settings yet, and leaves those of whoever runs it alone.
    ///
    /// # Safety
    /// No other thread may run yet: the environment is changed.
    pub unsafe fn begin() -> Self {
        let folder = env::temp_dir().join(format!("segue-new-player-{}", std::process::id()));
        // SAFETY: the caller says that no other thread runs.
        unsafe { env::set_var("XDG_DATA_HOME", &folder) };
        Self(folder)
    }
}

impl Drop for NewPlayer {
    fn drop(&mut self) {
        // It may never have been made.
        let _ = fs::remove_dir_all(&self.0);
    }
}
