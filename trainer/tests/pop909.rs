//! Songs of POP909 on their bars, from the command line.

use std::fs;
use std::path::Path;

use common::{fails, succeeds, text, write_piece};
use segue_music::{Beats, Meter, Note, Piece, Tempo, Track, midi_file};

mod common;

/// Quarter notes a minute, faster than a MIDI file that says nothing.
const TEMPO: f64 = 150.0;
const NOTE: Note = Note { onset: Beats::ZERO, key: 60, duration: Beats::ONE, velocity: 80 };
/// When the first beat falls, in seconds: not with the file's.
const LATE: f64 = 0.13;

/// A song of 120 beats whose bars begin with its fourth beat, and of which the first hint is wrong.
fn write_song(folder: &Path) {
    fs::create_dir_all(folder).expect("a writable folder");
    let tempo = Tempo::new(TEMPO);
    let at = |beat: i64| tempo.beats_in(LATE) + Beats::ratio(beat, 1);
    let note =
        |beat, key, beats| Note { onset: at(beat), key, duration: Beats::ratio(beats, 1), velocity: 80 };
    let bars = || (3..120).step_by(4);
    let track = |name: &str, notes| Track { name: name.to_owned(), notes, ..Track::default() };
    let piece = Piece {
        tracks: vec![
            track("MELODY", (0..120).map(|beat| note(beat, 70 + (beat % 3) as u8, 1)).collect()),
            track("PIANO", bars().map(|beat| note(beat, 40, 3)).collect()),
            track("STRINGS", bars().map(|beat| note(beat + 1, 60, 1)).collect()),
        ],
        tempos: vec![(Beats::ZERO, tempo)],
        meters: vec![(Beats::ZERO, Meter::COMMON)],
        end: at(124),
        ..Piece::default()
    };
    midi_file::write(&folder.join("009.mid"), &piece).expect("a writable folder");
    let seconds = |beat: i64| LATE + beat as f64 * 60.0 / TEMPO;
    let is_bar = |beat: &i64| *beat == 1 || (*beat > 3 && beat % 4 == 3);
    let line = |beat: i64| format!("{:.4} 0.0 {}.0\n", seconds(beat), u8::from(is_bar(&beat)));
    fs::write(folder.join("beat_midi.txt"), (0..120).map(line).collect::<String>()).unwrap();
    let chord = |beat: i64| {
        format!(
            "{:.4}\t{:.4}\t{}\n",
            seconds(beat),
            seconds(beat + 4),
            ["C:maj", "F:maj"][beat as usize / 4 % 2]
        )
    };
    fs::write(folder.join("chord_midi.txt"), bars().map(chord).collect::<String>()).unwrap();
}

#[test]
fn bars_begin_where_most_hints_agree() {
    let home = tempfile::tempdir().unwrap();
    let (from, out) = (home.path().join("POP909"), home.path().join("unseen"));
    write_song(&from.join("009"));
    let asked = ["pop909", "--from", text(&from), "--every", "909", "--out", text(&out)];
    let said = succeeds(&asked);
    assert!(said.contains("wrote 1 song "), "{said}");
    let piece = midi_file::read(&out.join("009.mid")).unwrap();
    let names: Vec<&str> = piece.tracks.iter().map(|track| &track.name[..]).collect();
    assert_eq!(names, ["MELODY", "PIANO"]);
    assert!((piece.tempos[0].1.bpm() - TEMPO).abs() < 0.5, "{:?}", piece.tempos);
    let (tune, piano) = (&piece.tracks[0].notes, &piece.tracks[1].notes);
    // Beats 3 to 119, of which every fourth begins a bar.
    assert_eq!((tune.len(), piano.len()), (117, 30));
    for (place, note) in (0..).zip(tune) {
        assert_eq!((note.onset, note.duration), (Beats::ratio(place, 1), Beats::ONE), "note {place}");
    }
    for (bar, note) in (0..).zip(piano) {
        assert_eq!(note.onset, Beats::ratio(4 * bar, 1), "bass {bar}");
    }
    let said = fails(&asked);
    assert!(said.contains(text(&out)) && said.contains("remove"), "{said}");
}

#[test]
fn what_is_missing_is_named() {
    type Spoil = fn(&Path);
    let cases: [(&str, Spoil, &[&str]); 5] = [
        (
            "another file",
            |song| write_piece(&song.join("009.mid"), vec![NOTE]),
            &["009.mid", "MELODY, BRIDGE, PIANO"],
        ),
        (
            "another folder",
            |song| fs::rename(song, song.with_extension("gone")).unwrap(),
            &["009.mid", "--from"],
        ),
        ("no beats", |song| fs::remove_file(song.join("beat_midi.txt")).unwrap(), &["beat_midi.txt"]),
        (
            "words for beats",
            |song| fs::write(song.join("beat_midi.txt"), "0.5 0 1\nsoon 0 0\n").unwrap(),
            &["beat_midi.txt, line 2"],
        ),
        (
            "beats in disorder",
            |song| fs::write(song.join("beat_midi.txt"), "0.5 0 1\n0.2 0 0\n").unwrap(),
            &["beat_midi.txt", "order"],
        ),
    ];
    for (what, spoil, words) in cases {
        let home = tempfile::tempdir().unwrap();
        let (from, out) = (home.path().join("POP909"), home.path().join("unseen"));
        write_song(&from.join("009"));
        spoil(&from.join("009"));
        let said = fails(&["pop909", "--from", text(&from), "--every", "909", "--out", text(&out)]);
        assert!(words.iter().all(|word| said.contains(word)), "{what}: {said}");
        assert!(!out.exists(), "{what}: something was written");
    }
}
