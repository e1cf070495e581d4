//! The commands that say how good a model is: scored on a grid, reported, fine-tuned, timed.

use std::fs;
use std::path::Path;
use std::sync::Arc;

use common::{fails, succeeds, text, write_piece};
use segue_model::{Checkpoint, Config, Critic, Generator, Model, Precision};
use segue_music::{Beats, ContextNote, Note, Role, midi_file};
use serde_json::Value;

mod common;

/// Walks over a major scale in eighths, a different one in every piece.
fn write_walks(folder: &Path, count: u64) {
    fs::create_dir_all(folder).expect("a writable folder");
    for piece in 0..count {
        let mut state = piece * 7919 + 17;
        let mut degree = 7_i64;
        let step = Beats::ratio(1, 2);
        let mut note = |place: i64| {
            state = state.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
            degree = (degree + [-2, -1, 1, 2, 3, -3][(state >> 33) as usize % 6]).clamp(0, 14);
            let key = 55 + 12 * (degree / 7) + [0, 2, 4, 5, 7, 9, 11][degree as usize % 7];
            let velocity = 60 + 10 * (place % 4) as u8;
            Note { onset: step.times(place), key: key as u8, duration: step, velocity }
        };
        write_piece(&folder.join(format!("walk-{piece:02}.mid")), (0..168).map(&mut note).collect());
    }
}

/// An untrained model with a critic.
fn write_model(path: &Path) {
    let critic = Some(Critic::new(vec![1.0; Config::tiny().dim]));
    let checkpoint = Checkpoint { name: "tiny".into(), critic, ..Checkpoint::random(&Config::tiny(), 1) };
    checkpoint.save(path, Precision::Half).unwrap();
}

fn json(said: &str) -> Value {
    serde_json::from_str(said).unwrap_or_else(|error| panic!("{error}: {said}"))
}

/// What a page plays.
fn music(page: &str) -> Vec<Value> {
    let (_, rest) = page.split_once("<script type=\"application/json\" id=music>").expect("music");
    json(rest.split("</script>").next().unwrap()).as_array().expect("a list").clone()
}

#[test]
fn on_a_sixteenth_grid_all_score_the_same_notes() {
    let home = tempfile::tempdir().unwrap();
    let (midi, model) = (home.path().join("midi"), home.path().join("tiny.safetensors"));
    write_walks(&midi, 8);
    write_model(&model);
    let shards = home.path().join("shards");
    succeeds(&["prepare", "--midi", text(&midi), "--out", text(&shards)]);
    let common =
        ["evaluate", "--model", text(&model), "--midi", text(&midi), "--shards", text(&shards), "--json"];
    let free = json(&succeeds(&common));
    let window = ["--grid", "16", "--prompt-bars", "4", "--score-bars", "12"];
    let grid = json(&succeeds(&[&common[..], &window[..]].concat()));
    assert_eq!((free["grid"].as_u64(), grid["grid"].as_u64()), (None, Some(16)));
    // 21 bars of eight notes: four given, twelve scored, five left over, of which one is scored.
    assert_eq!((free["notes"].as_u64(), grid["notes"].as_u64()), (Some(8 * 167), Some(8 * (96 + 8))));
    for score in [&free, &grid] {
        for other in
            ["markov", "markov_corpus_only", "markov_piece_only", "mixed_contexts", "order_0", "bigram"]
        {
            assert_eq!(score[other]["notes"], score["notes"], "{other}");
        }
        let key = |name: &str| score[name]["bits_per_note"]["key"].as_f64().unwrap();
        assert!(key("markov") < key("bigram") && key("bigram") < key("order_0"), "{score}");
        assert!(
            key("markov") < key("markov_piece_only") && key("mixed_contexts") < key("order_0"),
            "{score}"
        );
    }
    assert!(free["bits_per_note"]["velocity"].is_f64() && grid["bits_per_note"]["velocity"].is_null());

    let said = fails(&[&common[..], &["--left-out", "polka"]].concat());
    assert!(said.contains("polka") && said.contains("unknown"), "{said}");
    assert!(fails(&["evaluate", "--model", text(&model)]).contains("--shards"));
    let out = home.path().join("run");
    let said = fails(&["train", "--shards", text(&shards), "--out", text(&out), "--leave-out", "polka"]);
    assert!(said.contains("polka") && said.contains("unknown") && !out.exists(), "{said}");
}

#[test]
fn a_report_is_a_page_with_everything_it_links() {
    let home = tempfile::tempdir().unwrap();
    let (midi, model) = (home.path().join("midi"), home.path().join("tiny.safetensors"));
    write_walks(&midi, 6);
    write_model(&model);
    let run = |out: &Path| {
        let out = text(out);
        let sizes = ["--prompts", "4", "--prompt-bars", "2", "--bars", "4"];
        let arguments = ["report", "--model", text(&model), "--midi", text(&midi), "--out", out];
        succeeds(&[&arguments[..], &sizes[..]].concat());
    };
    let out = home.path().join("report");
    run(&out);
    let page = fs::read_to_string(out.join("index.html")).unwrap();
    let named = |start: &str| -> Vec<String> {
        let rest = page.split(start).skip(1);
        rest.map(|rest| rest.split('"').next().unwrap().to_owned()).collect()
    };
    // One file: it loads nothing.
    assert!(!page.contains("src=") && !page.contains("<link") && !page.contains("@import"), "{page}");
    assert!(page.matches("<svg role=\"img\" aria-label=\"").count() >= 4, "too few plots");
    let music = music(&page);
    assert_eq!((music.len(), page.matches("data-music=").count()), (4, 4));
    for piece in &music {
        let takes: Vec<_> = piece["takes"].as_array().unwrap().iter().map(|take| &take["who"]).collect();
        assert!(takes[0] == "Segue" && takes[1] == "people", "{takes:?}");
        assert!(takes.iter().any(|who| *who == "loop of the prompt"), "{takes:?}");
        // Two bars and four, at the tempo of free playing.
        assert_eq!((&piece["turn"], &piece["end"]), (&json("4000"), &json("12000")));
    }
    assert!(page.contains("id=which"), "nobody is asked");
    let links = named("href=\"");
    assert_eq!(links.len(), 12);
    for link in links {
        let piece = midi_file::read(&out.join(&link)).unwrap_or_else(|error| panic!("{link}: {error}"));
        let answered = piece.tracks.iter().any(|track| track.name == "Segue");
        assert_eq!(answered, !link.contains("prompt"), "{link}");
    }
    let numbers = fs::read_to_string(out.join("report.json")).unwrap();
    let playing = &json(&numbers)["playing"];
    let systems = &playing["systems"];
    let of = |system: &str, number: &str| systems[system][number].as_f64().unwrap();
    // The loop and the spoiled human are where a measure that works puts them.
    assert!(of("loop of the prompt", "copied_8_from_prompt") > 0.7, "{systems}");
    assert!(of("people", "copied_8_from_prompt") < 0.2, "{systems}");
    assert_eq!(of("people", "surprise_distance"), 0.0);
    assert!(of("people, 10 % wrong notes", "in_key") < of("people", "in_key") - 0.02, "{systems}");
    assert_eq!(of("people", "in_key"), 1.0, "a walk on a scale");
    // Structure, of everybody.
    let number = |path: &str| {
        playing.pointer(path).and_then(Value::as_f64).unwrap_or_else(|| panic!("{path}: {playing}"))
    };
    assert_eq!(number("/form/loop of the prompt/bass/2"), 1.0);
    assert!(number("/form/loop of the prompt/likeness/0") > number("/form/people/likeness/0") + 0.5);
    assert_eq!(number("/thirds/people/in_scale/2"), 1.0);
    assert!(number("/systems/Markov model/notes") > 8.0, "the Markov model plays");
    // Four pieces tell nothing, and the page says so.
    assert!(playing["told_apart"].is_null() && page.contains("Not measured: a classifier needs 12 pieces"));

    let again = home.path().join("again");
    run(&again);
    assert_eq!(numbers, fs::read_to_string(again.join("report.json")).unwrap(), "another run, other numbers");
    assert!(
        fails(&[
            "report",
            "--model",
            text(&model),
            "--midi",
            text(&midi),
            "--out",
            text(&again),
            "--bars",
            "60"
        ])
        .contains("--bars")
    );
}

#[test]
fn a_report_to_be_given_away_holds_no_music_of_others() {
    let home = tempfile::tempdir().unwrap();
    let path = |name: &str| home.path().join(name);
    let (midi, model, examples, out) =
        (path("midi"), path("tiny.safetensors"), path("examples"), path("report"));
    write_walks(&midi, 6);
    write_model(&model);
    fs::create_dir(&examples).unwrap();
    let sizes = ["--prompts", "2", "--prompt-bars", "2", "--bars", "4", "--examples", text(&examples)];
    let report = ["report", "--model", text(&model), "--midi", text(&midi), "--out", text(&out)];
    assert!(fails(&[&report[..], &sizes[..]].concat()).contains("examples"), "an empty folder");

    let answer = examples.join("walk.mid");
    let prompt = midi.join("walk-00.mid");
    succeeds(&[
        "sample",
        "--model",
        text(&model),
        "--midi",
        text(&prompt),
        "--bars",
        "4",
        "--out",
        text(&answer),
    ]);
    succeeds(&[&report[..], &sizes[..]].concat());
    let page = fs::read_to_string(out.join("index.html")).unwrap();
    assert!(page.contains("href=\"../examples/walk.mid\"") && page.contains("data-music=0"), "{page}");
    assert!(!page.contains("walk-0"), "a piece of others' is named");
    let music = music(&page);
    let takes: Vec<&Value> = music.iter().flat_map(|piece| piece["takes"].as_array().unwrap()).collect();
    assert!(music.len() == 1 && takes.len() == 1 && takes[0]["who"] == "Segue", "{takes:?}");
    assert!(!page.contains("id=which"), "there is nobody beside");
    let written: Vec<_> = fs::read_dir(&out).unwrap().map(|entry| entry.unwrap().path()).collect();
    let music = written.iter().find(|path| path.is_dir() || path.extension().is_some_and(|end| end == "mid"));
    assert_eq!(music, None, "music is written");
}

#[test]
fn a_sweep_judges_every_setting_by_the_same_numbers() {
    let home = tempfile::tempdir().unwrap();
    let (midi, model) = (home.path().join("midi"), home.path().join("tiny.safetensors"));
    write_walks(&midi, 6);
    write_model(&model);
    let sizes = ["--prompts", "3", "--prompt-bars", "2", "--bars", "8", "--json"];
    let settings = ["--temperatures", "0.001,1", "--top-ps", "0.5,1"];
    let sweep = ["sweep", "--model", text(&model), "--midi", text(&midi)];
    let said = json(&succeeds(&[&sweep[..], &sizes[..], &settings[..]].concat()));
    // No piece has eight bars more: nobody plays further on then.
    for (bars, beside) in [("4_bars", 5), ("8_bars", 4)] {
        let of = |row: &str, number: &str| {
            said[bars][row]["numbers"][number].as_f64().unwrap_or_else(|| panic!("{row} {number}: {said}"))
        };
        let distance = |row: &str| said[bars][row]["distance"].as_f64().unwrap();
        assert_eq!(said[bars].as_object().map(serde_json::Map::len), Some(beside + 4), "{said}");
        assert_eq!((distance("people"), of("people", "surprise_distance")), (0.0, 0.0));
        assert!(
            distance("loop of the prompt") > 5.0 && distance("people, pitches shuffled") > 0.05,
            "{said}"
        );
        assert!(of("loop of the prompt", "copied_8_from_prompt") > 0.5, "{said}");
        // At almost no temperature, top-p has nothing to cut.
        assert_eq!(said[bars]["T 0.001, top-p 0.5"], said[bars]["T 0.001, top-p 1"]);
        assert_ne!(said[bars]["T 1, top-p 0.5"], said[bars]["T 1, top-p 1"]);
    }
    assert!(of_notes(&said, "4_bars") < of_notes(&said, "8_bars"), "{said}");

    // Other bars of the same pieces: their last.
    let ends = json(&succeeds(&[&sweep[..], &sizes[..], &["--ends", "--temperatures", "1"]].concat()));
    assert_ne!(ends["8_bars"]["people"]["numbers"], said["8_bars"]["people"]["numbers"]);
}

#[test]
fn a_sweep_shows_what_the_critic_chooses() {
    let home = tempfile::tempdir().unwrap();
    let (midi, model) = (home.path().join("midi"), home.path().join("tiny.safetensors"));
    write_walks(&midi, 14);
    write_model(&model);
    let sweep = ["sweep", "--model", text(&model), "--midi", text(&midi), "--json", "--prompts", "14"];
    let sizes = ["--prompt-bars", "2", "--bars", "8", "--temperatures", "1", "--top-ps", "1"];
    let said = json(&succeeds(&[&sweep[..], &sizes[..], &["--candidates", "4"]].concat()));
    let (one, best) = ("T 1, top-p 1", "T 1, top-p 1, chosen of 4");
    assert_ne!(said["8_bars"][one], said["8_bars"][best], "{said}");
    let alone = json(&succeeds(&[&sweep[..], &sizes[..]].concat()));
    assert_eq!(alone["8_bars"][one], said["8_bars"][one], "the first row is what is played without");
    // Numbers by name say what tells the answers.
    let sweep_to_read = sweep.iter().filter(|word| **word != "--json").copied();
    let words: Vec<&str> = sweep_to_read.chain(sizes).chain(["--tells", "2"]).collect();
    let tables = succeeds(&words);
    let told = |line: &&str| line.starts_with("| T 1, top-p 1 | ") && line.split(" | ").count() == 5;
    assert_eq!(tables.lines().filter(told).count(), 4, "two for each length: {tables}");
    // What is no critic is refused by name.
    fs::write(home.path().join("tiny.critic.json"), "{}").unwrap();
    let refused = fails(&[&sweep[..], &sizes[..], &["--candidates", "4"]].concat());
    assert!(refused.contains("tiny.critic.json") && refused.contains("trainer critic"), "{refused}");
}

#[test]
fn a_sweep_may_leave_out_what_was_heard_before() {
    let home = tempfile::tempdir().unwrap();
    let (midi, model) = (home.path().join("midi"), home.path().join("tiny.safetensors"));
    write_walks(&midi, 6);
    write_model(&model);
    let sweep = ["sweep", "--model", text(&model), "--midi", text(&midi), "--json", "--prompts", "6"];
    let sizes = ["--prompt-bars", "2", "--bars", "8", "--temperatures", "1", "--top-ps", "1"];
    let answers = |skip: &str| {
        let said = json(&succeeds(&[&sweep[..], &sizes[..], &["--skip", skip]].concat()));
        said["8_bars"]["people"]["numbers"]["answers"].as_u64()
    };
    assert_eq!((answers("0"), answers("2")), (Some(6), Some(4)));
    assert!(fails(&[&sweep[..], &sizes[..], &["--skip", "6"]].concat()).contains("long enough"));
}

#[test]
fn a_sweep_switches_guards_by_their_names() {
    let home = tempfile::tempdir().unwrap();
    let (midi, model) = (home.path().join("midi"), home.path().join("tiny.safetensors"));
    // So many that a guard tells beyond chance.
    write_walks(&midi, 16);
    write_model(&model);
    let sweep = ["sweep", "--model", text(&model), "--midi", text(&midi), "--json", "--prompts", "16"];
    let sizes = ["--prompt-bars", "2", "--bars", "8", "--temperatures", "1", "--top-ps", "1"];
    // What a row of the longer answers says, by its name.
    let row = |guards: &[&str], name: &str| {
        let said = json(&succeeds(&[&sweep[..], &sizes[..], guards].concat()));
        let row = said["8_bars"][name].clone();
        assert!(row["drift"]["turning"].is_f64(), "no row {name:?}: {said}");
        row
    };
    let all = row(&[], "T 1, top-p 1");
    let without = row(&["--without-guard", "range"], "T 1, top-p 1, without range");
    assert!(without["drift"]["far"].as_f64() > all["drift"]["far"].as_f64(), "{without} {all}");
    let two = ["--only-guard", "range", "--only-guard", "key"];
    let only = row(&two, "T 1, top-p 1, only range and key");
    assert!(only != all && only != without, "{only}");

    for option in ["--without-guard", "--only-guard"] {
        let said = fails(&[&sweep[..], &[option, "tempo"]].concat());
        let names = ["repetition", "key", "range", "density", "recall", "texture", "subdivision"];
        assert!(said.contains("tempo") && names.iter().all(|name| said.contains(name)), "{said}");
    }
    let both = [&sweep[..], &["--only-guard", "key", "--without-guard", "range"]].concat();
    assert!(fails(&both).contains("cannot be used with"));
}

/// Notes of people's continuations.
fn of_notes(said: &Value, bars: &str) -> f64 {
    said[bars]["people"]["numbers"]["notes"].as_f64().unwrap()
}

#[test]
fn fine_tuning_learns_a_folder_or_says_why_not() {
    let home = tempfile::tempdir().unwrap();
    let path = |name: &str| home.path().join(name);
    let (midi, few, model, out) =
        (path("Walks"), path("few"), path("tiny.safetensors"), path("mine.safetensors"));
    write_walks(&midi, 24);
    write_walks(&few, 3);
    write_model(&model);
    let from = ["--from", text(&model), "--out", text(&out)];
    fn with<'a>(from: &[&'a str], more: &[&'a str]) -> Vec<&'a str> {
        [&["finetune"], more, from].concat()
    }

    let said = fails(&with(&from, &["--midi", text(&few)]));
    assert!(said.contains("3 readable pieces") && said.contains("Add pieces"), "{said}");
    // At a rate too small to learn anything, no file is written.
    let said = fails(&with(&from, &["--midi", text(&midi), "--rate", "0", "--notes", "2000"]));
    assert!(said.contains("nothing is written"), "{said}");
    assert!(!out.exists(), "something was written");
    let nowhere = path("nowhere").join("mine.safetensors");
    let said = fails(&["finetune", "--midi", text(&midi), "--from", text(&model), "--out", text(&nowhere)]);
    assert!(said.contains("nowhere"), "{said}");

    let said = succeeds(&with(&from, &["--midi", text(&midi), "--notes", "12000", "--rate", "0.002"]));
    let total = |row: &str| -> f64 {
        let line = said
            .lines()
            .find(|line| line.starts_with(&format!("| {row} |")))
            .unwrap_or_else(|| panic!("{said}"));
        line.split("**").nth(1).unwrap().parse().unwrap()
    };
    assert!(total("after") < total("before") - 1.0, "{said}");
    for part in ["kept aside", "runs of 16 notes", "mine.critic.json belongs beside it"] {
        assert!(said.contains(part), "{part}: {said}");
    }
    let mine = Checkpoint::load(&out).unwrap();
    assert_eq!(mine.name, "Walks");
    assert!(mine.notes_seen > 0 && !path("mine.part").exists());
    assert_eq!(mine.critic, Checkpoint::load(&model).unwrap().critic, "it goes on with what was learned");
}

#[test]
fn training_speed_is_printed_for_a_size() {
    let measured = json(&succeeds(&["bench", "--json", "--no-torch", "--size", "1M", "--seconds", "0.1"]));
    assert_eq!(measured.as_array().map(Vec::len), Some(1));
    assert!(measured[0]["f32"].as_f64().unwrap() > 0.0 && measured[0]["size"] == "1M");
    assert!(measured[0]["torch_f32"].is_null() && measured[0]["ratio_to_torch"].is_null());
    assert!(fails(&["bench", "--size", "2M"]).contains("1M"));
}

#[test]
fn a_critic_learns_what_people_play() {
    let home = tempfile::tempdir().unwrap();
    let (midi, model) = (home.path().join("midi"), home.path().join("tiny.safetensors"));
    write_walks(&midi, 40);
    write_model(&model);
    let shards = home.path().join("shards");
    succeeds(&["prepare", "--midi", text(&midi), "--out", text(&shards)]);
    let critic = ["critic", "--model", text(&model), "--shards", text(&shards)];
    let said = succeeds(&[&critic[..], &["--pieces", "30"]].concat());
    // A model of random weights is easily told from walks over a scale.
    let known = said.rsplit_once(" %").and_then(|(before, _)| before.rsplit(' ').next()?.parse::<f64>().ok());
    assert!(known.is_some_and(|known| known > 90.0), "{said}");
    // It lies beside the model, and likes another walk better than what the model plays.
    let model = Arc::new(Model::load(&model).unwrap());
    let mut walk = Generator::new(model.clone());
    let mut wild = Generator::new(model);
    for place in 0..96 {
        let role = if place < 64 { Role::Player } else { Role::Segue };
        let (onset, duration) = (Beats::ratio(place, 2), Beats::ratio(1, 2));
        let note = |key: i64| Note { onset, key: u8::try_from(key).unwrap(), duration, velocity: 80 };
        let step = [60, 62, 64, 65, 67, 65, 64, 62][place as usize % 8];
        walk.hear(ContextNote::whole(&note(step), role));
        let key = if place < 64 { step } else { 30 + place * 37 % 61 };
        wild.hear(ContextNote::whole(&note(key), role));
    }
    let [walk, wild] = [walk, wild].map(|mut generator| generator.score(64 * 24, 96 * 24).unwrap());
    assert!(walk > wild, "{walk} and {wild}");
    let said = fails(&[&critic[..], &["--pieces", "5"]].concat());
    assert!(said.contains("24 pieces"), "{said}");
}
