//! Questions for one player's next note, whatever the other plays before it; and weights from before there were such questions.

use segue_model::{Batch, Checkpoint, Config, Network, Precision, Sequence};
use segue_music::{Context, ContextNote, Role, Tokenizer};

/// Two who play together: the player's note on every beat, two of Segue's after each but the fourth.
fn together(change: impl Fn(usize, &mut ContextNote)) -> Context {
    let mut context = Context::new();
    for beat in 0..16i64 {
        for (offset, role) in [(0, Role::Player), (10, Role::Segue), (20, Role::Segue)] {
            if beat % 4 == 3 && role == Role::Segue {
                continue;
            }
            let mut note = ContextNote {
                onset: beat * 48 + offset,
                key: 50 + (beat * 5 % 12) as u8 + (offset / 5) as u8,
                velocity: Some(60 + beat as u8),
                end: Some(beat * 48 + offset + 9),
                shown: (role == Role::Segue).then_some(9),
                role,
            };
            change(context.len(), &mut note);
            context.hear(note);
        }
    }
    context
}

#[test]
fn the_others_notes_are_skipped() {
    let tokenizer = Tokenizer::new();
    let context = together(|_, _| ());
    let sequence = Sequence::asking(&tokenizer, &context, |_| true, |_| Some(Role::Player));
    let notes = context.notes();
    for question in 0..sequence.len() {
        let next = notes[question + 1..].iter().find(|note| note.role == Role::Player);
        // After the last of the player's notes there is none to skip to.
        let expected = next.unwrap_or(&notes[question + 1]);
        assert_eq!(*sequence.token(question), tokenizer.token(expected, notes[question].onset), "{question}");
    }
}

#[test]
fn an_answer_is_seen_by_no_question_before_it_was_played() {
    let network = Network::random(&Config::tiny(), 3).unwrap();
    let logits = |context: &Context| {
        let asks = |place: usize| (!place.is_multiple_of(3)).then_some(Role::ALL[place % 2]);
        let sequence = Sequence::asking(&Tokenizer::new(), context, |_| true, asks);
        let batch = Batch::new(&[sequence], network.config(), network.vocabulary());
        // The onset's head is told nothing of the answer.
        network.logits(&batch).unwrap()[0].to_vec2::<f32>().unwrap()
    };
    let whole = logits(&together(|_, _| ()));
    for changed in [5, 17, 30] {
        let other = logits(&together(|place, note| {
            if place == changed {
                note.velocity = Some(1);
                note.onset += 3;
                note.end = note.end.map(|end| end + 40);
            }
        }));
        let first = whole.iter().zip(&other).position(|(a, b)| a != b);
        assert_eq!(first, Some(changed), "the step of a note is the first to tell of it");
    }
}

#[test]
fn weights_that_were_told_less_play_the_same() {
    let config = Config::tiny();
    let mut numbers = Network::random(&config, 5).unwrap().numbers().unwrap();
    // As if style and skipping had never been.
    let tables = ["steps", "onset.asked", "key.asked", "velocity.asked", "duration.asked"];
    for name in tables {
        let table = numbers.get_mut(name).unwrap();
        let rows = if name == "steps" { segue_model::STYLES } else { 1 };
        let told = table.len() - rows * config.dim;
        table[told..].fill(0.0);
    }
    let whole = Checkpoint { name: "x".into(), config, notes_seen: 9, styles: vec![], numbers };
    let bytes = whole.to_bytes(Precision::Single).unwrap();
    assert_eq!(Checkpoint::from_bytes(&bytes).unwrap(), whole);

    let shorter = shorten(&bytes, &tables);
    assert!(shorter.len() < bytes.len());
    assert_eq!(
        Checkpoint::from_bytes(&shorter).unwrap(),
        whole,
        "what is missing at a table's end says nothing"
    );
}

/// The same file with the last rows of tables left out.
fn shorten(bytes: &[u8], tables: &[&str]) -> Vec<u8> {
    use safetensors::tensor::{SafeTensors, TensorView};
    let (_, metadata) = SafeTensors::read_metadata(bytes).unwrap();
    let tensors = SafeTensors::deserialize(bytes).unwrap();
    let parts: Vec<_> = tensors
        .tensors()
        .into_iter()
        .map(|(name, tensor)| {
            let mut shape = tensor.shape().to_vec();
            if tables.contains(&name.as_str()) {
                shape[0] -= if name == "steps" { segue_model::STYLES } else { 1 };
            }
            let length = 4 * shape.iter().product::<usize>();
            (name, tensor.dtype(), shape, tensor.data()[..length].to_vec())
        })
        .collect();
    let views = parts
        .iter()
        .map(|(name, dtype, shape, data)| (name, TensorView::new(*dtype, shape.clone(), data).unwrap()));
    safetensors::serialize(views, metadata.metadata().clone()).unwrap()
}

#[test]
fn styles_keep_their_names() {
    let numbers = Network::random(&Config::tiny(), 6).unwrap().numbers().unwrap();
    let styles = vec!["score-SATB".to_owned(), "leadsheet-melody".to_owned()];
    let checkpoint = Checkpoint { name: "x".into(), config: Config::tiny(), notes_seen: 1, styles, numbers };
    let read = Checkpoint::from_bytes(&checkpoint.to_bytes(Precision::Single).unwrap()).unwrap();
    assert_eq!(read, checkpoint);
}
