//! Rhythm sections that must lose against any that listens.

use rand::RngExt;
use rand_pcg::Pcg64Mcg;
use segue_music::{Beats, ContextNote, Key, Note, Role, heard_scale};

use super::song::{Rhythm, Song};

/// Where basses play.
const BASS: std::ops::Range<Key> = 28..52;

/// The rhythm section of another song, from its beginning and around until this one ends.
pub fn anothers(song: &Song, other: &Song) -> Rhythm {
    let (start, end) = song.span;
    let length = (other.span.1 - other.span.0).max(Beats::ONE);
    let mut played = Rhythm::default();
    let mut from = start;
    while from < end {
        let moved = |note: &Note| Note { onset: note.onset - other.span.0 + from, ..*note };
        played.bass.extend(other.own.bass.iter().map(moved));
        played.drums.extend(other.own.drums.iter().map(moved));
        from += length;
    }
    played.within(start, end)
}

/// As many notes as the song's own, by chance: the bass in its rhythm with keys of the scale, the
/// drums on sixteenths.
pub fn random(song: &Song, chance: &mut Pcg64Mcg) -> Rhythm {
    let given = song.given.notes();
    let heard: Vec<_> = given.iter().map(|note| ContextNote::whole(note, Role::Player)).collect();
    let scale = heard_scale(&heard);
    let keys: Vec<Key> = BASS.filter(|&key| scale.contains(key)).collect();
    let (start, end) = song.span;
    let places = (end - start).div_floor(Beats::ratio(1, 4)).max(1);
    let kit: Vec<Key> = song.own.drums.iter().map(|note| note.key).collect();
    let bass = |note: &Note| Note { key: keys[chance.random_range(0..keys.len())], ..*note };
    let bass = song.own.bass.iter().map(bass).collect();
    let drum = |note: &Note| {
        let onset = start + Beats::ratio(1, 4).times(chance.random_range(0..places));
        Note { onset, key: kit[chance.random_range(0..kit.len())], ..*note }
    };
    let mut drums: Vec<Note> = song.own.drums.iter().map(drum).collect();
    drums.sort_unstable();
    Rhythm { bass, drums }
}

/// The same rhythm section, the keys of its bass in another order.
pub fn shuffled(played: &Rhythm, chance: &mut Pcg64Mcg) -> Rhythm {
    let mut bass = played.bass.clone();
    for place in (1..bass.len()).rev() {
        let other = chance.random_range(0..=place);
        (bass[place].key, bass[other].key) = (bass[other].key, bass[place].key);
    }
    Rhythm { bass, drums: played.drums.clone() }
}
