//! Takes as MIDI files: written whole or not at all, and never over another file.

use std::path::{Path, PathBuf};
use std::{fs, io};

use segue_music::{Beats, Piece, midi_file};

/// The file name of a jam.
pub(super) const JAM: &str = "Segue jam";

/// The file extension.
const ENDING: &str = "mid";

/// The most files of one name in a folder.
const MOST: usize = 10_000;

/// Why nothing was written, and the way out.
#[derive(Debug, thiserror::Error)]
pub enum ExportError {
    /// The take was removed, or made room for newer ones.
    #[error("this take is no longer kept; choose another")]
    Gone,
    /// The jam has no notes.
    #[error("nothing was played yet; play something first")]
    Silent,
    /// The folder cannot be written to.
    #[error("{folder}: nothing can be written there: {source}; choose another folder", folder = .folder.display())]
    Folder {
        /// The folder.
        folder: PathBuf,
        /// Why.
        source: io::Error,
    },
    /// There are thousands of files of that name.
    #[error("{folder}: too many files are called {name}; choose another folder", folder = .folder.display())]
    Crowded {
        /// The folder.
        folder: PathBuf,
        /// The name.
        name: String,
    },
    /// The MIDI file cannot be made.
    #[error("{0}; choose another folder")]
    File(#[from] midi_file::MidiError),
}

/// Writes a piece with its markers into a folder, which is created if missing. The file gets the
/// given name, with a number after it if that is taken.
pub(super) fn write(
    piece: &Piece,
    markers: &[(Beats, String)],
    name: &str,
    folder: &Path,
) -> Result<PathBuf, ExportError> {
    let refused = |source| ExportError::Folder { folder: folder.to_owned(), source };
    fs::create_dir_all(folder).map_err(refused)?;
    let path = reserve(name, folder)?;
    if let Err(error) = midi_file::write_marked(&path, piece, markers) {
        // If this fails too, it adds nothing to the first error.
        let _ = fs::remove_file(&path);
        return Err(error.into());
    }
    Ok(path)
}

/// Creates an empty file under a free name, which the real one replaces.
fn reserve(name: &str, folder: &Path) -> Result<PathBuf, ExportError> {
    for number in 1..=MOST {
        let name =
            if number == 1 { format!("{name}.{ENDING}") } else { format!("{name} ({number}).{ENDING}") };
        let path = folder.join(name);
        match fs::File::create_new(&path) {
            Ok(_) => return Ok(path),
            Err(error) if error.kind() == io::ErrorKind::AlreadyExists => {}
            Err(source) => return Err(ExportError::Folder { folder: folder.to_owned(), source }),
        }
    }
    Err(ExportError::Crowded { folder: folder.to_owned(), name: name.to_owned() })
}
