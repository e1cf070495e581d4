//! The trainer as it is used: a command line in, files and words out.

use std::path::Path;
use std::process::{Command, Output};

use segue_music::{Beats, Meter, Note, Piece, Tempo, Track, midi_file};

/// The trainer, on one thread.
pub fn trainer(arguments: &[&str]) -> Output {
    let mut command = Command::new(env!("CARGO_BIN_EXE_trainer"));
    command.args(arguments).env("RAYON_NUM_THREADS", "1").env("RUST_BACKTRACE", "0");
    command.output().expect("the trainer starts")
}

/// Its standard output.
pub fn succeeds(arguments: &[&str]) -> String {
    let output = trainer(arguments);
    let said = String::from_utf8_lossy(&output.stdout).into_owned();
    assert!(output.status.success(), "{arguments:?}: {said}{}", String::from_utf8_lossy(&output.stderr));
    said
}

/// The one line it fails with.
pub fn fails(arguments: &[&str]) -> String {
    let output = trainer(arguments);
    let said = String::from_utf8_lossy(&output.stderr).into_owned();
    assert!(!output.status.success(), "{arguments:?} succeeded");
    assert!(!said.contains("panicked"), "{said}");
    said
}

/// A path as it stands on a command line.
pub fn text(path: &Path) -> &str {
    path.to_str().expect("a readable path")
}

/// A piece of one track.
pub fn write_piece(path: &Path, notes: Vec<Note>) {
    let end = notes.iter().map(Note::end).max().unwrap_or_default();
    let piece = Piece {
        tracks: vec![Track { notes, ..Track::default() }],
        tempos: vec![(Beats::ZERO, Tempo::new(100.0))],
        meters: vec![(Beats::ZERO, Meter::COMMON)],
        end,
        ..Piece::default()
    };
    midi_file::write(path, &piece).expect("a writable folder");
}
