//! Files that are written whole or not at all.

use std::fs;
use std::io::{self, Write};
use std::path::{Path, PathBuf};

/// Puts `bytes` where `path` says, whole or not at all.
pub(super) fn replace(path: &Path, bytes: &[u8]) -> io::Result<()> {
    // Through a link to what it names; and what is no file, such as /dev/null, is written to, not
    // replaced.
    let target = fs::canonicalize(path).unwrap_or_else(|_| path.to_owned());
    match fs::metadata(&target) {
        Ok(found) if found.is_dir() => return Err(io::ErrorKind::IsADirectory.into()),
        Ok(found) if !found.is_file() => return fs::write(&target, bytes),
        _ => {}
    }
    let Some(name) = target.file_name() else { return Err(io::ErrorKind::InvalidFilename.into()) };
    let mut passing = name.to_owned();
    passing.push(format!(".{}.part", std::process::id()));
    let passing: PathBuf = target.with_file_name(passing);
    let written = fs::File::create(&passing)
        .and_then(|mut file| file.write_all(bytes).and_then(|()| file.sync_all()))
        .and_then(|()| fs::rename(&passing, &target));
    if written.is_err() {
        // Nothing to add to the first error if this fails as well.
        let _ = fs::remove_file(&passing);
    }
    written
}
