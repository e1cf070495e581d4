//! What to do first, and what the colours mean: shown below the roll, where the answer appears
//! meanwhile. A player sees it once, and again when asked for.

use egui::{Align2, Color32, Painter, Rect, Sense, Stroke, StrokeKind, Ui, pos2, vec2};

use super::{page, theme};

/// What to do, and what happens then.
const STEPS: [(&str, &str); 5] = [
    ("Play", "A MIDI keyboard, the keys above, or the letters A to L."),
    ("Stop", "Segue answers on the beat. Play again: it makes way."),
    ("Choose", "Answer, Trade, Continue or Duet; or a preset."),
    ("Keep", "Takes has every answer: hear, compare, export it."),
    ("Record", "Its notes leave on MIDI channel 2, for another track."),
];

/// How a note is drawn.
#[derive(Clone, Copy)]
enum Look {
    Full(Color32),
    Outlined(Color32),
    Ghost(Color32),
    Line(Color32),
}

/// What is drawn in the roll, and what it means.
const COLOURS: [(Look, &str); 5] = [
    (Look::Full(theme::PLAYER), "you"),
    (Look::Full(theme::SEGUE), "Segue"),
    (Look::Outlined(theme::SEGUE), "about to sound, for sure"),
    (Look::Ghost(theme::SEGUE), "planned, may still change"),
    (Look::Line(theme::TEXT), "now"),
];

/// Its title.
pub const TITLE: &str = "Segue goes on playing what you play";

/// Height of a line.
const LINE: f32 = 34.0;

/// Its height where there is room.
pub const HEIGHT: f32 = page::AROUND + STEPS.len() as f32 * LINE;

/// From this width on the colours have room beside the steps.
const WIDE: f32 = 700.0;

/// Width of the steps.
const STEPS_WIDTH: f32 = 460.0;

/// Draws it in all the room there is. True where the player has seen enough.
pub fn show(ui: &mut Ui) -> bool {
    page::page(ui, TITLE, |ui| {
        let is_wide = ui.available_width() >= WIDE;
        let lines = if is_wide { STEPS.len() } else { STEPS.len() + COLOURS.len() };
        let size = vec2(ui.available_width(), lines as f32 * LINE);
        let rect = ui.allocate_exact_size(size, Sense::hover()).0;
        let painter = ui.painter_at(rect);
        let mut at = pos2(rect.left(), rect.top() + LINE / 2.0);
        for (number, (word, what)) in (1..).zip(STEPS) {
            let middle = at + vec2(12.0, 0.0);
            painter.circle_filled(middle, 12.0, theme::LINE);
            painter.text(middle, Align2::CENTER_CENTER, number, theme::font(14.0), theme::TEXT);
            let (left, size) = (Align2::LEFT_CENTER, 14.0);
            painter.text(at + vec2(34.0, 0.0), left, word, theme::font(15.5), theme::TEXT);
            painter.text(at + vec2(94.0, 0.0), left, what, theme::font(size), theme::TEXT);
            at.y += LINE;
        }
        if is_wide {
            at = pos2(
                rect.left() + STEPS_WIDTH + (rect.width() - STEPS_WIDTH - 260.0).max(0.0) / 2.0,
                rect.top() + LINE / 2.0,
            );
        }
        for (look, meaning) in COLOURS {
            swatch(&painter, Rect::from_center_size(at + vec2(34.0, 0.0), vec2(60.0, 14.0)), look);
            painter.text(at + vec2(94.0, 0.0), Align2::LEFT_CENTER, meaning, theme::font(14.0), theme::TEXT);
            at.y += LINE;
        }
    })
}

fn swatch(painter: &Painter, place: Rect, look: Look) {
    let outline = |colour: Color32| {
        painter.rect_stroke(place, 4.0, Stroke::new(1.2, colour), StrokeKind::Inside);
    };
    match look {
        Look::Full(colour) => {
            painter.rect_filled(place, 4.0, colour);
        }
        Look::Outlined(colour) => {
            painter.rect_filled(place, 4.0, colour.gamma_multiply(0.6));
            outline(colour);
        }
        Look::Ghost(colour) => {
            painter.rect_filled(place, 4.0, colour.gamma_multiply(0.16));
            outline(colour.gamma_multiply(0.6));
        }
        Look::Line(colour) => {
            painter.vline(place.center().x, place.y_range().expand(4.0), Stroke::new(1.5, colour));
        }
    }
}
