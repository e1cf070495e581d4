//! Predicting one role's next note, whatever the other plays before it.

use segue_model::{Aim, Config, Field, Sequence};
use segue_music::{Context, ContextNote, PartSet, Role, Tokenizer};
use segue_network::{Batch, Network};

/// Two who play together: the player's note on every beat, two of Segue's after each but the
/// fourth.
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
                part: None,
            };
            change(context.len(), &mut note);
            context.hear(note);
        }
    }
    context
}

fn aim(role: Option<Role>) -> Aim {
    Aim { role, parts: PartSet::NONE, end: Some(1000), ..Aim::default() }
}

#[test]
fn the_others_notes_are_skipped() {
    let tokenizer = Tokenizer::new();
    let context = together(|_, _| ());
    let sequence = Sequence::targeting(&tokenizer, &context, |_| true, |_| aim(Some(Role::Player)));
    let notes = context.notes();
    for question in 0..sequence.len() {
        let next = notes[question + 1..].iter().find(|note| note.role == Role::Player);
        // After the player's last note there is none to skip to.
        let expected = next.unwrap_or(&notes[question + 1]);
        assert_eq!(*sequence.token(question), tokenizer.token(expected, notes[question].onset), "{question}");
    }
}

#[test]
fn whose_turn_is_over_is_asked_for_nothing_before_its_end() {
    let tokenizer = Tokenizer::new();
    let mut context = together(|_, _| ());
    // The next player presses the pedal.
    let next = context.notes()[6];
    context.pedal(next.role, next.onset, true);
    let notes = context.notes();
    // The turn ends before the next note, and after it.
    for end in [notes[6].onset - 5, notes[6].onset + 30] {
        let asks = |place| Aim { is_over: place == 6, end: Some(end), ..Aim::default() };
        let sequence = Sequence::targeting(&tokenizer, &context, |_| true, asks);
        let (before, next) = (&notes[5], &notes[6]);
        let rest = ContextNote { onset: next.onset.max(end), ..*next };
        assert_eq!(sequence.token(5).gap, tokenizer.token(&rest, before.onset).gap, "{end}");
        for field in Field::WITH_PEDAL {
            let asked = sequence.target(5, field).is_some();
            assert_eq!(asked, field == Field::Gap, "{end}, {}", field.name());
        }
        // What was played there is what it was.
        let usual = Sequence::targeting(&tokenizer, &context, |_| true, |_| Aim::default());
        assert_eq!(sequence.examples()[5].played, *usual.token(5), "{end}");
        assert_ne!(usual.token(5).pedal, 0, "the pedal moves there");
        assert_eq!(sequence.token(6), usual.token(6), "{end}");
    }
}

#[test]
fn an_answer_is_seen_by_no_question_before_it_was_played() {
    let network = Network::random(&Config::tiny(), 3).unwrap();
    let logits = |context: &Context| {
        let asks = |place: usize| aim((!place.is_multiple_of(3)).then_some(Role::ALL[place % 2]));
        let sequence = Sequence::targeting(&Tokenizer::new(), context, |_| true, asks);
        let batch = Batch::new(&[sequence], network.config(), network.vocabulary());
        // The onset's head knows nothing about its target.
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
fn a_note_of_the_same_moment_is_not_asked_for_once_the_others_has_sounded() {
    // (ticks from each of the player's notes to Segue's first, whether that is asked for there)
    for (apart, asked) in [(0, false), (3, false), (6, false), (7, true), (10, true)] {
        let context = together(|_, note| {
            if note.role == Role::Segue && note.onset % 48 == 10 {
                note.onset += apart - 10;
            }
        });
        let sequence = Sequence::targeting(&Tokenizer::new(), &context, |_| true, |_| aim(Some(Role::Segue)));
        let notes = context.notes();
        let places = (0..sequence.len()).filter(|&place| {
            let (before, next) = (&notes[place], &notes[place + 1]);
            (before.role, next.role) == (Role::Player, Role::Segue)
        });
        for place in places {
            assert_eq!(sequence.target(place, Field::Gap).is_some(), asked, "{apart} at {place}");
        }
        // The place before still asks for it, and so does the very next note of anybody.
        assert!((0..sequence.len()).any(|place| sequence.target(place, Field::Key).is_some()), "{apart}");
        let anybodys = Sequence::of(&Tokenizer::new(), &context, |_| true);
        assert_eq!(anybodys.scored(Field::Gap), anybodys.len());
    }
}

#[test]
fn a_correction_changes_what_is_asked_for_and_nothing_that_is_read() {
    let network = Network::random(&Config::tiny(), 3).unwrap();
    let context = together(|_, _| ());
    let played = Sequence::targeting(&Tokenizer::new(), &context, |_| true, |_| aim(Some(Role::Segue)));
    // Every second note of Segue's should have been a fifth higher.
    let notes = context.notes();
    let should = |place: usize| notes[place].key + 7;
    let is_wrong = |place: usize| notes[place].role == Role::Segue && place.is_multiple_of(2);
    let corrected = played.clone().corrected(|place| is_wrong(place).then(|| should(place)));
    let logits = |sequence: &Sequence| -> Vec<Vec<Vec<f32>>> {
        let batch = Batch::new(std::slice::from_ref(sequence), network.config(), network.vocabulary());
        let logits = network.logits(&batch).unwrap();
        logits.iter().map(|logits| logits.to_vec2::<f32>().unwrap()).collect()
    };
    assert_eq!(logits(&corrected), logits(&played), "copies are of what was played");
    let mut wrong = 0;
    for question in 0..played.len() {
        let asked = |sequence: &Sequence| sequence.token(question).key;
        let place = (question + 1..notes.len()).find(|&place| notes[place].role == Role::Segue);
        let place = place.unwrap_or(question + 1);
        let right = if is_wrong(place) { usize::from(should(place)) } else { asked(&played) };
        assert_eq!(asked(&corrected), right, "{question}");
        wrong += usize::from(is_wrong(place));
    }
    assert!(wrong > 4);
}
