//! Standard MIDI files in and out.
//!
//! A file is read as far as it says something. What is sloppy (a missing end of track, running
//! status across meta events, notes that nobody ends) is read as sequencers read it; what is wrong
//! is mended or left out, with a remark; and a file that cannot be read is refused with one line.
//! What Segue makes no use of stays in the piece and is written back.

mod copy;
mod division;
mod error;
mod event;
mod frame;
mod mend;
mod read;
mod remark;
mod source;
mod voice;
mod write;

pub use error::MidiError;
pub use read::{parse, read};
pub use remark::Remark;
pub use source::Source;
pub use write::{to_bytes, to_bytes_marked, write, write_marked};

use std::path::Path;

use crate::Beats;

/// The latest position that is read or written: 35 hours at 120 BPM. Beyond it lies damage, not
/// music.
pub const LONGEST: Beats = Beats::ONE.times(250_000);

/// The extensions of MIDI files, in lower case. `.kar` holds a song's words, too; `.rmi` is a MIDI
/// file in a RIFF container.
pub const EXTENSIONS: [&str; 5] = ["mid", "midi", "kar", "rmi", "smf"];

/// Whether a file's name says that it is a MIDI file, so that it counts in a folder.
pub fn has_midi_extension(path: &Path) -> bool {
    let extension = path.extension().unwrap_or_default();
    EXTENSIONS.iter().any(|known| extension.eq_ignore_ascii_case(known))
}
