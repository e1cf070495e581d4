//! Drums in the roll: a lane for each kind, below the keys.

use egui::{Align2, Painter, Rangef, Rect, pos2};
use segue_music::{ContextNote, Key};

use crate::editor::theme;

/// The lanes, the lowest first.
const LANES: [&str; 6] = ["kick", "snare", "toms", "hats", "cymbals", "other"];

/// Height of a lane.
const LANE: f32 = 9.0;

/// The lane of a General MIDI drum.
const fn lane(key: Key) -> usize {
    match key {
        35 | 36 => 0,
        37..=40 => 1,
        41 | 43 | 45 | 47 | 48 | 50 => 2,
        22 | 26 | 42 | 44 | 46 => 3,
        49 | 51 | 52 | 53 | 55 | 57 | 59 => 4,
        _ => 5,
    }
}

/// Height of the lanes, if any drum is among the notes.
pub fn height(notes: &[ContextNote]) -> f32 {
    if notes.iter().any(ContextNote::is_drum) { LANES.len() as f32 * LANE } else { 0.0 }
}

/// The row of a drum at the bottom of a field.
pub fn row(field: Rect, key: Key) -> Rangef {
    let bottom = field.bottom() - lane(key) as f32 * LANE;
    Rangef::new(bottom - LANE, bottom)
}

/// Draws what lies behind the strokes.
pub fn paint(painter: &Painter, field: Rect) {
    painter.rect_filled(field, 0.0, theme::GROUND);
    for (number, name) in LANES.into_iter().enumerate() {
        let y = field.bottom() - (number as f32 + 0.5) * LANE;
        painter.text(pos2(field.left() + 3.0, y), Align2::LEFT_CENTER, name, theme::font(8.0), theme::DIM);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_drum_has_a_lane_and_the_kick_is_the_lowest() {
        let field = Rect::from_min_max(pos2(0.0, 0.0), pos2(100.0, LANES.len() as f32 * LANE));
        for key in 0..128 {
            let row = row(field, key);
            assert!(row.min >= -0.01 && row.max <= field.bottom() + 0.01, "key {key}: {row:?}");
        }
        assert_eq!(row(field, 36).max, field.bottom());
        assert!(row(field, 42).max < row(field, 38).max);
    }
}
