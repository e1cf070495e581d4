//! The built `segue` program: MIDI files in, MIDI files out, one clear line for what cannot be.

use std::fs;
use std::path::{Path, PathBuf};

use common::{folder, names, prompts, run};
use segue_music::{Beats, Meter, Note, Piece, Tempo, Track, Vocabulary, midi_file};

mod common;

/// Runs `segue continue`.
fn segue(arguments: &[&dyn AsRef<std::ffi::OsStr>]) -> std::process::Output {
    run("continue", arguments)
}

/// The prompts' files; folders beside them are for bands.
fn prompt_names() -> Vec<String> {
    names(&prompts()).into_iter().filter(|name| name.ends_with(".mid")).collect()
}

/// The notes of the tracks of one name, without drums.
fn notes_of(piece: &Piece, name: &str) -> Vec<Note> {
    let tracks = piece.tracks.iter().filter(|track| track.name == name && !track.is_drums());
    let mut notes: Vec<Note> = tracks.flat_map(|track| track.notes.iter().copied()).collect();
    notes.sort_unstable();
    notes
}

/// Continues a file and reads what was written.
fn continued(input: &Path, more: &[&str]) -> Piece {
    let folder = folder();
    let output = folder.path().join("out.mid");
    let mut arguments: Vec<&dyn AsRef<std::ffi::OsStr>> = vec![&input, &"-o", &output];
    arguments.extend(more.iter().map(|argument| argument as &dyn AsRef<std::ffi::OsStr>));
    let ran = segue(&arguments);
    assert!(ran.status.success(), "{}", String::from_utf8_lossy(&ran.stderr));
    assert_eq!(names(folder.path()), ["out.mid"]);
    midi_file::read(&output).expect("a MIDI file")
}

#[test]
fn the_prompt_stays_and_the_answer_begins_at_the_bar_line() {
    for name in prompt_names() {
        let input = prompts().join(&name);
        let prompt = midi_file::read(&input).expect("a prompt");
        let piece = continued(&input, &["--bars", "2"]);
        assert_eq!(notes_of(&piece, "You"), prompt.notes(), "{name}");
        assert_eq!((&piece.tempos, &piece.meters), (&prompt.tempos, &prompt.meters), "{name}");
        let (_, meter) = prompt.meter_at(Beats::ZERO).expect("a metre");
        let until = prompt.end + meter.bar().times(2);
        assert_eq!(piece.end, until, "{name}");
        let answer = notes_of(&piece, "Segue");
        assert!(!answer.is_empty(), "{name}: silence");
        for note in answer {
            assert!(note.onset >= prompt.end && note.end() <= until, "{name}: {note:?}");
        }
    }
}

#[test]
fn a_seed_decides() {
    let input = prompts().join("minuet.mid");
    let run = |seed| {
        let folder = folder();
        let output = folder.path().join("out.mid");
        assert!(segue(&[&input, &"--bars", &"2", &"--seed", &seed, &"-o", &output]).status.success());
        fs::read(&output).expect("written")
    };
    assert!(run("7") == run("7"), "the same seed, the same file");
    assert!(["8", "9", "10"].iter().any(|seed| run("7") != run(seed)), "other seeds, other answers");
}

#[test]
fn a_grid_holds() {
    for (grid, spacing) in [("1/4", Beats::ONE), ("1/8T", Beats::ratio(1, 3))] {
        let piece = continued(&prompts().join("blues.mid"), &["--bars", "4", "--grid", grid]);
        for note in notes_of(&piece, "Segue") {
            assert_eq!(note.onset % spacing, Beats::ZERO, "{grid}: {note:?}");
        }
    }
}

#[test]
fn a_folder_gives_a_folder() {
    let folder = folder();
    let output = folder.path().join("answers");
    let ran = segue(&[&prompts(), &"--bars", &"1", &"-o", &output]);
    assert!(ran.status.success(), "{}", String::from_utf8_lossy(&ran.stderr));
    assert_eq!(names(&output), prompt_names());
    // The same as each by itself.
    let piece = midi_file::read(&output.join("ode.mid")).expect("a MIDI file");
    assert_eq!(piece, continued(&prompts().join("ode.mid"), &["--bars", "1"]));
}

#[test]
fn json_lists_the_notes() {
    let folder = folder();
    let output = folder.path().join("out.mid");
    let ran = segue(&[&prompts().join("ode.mid"), &"--bars", &"2", &"--json", &"-o", &output]);
    let listing: serde_json::Value = serde_json::from_slice(&ran.stdout).expect("one JSON value");
    let piece = midi_file::read(&output).expect("a MIDI file");
    for (list, track) in [("prompt", "You"), ("answer", "Segue")] {
        let listed: Vec<(Beats, u64)> = listing[list]
            .as_array()
            .expect("a list")
            .iter()
            .map(|note| {
                (
                    Beats::from_f64(note["onset"].as_f64().expect("beats")),
                    note["key"].as_u64().expect("a key"),
                )
            })
            .collect();
        let written = notes_of(&piece, track);
        assert_eq!(listed.len(), written.len(), "{list}");
        for ((onset, key), note) in listed.iter().zip(&written) {
            assert!((*onset - note.onset).abs() <= Beats::from_parts(1));
            assert_eq!(*key, u64::from(note.key));
        }
    }
    assert_eq!((listing["start"].as_f64(), listing["end"].as_f64()), (Some(16.0), Some(24.0)));
    assert_eq!(listing["meter"], "4/4");
}

/// A prompt like a recording: off every grid, two voices on one key, pedal, drums, two tempos.
fn recorded() -> Piece {
    let at = |thousandths| Beats::ratio(thousandths, 1000);
    let note = |onset, key, duration| Note { onset: at(onset), key, duration: at(duration), velocity: 77 };
    let track = |channel, notes, pedal: &[(i64, bool)]| Track {
        name: "Take 3".into(),
        channel,
        notes,
        pedal: pedal.iter().map(|&(t, down)| (at(t), down)).collect(),
        ..Track::default()
    };
    let played = (0..24).map(|i| note(i * 371 + 13, 55 + (i * 5 % 17) as u8, 333)).collect();
    let tracks = vec![
        track(0, played, &[(100, true), (2_345, false), (8_000, true)]),
        track(0, vec![note(120, 60, 4_000)], &[]),
        track(9, vec![note(0, 36, 250)], &[]),
    ];
    let tempos = vec![(Beats::ZERO, Tempo::new(125.0)), (at(4_000), Tempo::new(80.0))];
    Piece { tracks, tempos, meters: vec![(Beats::ZERO, Meter::COMMON)], end: at(12_000), ..Piece::default() }
}

#[test]
fn free_playing_is_continued_in_time() {
    let folder = folder();
    let input = folder.path().join("take.mid");
    midi_file::write(&input, &recorded()).expect("written");
    let prompt = midi_file::read(&input).expect("read");
    let piece = continued(&input, &["--bars", "2"]);
    let kept = notes_of(&piece, "You");
    assert_eq!(kept.len(), 25);
    for (note, before) in kept.iter().zip(prompt.notes()) {
        assert_eq!((note.key, note.velocity), (before.key, before.velocity));
        assert!((note.onset - before.onset).abs() <= Beats::ratio(1, 15_360));
        assert!((note.duration - before.duration).abs() <= Beats::ratio(2, 15_360));
    }
    assert!(piece.tracks.iter().any(|track| track.name == "You" && track.pedal.len() == 3));
    let drums: Vec<_> = piece.tracks.iter().filter(|track| track.is_drums()).collect();
    assert!(drums.len() == 1 && drums[0].notes.len() == 1, "the drum stays: {drums:?}");
    // The last note ends in the third bar.
    let (start, end) = (Beats::ONE.times(12), Beats::ONE.times(20));
    let answer = notes_of(&piece, "Segue");
    assert!(
        !answer.is_empty() && answer.iter().all(|note| note.onset >= start && note.end() <= end),
        "{answer:?}"
    );
}

/// The fingerprint in a model's header becomes another one.
fn of_another_vocabulary(mut model: Vec<u8>) -> Vec<u8> {
    let ours = format!("{:016x}", Vocabulary::new().fingerprint());
    let place = model.windows(16).position(|bytes| bytes == ours.as_bytes()).expect("a fingerprint");
    model[place..place + 16].copy_from_slice(b"0123456789abcdef");
    model
}

#[test]
fn what_cannot_be_is_said_in_one_line() {
    let folder = folder();
    let at = |name: &str| folder.path().join(name);
    let minuet = prompts().join("minuet.mid");
    let sound = fs::read(&minuet).expect("a prompt");
    fs::write(at("text.mid"), "This is no music.\n").expect("written");
    fs::write(at("cut.mid"), &sound[..12]).expect("written");
    fs::write(at("nothing.mid"), "").expect("written");
    fs::write(at("frames.mid"), [&sound[..12], &[0xe7, 0x28], &sound[14..]].concat()).expect("written");
    let mut silent = midi_file::read(&minuet).expect("read");
    silent.tracks.clear();
    midi_file::write(&at("silent.mid"), &silent).expect("written");
    fs::create_dir(at("empty")).expect("made");
    fs::create_dir(at("texts")).expect("made");
    fs::write(at("texts").join("notes.txt"), "eggs").expect("written");
    fs::write(at("model.safetensors"), "eggs").expect("written");
    let model = fs::read(prompts().join("../segue.safetensors")).expect("the shipped model");
    fs::write(at("half.safetensors"), &model[..model.len() / 2]).expect("written");
    fs::write(at("foreign.safetensors"), of_another_vocabulary(model)).expect("written");
    let before = names(folder.path());

    // (prompt, output, model, what the line must say)
    let cases: &[(PathBuf, PathBuf, Option<PathBuf>, &str)] = &[
        (at("text.mid"), at("out.mid"), None, "not a MIDI file"),
        (at("cut.mid"), at("out.mid"), None, "cut off"),
        (at("nothing.mid"), at("out.mid"), None, "is empty"),
        (at("frames.mid"), at("out.mid"), None, "SMPTE"),
        (at("silent.mid"), at("out.mid"), None, "no notes"),
        (at("absent.mid"), at("out.mid"), None, "no such file"),
        (at("empty"), at("out"), None, "no MIDI files"),
        (at("texts"), at("out"), None, "no MIDI files"),
        (minuet.clone(), at("absent").join("out.mid"), None, "no such folder"),
        (minuet.clone(), at("text.mid").join("out.mid"), None, "no such folder"),
        (minuet.clone(), at("empty"), None, "is a folder"),
        (prompts(), at("text.mid"), None, "is a file"),
        (minuet.clone(), minuet.clone(), None, "overwrite the prompt"),
        (prompts(), prompts(), None, "overwrite the prompt"),
        (minuet.clone(), at("out.mid"), Some(at("model.safetensors")), "model.safetensors"),
        (minuet.clone(), at("out.mid"), Some(at("half.safetensors")), "half.safetensors"),
        (minuet.clone(), at("out.mid"), Some(at("foreign.safetensors")), "another vocabulary"),
        (minuet.clone(), at("out.mid"), Some(at("absent.safetensors")), "absent.safetensors"),
    ];
    for (input, output, model, expected) in cases {
        let mut arguments: Vec<&dyn AsRef<std::ffi::OsStr>> = vec![input, &"--bars", &"1", &"-o", output];
        if let Some(model) = model {
            arguments.extend([&"--model" as &dyn AsRef<std::ffi::OsStr>, model]);
        }
        let ran = segue(&arguments);
        let said = String::from_utf8_lossy(&ran.stderr);
        assert!(!ran.status.success(), "{} to {}: no failure", input.display(), output.display());
        assert!(said.contains(expected), "{said:?} does not say {expected:?}");
        assert_eq!(said.lines().count(), 1, "{said:?}");
        assert!(ran.stdout.is_empty());
        assert_eq!(names(folder.path()), before, "{expected}: something was written");
        assert!(names(&at("empty")).is_empty());
    }
    assert!(fs::read(&minuet).expect("still there") == sound);
}

#[test]
fn one_bad_file_of_a_folder_does_not_keep_the_others_from_it() {
    let folder = folder();
    let (input, output) = (folder.path().join("in"), folder.path().join("out"));
    fs::create_dir(&input).expect("made");
    fs::write(input.join("bad.mid"), "eggs").expect("written");
    fs::copy(prompts().join("ode.mid"), input.join("good.MID")).expect("copied");
    let ran = segue(&[&input, &"--bars", &"1", &"-o", &output]);
    let said = String::from_utf8_lossy(&ran.stderr);
    assert!(!ran.status.success());
    assert!(said.contains("bad.mid") && said.contains("1 of 2 files"), "{said}");
    assert_eq!(names(&output), ["good.MID"]);

    // No good one at all: not even a folder comes of it.
    fs::remove_file(input.join("good.MID")).expect("removed");
    let output = folder.path().join("none");
    assert!(!segue(&[&input, &"-o", &output]).status.success());
    assert!(!output.exists());
}

#[test]
fn numbers_out_of_range_are_refused() {
    for (option, value) in [
        ("--bars", "0"),
        ("--temperature", "6"),
        ("--temperature", "-0.1"),
        ("--temperature", "NaN"),
        ("--top-p", "1.5"),
        ("--top-p", "0"),
        ("--top-p", "-1"),
        ("--grid", "1/7"),
        ("--seed", "x"),
    ] {
        let folder = folder();
        let output = folder.path().join("out.mid");
        let ran = segue(&[&prompts().join("ode.mid"), &option, &value, &"-o", &output]);
        assert!(!ran.status.success(), "{option} {value}");
        assert!(String::from_utf8_lossy(&ran.stderr).contains(option), "{option} {value}");
        assert!(names(folder.path()).is_empty());
    }
}
