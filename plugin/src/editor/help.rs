//! What to do first, and what the colours mean: shown when a project's editor opens for the first time.

use egui::{Align2, Color32, Key, Painter, Pos2, Rect, Sense, Stroke, StrokeKind, Ui, pos2, vec2};

use super::theme;

/// What to do, and what comes of it.
const STEPS: [(&str, &str); 5] = [
    ("Play", "A MIDI keyboard, the keys below the roll, or the letters A to L."),
    ("Stop", "Segue answers on the beat. Play again, and it makes way at once."),
    ("Choose", "Answer, Trade, Continue or Duet: the large buttons. Presets are at the top."),
    ("Keep", "Takes, above the roll, has every answer: hear it again, compare, export it."),
    ("Record", "Its notes leave on MIDI channel 2, for another track or another sound."),
];

/// How a note is drawn.
#[derive(Clone, Copy)]
enum Look {
    Full(Color32),
    Outlined(Color32),
    Ghost(Color32),
    Line(Color32),
}

/// What is drawn, and what it means.
const COLOURS: [(Look, &str); 5] = [
    (Look::Full(theme::PLAYER), "you"),
    (Look::Full(theme::SEGUE), "Segue"),
    (Look::Outlined(theme::SEGUE), "about to sound, for sure"),
    (Look::Ghost(theme::SEGUE), "planned, may still change as you play"),
    (Look::Line(theme::TEXT), "now"),
];

/// What ends it.
pub const CLOSE: &str = "Click anywhere to begin. The ? at the top brings this back.";

/// Draws it in all the room there is. True where the player has seen enough.
pub fn page(ui: &mut Ui) -> bool {
    let (rect, response) = ui.allocate_exact_size(ui.available_size(), Sense::click());
    let painter = ui.painter_at(rect);
    painter.rect_filled(rect, 6.0, theme::PANEL);
    // In the middle, of one size.
    let width = 560.0f32.min(rect.width() - 40.0);
    let mut at = pos2(rect.center().x - width / 2.0, (rect.center().y - 230.0).max(rect.top() + 16.0));
    let write = |at: Pos2, text: &str, size: f32, colour: Color32| {
        painter.text(at, Align2::LEFT_CENTER, text, theme::font(size), colour);
    };
    write(at + vec2(0.0, 10.0), "Segue goes on playing what you play.", 22.0, theme::TEXT);
    at.y += 52.0;
    for (number, (word, what)) in (1..).zip(STEPS) {
        painter.circle_filled(at + vec2(12.0, 0.0), 12.0, theme::LINE);
        let middle = Align2::CENTER_CENTER;
        painter.text(at + vec2(12.0, 0.0), middle, number.to_string(), theme::font(14.0), theme::SEGUE);
        write(at + vec2(38.0, 0.0), word, 16.0, theme::SEGUE);
        write(at + vec2(108.0, 0.0), what, 14.0, theme::TEXT);
        at.y += 38.0;
    }
    at.y += 20.0;
    for (look, meaning) in COLOURS {
        swatch(&painter, Rect::from_center_size(at + vec2(30.0, 0.0), vec2(60.0, 14.0)), look);
        write(at + vec2(108.0, 0.0), meaning, 14.0, theme::DIM);
        at.y += 27.0;
    }
    at.y += 18.0;
    write(at, CLOSE, 14.0, theme::TEXT);
    response.clicked()
        || ui.input(|input| [Key::Escape, Key::Enter].iter().any(|&key| input.key_pressed(key)))
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
