//! The built-in critic, what it hears, and what it chooses for a continuation.

use std::sync::Arc;

use segue_model::{
    CRITIC_NUMBERS, Continuation, ContinuationOptions, Critic, CriticError, Guards, Model, Stretch, Weighed,
};
use segue_music::{Beats, ContextNote, Note, PartSet, Piece, Role, Track};

/// Notes of (onset in eighths, key, length in eighths).
fn notes(role: Role, from: i64, played: &[(i64, u8, i64)]) -> Vec<ContextNote> {
    let note = |&(onset, key, length): &(i64, u8, i64)| {
        let onset = Beats::ratio(from + onset, 2);
        let note = Note { onset, key, duration: Beats::ratio(length, 2), velocity: 80 };
        ContextNote::whole(&note, role)
    };
    played.iter().map(note).collect()
}

/// A bass in half notes below a tune in eighths, for some bars.
fn two_hands(role: Role, from: i64, bars: i64) -> Vec<ContextNote> {
    let tune = [72, 74, 76, 77, 79, 77, 76, 74];
    let bar = |bar: i64| -> Vec<(i64, u8, i64)> {
        let eighth = |place: usize| (8 * bar + place as i64, tune[(place + bar as usize % 4) % 8], 1);
        let bass = [(8 * bar, 48, 4), (8 * bar + 4, 43, 4)];
        let mut notes: Vec<_> = (0..8).map(eighth).chain(bass).collect();
        notes.sort_unstable();
        notes
    };
    notes(role, from, &(0..bars).flat_map(bar).collect::<Vec<_>>())
}

fn numbers(answer: Vec<ContextNote>) -> Vec<(&'static str, f64)> {
    let notes = [two_hands(Role::Player, 0, 8), answer].concat();
    let stretch = Stretch { notes: &notes, from: 8 * 192, until: 12 * 192, bar: 192 };
    CRITIC_NUMBERS.into_iter().zip(Critic::numbers(&stretch)).collect()
}

fn number(answer: Vec<ContextNote>, name: &str) -> f64 {
    numbers(answer).into_iter().find(|&(of, _)| of == name).unwrap().1
}

#[test]
fn the_built_in_critic_is_there_and_survives_being_written() {
    let critic = Critic::built_in().expect("assets/critic.json is a critic");
    assert_eq!(Critic::read(&critic.write().unwrap()).unwrap(), *critic);
}

#[test]
fn what_is_no_critic_is_refused() {
    let whole = Critic::built_in().unwrap().write().unwrap();
    assert!(matches!(Critic::read("{"), Err(CriticError::Form(_))));
    assert!(matches!(Critic::read("{}"), Err(CriticError::Number(_))));
    for (from, to) in
        [("\"silence\"", "\"noise\""), ("\"deviation\":", "\"deviation\":-"), ("\"weight\":", "\"weight\":-")]
    {
        let error = Critic::read(&whole.replace(from, to)).unwrap_err();
        assert!(error.to_string().contains("trainer critic"), "{error}");
    }
}

#[test]
fn it_hears_what_an_answer_lacks() {
    // What goes on alike differs in nothing that it hears.
    for (name, number) in numbers(two_hands(Role::Segue, 64, 4)) {
        let alike = match name {
            "in the scale"
            | "pitch classes"
            | "rhythm like the bar before"
            | "rhythm like four bars before" => 1.0,
            "like the bar before" | "like four bars before" => continue,
            _ => 0.0,
        };
        assert!((number - alike).abs() < 0.3, "{name}: {number}");
    }
    let changed = |change: fn(&mut ContextNote)| {
        let mut notes = two_hands(Role::Segue, 64, 4);
        notes.iter_mut().for_each(change);
        notes
    };
    let only = |keep: fn(&ContextNote) -> bool| {
        let mut notes = two_hands(Role::Segue, 64, 4);
        notes.retain(keep);
        notes
    };
    let mut stuck = only(|note| note.key > 50);
    stuck.iter_mut().for_each(|note| note.key = 60);
    // (answer, number, from, to)
    let cases = [
        (only(|note| note.key > 50), "bars without bass", 1.0, 1.0),
        (only(|note| note.key > 50), "notes a chord", -0.3, -0.2),
        (only(|note| note.key < 50), "notes a bar", -2.3, -1.9),
        (only(|note| note.onset % 96 == 0), "silence", 0.0, 0.1),
        (only(|note| note.key > 50 && note.onset % 96 == 0), "silence", 0.7, 0.8),
        (changed(|note| note.key += 12), "height", 12.0, 12.0),
        (changed(|note| note.key += 1), "in the scale", 0.0, 0.5),
        (stuck.clone(), "same keys again", 0.9, 1.0),
        (stuck.clone(), "rest of the top", 0.9, 1.0),
        (changed(|note| note.onset += 6), "on the eighth", -1.0, -1.0),
        (only(|note| note.onset >= 10 * 192), "gets denser", 2.0, 9.0),
        (Vec::new(), "notes a bar", 0.0, 0.0),
        (Vec::new(), "silence", 0.0, 0.0),
    ];
    for (answer, name, from, to) in cases {
        let number = number(answer, name);
        assert!((from - 0.001..=to + 0.001).contains(&number), "{name}: {number}, not {from} to {to}");
    }
}

#[test]
fn all_its_numbers_are_finite() {
    let odd = [
        notes(Role::Segue, 64, &[(0, 60, 1)]),
        notes(Role::Segue, 64, &[(31, 0, 1)]),
        notes(Role::Segue, 64, &[(0, 127, 400), (0, 0, 1)]),
    ];
    for answer in odd {
        for (name, number) in numbers(answer) {
            assert!(number.is_finite(), "{name}");
        }
    }
    let alone = notes(Role::Segue, 64, &[(0, 60, 1)]);
    let stretch = Stretch { notes: &alone, from: 1536, until: 1536, bar: 0 };
    assert!(Critic::numbers(&stretch).iter().all(|number| number.is_finite()), "nothing before, no time");
}

#[test]
fn a_continuation_goes_on_as_the_critic_likes() {
    let note = |beat| Note { onset: Beats::ONE.times(beat), key: 60, duration: Beats::ONE, velocity: 80 };
    let track = Track { notes: (0..8).map(note).collect(), ..Track::default() };
    let prompt = Piece { tracks: vec![track], ..Piece::default() };
    let model = Arc::new(Model::random(3));
    let asks_for = |mean: f64| {
        let weigh =
            |name: &str| Weighed { mean, deviation: 24.0, weight: f64::from(u8::from(name == "height")) };
        Arc::new(Critic::new(CRITIC_NUMBERS.map(weigh)))
    };
    let height = |seed: u64, critic: Option<(Arc<Critic>, u64)>| {
        let options = ContinuationOptions {
            bars: 8,
            grid: None,
            temperature: 1.0,
            top_p: 1.0,
            seed,
            guards: Guards::ALL,
            parts: PartSet::NONE,
            critic,
        };
        let answer = Continuation::of(&prompt, model.clone(), &options).unwrap();
        answer.notes.iter().map(|note| f64::from(note.key)).sum::<f64>() / answer.notes.len() as f64
    };
    let (mut higher, mut lower) = (0.0, 0.0);
    for seed in 0..8 {
        let free = height(seed, None);
        assert_eq!(height(seed, Some((asks_for(24.0), 1))), free, "seed {seed}: of one there is no choice");
        higher += height(seed, Some((asks_for(24.0), 4))) - free;
        lower += free - height(seed, Some((asks_for(-24.0), 4)));
    }
    assert!(
        higher > 1.0 && lower > 1.0 && higher + lower > 12.0,
        "{higher:.1} and {lower:.1} semitones in eight answers"
    );
}
