//! Bass and drums to songs of bands, and bits by part, from the command line.

use std::path::{Path, PathBuf};

use common::{fails, succeeds, text, write_piece};
use segue_model::{Checkpoint, Config, Precision};
use segue_music::{Beats, Note};
use serde_json::Value;
use tempfile::TempDir;

mod common;

fn json(said: &str) -> Value {
    serde_json::from_str(said).unwrap_or_else(|error| panic!("{error}: {said}"))
}

/// A folder with songs of bands, and an untrained model beside them.
fn songs(config: &Config) -> (TempDir, PathBuf, PathBuf) {
    let home = tempfile::tempdir().unwrap();
    let (songs, model) = (home.path().join("songs"), home.path().join("tiny.safetensors"));
    succeeds(&["arrange", "--out", text(&songs), "--count", "4", "--kinds", "band"]);
    let checkpoint = Checkpoint { name: "tiny".into(), ..Checkpoint::random(config, 1) };
    checkpoint.save(&model, Precision::Half).unwrap();
    (home, songs, model)
}

#[test]
fn songs_accompany_themselves_best() {
    let (_home, songs, model) = songs(&Config::tiny_ensemble());
    let asked = ["evaluate", "--model", text(&model), "--midi", text(&songs), "--accompany", "3"];
    let said = json(&succeeds(&[&asked[..], &["--json"]].concat()));
    let rows = &said["accompaniments"];
    let figure = |row: &str, figure: &str| {
        rows[row][figure].as_f64().unwrap_or_else(|| panic!("no {figure} of {row}: {said}"))
    };
    let own = |name: &str| figure("the song's own", name);
    assert_eq!((own("songs"), own("kick_and_snare"), own("density")), (3.0, 1.0, 1.0));
    assert_eq!((own("bars_without_bass"), own("bars_without_drums")), (0.0, 0.0));
    for row in ["another song's", "by chance, in key"] {
        for name in ["bass_on_chord", "kick_and_snare"] {
            assert!(figure(row, name) < own(name), "{row}, {name}: {said}");
        }
    }
    assert!(figure("the model", "kick_and_snare") < 1.0);
    let table = succeeds(&asked);
    assert!(table.contains("| the model | ") && table.contains("| another song's | "), "{table}");
    assert_eq!(json(&succeeds(&[&asked[..], &["--json"]].concat())), said, "the same again");
}

#[test]
fn every_part_has_its_bits() {
    let (_home, songs, model) = songs(&Config::tiny_ensemble());
    let asked = ["evaluate", "--model", text(&model), "--midi", text(&songs), "--by-part"];
    let said = json(&succeeds(&[&asked[..], &["--json"]].concat()));
    for part in ["bass", "drums"] {
        let bits = &said["parts"][part]["bits_per_note"];
        assert!(bits["total"].as_f64().is_some_and(|bits| bits > 1.0), "{part}: {said}");
        assert!(bits["part"].as_f64().is_some_and(|bits| bits > 0.0), "{part}: {said}");
    }
    let table = succeeds(&asked);
    assert!(table.contains("| bass | ") && table.contains("| drums | "), "{table}");
    let all = |more: &[&str]| {
        let table = succeeds(&[&asked[..], more].concat());
        table.lines().find(|line| line.starts_with("| all | ")).expect("a row for all").to_owned()
    };
    // Windows as wide as the model's own are its own; narrower ones tell it less, whatever it has
    // before it.
    assert_eq!(all(&["--window", "24", "--copy-window", "40"]), all(&[]));
    let (narrow, wide) = (all(&["--window", "16", "--context", "32"]), all(&["--context", "32"]));
    assert!(narrow != wide && narrow != all(&["--window", "16"]), "{narrow}");
}

#[test]
fn what_cannot_be_scored_by_part_is_said() {
    let (home, songs, model) = songs(&Config::tiny());
    let evaluate = |midi: &Path, more: &[&str]| {
        let asked = ["evaluate", "--model", text(&model), "--midi", text(midi)];
        fails(&[&asked[..], more].concat())
    };
    for more in [&["--by-part"][..], &["--accompany", "2"]] {
        assert!(evaluate(&songs, more).contains("knows no parts"), "{more:?}");
    }
    let alone = home.path().join("alone");
    std::fs::create_dir(&alone).unwrap();
    let note =
        |place: i64| Note { onset: Beats::ONE.times(place), key: 60, duration: Beats::ONE, velocity: 80 };
    write_piece(&alone.join("alone.mid"), (0..64).map(note).collect());
    let parts = home.path().join("parts.safetensors");
    Checkpoint::random(&Config::tiny_ensemble(), 1).save(&parts, Precision::Half).unwrap();
    let said = fails(&["evaluate", "--model", text(&parts), "--midi", text(&alone), "--accompany", "2"]);
    assert!(said.contains("trainer arrange"), "{said}");
}

#[test]
fn a_report_tells_of_parts() {
    let (home, songs, model) = songs(&Config::tiny_ensemble());
    let out = home.path().join("report");
    let fixed = ["report", "--model", text(&model), "--midi", text(&songs), "--out", text(&out)];
    let few = ["--prompts", "2", "--bars", "4", "--most", "4000", "--accompany", "2"];
    succeeds(&[&fixed[..], &few[..]].concat());
    let page = std::fs::read_to_string(out.join("index.html")).unwrap();
    for words in ["By part", "<td>drums</td>", "Bass and drums", "<td>by chance, in key</td>"] {
        assert!(page.contains(words), "no {words:?}");
    }
    let report = json(&std::fs::read_to_string(out.join("report.json")).unwrap());
    assert!(report["by_part"]["parts"]["bass"]["notes"].as_u64().is_some_and(|notes| notes > 0));
    assert_eq!(report["bands"]["accompaniments"]["the model"]["songs"], 2);
}
