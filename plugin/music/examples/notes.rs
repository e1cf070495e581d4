//! What Segue reads of MIDI files, as JSON, one line a file: to compare with what other programs
//! read of them.
//!
//! `cargo run --release -p segue-music --example notes -- FILE...`, or `-` for a list of files on
//! standard input. With `--into FOLDER` before them, each file is written there, too, as `segue
//! continue` would with an answer of one note: what others read of it should be what they read of
//! the first, and that note.

use std::io::{self, Write as _};
use std::path::Path;

use segue_music::{Beats, Note, Piece, midi_file, take};
use serde_json::{Value, json};

fn main() -> io::Result<()> {
    let mut out = io::stdout().lock();
    let mut arguments: Vec<String> = std::env::args().skip(1).collect();
    let into = match arguments.first() {
        Some(option) if option == "--into" => arguments.drain(..2).next_back(),
        _ => None,
    };
    let files: Vec<String> = match arguments.as_slice() {
        [list] if list == "-" => io::stdin().lines().collect::<io::Result<_>>()?,
        _ => arguments,
    };
    for (number, file) in files.iter().enumerate() {
        let listing = match midi_file::read(Path::new(file)) {
            Err(error) => json!({ "file": file, "error": error.to_string() }),
            Ok(piece) => {
                if let Some(folder) = &into {
                    let path = Path::new(folder).join(number.to_string()).with_extension("mid");
                    midi_file::write(&path, &continued(&piece)).map_err(io::Error::other)?;
                }
                listing(file, &piece)
            }
        };
        writeln!(out, "{listing}")?;
    }
    Ok(())
}

/// The piece with an answer of one note.
fn continued(piece: &Piece) -> Piece {
    let onset = piece.bar_line_from(piece.end);
    take(piece, &[Note { onset, key: 60, duration: Beats::ONE, velocity: 64 }], onset + Beats::ONE)
}

/// Times in parts of a beat; see [`Beats::UNIT`].
fn listing(file: &str, piece: &Piece) -> Value {
    let parts = |at: Beats| at.parts();
    let tracks: Vec<Value> = piece
        .tracks
        .iter()
        .map(|track| {
            let notes = track
                .notes
                .iter()
                .map(|note| (parts(note.onset), parts(note.duration), note.key, note.velocity));
            json!({
                "name": track.name,
                "channel": track.channel,
                "program": track.program,
                "notes": notes.collect::<Vec<_>>(),
                "pedal": track.pedal.iter().map(|&(at, down)| (parts(at), down)).collect::<Vec<_>>(),
            })
        })
        .collect();
    json!({
        "file": file,
        "tracks": tracks,
        "tempos": piece.tempos.iter().map(|&(at, tempo)| (parts(at), tempo.bpm())).collect::<Vec<_>>(),
        "meters": piece.meters.iter()
            .map(|&(at, meter)| (parts(at), meter.numerator, meter.denominator)).collect::<Vec<_>>(),
        "end": parts(piece.end),
        "remarks": piece.remarks().iter().map(ToString::to_string).collect::<Vec<_>>(),
    })
}
