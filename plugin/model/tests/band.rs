//! What a band of parts never does, whatever an untrained model would like.

use std::sync::Arc;

use segue_model::{
    Accompaniment, AccompanimentOptions, Checkpoint, Config, Generator, Guards, Limits, Model, NoteRequest,
    Rest,
};
use segue_music::{
    Beats, ContextNote, Meter, Note, Part, PartSet, Piece, Role, Tick, Track, Vocabulary, tick_at,
};

/// An untrained model of parts; `lean` adds to the biases of its heads by name.
fn model(kind: u64, lean: &[(&str, &dyn Fn(usize) -> f32)]) -> Arc<Model> {
    let mut checkpoint = Checkpoint::random(&Config::tiny_ensemble(), kind);
    checkpoint.numbers.values_mut().flatten().for_each(|number| *number *= 0.3);
    for (field, by) in lean {
        let bias = checkpoint.numbers.get_mut(&format!("{field}.out.bias")).expect("a head");
        (0..).zip(bias).for_each(|(symbol, bias)| *bias += by(symbol));
    }
    Arc::new(Model::from_checkpoint(checkpoint).expect("a sound model"))
}

fn parts(parts: &[Part]) -> PartSet {
    parts.iter().copied().collect()
}

/// Eight bars of a tune in quarters.
fn piece() -> Piece {
    let note = |beat: i64| Note {
        onset: Beats::ONE.times(beat),
        key: 60 + (beat * 5 % 12) as u8,
        duration: Beats::ONE,
        velocity: 80,
    };
    let track = Track { program: Some(73), notes: (0..32).map(note).collect(), ..Track::default() };
    let meters = vec![(Beats::ZERO, Meter::COMMON)];
    Piece { tracks: vec![track], meters, end: Beats::ONE.times(32), ..Piece::default() }
}

fn accompanied(model: Arc<Model>, asked: &[Part], seed: u64) -> Accompaniment {
    let options = AccompanimentOptions {
        grid: None,
        temperature: 1.0,
        top_p: 1.0,
        seed,
        guards: Guards::ALL,
        parts: parts(asked),
    };
    Accompaniment::of(&piece(), model, &options).expect("a piece to play along with")
}

fn heard(model: Arc<Model>) -> Generator {
    let mut generator = Generator::new(model);
    (0..8).for_each(|place| generator.hear(ContextNote::held(place * 48, 60, 80, Role::Player)));
    generator
}

fn request(asked: &[Part]) -> NoteRequest {
    let (from, until) = (Beats::ONE.times(8), Beats::ONE.times(400));
    NoteRequest { parts: parts(asked), ..NoteRequest::new(Role::Segue, from, until) }
}

#[test]
fn every_part_stays_within_reach_and_a_bass_plays_one_note_at_a_time() {
    for kind in 0..6 {
        // Dense, with long notes.
        let early = |symbol: usize| -0.15 * symbol as f32;
        let long = |symbol: usize| 0.1 * symbol as f32;
        let played = accompanied(
            model(kind, &[("onset", &early), ("duration", &long)]),
            &[Part::Keys, Part::Bass, Part::Flutes, Part::Drums],
            kind,
        );
        for (part, notes) in &played.band {
            let (lowest, highest) = part.keys();
            assert!(notes.iter().all(|note| (lowest..=highest).contains(&note.key)), "{part}");
            if part.is_monophonic() {
                assert!(notes.len() > 8);
                assert!(notes.windows(2).all(|pair| pair[0].end() <= pair[1].onset), "{kind}: {notes:?}");
            }
        }
    }
}

#[test]
fn every_part_comes_in_on_the_one_and_the_rhythm_section_is_not_silent_for_two_bars() {
    // It would play nothing but keys, and those rarely.
    let keys = |symbol: usize| if symbol == 1 + Part::Keys.index() { 30.0 } else { 0.0 };
    let late = |symbol: usize| 0.3 * symbol as f32;
    let model = model(3, &[("part", &keys), ("onset", &late)]);
    let played = accompanied(model, &[Part::Keys, Part::Bass, Part::Drums], 1);
    assert_eq!((played.start, played.end), (Beats::ONE.times(8), Beats::ONE.times(32)));
    for (part, notes) in &played.band {
        assert_eq!(notes.first().map(|note| note.onset), Some(played.start), "{part}");
        if *part == Part::Keys {
            continue;
        }
        for bars in [(2, 4), (3, 5), (4, 6), (5, 7), (6, 8)].map(|(from, to)| (from * 4, to * 4)) {
            let (from, to) = (Beats::ONE.times(bars.0), Beats::ONE.times(bars.1));
            let sounds = |note: &Note| note.onset < to && note.end() > from;
            assert!(notes.iter().any(sounds), "{part} from {from} to {to}");
        }
    }
}

#[test]
fn a_chord_whose_rest_contradicts_its_order_is_full() {
    // One more now, it always says, and then means a low key.
    let now = |symbol: usize| -3.0 * symbol as f32;
    let low = |symbol: usize| -0.2 * (symbol % Vocabulary::KEYS) as f32;
    for part in [Part::Keys, Part::Drums] {
        let mut generator = heard(model(5, &[("onset", &now), ("key", &low)]));
        let mut onsets: Vec<Tick> = Vec::new();
        let mut ask = request(&[part]);
        for seed in 0..200 {
            let next = generator.next(&NoteRequest { seed, ..ask }).expect("a note");
            ask.from = next.note.onset;
            onsets.push(tick_at(next.note.onset));
        }
        onsets.dedup();
        assert!(onsets.len() > 40, "{part}: {} chords of 200 notes", onsets.len());
    }
}

#[test]
fn parts_out_of_reach_are_not_asked_for() {
    let high = Limits { keys: (70, 108), ..Limits::default() };
    let mut generator = heard(model(1, &[]));
    let bass = NoteRequest { limits: high, ..request(&[Part::Bass]) };
    assert_eq!(generator.next(&bass), Err(Rest::Limits("key")));
    // Drums are no pitches.
    let both = NoteRequest { limits: high, ..request(&[Part::Bass, Part::Drums]) };
    for _ in 0..20 {
        assert_eq!(generator.next(&both).expect("a note").part, Some(Part::Drums));
    }
    // Who knows no parts plays as a keyboard, whatever is asked for.
    let mut keyboard = heard(Arc::new(Model::random(1)));
    assert_eq!(keyboard.next(&bass).expect("a note").part, None);
}

#[test]
fn a_band_swings_with_the_piece() {
    let third = Beats::ratio(1, 3);
    let grid_of = |positions: &[Beats]| {
        let mut piece = piece();
        let note = |&onset: &Beats| Note { onset, key: 72, duration: third, velocity: 80 };
        piece.tracks[0].notes.extend(positions.iter().map(note));
        piece.tracks[0].notes.sort_unstable();
        let options = AccompanimentOptions {
            grid: None,
            temperature: 1.0,
            top_p: 1.0,
            seed: 1,
            guards: Guards::ALL,
            parts: parts(&[Part::Bass]),
        };
        let played = Accompaniment::of(&piece, model(2, &[]), &options).expect("a piece");
        let on_grid = |note: &Note| played.grid == Beats::ZERO || note.onset % played.grid == Beats::ZERO;
        assert!(played.band[0].1.iter().all(on_grid));
        played.grid
    };
    let quarter = Beats::ratio(1, 4);
    assert_eq!(grid_of(&[quarter]), quarter);
    assert_eq!(grid_of(&[1, 2, 4, 5, 7].map(|place| third.times(place))), third);
    let some = |step: Beats| [1, 3, 5, 7, 9].map(|place| step.times(place));
    assert_eq!(grid_of(&[some(third), some(quarter)].concat()), Beats::ratio(1, 12));
    assert_eq!(grid_of(&some(Beats::ratio(1, 8))), Beats::ratio(1, 8));
    assert_eq!(grid_of(&some(Beats::ratio(1, 7))), Beats::ZERO);
    // A grace note or two are none.
    assert_eq!(grid_of(&[Beats::ratio(1, 7)]), quarter);
}

#[test]
fn no_drum_is_struck_again_before_a_hand_is_there() {
    let dense = |symbol: usize| -0.5 * symbol as f32;
    // One drum and hardly another.
    let one = |symbol: usize| if symbol == Vocabulary::KEYS + 7 { 8.0 } else { 0.0 };
    let mut generator = heard(model(4, &[("onset", &dense), ("key", &one)]));
    let mut struck = Vec::new();
    let mut ask = request(&[Part::Drums]);
    for seed in 0..300 {
        let next = generator.next(&NoteRequest { seed, ..ask }).expect("a note");
        ask.from = next.note.onset;
        struck.push((next.note.key, tick_at(next.note.onset)));
    }
    struck.sort_unstable();
    let again = struck.windows(2).filter(|pair| pair[0].0 == pair[1].0).map(|pair| pair[1].1 - pair[0].1);
    let soonest = again.min().expect("a drum struck twice");
    assert!(soonest > 3, "{soonest}");
}

#[test]
fn a_model_without_parts_goes_on_where_a_band_played() {
    let mut generator = heard(model(3, &[]));
    let asked = request(&[Part::Bass, Part::Drums, Part::Keys]);
    for beat in 8..24 {
        let ask = NoteRequest { from: Beats::ONE.times(beat), ..asked };
        generator.next(&ask).expect("a band plays");
    }
    generator.hear(ContextNote::drum(tick_at(Beats::ONE.times(24)), 81, Some(90), Role::Segue));
    generator.set_model(Arc::new(Model::random(7)));
    let plain = |generator: &Generator| generator.context().notes().iter().all(|note| note.part.is_none());
    assert!(plain(&generator) && generator.context().notes().len() > 8);
    generator.hear(ContextNote::drum(tick_at(Beats::ONE.times(25)), 36, Some(90), Role::Player));
    for beat in 26..40 {
        let ask = NoteRequest { from: Beats::ONE.times(beat), ..request(&[]) };
        generator.next(&ask).expect("it plays on");
    }
    assert!(plain(&generator));
}
