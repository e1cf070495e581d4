//! Parts on the command line: a band that goes on, and a band that plays along. The models are
//! untrained: what they play is noise, and where it may stand is what counts.

use std::ffi::OsStr;
use std::fs;
use std::path::{Path, PathBuf};

use common::{folder, names, prompts, run};
use segue_model::{Checkpoint, Config, Precision};
use segue_music::{Beats, Meter, Note, Piece, Tempo, Track, midi_file};
use tempfile::TempDir;

mod common;

const SIXTEENTH: Beats = Beats::ratio(1, 4);

/// A folder with an untrained model of parts in it.
fn with_model() -> (TempDir, PathBuf) {
    let folder = folder();
    let path = folder.path().join("model.safetensors");
    let mut checkpoint = Checkpoint::random(&Config::tiny_ensemble(), 5);
    // Of no strong opinion, or one part would play alone; and rather dense.
    checkpoint.numbers.values_mut().flatten().for_each(|number| *number *= 0.3);
    let gaps = checkpoint.numbers.get_mut("onset.out.bias").expect("a bias");
    (0..).zip(gaps).for_each(|(symbol, bias)| *bias -= 0.1 * symbol as f32);
    checkpoint.save(&path, Precision::Half).expect("written");
    (folder, path)
}

fn beat(quarters: i64) -> Beats {
    SIXTEENTH.times(quarters)
}

/// A tune over its chords and a drummer, of so many bars; from the beat `turn` on the tune is
/// another.
fn song(bars: i64, turn: i64) -> Piece {
    let note = |at, key, length| Note { onset: beat(at), key, duration: beat(length), velocity: 80 };
    let tune = |place: i64| {
        let keys = if place * 2 < turn * 4 { [72, 74, 76, 79] } else { [67, 65, 64, 60] };
        note(place * 2, keys[place as usize % 4], 2)
    };
    let chord = |bar: i64| [48, 52, 55].map(|key| note(bar * 16, key + (bar % 2) as u8 * 5, 16));
    let track = |name: &str, channel, program, notes| Track {
        name: name.into(),
        channel,
        program,
        notes,
        ..Track::default()
    };
    Piece {
        tracks: vec![
            track("Tune", 0, Some(73), (0..bars * 8).map(tune).collect()),
            track("Chords", 1, None, (0..bars).flat_map(chord).collect()),
            track("Kit", 9, None, (0..bars * 4).map(|place| note(place * 4, 42, 1)).collect()),
        ],
        tempos: vec![(Beats::ZERO, Tempo::new(120.0))],
        meters: vec![(Beats::ZERO, Meter::COMMON)],
        end: Beats::ONE.times(4 * bars),
        ..Piece::default()
    }
}

/// Runs a command with a model of parts and reads what it wrote.
fn played(command: &str, piece: &Piece, more: &[&str]) -> Piece {
    let (folder, model) = with_model();
    let (input, output) = (folder.path().join("in.mid"), folder.path().join("out.mid"));
    midi_file::write(&input, piece).expect("written");
    let mut arguments: Vec<&dyn AsRef<OsStr>> = vec![&input, &"--model", &model, &"-o", &output];
    arguments.extend(more.iter().map(|argument| argument as &dyn AsRef<OsStr>));
    let ran = run(command, &arguments);
    assert!(ran.status.success(), "{}", String::from_utf8_lossy(&ran.stderr));
    midi_file::read(&output).expect("a MIDI file")
}

/// What Segue added, and that the rest is as it was.
fn added<'a>(piece: &'a Piece, input: &Piece) -> &'a [Track] {
    let (own, new) = piece.tracks.split_at(input.tracks.len());
    assert_eq!(own, &input.tracks[..]);
    assert_eq!((&piece.tempos, &piece.meters), (&input.tempos, &input.meters));
    new
}

/// Name, channel and program of tracks.
fn told(tracks: &[Track]) -> Vec<(&str, u8, Option<u8>)> {
    tracks.iter().map(|track| (track.name.as_str(), track.channel, track.program)).collect()
}

const BAND: [(&str, u8, Option<u8>); 3] =
    [("Segue keys", 2, Some(0)), ("Segue bass", 3, Some(33)), ("Segue drums", 9, None)];

#[test]
fn a_band_plays_along_from_the_third_bar() {
    let input = song(6, 12);
    let piece = played("accompany", &input, &["--parts", "bass,drums,keys"]);
    let band = added(&piece, &input);
    assert_eq!(told(band), BAND);
    let notes = || band.iter().flat_map(|track| &track.notes);
    let (first, last) = (notes().map(|note| note.onset).min(), notes().map(Note::end).max());
    assert_eq!(first, Some(Beats::ONE.times(8)), "on the one of the third bar");
    assert!(last <= Some(Beats::ONE.times(24)), "with the piece");
    assert_eq!(piece.end, input.end);
    assert!(notes().all(|note| note.onset % SIXTEENTH == Beats::ZERO), "on the grid of the piece");
    assert!(band[2].notes.iter().all(|note| (35..=81).contains(&note.key)), "drums of General MIDI");
}

#[test]
fn bass_and_drums_are_what_plays_along_if_nobody_says() {
    let input = song(4, 0);
    assert_eq!(
        told(added(&played("accompany", &input, &[]), &input)),
        [BAND[1], BAND[2]]
            .map(|(name, channel, program)| { (name, if channel == 3 { 2 } else { channel }, program) })
    );
}

#[test]
fn a_band_goes_on() {
    let input = song(4, 0);
    let piece = played("continue", &input, &["--parts", "bass,drums,keys", "--bars", "2"]);
    let band = added(&piece, &input);
    assert_eq!(told(band), BAND);
    let notes = || band.iter().flat_map(|track| &track.notes);
    assert_eq!(notes().map(|note| note.onset).min(), Some(Beats::ONE.times(16)), "at the bar line");
    assert!(notes().all(|note| note.end() <= Beats::ONE.times(24)));
    assert_eq!(piece.end, Beats::ONE.times(24));
}

#[test]
fn drums_alone_can_be_gone_on_from() {
    let drums = Piece { tracks: song(4, 0).tracks.split_off(2), ..song(4, 0) };
    let piece = played("continue", &drums, &["--parts", "drums", "--bars", "2"]);
    let band = added(&piece, &drums);
    assert_eq!(told(band), [BAND[2]]);
    assert!(!band[0].notes.is_empty());
}

#[test]
fn the_same_seed_plays_the_same() {
    for command in ["accompany", "continue"] {
        let played = |seed| played(command, &song(5, 12), &["--parts", "bass,drums", "--seed", seed]).tracks;
        assert_eq!(played("3"), played("3"), "{command}");
        assert_ne!(played("3"), played("4"), "{command}");
    }
}

#[test]
fn what_is_played_depends_on_nothing_that_comes() {
    // The tunes part at beat 14, and the band has heard that from the next sixteenth on.
    let band = |turn| {
        let input = song(6, turn);
        let piece = played("accompany", &input, &["--parts", "bass,drums,keys"]);
        added(&piece, &input).to_vec()
    };
    let until = |tracks: &[Track], beat: i64| -> Vec<_> {
        let notes = tracks.iter().flat_map(|track| track.notes.iter().map(|note| (track.channel, note)));
        let early = notes.filter(|(_, note)| note.onset < Beats::ONE.times(beat) + SIXTEENTH);
        early.map(|(channel, note)| (channel, note.onset, note.key, note.velocity)).collect()
    };
    let (one, other) = (band(14), band(24));
    assert_eq!(until(&one, 14), until(&other, 14));
    assert!(!until(&one, 14).is_empty());
    assert_ne!(until(&one, 24), until(&other, 24), "it has heard nothing of it");
}

#[test]
fn an_upbeat_and_a_late_beginning_count_from_their_own_bar() {
    let shifted = |beats: i64, cut: i64| {
        let mut piece = song(6, 0);
        for note in piece.tracks.iter_mut().flat_map(|track| &mut track.notes) {
            note.onset += Beats::ONE.times(beats);
        }
        for track in &mut piece.tracks {
            track.notes.retain(|note| note.onset >= Beats::ONE.times(cut));
        }
        piece.end = Beats::ONE.times(beats + 24);
        piece
    };
    // (moved by beats, nothing before a beat, the first note of the band)
    for (moved, cut, first) in [(0, 3, 8), (8, 0, 16), (3, 0, 8)] {
        let input = shifted(moved, cut);
        let piece = played("accompany", &input, &[]);
        let notes = added(&piece, &input).iter().flat_map(|track| &track.notes);
        assert_eq!(notes.map(|note| note.onset).min(), Some(Beats::ONE.times(first)), "{moved} {cut}");
    }
}

/// Every command that must fail in one line, and what the line says.
#[test]
fn what_cannot_be_played_is_said_in_one_line() {
    let ((folder, model), folder_of_one) = (with_model(), folder());
    let at = |name: &str| folder.path().join(name);
    let write = |name: &str, piece: &Piece| midi_file::write(&at(name), piece).expect("written");
    write("song.mid", &song(6, 0));
    write("short.mid", &song(2, 0));
    write("silent.mid", &Piece { tracks: Vec::new(), ..song(4, 0) });
    fs::write(at("text.mid"), "eggs").expect("written");
    let (song, out) = (at("song.mid"), at("out.mid"));
    let before = names(folder.path());
    let some = Some(model.as_path());
    let alone = folder_of_one.path().join("alone.safetensors");
    Checkpoint::random(&Config::tiny(), 5).save(&alone, Precision::Half).expect("written");
    let alone = Some(alone.as_path());

    // (command, input, output, model, what the line must say)
    let cases: [(&str, PathBuf, &Path, Option<&Path>, &str); 11] = [
        ("accompany", song.clone(), &out, alone, "--model"),
        ("continue", song.clone(), &out, alone, "knows no parts"),
        ("accompany", at("short.mid"), &out, some, "three bars"),
        ("accompany", at("silent.mid"), &out, some, "no notes"),
        ("continue", at("silent.mid"), &out, some, "no notes"),
        ("accompany", at("text.mid"), &out, some, "not a MIDI file"),
        ("accompany", at("absent.mid"), &out, some, "no such file"),
        ("accompany", song.clone(), &song, some, "overwrite"),
        ("accompany", prompts(), &out, some, "is a folder"),
        ("accompany", song.clone(), folder.path(), some, "is a folder"),
        ("accompany", song.clone(), &out, Some(&at("none.safetensors")), "none.safetensors"),
    ];
    for (command, input, output, model, expected) in cases {
        let mut arguments: Vec<&dyn AsRef<OsStr>> = vec![&input, &"--parts", &"bass,drums", &"-o", &output];
        if let Some(model) = &model {
            arguments.extend([&"--model" as &dyn AsRef<OsStr>, model]);
        }
        let ran = run(command, &arguments);
        let said = String::from_utf8_lossy(&ran.stderr);
        assert!(!ran.status.success(), "{command} {}: no failure", input.display());
        assert!(said.contains(expected), "{said:?} does not say {expected:?}");
        assert_eq!(said.lines().count(), 1, "{said:?}");
        assert!(ran.stdout.is_empty());
        assert_eq!(names(folder.path()), before, "{expected}: something was written");
    }
}

#[test]
fn an_unknown_part_is_answered_with_the_known() {
    let input = prompts().join("ode.mid");
    for command in ["accompany", "continue"] {
        let ran = run(command, &[&input, &"--parts", &"bass,kazoo", &"-o", &"out.mid"]);
        let said = String::from_utf8_lossy(&ran.stderr);
        assert!(!ran.status.success());
        assert!(said.contains("kazoo") && said.contains("drums"), "{said}");
    }
}
