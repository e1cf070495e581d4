//! How loud: sections, phrases within them, and beats.

use segue_music::Tick;

use super::song::Song;

/// Bars of a phrase, over which loudness rises and falls once.
const PHRASE: Tick = 8;

/// The velocity at a tick of a part whose middle is `base`: it grows with the section by up to
/// `range`, swells towards the third quarter of each phrase and sinks to its end.
pub fn level(song: &Song, at: Tick, base: i32, range: i32) -> i32 {
    let section = song.section(at);
    let phrase = PHRASE * song.grid.bar();
    let place = (at - section.start).rem_euclid(phrase);
    // From -4 at the start to 5 at five eighths and back to -4.
    let top = phrase * 5 / 8;
    let swell = if place < top { 9 * place / top } else { 9 * (phrase - place) / (phrase - top) };
    let loud = ((section.intensity - 0.5) * f64::from(range)).round() as i32;
    base + loud + swell as i32 - 4
}

/// What an accent of the metre adds.
pub fn accent(song: &Song, at: Tick) -> i32 {
    [-4, 2, 3, 6][song.grid.weight(at).clamp(0, 3) as usize]
}
