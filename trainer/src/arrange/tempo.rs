//! Tempo that breathes: phrases that broaden at their ends, and a last cadence that slows down.

use segue_music::{Beats, Tempo, beats_at};

use super::dice::Dice;
use super::song::Song;

/// The tempo map of a song. Notes stay on their beats: only the beats move.
pub fn map(dice: &mut Dice, song: &Song) -> Vec<(Beats, Tempo)> {
    let mut changes: Vec<(i64, f64)> = vec![(0, 1.0)];
    let (bar, beat) = (song.grid.bar(), song.grid.beat());
    if song.style.file.rubato && dice.chance(0.7) {
        let depth = 0.02 + 0.05 * dice.unit();
        for section in song.sections.iter().rev().skip(1).rev() {
            for phrase in (0..section.bars as i64).step_by(4) {
                let start = section.start + phrase * bar;
                let end = section.start + (phrase + 4).min(section.bars as i64) * bar;
                let ends_section = phrase + 4 >= section.bars as i64;
                let depth = if ends_section { depth } else { depth / 2.0 };
                changes.push((start, 1.0));
                changes.push((start + bar, 1.0 + depth / 2.0));
                changes.push((end - 2 * beat, 1.0 - depth / 2.0));
                changes.push((end - beat, 1.0 - depth));
            }
        }
    }
    if song.style.file.rubato || dice.chance(0.5) {
        let last = song.end() - bar;
        let depth = 0.15 + 0.2 * dice.unit();
        changes.push(((last - bar).max(0), 1.0 - depth / 3.0));
        changes.push((last - 2 * beat, 1.0 - depth * 2.0 / 3.0));
        changes.push((last - beat, 1.0 - depth));
        changes.push((last, 1.0 - depth));
    }
    changes.sort_by_key(|&(at, _)| at);
    let mut map: Vec<(Beats, Tempo)> = Vec::new();
    for (at, share) in changes {
        let at = beats_at(at.max(0));
        let tempo = Tempo::new((song.tempo * share * 100.0).round() / 100.0);
        map.retain(|&(other, _)| other != at);
        if map.last().is_none_or(|&(_, last)| last != tempo) {
            map.push((at, tempo));
        }
    }
    map
}
