//! Self-play as it is used: a model and prepared music in, a model and a table out.

use std::fs;
use std::path::Path;

use common::{fails, succeeds, text, write_piece};
use segue_model::{Checkpoint, Config, Precision};
use segue_music::{Beats, Note};

mod common;

/// The rows of a table in Markdown, as numbers.
fn rows(table: &str) -> Vec<Vec<f64>> {
    let cell = |cell: &str| cell.trim().trim_end_matches(" %").parse().unwrap_or(f64::NAN);
    let rows = table.lines().filter(|line| line.starts_with("| ")).skip(1);
    rows.map(|row| row.trim_matches('|').split('|').map(cell).collect()).collect()
}

#[test]
fn a_model_learns_to_prefer_what_people_played() {
    let home = tempfile::tempdir().unwrap();
    let path = |name: &str| home.path().join(name);
    let (midi, shards, model) = (path("midi"), path("shards"), path("model.safetensors"));
    succeeds(&["arrange", "--out", text(&midi), "--count", "12", "--kinds", "piano"]);
    succeeds(&["prepare", "--midi", text(&midi), "--out", text(&shards)]);
    Checkpoint::random(&Config::tiny(), 2).save(&model, Precision::Single).unwrap();

    let run = |out: &Path, more: &[&str]| {
        let fixed = ["selfplay", "--model", text(&model), "--shards", text(&shards), "--out", text(out)];
        let sizes = ["--pairs", "24", "--rate", "1e-3", "--threads", "2"];
        [&fixed[..], &sizes[..], more].concat().into_iter().map(str::to_owned).collect::<Vec<_>>()
    };
    let play =
        |out: &Path, more: &[&str]| succeeds(&run(out, more).iter().map(String::as_str).collect::<Vec<_>>());
    let refused =
        |out: &Path, more: &[&str]| fails(&run(out, more).iter().map(String::as_str).collect::<Vec<_>>());

    let short = ["--prompt-bars", "2", "--bars", "4"];
    let (whole, parted) = (path("whole"), path("parted"));
    let said = play(&whole, &[&short[..], &["--rounds", "2"]].concat());
    let table = rows(&said);
    assert_eq!(table.len(), 3, "{said}");
    for round in &table[1..] {
        assert!(round[2] > 60.0 && round[3] > 0.0, "people's is preferred: {said}");
    }
    assert_eq!(rows(&fs::read_to_string(whole.join("rounds.md")).unwrap()).len(), 3);
    assert!(fs::read_to_string(whole.join("curve.svg")).unwrap().contains("Loss in nats"));
    let trained = Checkpoint::load(&whole.join("model.safetensors")).unwrap();
    assert!(trained.notes_seen > 0);

    // A run that was stopped after a round goes on as if it had not been.
    play(&parted, &[&short[..], &["--rounds", "1"]].concat());
    let said = refused(&parted, &[&short[..], &["--rounds", "2"]].concat());
    assert!(said.contains("--resume") && said.contains("parted"), "{said}");
    play(&parted, &[&short[..], &["--rounds", "2", "--resume"]].concat());
    let round = |folder: &Path| Checkpoint::load(&folder.join("round-2.safetensors")).unwrap();
    assert!(round(&whole) == round(&parted), "the same weights");

    let said = refused(&path("nothing"), &[&short[..], &["--resume"]].concat());
    assert!(said.contains("nothing to resume"), "{said}");
    // Pieces of two bars hold no prompt and answer.
    let (brief, empty) = (path("brief"), path("brief-shards"));
    fs::create_dir(&brief).unwrap();
    for index in 0..12 {
        let step = Beats::ratio(1, 2);
        let note =
            |place: i64| Note { onset: step.times(place), key: 50 + index, duration: step, velocity: 80 };
        write_piece(&brief.join(format!("piece-{index}.mid")), (0..16).map(note).collect());
    }
    succeeds(&["prepare", "--midi", text(&brief), "--out", text(&empty)]);
    let out = path("none");
    let said = fails(&["selfplay", "--model", text(&model), "--shards", text(&empty), "--out", text(&out)]);
    assert!(said.contains("ask for fewer bars"), "{said}");
    // Beside others they are no harm, and other pairs are drawn.
    play(&out, &[&short[..], &["--rounds", "1", "--shards", text(&empty)]].concat());
    let first = |folder: &Path| Checkpoint::load(&folder.join("round-1.safetensors")).unwrap();
    assert!(first(&out) != first(&whole));
}
