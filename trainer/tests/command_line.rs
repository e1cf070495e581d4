//! The trainer as it is used: MIDI files and command lines in, files and words out.

use std::fs;
use std::path::Path;
use std::process::{Command, Stdio};
use std::time::Duration;

use common::{fails, succeeds, text, write_piece};
use segue_model::{Checkpoint, Config, Precision, initial_numbers};
use segue_music::{Beats, Note, midi_file};

mod common;

/// Pieces of one pattern each, transposed: little to learn, and learned fast.
fn write_pieces(folder: &Path, count: u8) {
    for index in 0..count {
        let step = Beats::ratio(1, 2);
        let note = |place: i64| Note {
            onset: step.times(place),
            key: 50 + index + [0, 4, 7, 12, 7, 4, 2, 5][place as usize % 8],
            duration: step,
            velocity: 60 + 10 * (place % 4) as u8,
        };
        write_piece(&folder.join(format!("piece-{index}.mid")), (0..160).map(note).collect());
    }
}

/// Total bits per note that `evaluate --json` prints.
fn evaluate(model: &Path, midi: &Path) -> f64 {
    let said = succeeds(&["evaluate", "--model", text(model), "--midi", text(midi), "--json"]);
    let json: serde_json::Value = serde_json::from_str(&said).expect("JSON on standard output");
    let bits = &json["bits_per_note"];
    let field = |name: &str| bits[name].as_f64().unwrap_or_else(|| panic!("no {name} in {said}"));
    let sum = field("onset") + field("key") + field("velocity") + field("duration");
    assert!((sum - field("total")).abs() < 1e-9);
    assert!(json["notes"].as_u64().unwrap() > 0 && bits["velocity_notes"].as_u64().unwrap() > 0);
    assert!(json["order_0"]["bits_per_note"]["total"].as_f64().unwrap() > 0.0);
    assert!(json["bigram"]["bits_per_note"]["total"].as_f64().unwrap() > 0.0);
    field("total")
}

#[test]
fn a_folder_of_midi_becomes_a_model_that_has_learned_it() {
    let home = tempfile::tempdir().unwrap();
    let path = |name: &str| home.path().join(name);
    let (midi, shards, run, empty) = (path("midi"), path("shards"), path("run"), path("empty"));
    fs::create_dir(&midi).unwrap();
    write_pieces(&midi, 12);
    fs::write(midi.join("text.mid"), "not music").unwrap();

    let said = succeeds(&["prepare", "--midi", text(&midi), "--out", text(&shards)]);
    assert!(said.contains("skipped") && said.contains("text.mid"), "{said}");
    assert!(said.contains("train: ") && said.contains("valid: "), "{said}");

    let train = |more: &[&str]| {
        let fixed = ["train", "--shards", text(&shards), "--out", text(&run), "--dim", "64", "--layers", "1"];
        let sizes = ["--batch", "2", "--length", "64", "--evaluate-every", "4000"];
        [&fixed[..], &sizes[..], more].concat().into_iter().map(str::to_owned).collect::<Vec<_>>()
    };
    let run_it = |more: &[&str]| {
        let arguments = train(more);
        succeeds(&arguments.iter().map(String::as_str).collect::<Vec<_>>())
    };
    run_it(&["--notes", "8000"]);
    let first = evaluate(&run.join("model.safetensors"), &midi);
    for file in ["latest.safetensors", "moments.safetensors", "run.json", "curve.svg"] {
        assert!(run.join(file).exists(), "{file}");
    }
    assert!(
        fs::read_to_string(run.join("curve.svg")).unwrap().contains("polyline"),
        "no curve in the picture"
    );
    assert!(fs::read_dir(run.join("samples")).unwrap().count() > 0, "no sample continuation");

    // Not over what is there, but on from it.
    let arguments = train(&["--notes", "16000"]);
    let said = fails(&arguments.iter().map(String::as_str).collect::<Vec<_>>());
    assert!(said.contains("--resume"), "{said}");
    // With the options that it was begun with, or not at all; and from files of one step.
    let other = train(&["--notes", "16000", "--resume", "--seed", "2"]);
    let said = fails(&other.iter().map(String::as_str).collect::<Vec<_>>());
    assert!(said.contains("--seed 1"), "{said}");
    let state = fs::read_to_string(run.join("run.json")).unwrap();
    let later = state.replacen("\"step\":", "\"step\":1", 1);
    assert_ne!(later, state);
    fs::write(run.join("run.json"), later).unwrap();
    let arguments = train(&["--notes", "16000", "--resume"]);
    let said = fails(&arguments.iter().map(String::as_str).collect::<Vec<_>>());
    assert!(said.contains("different steps") && said.contains("--from"), "{said}");
    fs::write(run.join("run.json"), state).unwrap();
    run_it(&["--notes", "16000", "--resume"]);
    let resumed: serde_json::Value =
        serde_json::from_str(&fs::read_to_string(run.join("run.json")).unwrap()).unwrap();
    assert!(resumed["notes"].as_u64().unwrap() >= 16_000);
    let second = evaluate(&run.join("model.safetensors"), &midi);
    assert!(second < first, "the loss does not fall: {first} then {second}");

    // What it has learned is in its weights: with random ones the score collapses.
    let mut swapped = Checkpoint::load(&run.join("model.safetensors")).unwrap();
    swapped.numbers = initial_numbers(&swapped.config, 99);
    swapped.save(&path("random.safetensors"), Precision::Half).unwrap();
    let random = evaluate(&path("random.safetensors"), &midi);
    assert!(random > 1.5 * second, "trained {second}, random {random}");

    // It goes on from weights alone, for as long as it is given, with the music of two folders; and
    // it plays.
    let (more, other) = (path("more"), path("other"));
    let again = ["prepare", "--midi", text(&midi), "--keep-duplicates", "--out", text(&more)];
    succeeds(&again);
    let (weights, second) = (run.join("model.safetensors"), ["--shards", text(&more)]);
    let fixed = ["train", "--shards", text(&shards), "--out", text(&other), "--from", text(&weights)];
    let sizes = ["--batch", "1", "--length", "64", "--notes", "100000000", "--minutes", "0.01"];
    succeeds(&[&fixed[..], &second[..], &sizes[..]].concat());
    // The time before counts: nothing is left of it.
    let notes = |run: &Path| {
        let state = fs::read_to_string(run.join("run.json")).unwrap();
        serde_json::from_str::<serde_json::Value>(&state).unwrap()["notes"].as_u64().unwrap()
    };
    let (before, begun) = (notes(&other), ["train", "--shards", text(&shards), "--out", text(&other)]);
    succeeds(&[&begun[..], &second[..], &sizes[..], &["--resume"]].concat());
    assert_eq!(notes(&other), before);
    // A run that is killed goes on from where it was saved, long before it evaluates.
    let killed = path("killed");
    let fixed = ["train", "--shards", text(&shards), "--out", text(&killed)];
    let sizes = ["--batch", "1", "--length", "64", "--save-every", "0.02"];
    let mut running = Command::new(env!("CARGO_BIN_EXE_trainer"))
        .args([&fixed[..], &["--from", text(&weights)], &sizes[..], &["--notes", "100000000"]].concat())
        .stderr(Stdio::null())
        .spawn()
        .unwrap();
    while !killed.join("run.json").exists() {
        assert!(running.try_wait().unwrap().is_none(), "it ended");
        std::thread::sleep(Duration::from_millis(20));
    }
    running.kill().unwrap();
    running.wait().unwrap();
    let saved = notes(&killed);
    assert!(saved > 0 && !killed.join("curve.svg").exists(), "{saved} notes");
    // With no time left it writes a model, and learns no more.
    succeeds(&[&fixed[..], &sizes[..], &["--resume", "--minutes", "0.000001"]].concat());
    assert!(killed.join("model.safetensors").exists() && notes(&killed) == saved);
    let more = (saved + 300).to_string();
    succeeds(&[&fixed[..], &sizes[..], &["--resume", "--notes", &more]].concat());
    assert!(notes(&killed) >= saved + 300);
    let all = ["--weigh", "nothing=0", "--weigh", "=0"];
    let silent = ["train", "--shards", text(&shards), "--out", text(&empty)];
    let said = fails(&[&silent[..], &all[..]].concat());
    assert!(said.contains("no notes to train on"), "{said}");
    let (prompt, out) = (midi.join("piece-1.mid"), path("answer.mid"));
    let weights = run.join("model.safetensors");
    succeeds(&[
        "sample",
        "--model",
        text(&weights),
        "--midi",
        text(&prompt),
        "--bars",
        "2",
        "--out",
        text(&out),
    ]);
    let answer = midi_file::read(&out).unwrap();
    assert!(answer.tracks.iter().any(|track| track.name == "Segue" && !track.notes.is_empty()));
}

#[test]
fn bad_input_is_named_and_nothing_is_written() {
    let home = tempfile::tempdir().unwrap();
    let path = |name: &str| home.path().join(name);
    let (empty, midi, out) = (path("empty"), path("midi"), path("out"));
    fs::create_dir(&empty).unwrap();
    fs::create_dir(&midi).unwrap();
    fs::write(midi.join("text.mid"), "not music").unwrap();
    fs::write(path("model.safetensors"), "not a model").unwrap();
    let mut foreign = Checkpoint::from_bytes(&random_model()).unwrap().to_bytes(Precision::Half).unwrap();
    let fingerprint = format!("{:016x}", segue_music::Vocabulary::new().fingerprint());
    let at = foreign.windows(16).position(|window| window == fingerprint.as_bytes()).expect("a fingerprint");
    foreign[at..at + 16].copy_from_slice(b"0123456789abcdef");
    fs::write(path("foreign.safetensors"), foreign).unwrap();
    write_pieces(&empty.join("..").join("midi"), 1);

    let model = path("model.safetensors");
    let foreign = path("foreign.safetensors");
    let (nowhere, older) = (path("nowhere"), path("older"));
    let (unwritable, prompt) = (nowhere.join("new"), midi.join("piece-0.mid"));
    fs::create_dir(&older).unwrap();
    fs::write(older.join("train.shard"), [7; 64]).unwrap();
    // (arguments, what the error must name)
    for (arguments, named) in [
        (vec!["prepare", "--midi", text(&empty), "--out", text(&out)], "empty"),
        (vec!["prepare", "--midi", text(&nowhere), "--out", text(&out)], "nowhere"),
        (vec!["prepare", "--midi", text(&midi), "--out", text(&out)], "at least two"),
        (
            vec!["prepare", "--midi", text(&midi), "--manifest", text(&nowhere), "--out", text(&out)],
            "nowhere",
        ),
        (vec!["train", "--shards", text(&nowhere), "--out", text(&out)], "trainer prepare"),
        (vec!["train", "--shards", text(&older), "--out", text(&out)], "another version"),
        (vec!["evaluate", "--model", text(&model), "--midi", text(&midi)], "model.safetensors"),
        (vec!["evaluate", "--model", text(&foreign), "--midi", text(&midi)], "another vocabulary"),
        (vec!["evaluate", "--model", text(&nowhere), "--midi", text(&midi)], "nowhere"),
        // Before anything is learned, and never over the prompt.
        (vec!["finetune", "--midi", text(&midi), "--out", text(&unwritable)], "cannot be written"),
        (vec!["critic", "--model", text(&nowhere), "--shards", text(&older)], "nowhere"),
        (vec!["sample", "--midi", text(&prompt), "--out", text(&prompt)], "overwrite the prompt"),
        // Numbers that nothing can be done with.
        (vec!["train", "--shards", text(&older), "--out", text(&out), "--batch", "0"], "--batch"),
        (vec!["train", "--shards", text(&older), "--out", text(&out), "--notes", "0"], "--notes"),
        (vec!["train", "--shards", text(&older), "--out", text(&out), "--rate=-1"], "above 0"),
        (vec!["train", "--shards", text(&older), "--out", text(&out), "--minutes", "0"], "above 0"),
        (vec!["train", "--shards", text(&older), "--out", text(&out), "--weigh", "band"], "band-=2"),
        (vec!["train", "--shards", text(&older), "--out", text(&out), "--weigh", "band-=-2"], "band-=2"),
        (vec!["finetune", "--midi", text(&midi), "--out", text(&out), "--minutes", "nan"], "above 0"),
        (vec!["sample", "--midi", text(&prompt), "--out", text(&out), "--temperature", "nan"], "0 to 5"),
    ] {
        let said = fails(&arguments);
        assert!(said.contains(named), "{arguments:?}: {said}");
    }
    assert!(!out.join("train.shard").exists() && !out.join("latest.safetensors").exists());
}

/// A folder that leads back to itself is read once, and of a kind whose pieces are long one is
/// scored.
#[cfg(unix)]
#[test]
fn every_piece_is_read_once_and_every_kind_is_scored() {
    let home = tempfile::tempdir().unwrap();
    let midi = home.path().join("midi");
    fs::create_dir(&midi).unwrap();
    write_pieces(&midi, 3);
    std::os::unix::fs::symlink(&midi, midi.join("again")).unwrap();
    let model = home.path().join("model.safetensors");
    fs::write(&model, random_model()).unwrap();
    let score = |most: &str| {
        let asked = ["evaluate", "--model", text(&model), "--midi", text(&midi), "--json", "--most", most];
        let said: serde_json::Value = serde_json::from_str(&succeeds(&asked)).unwrap();
        said["notes"].as_u64().unwrap()
    };
    assert_eq!(score("0"), 3 * 159, "all but the first note of each");
    assert_eq!(score("20"), 159, "one piece");
}

fn random_model() -> Vec<u8> {
    Checkpoint::random(&Config::tiny(), 1).to_bytes(Precision::Half).unwrap()
}

#[test]
fn a_mean_lies_between_models_of_one_shape() {
    let home = tempfile::tempdir().unwrap();
    let path = |name: &str| home.path().join(name);
    let make = |name: &str, config: &Config, seed| {
        let model =
            Checkpoint { name: name.to_owned(), notes_seen: seed, ..Checkpoint::random(config, seed) };
        model.save(&path(name), Precision::Single).unwrap();
        model
    };
    // One of them has learned how turns end.
    let models = [1, 2, 3].map(|seed| {
        let config = Config { ends: seed == 2, ..Config::tiny() };
        make(&format!("{seed}.safetensors"), &config, seed)
    });
    make("other.safetensors", &Config::tiny_ensemble(), 4);
    let blend = |names: &[&str], out: &str| -> Vec<String> {
        let models = names.iter().flat_map(|name| ["--model".to_owned(), text(&path(name)).to_owned()]);
        let out = ["--out".to_owned(), text(&path(out)).to_owned()];
        std::iter::once("blend".to_owned()).chain(models).chain(out).collect()
    };
    let said = |arguments: &[String], run: fn(&[&str]) -> String| {
        run(&arguments.iter().map(String::as_str).collect::<Vec<_>>())
    };
    let refused = |names: &[&str], out: &str| said(&blend(names, out), fails);

    let three = ["1.safetensors", "2.safetensors", "3.safetensors"];
    said(&blend(&three, "mean.safetensors"), succeeds);
    let mean = Checkpoint::load(&path("mean.safetensors")).unwrap();
    assert_eq!((&mean.name[..], mean.notes_seen, mean.config.ends), ("1.safetensors", 3, true));
    for (name, numbers) in &mean.numbers {
        for (place, &number) in numbers.iter().enumerate() {
            let sum: f32 = models.iter().map(|model| model.numbers[name][place]).sum();
            assert!((number - sum / 3.0).abs() < 1e-2, "{name} {place}: {number}, not {}", sum / 3.0);
        }
    }

    let two = ["1.safetensors", "2.safetensors"];
    for (names, out, says) in [
        (&two[..1], "none", "two models"),
        (&two[..], "mean.safetensors", "exists already"),
        (&["1.safetensors", "other.safetensors"], "none", "other.safetensors has another shape"),
        (&["1.safetensors", "absent"], "none", "absent"),
    ] {
        let why = refused(names, out);
        assert!(why.contains(says), "{why}");
        assert!(!path("none").exists(), "{says}");
    }
}
