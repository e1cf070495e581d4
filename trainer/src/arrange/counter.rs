//! A second voice that sings: long notes that move by step from chord to chord, and echoes where
//! the tune rests.

use segue_music::Tick;

use super::dynamics::level;
use super::part::Part;
use super::scale::{has, nearest};
use super::song::Song;
use super::theme::Tone;

/// A counter-melody in a range.
pub fn play(song: &Song, part: &mut Part, range: (i32, i32)) {
    let tune: Vec<Tone> = song.tune().map(|(_, tone)| tone).collect();
    let echoes = echoes(song, &tune, range);
    let mut last: Option<i32> = None;
    let mut open: Option<(Tick, i32)> = None;
    let changes = song.harmony.changes();
    let end = song.end();
    for (place, &(at, chord)) in changes.iter().enumerate() {
        // The third and the seventh tell the chord; the nearest of them is sung.
        let guide = chord.set(4);
        let without_root = segue_music::PitchClasses(guide.0 & !(1 << chord.root.rem_euclid(12)));
        let key = match last {
            None => nearest(i32::midpoint(range.0, range.1) + 2, without_root, range),
            Some(last)
                if has(guide, last) && open.is_some_and(|(from, _)| at - from < 2 * song.grid.bar()) =>
            {
                last
            }
            Some(last) => {
                let next = nearest(last, without_root, range);
                if next == last { nearest(last - 1, without_root, range) } else { next }
            }
        };
        let begins_section = song.sections.iter().any(|section| section.start == at);
        if let Some((from, held)) = open
            && (key != held || begins_section)
        {
            sing(song, part, &echoes, from, at, held);
            open = None;
        }
        open = open.or(Some((at, key)));
        last = Some(key);
        if place + 1 == changes.len()
            && let Some((from, held)) = open
        {
            sing(song, part, &echoes, from, end, held);
        }
    }
    for tone in &echoes {
        part.add(tone.at, tone.length, tone.key, level(song, tone.at, 72, 22));
    }
}

/// A long note, silent while an echo is played.
fn sing(song: &Song, part: &mut Part, echoes: &[Tone], from: Tick, to: Tick, key: i32) {
    let inside = |tone: &&Tone| tone.at < to && tone.at + tone.length > from;
    let first = echoes.iter().filter(inside).map(|tone| tone.at).min();
    let last = echoes.iter().filter(inside).map(|tone| tone.at + tone.length).max();
    let pieces = match (first, last) {
        (Some(first), Some(last)) => [(from, first), (last, to)],
        _ => [(from, to), (to, to)],
    };
    for (from, to) in pieces {
        if to - from >= song.grid.beat() {
            part.add(from, to - from, key, level(song, from, 66, 22));
        }
    }
}

/// Where the tune rests for two beats, its last notes once more, on the chord that is there.
fn echoes(song: &Song, tune: &[Tone], range: (i32, i32)) -> Vec<Tone> {
    let beat = song.grid.beat();
    let mut echoes: Vec<Tone> = Vec::new();
    for (place, pair) in tune.windows(2).enumerate() {
        let [before, after] = pair else { continue };
        let rest = (before.at + before.length).max(before.at + beat);
        let start = (rest + beat - 1).div_euclid(beat) * beat;
        // At most three notes, of the last two beats.
        let heard = tune[..=place].iter().rev().take(3).filter(|tone| before.at - tone.at < 2 * beat);
        let mut heard: Vec<Tone> = heard.copied().collect();
        heard.reverse();
        let Some(first) = heard.first().copied() else { continue };
        let length = before.at + before.length.min(beat) - first.at;
        if heard.len() < 2
            || start + length > after.at
            || echoes.last().is_some_and(|last| last.at > start - 4 * beat)
        {
            continue;
        }
        let down = 12 * ((first.key - i32::midpoint(range.0, range.1) + 6).div_euclid(12));
        echoes.extend(heard.iter().map(|tone| {
            let at = start + tone.at - first.at;
            let key = nearest(tone.key - down, song.chord(at).set(4), range);
            Tone { at, length: tone.length.min(beat), key }
        }));
    }
    echoes
}
