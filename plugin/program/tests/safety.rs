//! `segue continue` where files and numbers are not what they seem: prompts stay, and what cannot
//! be done is refused before it is computed.

use std::fs;

use common::{folder, names, prompts, run};
use segue_music::{Beats, Meter, Note, Piece, Track, midi_file};

mod common;

/// Runs `segue continue`.
fn continue_with(arguments: &[&dyn AsRef<std::ffi::OsStr>]) -> std::process::Output {
    run("continue", arguments)
}

#[test]
fn two_answers_of_one_name_are_refused() {
    let folder = folder();
    let (input, output) = (folder.path().join("in"), folder.path().join("out"));
    fs::create_dir(&input).expect("made");
    for name in ["x.rmi", "x.rmi.mid"] {
        fs::copy(prompts().join("ode.mid"), input.join(name)).expect("copied");
    }
    let ran = continue_with(&[&input, &"--bars", &"1", &"-o", &output]);
    let said = String::from_utf8_lossy(&ran.stderr);
    assert!(!ran.status.success() && said.contains("rename one"), "{said}");
    assert!(!output.exists());
}

/// Names need not be text, and nobody need read what is said.
#[cfg(target_os = "linux")]
#[test]
fn odd_names_are_listed_and_a_closed_pipe_stops_nothing() {
    use std::os::unix::ffi::OsStrExt;
    let folder = folder();
    let (input, output) = (folder.path().join("in"), folder.path().join("out"));
    fs::create_dir(&input).expect("made");
    for name in [&b"a\xe9.mid"[..], b"b.mid"] {
        let name = std::ffi::OsStr::from_bytes(name);
        fs::copy(prompts().join("ode.mid"), input.join(name)).expect("copied");
    }
    let ran = continue_with(&[&input, &"--bars", &"1", &"--json", &"-o", &output]);
    assert!(ran.status.success(), "{}", String::from_utf8_lossy(&ran.stderr));
    let lines = String::from_utf8(ran.stdout).expect("text");
    let listed: Vec<serde_json::Value> =
        lines.lines().map(|line| serde_json::from_str(line).expect("a JSON value a line")).collect();
    assert_eq!(listed.len(), 2, "{lines}");
    // A file that is cut off is remarked on, where nothing can be written.
    let whole = fs::read(prompts().join("ode.mid")).expect("a prompt");
    let cut = folder.path().join("cut.mid");
    fs::write(&cut, &whole[..whole.len() - 30]).expect("written");
    let out = folder.path().join("answer.mid");
    let full = fs::OpenOptions::new().write(true).open("/dev/full").expect("a full device");
    let mut program = std::process::Command::new(env!("CARGO_BIN_EXE_segue"));
    program.args(["continue", "--bars", "1", "-o"]).args([&out, &cut]).stderr(full);
    assert!(program.status().expect("it starts").success());
    assert!(out.exists());
}

/// A link in the output folder is not written through to a prompt.
#[cfg(unix)]
#[test]
fn an_output_that_is_a_link_to_a_prompt_is_refused() {
    // The prompt that the link out/a.mid leads to: its own, or another one.
    for target in ["a.mid", "b.mid"] {
        let folder = folder();
        let (input, output) = (folder.path().join("in"), folder.path().join("out"));
        fs::create_dir(&input).expect("made");
        fs::create_dir(&output).expect("made");
        for name in ["a.mid", "b.mid"] {
            fs::copy(prompts().join("ode.mid"), input.join(name)).expect("copied");
        }
        std::os::unix::fs::symlink(input.join(target), output.join("a.mid")).expect("linked");
        let before = fs::read(input.join(target)).expect("a prompt");

        let ran = continue_with(&[&input, &"--bars", &"1", &"-o", &output]);
        let said = String::from_utf8_lossy(&ran.stderr);
        assert!(!ran.status.success(), "{target}: {said}");
        assert!(said.contains("overwrite the prompt") && said.contains(target), "{said}");
        assert_eq!(said.lines().count(), 1, "{said}");
        assert!(fs::read(input.join(target)).expect("a prompt") == before, "{target} was overwritten");
        assert_eq!(names(&output), ["a.mid"]);
    }
}

/// A hard link is another name of the same file: the answer takes the name, and the prompt stays.
#[cfg(unix)]
#[test]
fn an_output_that_is_a_hard_link_to_a_prompt_leaves_the_prompt() {
    let folder = folder();
    let (input, output) = (folder.path().join("in"), folder.path().join("out"));
    fs::create_dir(&input).expect("made");
    fs::create_dir(&output).expect("made");
    fs::copy(prompts().join("ode.mid"), input.join("a.mid")).expect("copied");
    fs::hard_link(input.join("a.mid"), output.join("a.mid")).expect("linked");
    let ran = continue_with(&[&input, &"--bars", &"1", &"-o", &output]);
    assert!(ran.status.success(), "{}", String::from_utf8_lossy(&ran.stderr));
    let prompt = fs::read(prompts().join("ode.mid")).expect("a prompt");
    assert!(fs::read(input.join("a.mid")).expect("a prompt") == prompt, "it was overwritten");
    assert!(fs::read(output.join("a.mid")).expect("an answer") != prompt);
}

#[test]
fn more_bars_than_a_file_can_hold_are_refused_before_they_are_computed() {
    let folder = folder();
    let (input, output) = (folder.path().join("long bars.mid"), folder.path().join("out.mid"));
    let note = Note { onset: Beats::ZERO, key: 60, duration: Beats::ONE, velocity: 80 };
    let piece = Piece {
        tracks: vec![Track { notes: vec![note], ..Track::default() }],
        meters: vec![(Beats::ZERO, Meter::new(255, 1).expect("a metre"))],
        end: Beats::ONE,
        ..Piece::default()
    };
    midi_file::write(&input, &piece).expect("written");
    // The second bar begins at beat 1,020. 244 bars more end at 249,900; a file may end at 250,000.
    let ran = continue_with(&[&input, &"--bars", &"245", &"-o", &output]);
    let said = String::from_utf8_lossy(&ran.stderr);
    assert!(!ran.status.success());
    for part in ["long bars.mid", "--bars", "250920", "250000"] {
        assert!(said.contains(part), "{part:?} is not in {said:?}");
    }
    assert_eq!(said.lines().count(), 1, "{said}");
    assert_eq!(names(folder.path()), ["long bars.mid"]);
}

#[test]
fn at_temperature_zero_the_likeliest_is_played_whatever_the_seed() {
    let played = |temperature: &str, seed: &str| {
        let folder = folder();
        let (input, output) = (prompts().join("minuet.mid"), folder.path().join("out.mid"));
        let ran = continue_with(&[
            &input,
            &"--bars",
            &"2",
            &"--temperature",
            &temperature,
            &"--seed",
            &seed,
            &"-o",
            &output,
        ]);
        assert!(ran.status.success(), "{temperature}: {}", String::from_utf8_lossy(&ran.stderr));
        fs::read(&output).expect("written")
    };
    let likeliest = played("0", "1");
    assert!(["2", "3", "4"].iter().all(|seed| played("0", seed) == likeliest));
    assert!(["2", "3", "4"].iter().any(|seed| played("1", seed) != likeliest));
}
