//! Encoding and decoding are inverse to each other on what the alphabets can say.

use proptest::prelude::*;
use segue_music::{Beats, Context, ContextNote, Meter, Note, Role, Token, Tokenizer, Vocabulary, beats_at};

fn token() -> impl Strategy<Value = Token> {
    let vocabulary = Vocabulary::new();
    (0..vocabulary.gaps.len(), 0..Vocabulary::KEYS, 0..Vocabulary::VELOCITIES, 0..vocabulary.durations.len())
        .prop_map(|(gap, key, velocity, duration)| Token { gap, part: 0, key, velocity, duration, pedal: 0 })
}

/// Notes on the alphabets' values: each onset a gap after the one before.
fn quantised_notes() -> impl Strategy<Value = Vec<Note>> {
    let vocabulary = Vocabulary::new();
    let (gaps, durations) = (vocabulary.gaps.clone(), vocabulary.durations.clone());
    let one = (0..gaps.len(), 0u8..128, 0..Vocabulary::VELOCITIES, 0..durations.len());
    prop::collection::vec(one, 0..60).prop_map(move |notes| {
        let mut onset = 0;
        notes
            .into_iter()
            .map(|(gap, key, velocity, duration)| {
                onset += gaps.value(gap);
                let duration = beats_at(durations.value(duration));
                Note { onset: beats_at(onset), key, duration, velocity: Vocabulary::velocity_value(velocity) }
            })
            .collect()
    })
}

proptest! {
    #[test]
    fn quantised_notes_come_back(notes in quantised_notes()) {
        let tokenizer = Tokenizer::new();
        prop_assert_eq!(tokenizer.decode(&tokenizer.encode(&notes)), notes);
    }

    #[test]
    fn tokens_come_back(tokens in prop::collection::vec(token(), 0..60)) {
        let tokenizer = Tokenizer::new();
        prop_assert_eq!(tokenizer.encode(&tokenizer.decode(&tokens)), tokens);
    }

    /// Any notes at all, in onset order: symbols are in range, and encoding what was decoded
    /// changes nothing more.
    #[test]
    fn any_notes_encode(
        notes in prop::collection::vec((0i64..20_000_000, 0u8..128, 1i64..40_000_000, 1u8..128), 0..40),
    ) {
        let mut onset = Beats::ZERO;
        let notes: Vec<Note> = notes
            .into_iter()
            .map(|(gap, key, duration, velocity)| {
                onset += Beats::from_parts(gap);
                Note { onset, key, duration: Beats::from_parts(duration), velocity }
            })
            .collect();
        let tokenizer = Tokenizer::new();
        let tokens = tokenizer.encode(&notes);
        for token in &tokens {
            prop_assert!(token.gap < tokenizer.vocabulary().gaps.len());
            prop_assert!(token.duration < tokenizer.vocabulary().durations.len());
            prop_assert!(token.key < Vocabulary::KEYS && token.velocity < Vocabulary::VELOCITIES);
        }
        prop_assert_eq!(tokenizer.encode(&tokenizer.decode(&tokens)), tokens);
    }
}

#[test]
fn a_step_tells_how_things_stand() {
    let mut context = Context::new();
    context.meter(0, Meter::new(3, 4));
    context.hear(ContextNote::held(0, 48, 70, Role::Player));
    context.hear(ContextNote { end: Some(24), shown: Some(24), ..ContextNote::held(0, 60, 80, Role::Segue) });
    context.pedal(Role::Player, 24, true);
    context.hear(ContextNote::held(48 * 4 + 12, 64, 90, Role::Player));

    let tokenizer = Tokenizer::new();
    let first = tokenizer.step(&context, 0);
    assert_eq!((first.gap, first.key, first.duration, first.pedal), (None, 48, None, false));
    assert_eq!(first.sounding, [1 << 48, 0], "only what was heard before it, and itself");

    let third = tokenizer.step(&context, 2);
    assert_eq!(tokenizer.vocabulary().gaps.value(third.gap.expect("it has one before it")), 48 * 4 + 12);
    assert_eq!(third.sounding, [1 << 48 | 1 << 64, 0], "Segue's note has ended");
    assert_eq!(third.released, [(60, tokenizer.vocabulary().durations.symbol(24))]);
    // Beat 4.25 in three quarters: the second bar's second beat, a sixteenth after it.
    let position = third.position.expect("a metre is known");
    assert_eq!((position.beat, position.phase, position.beats), (1, 12, 3));
    assert!(third.pedal);
    for histogram in third.recent {
        assert!((histogram.iter().sum::<f32>() - 1.0).abs() < 1e-6);
        assert!(histogram[4] > histogram[0] / 2.0, "the newest note weighs most");
    }
}
