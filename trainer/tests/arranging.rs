//! `arrange` as it is used: from nothing to shards and weights.

use std::fs;
use std::path::Path;

use common::{fails, succeeds, text, write_piece};
use segue_music::{Beats, Note, midi_file};

mod common;

fn arrange(out: &Path, more: &[&str]) -> Vec<String> {
    let fixed = ["arrange", "--out", text(out)];
    [&fixed[..], more].concat().into_iter().map(str::to_owned).collect()
}

fn run(out: &Path, more: &[&str]) -> String {
    let arguments = arrange(out, more);
    succeeds(&arguments.iter().map(String::as_str).collect::<Vec<_>>())
}

fn refuses(out: &Path, more: &[&str]) -> String {
    let arguments = arrange(out, more);
    fails(&arguments.iter().map(String::as_str).collect::<Vec<_>>())
}

#[test]
fn a_seed_becomes_a_model() {
    let home = tempfile::tempdir().unwrap();
    let path = |name: &str| home.path().join(name);
    let (songs, shards, model) = (path("songs"), path("shards"), path("model"));
    let manifest = songs.join("manifest.tsv");
    let said = run(&songs, &["--count", "34", "--seed", "3"]);
    assert!(said.contains("34 songs") && said.contains("manifest.tsv"), "{said}");

    // Every row is a song that can be read; every song has chords from its first beat on.
    let table = fs::read_to_string(&manifest).unwrap();
    let chords = fs::read_to_string(songs.join("chords.tsv")).unwrap();
    let mut valid = 0;
    for row in table.lines().skip(1) {
        let cells: Vec<&str> = row.split('\t').collect();
        let [path, split, _, licence, kind, group, notes, seconds, style] = cells[..] else {
            panic!("{row}")
        };
        let piece = midi_file::read(&songs.join(path)).unwrap();
        let written: usize = piece.tracks.iter().map(|track| track.notes.len()).sum();
        assert_eq!(notes.parse::<usize>().unwrap(), written, "{path}");
        assert!(
            seconds.parse::<f64>().unwrap() > 5.0 && !style.is_empty() && group.starts_with("arranged/3-")
        );
        assert!(["band-", "piano-", "duo-", "sung-"].iter().any(|start| kind.starts_with(start)), "{kind}");
        assert_eq!(licence, "CC0-1.0");
        assert!(chords.contains(&format!("\n{path}\t0\t")), "{path} has no chord at its start");
        valid += usize::from(split == "valid");
    }
    assert_eq!((table.lines().count(), valid), (35, 2));

    let (songs, shards) = (text(&songs).to_owned(), text(&shards).to_owned());
    let said = succeeds(&["prepare", "--midi", &songs, "--manifest", text(&manifest), "--out", &shards]);
    assert!(said.contains("train: ") && said.contains("valid: 2 files"), "{said}");
    let sizes = ["--dim", "64", "--layers", "1", "--batch", "2", "--length", "64", "--notes", "500"];
    let train = [&["train", "--shards", &shards, "--out", text(&model)][..], &sizes[..]].concat();
    succeeds(&train);
    assert!(model.join("model.safetensors").exists());
}

#[test]
fn songs_depend_on_their_seed_and_number_alone() {
    let home = tempfile::tempdir().unwrap();
    let songs = |name: &str, count: &str, seed: &str| {
        let out = home.path().join(name);
        run(&out, &["--count", count, "--seed", seed]);
        let table = fs::read_to_string(out.join("manifest.tsv")).unwrap();
        let read = |row: &str| fs::read(out.join(row.split('\t').next().unwrap())).unwrap();
        table.lines().skip(1).map(read).collect::<Vec<_>>()
    };
    let (three, five, other) = (songs("three", "3", "1"), songs("five", "5", "1"), songs("other", "3", "2"));
    assert_eq!(three, five[..3]);
    assert_ne!(three, other);
    // Over its own folder it writes again, and nothing is left of what was there.
    assert_eq!(songs("five", "3", "2"), other);
    assert!(!home.path().join("five.part").exists());
    let files = fs::read_dir(home.path().join("five")).unwrap().count();
    assert!(files <= 5, "{files} entries");
}

#[test]
fn what_is_not_its_own_stays() {
    let home = tempfile::tempdir().unwrap();
    let out = home.path().join("mine");
    fs::create_dir(&out).unwrap();
    fs::write(out.join("tune.mid"), "of mine").unwrap();
    let said = refuses(&out, &["--count", "3"]);
    assert!(said.contains("mine") && said.contains("tune.mid") && said.contains("--out"), "{said}");
    assert_eq!(said.lines().count(), 1, "{said}");
    assert_eq!(fs::read(out.join("tune.mid")).unwrap(), b"of mine");
    assert_eq!(fs::read_dir(home.path()).unwrap().count(), 1);

    // Nor is a file that somebody put among its songs taken away.
    let out = home.path().join("songs");
    run(&out, &["--count", "3"]);
    let note = Note { onset: Beats::ZERO, key: 60, duration: Beats::ONE, velocity: 80 };
    write_piece(&out.join("tune.mid"), vec![note]);
    assert!(refuses(&out, &["--count", "3"]).contains("tune.mid"));
    assert!(out.join("tune.mid").exists());

    // (arguments, what the line names)
    for (more, named) in [
        (&["--style", "polca"][..], "polka"),
        (&["--kinds", "choir"], "choir"),
        (&["--kinds", "sung", "--style", "swing"], "a band"),
        (&["--styles", "nowhere"], "nowhere"),
        (&["--count", "0"], "0"),
    ] {
        let fresh = home.path().join("fresh");
        let said = refuses(&fresh, more);
        assert!(said.contains(named), "{more:?}: {said}");
        assert!(!fresh.exists());
    }
}

#[test]
fn styles_and_kinds_are_chosen_and_added() {
    let home = tempfile::tempdir().unwrap();
    let styles = home.path().join("styles");
    fs::create_dir(&styles).unwrap();
    let ours = Path::new(env!("CARGO_MANIFEST_DIR")).join("styles/waltz.toml");
    let mine = fs::read_to_string(ours).unwrap().replace("name = \"waltz\"", "name = \"my waltz\"");
    fs::write(styles.join("mine.toml"), &mine).unwrap();
    let out = home.path().join("songs");
    let chosen = ["--count", "6", "--style", "my waltz", "--style", "tango", "--kinds", "piano"];
    run(&out, &[&chosen[..], &["--styles", text(&styles)]].concat());
    let table = fs::read_to_string(out.join("manifest.tsv")).unwrap();
    for row in table.lines().skip(1) {
        assert!(row.contains("piano-") && (row.ends_with("\tmy waltz") || row.ends_with("\ttango")), "{row}");
    }
    fs::write(styles.join("mine.toml"), mine.replace("tempo = [", "tempo = [9")).unwrap();
    let said = refuses(&out, &["--styles", text(&styles)]);
    assert!(said.contains("mine.toml") && said.contains("tempo"), "{said}");
    assert_eq!(said.lines().count(), 1, "{said}");
}
