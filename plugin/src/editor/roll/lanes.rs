//! Drums in the roll: a lane for each kind, below the keys.

use egui::{Align2, Painter, Rangef, Rect, pos2};
use segue_music::{ContextNote, DrumLane, Key};

use crate::editor::theme;

/// Height of a lane.
const LANE: f32 = 9.0;

/// Height of the lanes, if any drum is among the notes.
pub fn height(notes: &[ContextNote]) -> f32 {
    if notes.iter().any(ContextNote::is_drum) { DrumLane::ALL.len() as f32 * LANE } else { 0.0 }
}

/// The row of a drum at the bottom of a field.
pub fn row(field: Rect, key: Key) -> Rangef {
    let bottom = field.bottom() - DrumLane::of(key) as usize as f32 * LANE;
    Rangef::new(bottom - LANE, bottom)
}

/// Draws what lies behind the strokes.
pub fn paint(painter: &Painter, field: Rect) {
    painter.rect_filled(field, 0.0, theme::GROUND);
    for (number, lane) in DrumLane::ALL.into_iter().enumerate() {
        let y = field.bottom() - (number as f32 + 0.5) * LANE;
        let place = pos2(field.left() + 3.0, y);
        painter.text(place, Align2::LEFT_CENTER, lane.name(), theme::font(8.0), theme::DIM);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_drum_has_a_lane_and_the_kick_is_the_lowest() {
        let field = Rect::from_min_max(pos2(0.0, 0.0), pos2(100.0, DrumLane::ALL.len() as f32 * LANE));
        for key in 0..128 {
            let row = row(field, key);
            assert!(row.min >= -0.01 && row.max <= field.bottom() + 0.01, "key {key}: {row:?}");
        }
        assert_eq!(row(field, 36).max, field.bottom());
        assert!(row(field, 42).max < row(field, 38).max);
    }
}
