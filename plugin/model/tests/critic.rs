//! A model's critic: the file it lies in, what it hears, and what it chooses for a continuation.

use std::fs;
use std::path::Path;
use std::sync::Arc;

use segue_model::{
    Checkpoint, Config, Continuation, ContinuationOptions, Critic, Generator, Guards, Model, Precision,
};
use segue_music::{Beats, ContextNote, Note, PartSet, Piece, Role, Track};

fn checkpoint() -> Checkpoint {
    Checkpoint { name: "tiny".into(), notes_seen: 5, ..Checkpoint::random(&Config::tiny(), 3) }
}

/// With a critic that likes this, or with -1 the opposite.
fn liking(sign: f32) -> Checkpoint {
    let weights = (0..checkpoint().config.dim).map(|place| sign * ((place * 37 % 61) as f32 / 20.0 - 1.5));
    Checkpoint { critic: Some(Critic::new(weights.collect())), ..checkpoint() }
}

fn with_critic() -> Checkpoint {
    liking(1.0)
}

#[test]
fn it_is_written_and_read_with_its_model() {
    let home = tempfile::tempdir().unwrap();
    let path = home.path().join("tiny.safetensors");
    let critic = home.path().join("tiny.critic.json");
    with_critic().save(&path, Precision::Single).unwrap();
    assert_eq!(Checkpoint::load(&path).unwrap(), with_critic());
    assert_eq!(Checkpoint::load_alone(&path).unwrap(), checkpoint());
    assert!(Model::load(&path).unwrap().critic().is_some());
    // Other weights under the same name do not keep it.
    checkpoint().save(&path, Precision::Single).unwrap();
    assert!(!critic.exists());
    assert_eq!(Checkpoint::load(&path).unwrap(), checkpoint());
    // One that learned later.
    checkpoint().save_critic(&with_critic().critic.unwrap(), &path).unwrap();
    assert_eq!(Checkpoint::load(&path).unwrap(), with_critic());
}

#[test]
fn what_is_no_critic_of_this_model_is_refused_by_name() {
    let home = tempfile::tempdir().unwrap();
    let path = home.path().join("tiny.safetensors");
    with_critic().save(&path, Precision::Single).unwrap();
    let beside = Critic::path(&path);
    let whole = fs::read_to_string(&beside).unwrap();
    // (what stands in the file, what takes its place, what the error says)
    let cases = [
        (whole.as_str(), "", "no critic"),
        (whole.as_str(), "{}", "no critic"),
        ("\"weights\"", "\"weighs\"", "no critic"),
        ("\"tiny\"", "\"huge\"", "of \"huge\", not of this model"),
        ("\"notes_seen\": 5", "\"notes_seen\": 6", "not of this model"),
        ("-1.5,", "", "finite numbers"),
        ("-1.5,", "-1.5, 0.0,", "finite numbers"),
        ("-1.5,", "1e39,", "finite numbers"),
    ];
    for (from, to, says) in cases {
        fs::write(&beside, whole.replacen(from, to, 1)).unwrap();
        let error = Checkpoint::load(&path).map(|_| ()).expect_err(to).to_string();
        for part in [says, "tiny.critic.json", "trainer critic"] {
            assert!(error.contains(part), "{to}: {error:?} does not say {part:?}");
        }
        assert!(Checkpoint::load_alone(&path).is_ok(), "{to}");
    }
    let lost = Critic::path(Path::new("models/my piano.v2.safetensors"));
    assert_eq!(lost, Path::new("models/my piano.v2.critic.json"));
}

#[test]
fn it_hears_the_notes_of_a_time_and_no_others() {
    let model = Arc::new(Model::from_checkpoint(with_critic()).unwrap());
    let note =
        |beat: i64| Note { onset: Beats::ONE.times(beat), key: 60, duration: Beats::ONE, velocity: 80 };
    let mut generator = Generator::new(model.clone());
    (0..8).for_each(|beat| generator.hear(ContextNote::whole(&note(beat), Role::Player)));
    let mut mean = |from: i64, until: i64| generator.mean_state(48 * from, 48 * until);
    let [first, second, both] = [mean(2, 4), mean(4, 8), mean(2, 8)].map(Option::unwrap);
    for ((first, second), both) in first.iter().zip(&second).zip(&both) {
        assert!(((2.0 * first + 4.0 * second) / 6.0 - both).abs() < 1e-4);
    }
    assert_ne!(first, second);
    assert_eq!([mean(8, 12), mean(4, 4), mean(-9, 0)], [None, None, None], "silence");
    assert!(generator.score(96, 192).is_some_and(f64::is_finite));
    // What comes later does not change it; a model without a critic thinks nothing of it.
    generator.hear(ContextNote::whole(&note(9), Role::Segue));
    assert_eq!(generator.mean_state(96, 192), Some(first));
    let mut deaf = Generator::new(Arc::new(Model::random(3)));
    (0..8).for_each(|beat| deaf.hear(ContextNote::whole(&note(beat), Role::Player)));
    assert_eq!(deaf.score(96, 192), None);
}

#[test]
fn a_long_jam_keeps_the_states_of_its_last_phrases_only() {
    let mut generator = Generator::new(Arc::new(Model::from_checkpoint(with_critic()).unwrap()));
    for place in 0..6000 {
        let note =
            Note { onset: Beats::ratio(place, 4), key: 60, duration: Beats::ratio(1, 4), velocity: 80 };
        generator.hear(ContextNote::whole(&note, Role::Segue));
        if place % 50 == 0 {
            generator.prefill(usize::MAX);
        }
    }
    assert_eq!(generator.mean_state(0, 4800), None, "forgotten");
    assert!(generator.mean_state(12 * 5900, 12 * 6000).is_some());
}

#[test]
fn how_an_answer_closes_is_not_judged() {
    let note =
        |beat: i64, key| Note { onset: Beats::ONE.times(beat), key, duration: Beats::ONE, velocity: 80 };
    let track = Track { notes: (0..8).map(|beat| note(beat, 60)).collect(), ..Track::default() };
    let prompt = Piece { tracks: vec![track], ..Piece::default() };
    let model = Arc::new(Model::random(3));
    // Answers of eight bars from beat 8 on, with another key from some beat on.
    let phrases = |other: i64| {
        let key = |beat: i64| if beat < other { 60 } else { 72 };
        let answer: Vec<Note> = (8..40).map(|beat| note(beat, key(beat))).collect();
        Continuation::phrases(&prompt, &answer, 8, model.clone())
    };
    let [plain, close, earlier, first] = [40, 36, 35, 27].map(phrases);
    assert_eq!(plain.len(), 2);
    assert_eq!(close, plain, "the last bar");
    assert!(earlier[0] == plain[0] && earlier[1] != plain[1], "the bar before");
    assert!(first[0] != plain[0], "the first phrase");
}

#[test]
fn a_continuation_goes_on_as_the_critic_likes() {
    let note = |beat| Note { onset: Beats::ONE.times(beat), key: 60, duration: Beats::ONE, velocity: 80 };
    let track = Track { notes: (0..8).map(note).collect(), ..Track::default() };
    let prompt = Piece { tracks: vec![track], ..Piece::default() };
    let [free, likes, dislikes] = [checkpoint(), liking(1.0), liking(-1.0)]
        .map(|checkpoint| Arc::new(Model::from_checkpoint(checkpoint).unwrap()));
    let answer = |seed: u64, model: &Arc<Model>, candidates: u64| {
        let options = ContinuationOptions {
            bars: 5,
            grid: None,
            temperature: 1.0,
            top_p: 1.0,
            seed,
            guards: Guards::ALL,
            parts: PartSet::NONE,
            candidates,
        };
        Continuation::of(&prompt, model.clone(), &options).unwrap().notes
    };
    let thinks = |answer: &[Note]| -> f64 {
        let states = Continuation::phrases(&prompt, answer, 5, likes.clone());
        let [Some(state)] = &states[..] else { panic!("one phrase: {states:?}") };
        likes.critic().unwrap().score(state)
    };
    let (mut better, mut worse) = (0, 0);
    for seed in 0..8 {
        let plain = answer(seed, &free, 4);
        assert_eq!(answer(seed, &likes, 1), plain, "seed {seed}: of one there is no choice");
        let [best, worst] = [&likes, &dislikes].map(|model| thinks(&answer(seed, model, 4)));
        let plain = thinks(&plain);
        // The first of the four is the plain one.
        assert!(worst < plain + 1e-3 && plain < best + 1e-3, "seed {seed}: {worst} {plain} {best}");
        better += u32::from(best > plain + 1e-3);
        worse += u32::from(worst < plain - 1e-3);
    }
    assert!(better >= 4 && worse >= 4, "{better} of 8 are liked better, {worse} less");
}
