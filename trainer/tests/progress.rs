//! What a run of the trainer prints into a log, and what the manual says of it.

mod common;

use std::fs;
use std::path::Path;

use segue_music::{Beats, Note};

use common::{fails, succeeds, text, trainer, write_piece};

#[test]
fn without_a_terminal_progress_is_a_line_and_no_bar() {
    let home = tempfile::tempdir().expect("a folder");
    let (midi, shards) = (home.path().join("midi"), home.path().join("shards"));
    fs::create_dir(&midi).expect("made");
    for piece in 0..4_u8 {
        let note = |i: u8| Note {
            onset: Beats::ratio(i.into(), 2),
            key: 50 + (i % 12) * (piece + 1) % 24,
            duration: Beats::ratio(1, 2),
            velocity: 80,
        };
        write_piece(&midi.join(format!("{piece}.mid")), (0..64).map(note).collect());
    }
    let ran = trainer(&["prepare", "--midi", text(&midi), "--out", text(&shards)]);
    let log = String::from_utf8_lossy(&ran.stderr);
    assert!(ran.status.success(), "{log}");
    let lines: Vec<&str> = log.lines().filter(|line| line.contains(" files of ")).collect();
    assert_eq!(lines.len(), 1, "a minute is not over: {log:?}");
    assert!(!log.contains(['\r', '\u{1b}', '█']), "a log has no cursor to move: {log:?}");
}

#[test]
fn the_manual_has_the_minutes_of_finetune() {
    let help = succeeds(&["finetune", "--help"]);
    let minutes = help.split("--minutes").nth(1).expect("an option");
    assert!(minutes.lines().take(3).any(|line| line.contains("[default: 7]")), "{help}");
    let manual = Path::new(env!("CARGO_MANIFEST_DIR")).join("../assets/manual/README.md");
    let manual = fs::read_to_string(manual).expect("the manual");
    assert!(manual.contains("at most seven minutes (`--minutes`)"));
}

#[test]
fn an_error_is_one_line_of_a_log() {
    let home = tempfile::tempdir().expect("a folder");
    let absent = home.path().join("absent");
    let line = fails(&["prepare", "--midi", text(&absent), "--out", text(&absent)]);
    assert!(line.contains("absent") && line.lines().count() == 1, "{line:?}");
}

/// A name is somebody's text: it may hold what would break a line of the log.
#[cfg(unix)]
#[test]
fn a_file_that_is_skipped_is_one_line() {
    let home = tempfile::tempdir().expect("a folder");
    let (midi, shards) = (home.path().join("midi"), home.path().join("shards"));
    fs::create_dir(&midi).expect("made");
    for piece in 0..2 {
        let note =
            |i: i64| Note { onset: Beats::ONE.times(i), key: 60 + piece, duration: Beats::ONE, velocity: 80 };
        write_piece(&midi.join(format!("{piece}.kar")), (0..64).map(note).collect());
    }
    fs::write(midi.join("two\nlines.mid"), "eggs").expect("written");
    let said = succeeds(&["prepare", "--midi", text(&midi), "--out", text(&shards)]);
    let skipped: Vec<&str> = said.lines().filter(|line| line.contains("skipped")).collect();
    assert!(skipped.iter().any(|line| line.contains("two\\nlines.mid: ")), "{said}");
    assert!(said.lines().all(|line| !line.starts_with("lines.mid")), "{said}");
}
