//! Takes as MIDI files: written whole or not at all, and never over another.

use std::path::{Path, PathBuf};
use std::{fs, io};

use segue_music::{Beats, Piece, midi_file};

/// The name of a jam's file.
pub(super) const JAM: &str = "Segue jam";

/// The name's ending.
const ENDING: &str = "mid";

/// Files of one name in a folder.
const MOST: usize = 10_000;

/// Why nothing was written, and the way out.
#[derive(Debug, thiserror::Error)]
pub enum ExportError {
    /// It was thrown away, or made room for newer ones.
    #[error("this take is no longer kept; choose another")]
    Gone,
    /// There is no note.
    #[error("nothing was played yet; play something first")]
    Silent,
    /// Nothing can be written there.
    #[error("{folder}: nothing can be written there: {source}; choose another folder", folder = .folder.display())]
    Folder {
        /// Where.
        folder: PathBuf,
        /// Why.
        source: io::Error,
    },
    /// Thousands of that name are there.
    #[error("{folder}: too many files are called {name}; choose another folder", folder = .folder.display())]
    Crowded {
        /// Where.
        folder: PathBuf,
        /// What they are called.
        name: String,
    },
    /// The file cannot be made.
    #[error("{0}; choose another folder")]
    File(#[from] midi_file::MidiError),
}

/// Writes a piece with its markers into a folder, which is made if it is missing, under that name
/// or with a number after it.
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
        // Nothing to add to the first error if this fails as well.
        let _ = fs::remove_file(&path);
        return Err(error.into());
    }
    Ok(path)
}

/// Makes an empty file that was not there before, for the real one to replace.
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
