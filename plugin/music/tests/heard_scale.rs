//! The scale that somebody plays in, from few notes and from many.

use segue_music::{ContextNote, Key, PitchClasses, Role, Scale, Tick, heard_scale};

/// Keys one after the other, an eighth each.
fn melody(keys: &[Key]) -> Vec<ContextNote> {
    (0..).zip(keys).map(|(place, &key)| note(place * 24, key, 24, Role::Player)).collect()
}

fn note(onset: Tick, key: Key, length: Tick, role: Role) -> ContextNote {
    ContextNote { end: Some(onset + length), shown: None, ..ContextNote::held(onset, key, 80, role) }
}

#[test]
fn tunes_are_in_their_scales() {
    // (what it is, its keys, root, scale)
    for (tune, keys, root, scale) in [
        ("a major scale", &[60, 62, 64, 65, 67, 69, 71, 72][..], 0, Scale::Major),
        ("Ode to Joy", &[66, 66, 67, 69, 69, 67, 66, 64, 62, 62, 64, 66, 66, 64, 64], 2, Scale::Major),
        (
            "Für Elise",
            &[76, 75, 76, 75, 76, 71, 74, 72, 69, 60, 64, 69, 71, 64, 68, 71, 72],
            9,
            Scale::HarmonicMinor,
        ),
        (
            "Scarborough Fair",
            &[62, 62, 69, 69, 64, 65, 64, 62, 69, 72, 74, 72, 69, 71, 67, 69],
            2,
            Scale::Dorian,
        ),
        (
            "Old Joe Clark",
            &[71, 74, 73, 71, 69, 67, 64, 69, 69, 73, 76, 73, 71, 69, 69, 67, 69],
            9,
            Scale::Mixolydian,
        ),
        ("a chord of E flat minor", &[51, 54, 58, 63], 3, Scale::Minor),
    ] {
        let heard = heard_scale(&melody(keys));
        let expected = PitchClasses::of(root, scale);
        assert_eq!(heard.0 & expected.0, expected.0, "{tune}: {heard:?} lacks some of {expected:?}");
        assert!(heard.count() <= expected.count() + 1, "{tune}: {heard:?} is more than {expected:?}");
        for higher in 1..12 {
            let moved: Vec<_> = keys.iter().map(|key| key + higher).collect();
            assert_eq!(heard_scale(&melody(&moved)), heard.up(higher), "{tune}, {higher} higher");
        }
    }
}

#[test]
fn few_notes_are_in_their_scale() {
    assert_eq!(heard_scale(&[]), PitchClasses::ALL);
    for first in 0..12 {
        let one = heard_scale(&melody(&[60 + first]));
        assert!(one.contains(first) && (5..12).contains(&one.count()), "{first}: {one:?}");
        for second in 0..12 {
            let two = heard_scale(&melody(&[60 + first, 60 + second]));
            assert!(two.contains(first) && two.contains(second), "{first}, {second}: {two:?}");
            assert!((5..12).contains(&two.count()), "{first}, {second}: {two:?}");
        }
    }
}

#[test]
fn all_twelve_alike_are_all() {
    let keys: Vec<_> = (60..72).collect();
    let chord: Vec<_> = keys.iter().map(|&key| note(0, key, 48, Role::Player)).collect();
    assert_eq!(heard_scale(&chord), PitchClasses::ALL);
}

#[test]
fn it_follows_when_the_key_changes() {
    let c_major = [60, 62, 64, 65, 67, 69, 71, 72].repeat(8);
    let mut notes = melody(&c_major);
    assert_eq!(heard_scale(&notes), PitchClasses::of(0, Scale::Major));
    let moved: Vec<_> = c_major.iter().map(|key| key + 6).collect();
    let later = (64..).zip(&moved).map(|(place, &key)| note(place * 24, key, 24, Role::Player));
    notes.extend(later);
    assert_eq!(heard_scale(&notes), PitchClasses::of(6, Scale::Major));
}

#[test]
fn what_segue_plays_is_no_evidence() {
    let mut notes = melody(&[60, 64, 67, 72]);
    let alone = heard_scale(&notes);
    notes.extend((4..40).map(|place| note(place * 24, 61 + (place % 3) as Key * 2, 24, Role::Segue)));
    assert_eq!(heard_scale(&notes), alone);
}

#[test]
fn a_held_key_counts_for_as_long_as_it_was_heard() {
    let arpeggio = |first: ContextNote| -> Vec<_> {
        let rest =
            (0..16).map(|place| note(place * 24 + 1, [60, 64, 67][place as usize % 3], 24, Role::Player));
        std::iter::once(first).chain(rest).collect()
    };
    let held = ContextNote::held(0, 61, 80, Role::Player);
    assert!(heard_scale(&arpeggio(held)).contains(61), "a drone belongs");
    assert!(!heard_scale(&arpeggio(note(0, 61, 2, Role::Player))).contains(61), "a grace note does not");
}
