//! Why there is no note, where it is not for the limits.

use std::sync::Arc;

use segue_model::{
    Checkpoint, Config, Continuation, ContinuationOptions, Field, Generator, Guards, Model, NoteRequest, Rest,
};
use segue_music::{Beats, ContextNote, Note, PartSet, Piece, Role, Track};

fn request() -> NoteRequest {
    NoteRequest::new(Role::Segue, Beats::ONE, Beats::ONE.times(1000))
}

fn heard(model: Model) -> Generator {
    let mut generator = Generator::new(Arc::new(model));
    (0..20).for_each(|place| generator.hear(ContextNote::held(place * 12, 60, 80, Role::Player)));
    generator
}

/// The smallest model with one number of a parameter made bad.
fn with_one(parameter: &str, number: f32) -> Model {
    let mut checkpoint = Checkpoint { name: parameter.into(), ..Checkpoint::random(&Config::tiny(), 3) };
    checkpoint.numbers.get_mut(parameter).unwrap()[0] = number;
    Model::from_checkpoint(checkpoint).unwrap()
}

#[test]
fn nothing_heard_is_nothing_to_go_on_from() {
    let mut generator = Generator::new(Arc::new(Model::random(1)));
    assert_eq!(generator.next(&request()), Err(Rest::Unheard));
    generator.pedal(Role::Player, 0, true);
    assert_eq!(generator.next(&request()), Err(Rest::Unheard));
}

#[test]
fn after_the_time_asked_for_it_comes_later() {
    let mut generator = heard(Model::random(1));
    let (from, none) = (Beats::ONE.times(10), Beats::ONE.times(10));
    for until in [none, Beats::ONE, Beats::MIN] {
        assert_eq!(
            generator.next(&NoteRequest { from, until, at_once: true, ..request() }),
            Err(Rest::After)
        );
    }
    assert!(
        generator.next(&NoteRequest { from, until: from + Beats::ONE, at_once: true, ..request() }).is_ok()
    );
}

#[test]
fn numbers_that_are_none_give_silence_and_the_reason() {
    let mut models = vec![Model::poisoned()];
    for field in Field::ALL {
        for number in [f32::NAN, f32::INFINITY] {
            models.push(with_one(&format!("{}.out.bias", field.name()), number));
        }
    }
    for model in models {
        let name = model.name().to_owned();
        let mut generator = heard(model);
        let before = generator.context().notes().to_vec();
        for temperature in [0.0, 1.0, 100.0, f32::NAN] {
            assert_eq!(
                generator.next(&NoteRequest { temperature, ..request() }),
                Err(Rest::NotFinite),
                "{name}"
            );
        }
        assert_eq!(generator.context().notes(), before, "{name}: nothing joins the context");
    }
}

#[test]
fn a_piece_is_not_continued_by_a_broken_model() {
    let note = |beat| Note { onset: Beats::ONE.times(beat), key: 60, duration: Beats::ONE, velocity: 80 };
    let track = Track { notes: (0..8).map(note).collect(), ..Track::default() };
    let options = ContinuationOptions {
        bars: 2,
        grid: None,
        temperature: 1.0,
        top_p: 1.0,
        seed: 1,
        guards: Guards::ALL,
        parts: PartSet::NONE,
        candidates: 1,
    };
    let of = |tracks: Vec<Track>, model| {
        Continuation::of(&Piece { tracks, ..Piece::default() }, Arc::new(model), &options)
    };
    assert_eq!(of(vec![track.clone()], Model::poisoned()), Err(Rest::NotFinite));
    assert_eq!(of(vec![], Model::random(1)), Err(Rest::Unheard));
    assert!(of(vec![track], Model::random(1)).is_ok_and(|answer| !answer.notes.is_empty()));
}

#[test]
fn a_sound_model_plays_on_where_a_broken_one_was() {
    let mut generator = heard(Model::poisoned());
    assert_eq!(generator.next(&request()), Err(Rest::NotFinite));
    generator.set_model(Arc::new(Model::random(1)));
    assert_eq!(generator.next(&request()), heard(Model::random(1)).next(&request()));
}

#[test]
fn a_model_set_in_the_middle_knows_what_was_played() {
    // Another size, too: none of the old model's memory is of use.
    let wider = Config { dim: 128, layers: 1, window: 16, ..Config::tiny() };
    let wider = Arc::new(Model::from_checkpoint(Checkpoint::random(&wider, 5)).unwrap());
    let mut generator = heard(Model::random(1));
    let first = generator.next(&request()).unwrap();
    generator.set_model(wider.clone());
    let mut fresh = Generator::new(wider);
    generator.context().notes().to_vec().into_iter().for_each(|note| fresh.hear(note));
    for _ in 0..20 {
        assert_eq!(generator.next(&request()), fresh.next(&request()), "after {first:?}");
    }
}
