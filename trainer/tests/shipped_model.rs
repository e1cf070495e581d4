//! The model in assets has learned something that is in its weights.

use std::path::{Path, PathBuf};
use std::process::Command;
use std::sync::Arc;

use segue_model::{
    CANDIDATES, Checkpoint, Continuation, ContinuationOptions, Guards, Model, Precision, initial_numbers,
};
use segue_music::{PartSet, midi_file};

fn assets() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("../assets")
}

/// (the model's, order-0's, the bigram's) bits per note of the example phrases.
fn evaluate(model: &Path) -> [f64; 3] {
    let mut command = Command::new(env!("CARGO_BIN_EXE_trainer"));
    command.args(["evaluate", "--json", "--midi"]).arg(assets().join("prompts")).arg("--model").arg(model);
    let output = command.output().expect("the trainer starts");
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
    let json: serde_json::Value = serde_json::from_slice(&output.stdout).expect("JSON on standard output");
    ["/bits_per_note/total", "/order_0/bits_per_note/total", "/bigram/bits_per_note/total"].map(|path| {
        json.pointer(path).and_then(serde_json::Value::as_f64).unwrap_or_else(|| panic!("no {path}"))
    })
}

#[test]
fn with_random_weights_its_score_collapses() {
    let shipped = assets().join("segue.safetensors");
    let [model, order_0, bigram] = evaluate(&shipped);
    assert!(model < 0.75 * order_0 && model < 0.9 * bigram, "{model}, order-0 {order_0}, bigram {bigram}");

    let mut checkpoint = Checkpoint::load(&shipped).expect("the model in assets");
    checkpoint.numbers = initial_numbers(&checkpoint.config, 1);
    let home = tempfile::tempdir().expect("a folder");
    let path = home.path().join("random.safetensors");
    checkpoint.save(&path, Precision::Half).expect("a file");
    let [random, ..] = evaluate(&path);
    // An untrained network still copies: it is about as good as an order-0 model of the last notes.
    assert!(random > bigram && random > 1.25 * model, "trained {model}, random {random}, bigram {bigram}");
}

#[test]
fn it_is_small_and_its_card_lies_beside_it() {
    let bytes = std::fs::metadata(assets().join("segue.safetensors")).expect("the model in assets").len();
    assert!(bytes < 30_000_000, "{bytes} bytes");
    let card = std::fs::read_to_string(assets().join("segue.md")).expect("the model's card");
    let checkpoint = Checkpoint::load(&assets().join("segue.safetensors")).expect("the model in assets");
    let seen = format!("{:.1} million notes", checkpoint.notes_seen as f64 / 1e6);
    assert!(card.contains(&seen), "the card does not say that it saw {seen}");
}

/// The command that makes them: `segue continue assets/examples/prompts --bars 16 -o
/// assets/examples`.
#[test]
fn the_examples_are_its_answers() {
    let model = Arc::new(Model::load(&assets().join("segue.safetensors")).expect("the model in assets"));
    assert!(model.critic().is_some(), "its critic lies beside it");
    let folder = assets().join("examples");
    let prompts = std::fs::read_dir(folder.join("prompts")).expect("the prompts");
    let mut answered = 0;
    for entry in prompts {
        let path = entry.expect("a prompt").path();
        let name = path.file_name().expect("a name");
        let prompt = midi_file::read(&path).expect("a MIDI file");
        let options = ContinuationOptions {
            bars: 16,
            grid: None,
            temperature: 1.0,
            top_p: 0.95,
            seed: 1,
            guards: Guards::ALL,
            parts: PartSet::NONE,
            candidates: CANDIDATES,
        };
        let answer = Continuation::of(&prompt, model.clone(), &options).expect("notes to go on from");
        let wanted = midi_file::to_bytes(&answer.with_prompt(&prompt)).expect("a sound piece");
        let written = std::fs::read(folder.join(name)).expect("an answer");
        assert!(written == wanted, "{}: answer the prompts again", name.display());
        answered += 1;
    }
    assert_eq!(answered, 10);
}
