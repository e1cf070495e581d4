//! A key that sounds is left alone, unless a model is sure.

use std::sync::Arc;

use segue_model::{Checkpoint, Config, Generator, Guards, Model, NoteRequest};
use segue_music::{Beats, ContextNote, Key, Note, Role};

const KEYS: [Key; 2] = [60, 64];

/// A model that believes in the first of [`KEYS`] with this probability, and else in the other.
fn model(first: f32) -> Arc<Model> {
    let mut checkpoint = Checkpoint::random(&Config::tiny(), 3);
    let numbers = &mut checkpoint.numbers;
    numbers.get_mut("key.out").expect("a head").fill(0.0);
    let bias = numbers.get_mut("key.out.bias").expect("a head");
    bias.fill(-1000.0);
    bias[usize::from(KEYS[0])] = first.ln();
    bias[usize::from(KEYS[1])] = (1.0 - first).ln();
    Arc::new(Model::from_checkpoint(checkpoint).expect("a model"))
}

/// How many of 100 notes at the fourth beat are the first key, where a role has struck it at the
/// first beat for so many.
fn struck(model: &Arc<Model>, role: Role, beats: Beats) -> usize {
    let request = NoteRequest {
        at_once: true,
        guards: Guards::NONE,
        ..NoteRequest::new(Role::Segue, Beats::ONE.times(4), Beats::ONE.times(5))
    };
    let played = |seed: u64| {
        let mut generator = Generator::new(model.clone());
        let note = Note { onset: Beats::ZERO, key: KEYS[0], duration: beats, velocity: 80 };
        generator.hear(ContextNote::whole(&note, role));
        generator.next(&NoteRequest { seed, ..request }).expect("a note").note.key
    };
    (0..100).filter(|&seed| played(seed) == KEYS[0]).count()
}

#[test]
fn a_key_that_sounds_is_left_alone_unless_the_model_is_sure() {
    let (long, nearly_over, over) = (Beats::ONE.times(8), Beats::ratio(17, 4), Beats::ONE.times(3));
    for (what, belief, role, beats, expected) in [
        ("it sounds", 0.7, Role::Segue, long, 0..=0),
        ("it is over", 0.7, Role::Segue, over, 50..=90),
        ("it is nearly over", 0.7, Role::Segue, nearly_over, 50..=90),
        ("it is the player's", 0.7, Role::Player, long, 50..=90),
        ("it sounds, and the model is sure", 0.9, Role::Segue, long, 80..=100),
    ] {
        let first = struck(&model(belief), role, beats);
        assert!(expected.contains(&first), "{what}: struck {first} times of 100");
    }
}
