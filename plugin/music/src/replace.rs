//! Files that are written whole or not at all.

use std::fs;
use std::io::{self, Write};
use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicU32, Ordering};

/// Tells files apart that are written at the same time.
static NUMBER: AtomicU32 = AtomicU32::new(0);

/// Puts `bytes` where `path` says, whole or not at all.
///
/// # Errors
/// What the system says. The file is then what it was.
pub fn replace(path: &Path, bytes: &[u8]) -> io::Result<()> {
    // Through a link to what it names; and what is no file, such as /dev/null, is written to, not
    // replaced.
    let target = fs::canonicalize(path).unwrap_or_else(|_| path.to_owned());
    match fs::metadata(&target) {
        Ok(found) if found.is_dir() => return Err(io::ErrorKind::IsADirectory.into()),
        Ok(found) if !found.is_file() => return fs::write(&target, bytes),
        _ => {}
    }
    if target.file_name().is_none() {
        return Err(io::ErrorKind::InvalidFilename.into());
    }
    // A name of its own: the longest name has no room for more letters, and what is called like it
    // may be somebody's.
    let number = NUMBER.fetch_add(1, Ordering::Relaxed);
    let passing: PathBuf = target.with_file_name(format!(".segue.{}.{number}.part", std::process::id()));
    let written = fs::File::create(&passing)
        .and_then(|mut file| file.write_all(bytes).and_then(|()| file.sync_all()))
        .and_then(|()| fs::rename(&passing, &target));
    if written.is_err() {
        // Nothing to add to the first error if this fails as well.
        let _ = fs::remove_file(&passing);
    }
    written
}
