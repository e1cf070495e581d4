//! A cache that was truncated, wrapped or rebuilt decodes as a fresh one.

#[path = "common/made_up.rs"]
#[expect(dead_code, reason = "shared with the tests of parity")]
mod made_up;

use std::sync::Arc;

use made_up::notes;
use segue_model::{Checkpoint, Config, Field, Generator, Model, Next, NoteRequest, Resolution};
use segue_music::{Beats, ContextNote, Meter, Role};

/// In two bytes a number, to tell a wrong step from a coarse one.
fn model(seed: u64) -> Arc<Model> {
    let checkpoint = Checkpoint::random(&Config::tiny(), seed);
    Arc::new(Model::at_resolution(checkpoint, Resolution::TwoBytes).unwrap())
}

fn close(a: &[f32], b: &[f32]) -> bool {
    a.len() == b.len() && a.iter().zip(b).all(|(a, b)| (a - b).abs() <= 2e-4 * (1.0 + a.abs()))
}

/// The logits of every field for a fixed question, after everything the generator heard.
fn answers(generator: &mut Generator) -> Vec<Vec<f32>> {
    let token = segue_music::Token { gap: 12, part: 0, key: 61, velocity: 17, duration: 20, pedal: 0 };
    Field::ALL.iter().map(|&field| generator.logits(field, Role::Segue, token).unwrap()).collect()
}

fn hear_all(generator: &mut Generator, notes: &[ContextNote]) {
    generator.meter(0, Some(Meter::COMMON));
    generator.form(0);
    for &note in notes {
        generator.hear(note);
        generator.prefill(usize::MAX);
    }
}

#[test]
fn truncated_and_appended_again_is_fresh() {
    let model = model(2);
    for (seed, first, again) in
        [(1, 60, 50), (2, 150, 149), (3, 150, 111), (4, 300, 120), (5, 30, 0), (6, 90, 20)]
    {
        let (notes, others) = (notes(seed, first), notes(seed + 100, first));
        let mut generator = Generator::new(model.clone());
        hear_all(&mut generator, &notes);
        // Forget what follows a place, of both roles, and hear something else instead.
        let at = notes[again].onset;
        generator.cut(Role::Player, at);
        generator.cut(Role::Segue, at);
        let kept = generator.context().notes().to_vec();
        let rest: Vec<_> = others.into_iter().filter(|note| note.onset >= at).take(20).collect();
        for &note in &rest {
            generator.hear(note);
            generator.prefill(usize::MAX);
        }
        let mut fresh = Generator::new(model.clone());
        fresh.meter(0, Some(Meter::COMMON));
        fresh.form(0);
        for note in kept.into_iter().chain(rest) {
            fresh.hear(note);
        }
        assert_eq!(generator.context().notes(), fresh.context().notes());
        for (ours, theirs) in answers(&mut generator).iter().zip(&answers(&mut fresh)) {
            assert!(close(ours, theirs), "seed {seed}");
        }
    }
}

#[test]
fn a_past_cut_to_before_what_was_read_is_read_again() {
    // 300 notes heard at once are read from the 187th on (the reach is 89, and a window more); then
    // all but this many are taken back: to before that, to where some that were not read still
    // count, and to where none does.
    let model = model(7);
    let notes = notes(7, 300);
    for left in [50, 190, 220, 280] {
        let mut generator = Generator::new(model.clone());
        generator.meter(0, Some(Meter::COMMON));
        generator.form(0);
        notes.iter().for_each(|&note| generator.hear(note));
        generator.prefill(usize::MAX);
        let at = notes[left].onset;
        generator.cut(Role::Player, at);
        generator.cut(Role::Segue, at);
        let mut fresh = Generator::new(model.clone());
        fresh.meter(0, Some(Meter::COMMON));
        fresh.form(0);
        generator.context().notes().iter().for_each(|&note| fresh.hear(note));
        for (ours, theirs) in answers(&mut generator).iter().zip(&answers(&mut fresh)) {
            assert!(close(ours, theirs), "{left} left");
        }
    }
}

#[test]
fn notes_heard_out_of_order_are_put_in_order() {
    let model = model(3);
    let notes = notes(9, 60);
    let mut ordered = Generator::new(model.clone());
    hear_all(&mut ordered, &notes);
    let mut swapped = notes.clone();
    swapped.chunks_exact_mut(3).for_each(|three| three.rotate_left(1));
    let mut shuffled = Generator::new(model);
    hear_all(&mut shuffled, &swapped);
    assert_eq!(ordered.context().notes(), shuffled.context().notes());
    for (ours, theirs) in answers(&mut ordered).iter().zip(&answers(&mut shuffled)) {
        assert!(close(ours, theirs));
    }
}

#[test]
fn a_key_held_and_released_is_a_note_whose_step_hid_its_duration() {
    let model = model(4);
    let hidden: Vec<_> = notes(10, 60)
        .into_iter()
        .map(|note| ContextNote { shown: None, velocity: Some(80), role: Role::Player, ..note })
        .collect();
    let mut live = Generator::new(model.clone());
    live.meter(0, Some(Meter::COMMON));
    live.form(0);
    // Releases reach us in time order, at the latest when a later note begins.
    let mut releases: Vec<_> = hidden.iter().map(|note| (note.end.unwrap(), note.onset, note.key)).collect();
    releases.sort_unstable();
    let mut released = releases.into_iter().peekable();
    for note in &hidden {
        while let Some((at, _, key)) = released.next_if(|&(at, _, _)| at <= note.onset) {
            live.release(None, key, Role::Player, at);
        }
        live.hear(ContextNote::held(note.onset, note.key, 80, Role::Player));
        live.prefill(usize::MAX);
    }
    released.for_each(|(at, _, key)| live.release(None, key, Role::Player, at));
    // A release in the very tick of an earlier onset counts one tick later: take the notes as they
    // were heard.
    let mut whole = Generator::new(model);
    whole.meter(0, Some(Meter::COMMON));
    whole.form(0);
    for &note in live.context().notes() {
        whole.hear(note);
    }
    assert_eq!(live.context().len(), hidden.len());
    for (ours, theirs) in answers(&mut live).iter().zip(&answers(&mut whole)) {
        assert!(close(ours, theirs));
    }
}

#[test]
fn an_answer_keeps_to_its_grid_and_its_time() {
    let model = Arc::new(Model::random(4));
    for (seed, grid) in [(1, Beats::ratio(1, 4)), (2, Beats::ratio(1, 6)), (3, Beats::ZERO), (4, Beats::ONE)]
    {
        let mut generator = Generator::new(model.clone());
        hear_all(&mut generator, &notes(seed, 30));
        let from = Beats::ONE.times(40);
        let mut request = NoteRequest {
            grid,
            at_once: true,
            temperature: 1.2,
            seed,
            ..NoteRequest::new(Role::Segue, from, Beats::ONE.times(60))
        };
        let mut before = (from, 0);
        let mut count = 0;
        while let Ok(Next { note, .. }) = generator.next(&request) {
            assert_eq!(note.onset.round_to(grid), note.onset, "grid {grid}");
            assert!(note.onset >= from && note.onset < request.until && note.duration > Beats::ZERO);
            assert!((note.onset, note.key) > before, "out of order");
            assert!((21..=108).contains(&note.key));
            assert!(count > 0 || note.onset == from, "the first note is late");
            before = (note.onset, note.key);
            request.at_once = false;
            count += 1;
            assert!(count < 5000, "it never ends");
        }
        assert!(count > 0);
    }
}

#[test]
fn notes_that_were_forgotten_before_they_were_read_are_never_read() {
    let model = model(4);
    let fresh = |played: &[ContextNote]| {
        let mut generator = Generator::new(model.clone());
        hear_all(&mut generator, played);
        answers(&mut generator)
    };
    // (notes read before all is forgotten, notes heard but not read)
    for (read, unread) in [(0, 3), (3, 0), (5, 7), (200, 3), (30, 300)] {
        let all = notes(9, read + unread + 60);
        let mut generator = Generator::new(model.clone());
        hear_all(&mut generator, &all[..read]);
        all[read..read + unread].iter().for_each(|&note| generator.hear(note));
        generator.forget();
        assert!(generator.prefill(usize::MAX), "nothing is left to read");
        let last = all[read + unread - 1].onset;
        let again: Vec<_> = all[read + unread..].iter().copied().filter(|note| note.onset > last).collect();
        for &note in &again {
            generator.hear(note);
        }
        // The cut takes the cache back to before anything it holds.
        generator.cut(Role::Segue, again[0].onset);
        let left: Vec<_> = again.iter().copied().filter(|note| note.role == Role::Player).collect();
        let ((heard, expected), count) = ((answers(&mut generator), fresh(&left)), left.len());
        // Steps count on, so that angles differ; the answers hardly do.
        for (heard, expected) in heard.iter().zip(&expected) {
            let far = heard.iter().zip(expected).map(|(a, b)| (a - b).abs()).fold(0.0, f32::max);
            assert!(far < 0.02, "{far} after {count} notes");
        }
    }
}

#[test]
fn the_same_question_gets_the_same_answer() {
    let model = Arc::new(Model::random(5));
    let answer = |seed: u64| {
        let mut generator = Generator::new(model.clone());
        hear_all(&mut generator, &notes(1, 30));
        let request = NoteRequest {
            top_p: 0.95,
            seed,
            ..NoteRequest::new(Role::Segue, Beats::ONE.times(20), Beats::ONE.times(200))
        };
        (0..10).filter_map(|_| generator.next(&request).ok()).collect::<Vec<_>>()
    };
    assert_eq!(answer(1), answer(1));
    assert_ne!(answer(1), answer(2));
}

#[test]
fn a_jam_of_any_length_holds_the_same_memory() {
    let mut generator = Generator::new(Arc::new(Model::random(6)));
    let before = generator.cache_bytes();
    for index in 0..20_000 {
        generator.hear(ContextNote {
            onset: index * 12,
            key: 40 + (index % 30) as u8,
            velocity: Some(80),
            end: Some(index * 12 + 20),
            shown: None,
            role: Role::Player,
            part: None,
        });
        generator.prefill(4);
    }
    assert!(generator.context().notes().len() <= 4096);
    assert_eq!(generator.cache_bytes(), before);
}
