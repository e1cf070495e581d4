//! Music by chance.

use rand::RngExt;
use rand_pcg::Pcg64Mcg;
use segue_music::{ContextNote, Part, Role, Tick};

/// A note of anybody's at an onset, shorter than `longest`; some of it is unknown.
pub fn any_note(random: &mut Pcg64Mcg, onset: Tick, longest: Tick) -> ContextNote {
    let duration = random.random_range(1..longest);
    ContextNote {
        onset,
        key: random.random_range(40..80),
        velocity: random.random::<bool>().then_some(random.random_range(1..128)),
        end: Some(onset + duration),
        shown: random.random::<bool>().then_some(duration),
        role: Role::ALL[random.random_range(0..2)],
        part: None,
    }
}

/// What two keyboards might play: this many notes of both roles, in order.
pub fn notes(seed: u64, count: usize) -> Vec<ContextNote> {
    let mut random = Pcg64Mcg::new(u128::from(seed) << 1 | 1);
    let mut onset = 0;
    let mut notes: Vec<_> = (0..count)
        .map(|_| {
            onset += random.random_range(0..5) * 7;
            any_note(&mut random, onset, 90)
        })
        .collect();
    notes.sort_by_key(|note| (note.onset, note.key, note.role));
    notes.dedup_by_key(|note| (note.onset, note.key, note.role));
    // As on a keyboard, a key that is struck again has ended.
    for place in 0..notes.len() {
        let note = notes[place];
        let again = notes[place + 1..].iter().find(|other| (other.key, other.role) == (note.key, note.role));
        let end = again.map_or(note.end, |again| note.end.map(|end| end.min(again.onset)));
        notes[place].end = end;
        notes[place].shown = note.shown.and(end.map(|end| end - note.onset));
    }
    notes
}

/// The same, played by a band: a keyboard of no part, keys, a bass and drums.
pub fn band(seed: u64, count: usize) -> Vec<ContextNote> {
    let with_part = |note: ContextNote| match note.key % 4 {
        0 => note,
        1 => ContextNote { part: Some(Part::Keys), ..note },
        2 => ContextNote { part: Some(Part::Bass), ..note },
        _ => ContextNote::drum(note.onset, note.key, note.velocity, note.role),
    };
    let mut notes: Vec<ContextNote> = notes(seed, count).into_iter().map(with_part).collect();
    notes.sort_by_key(|note| (note.onset, note.part, note.key, note.role));
    notes
}
