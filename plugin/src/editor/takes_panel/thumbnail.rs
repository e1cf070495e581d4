//! A small picture of a take: the player's phrase, and the answer after it.

use egui::{Painter, Rect, pos2};
use segue_music::{Beats, Note, Role};

use super::super::theme;
use crate::takes::Take;

/// The picture. Notes are placed in a square of side 1.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Thumbnail {
    notes: Vec<(Rect, Role)>,
    /// Where the answer begins.
    turn: f32,
    /// How long the answer is.
    bars: f64,
}

/// Fewest keys that are shown, so that two neighbouring notes do not look far apart.
const FEWEST_KEYS: f32 = 24.0;

impl Thumbnail {
    /// Of a take.
    pub fn of(take: &Take) -> Self {
        let prompt = take.prompt.iter().map(|note| (note, Role::Player));
        // At most as much of the phrase as of the answer, or the answer would be too small.
        let earliest = take.onset() - (take.end() - take.onset()).max(take.meter.bar());
        let prompt = prompt.filter(|(note, _)| note.end() > earliest);
        let all: Vec<_> = prompt.chain(take.notes.iter().map(|own| (&own.note, Role::Segue))).collect();
        let from = all.iter().map(|(note, _)| note.onset.max(earliest)).min();
        let to = all.iter().map(|(note, _)| note.end()).max();
        let (Some(from), Some(to)) = (from, to) else { return Self::default() };
        let length = (to - from).as_f64().max(0.25);
        let x = |at: Beats| ((at.max(from) - from).as_f64() / length) as f32;
        let keys = |pick: fn(u8, u8) -> u8| all.iter().map(|(note, _)| note.key).reduce(pick).unwrap_or(60);
        let (low, high) = (f32::from(keys(u8::min)), f32::from(keys(u8::max)));
        let spare = ((FEWEST_KEYS - (high - low + 1.0)) / 2.0).max(0.0);
        let (low, height) = (low - spare, high - low + 1.0 + 2.0 * spare);
        let y = |key: f32| 1.0 - (key - low) / height;
        let place = |note: &Note| {
            let key = f32::from(note.key);
            Rect::from_min_max(pos2(x(note.onset), y(key + 1.0)), pos2(x(note.end()), y(key)))
        };
        let turn = take.notes.iter().map(|own| x(own.note.onset)).fold(1.0, f32::min);
        let bars = (take.end() - take.onset()).as_f64() / take.meter.bar().as_f64();
        Self { notes: all.into_iter().map(|(note, role)| (place(note), role)).collect(), turn, bars }
    }

    /// How many bars the answer lasts.
    pub fn bars(&self) -> f64 {
        self.bars
    }

    /// Draws it.
    pub fn paint(&self, painter: &Painter, frame: Rect) {
        painter.rect_filled(frame, 3.0, theme::GROUND);
        let inside = frame.shrink2(egui::vec2(4.0, 3.0));
        let at =
            |x: f32, y: f32| pos2(inside.left() + inside.width() * x, inside.top() + inside.height() * y);
        let turn = at(self.turn, 0.0).x;
        painter.vline(turn - 1.0, frame.y_range(), egui::Stroke::new(1.0, theme::LINE));
        for (note, role) in &self.notes {
            let colour = if *role == Role::Player { theme::PLAYER } else { theme::SEGUE };
            let (min, max) = (at(note.left(), note.top()), at(note.right(), note.bottom()));
            let max = pos2(max.x.max(min.x + 1.5), max.y.max(min.y + 1.5));
            painter.rect_filled(Rect::from_min_max(min, max), 0.5, colour);
        }
    }
}
