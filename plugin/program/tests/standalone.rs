//! `segue play` and `segue devices`: a clear line for what cannot be done.
//! tests/hosts/standalone.py listens to what they play.

use std::process::{Command, Output};

/// With no JACK, no sound card, no MIDI and no display, whatever the computer has.
fn segue(arguments: &[&str]) -> Output {
    Command::new(env!("CARGO_BIN_EXE_segue"))
        .args(arguments)
        .env("JACK_DEFAULT_SERVER", "nobody")
        .env("JACK_NO_START_SERVER", "1")
        .env("ALSA_CONFIG_PATH", "/dev/null")
        .env("HOME", env!("CARGO_TARGET_TMPDIR"))
        .env("XDG_DATA_HOME", env!("CARGO_TARGET_TMPDIR"))
        .env_remove("DISPLAY")
        .output()
        .expect("the program starts")
}

/// The message about arguments that are refused.
#[track_caller]
fn refused(arguments: &[&str]) -> String {
    let ran = segue(arguments);
    let said = String::from_utf8_lossy(&ran.stderr).into_owned();
    assert!(!ran.status.success(), "{arguments:?}: {said}");
    assert!(!said.contains("panicked"), "{arguments:?}: {said}");
    said
}

#[cfg(not(feature = "standalone"))]
#[test]
fn a_program_without_sound_says_how_to_get_one_with() {
    for arguments in [&["play"][..], &["play", "--tempo", "90", "--help"], &["devices"]] {
        let said = refused(arguments);
        assert!(said.contains("--features standalone"), "{arguments:?}: {said}");
    }
    let help = segue(&["--help"]);
    assert!(!String::from_utf8_lossy(&help.stdout).contains("devices"), "what is not there is not offered");
}

#[cfg(feature = "standalone")]
#[test]
fn what_cannot_be_is_refused_with_a_way_out() {
    // (arguments, the message)
    let cases: [(&[&str], &[&str]); 13] = [
        (&["--tempo", "5"], &["--tempo", "from 20 to 300"]),
        (&["--tempo", "nan"], &["--tempo", "from 20 to 300"]),
        (&["--meter", "4"], &["--meter", "4/4"]),
        (&["--meter", "4/5"], &["--meter", "4/4"]),
        (&["--tap", "21"], &["--tap", "note:21", "cc:80"]),
        (&["--tap", "cc:128"], &["--tap", "note:21", "cc:80"]),
        (&["--frames", "7"], &["--frames", "16"]),
        (&["--preset", "Nobody"], &["no preset is called \"Nobody\"", "there are:", "Trading fours"]),
        (&["--audio", "nosuch"], &["no audio output is called \"nosuch\""]),
        (&["--midi-in", "nosuch"], &["no MIDI input is called \"nosuch\""]),
        (&["--tracks-in", "nosuch"], &["no MIDI input is called \"nosuch\""]),
        (&["--midi-out", "nosuch"], &["no MIDI output is called \"nosuch\""]),
        (&["--louder"], &["--louder", "--help"]),
    ];
    for (arguments, expected) in cases {
        let said = refused(&[&["play", "--no-window"], arguments].concat());
        for part in expected {
            assert!(said.contains(part), "{arguments:?}: {part:?} is not in {said:?}");
        }
    }
}

#[cfg(feature = "standalone")]
#[test]
fn where_there_is_nothing_to_play_with_it_says_what_is_missing() {
    for arguments in [&["play"][..], &["play", "--no-window"], &["play", "--no-window", "--audio", "jack"]] {
        let said = refused(arguments);
        assert!(said.contains("neither sound, nor MIDI, nor a window"), "{arguments:?}: {said}");
        assert_eq!(said.contains("JACK: "), cfg!(target_os = "linux"), "{arguments:?}: {said}");
        assert!(!said.contains("ALSA lib"), "ALSA's library talks: {said}");
    }
}

/// What is set would be lost at the end; that is worth a line at the start.
#[cfg(feature = "standalone")]
#[test]
fn a_home_that_cannot_be_written_is_told_once_at_the_start() {
    let folder = tempfile::tempdir().expect("a folder");
    let file = folder.path().join("no folder");
    std::fs::write(&file, "mine").expect("written");
    for (home, expected) in [(&file, 1), (&folder.path().join("home"), 0)] {
        let ran = Command::new(env!("CARGO_BIN_EXE_segue"))
            .args(["play", "--no-window"])
            .env("JACK_DEFAULT_SERVER", "nobody")
            .env("JACK_NO_START_SERVER", "1")
            .env("ALSA_CONFIG_PATH", "/dev/null")
            .env("HOME", home)
            .env("XDG_DATA_HOME", home)
            .output()
            .expect("the program starts");
        let said = String::from_utf8_lossy(&ran.stdout);
        assert_eq!(said.matches("cannot be written").count(), expected, "{said:?}");
        assert_eq!(said.matches("standalone.json").count(), expected, "{said:?}");
    }
    assert_eq!(std::fs::read_to_string(&file).expect("it is there"), "mine");
}

#[cfg(feature = "standalone")]
#[test]
fn devices_are_listed() {
    for arguments in [&["devices"][..], &["play", "--list"]] {
        let ran = segue(arguments);
        assert!(ran.status.success(), "{arguments:?}");
        let said = String::from_utf8_lossy(&ran.stdout);
        for part in ["Audio\n", "MIDI in\n", "MIDI out\n"] {
            assert!(said.contains(part), "{arguments:?}: {part:?} is not in {said:?}");
        }
    }
}
