//! Buttons with an icon. Painted, because the fonts have no such letters.

use std::f32::consts::TAU;

use egui::{Color32, Painter, Pos2, Rect, Response, Sense, Shape, Stroke, StrokeKind, Ui, Vec2, pos2, vec2};

use super::choice::lit;
use super::hint::hint;
use super::theme;

/// Width and height of the button.
pub const SIDE: f32 = 24.0;

/// What the button shows.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Icon {
    /// Plays.
    Play,
    /// Stops playing.
    Stop,
    /// Exports to a file.
    Export,
    /// Copies to the clipboard.
    Copy,
    /// Removes.
    Remove,
    /// Starred or not.
    Star(bool),
    /// One step back.
    Previous,
    /// One step forward.
    Next,
}

/// Draws the button. True if it was clicked.
pub fn icon_button(ui: &mut Ui, icon: Icon, what: &str) -> bool {
    let (rect, response) = ui.allocate_exact_size(Vec2::splat(SIDE), Sense::click());
    paint(ui, rect, &response, icon);
    hint(&response, what, "");
    response.clicked()
}

fn paint(ui: &Ui, rect: Rect, response: &Response, icon: Icon) {
    let painter = ui.painter_at(rect);
    painter.rect_filled(rect, theme::ROUND, lit(theme::LINE, response.hovered()));
    let at = rect.center();
    let colour = match icon {
        Icon::Play | Icon::Stop => theme::SEGUE,
        Icon::Star(true) | Icon::Export | Icon::Copy | Icon::Previous | Icon::Next => theme::TEXT,
        Icon::Remove | Icon::Star(false) => theme::DIM,
    };
    let line = Stroke::new(1.6, colour);
    match icon {
        Icon::Play => {
            let corners = [vec2(-3.5, -5.5), vec2(5.5, 0.0), vec2(-3.5, 5.5)];
            painter.add(Shape::convex_polygon(
                corners.map(|corner| at + corner).to_vec(),
                colour,
                Stroke::NONE,
            ));
        }
        Icon::Stop => {
            painter.rect_filled(Rect::from_center_size(at, Vec2::splat(9.0)), 1.0, colour);
        }
        // An arrow down onto a line.
        Icon::Export => {
            painter.line_segment([at + vec2(0.0, -6.0), at + vec2(0.0, 2.5)], line);
            for side in [-3.5, 3.5] {
                painter.line_segment([at + vec2(side, -1.0), at + vec2(0.0, 2.5)], line);
            }
            painter.line_segment([at + vec2(-5.0, 6.0), at + vec2(5.0, 6.0)], line);
        }
        // Two sheets, one in front of the other.
        Icon::Copy => {
            let sheet = |by: f32| Rect::from_center_size(at + Vec2::splat(by), vec2(8.0, 9.0));
            painter.rect_stroke(sheet(-2.0), 1.0, Stroke::new(1.2, colour), StrokeKind::Middle);
            painter.rect(sheet(2.0), 1.0, theme::LINE, Stroke::new(1.2, colour), StrokeKind::Middle);
        }
        Icon::Remove => {
            for side in [-4.0, 4.0] {
                painter.line_segment([at + vec2(-side, -4.0), at + vec2(side, 4.0)], line);
            }
        }
        Icon::Previous | Icon::Next => {
            let side = if icon == Icon::Next { 1.0 } else { -1.0 };
            for up in [-5.0, 5.0] {
                painter.line_segment([at + vec2(-2.5 * side, up), at + vec2(2.5 * side, 0.0)], line);
            }
        }
        Icon::Star(full) => star(&painter, at, colour, full),
    }
}

/// A star with five points, filled or as an outline.
fn star(painter: &Painter, at: Pos2, colour: Color32, full: bool) {
    let corner = |number: usize| {
        let (turn, far) = (number as f32 / 10.0 * TAU, if number.is_multiple_of(2) { 7.0 } else { 3.0 });
        pos2(at.x + far * turn.sin(), at.y - far * turn.cos() + 0.5)
    };
    if !full {
        painter.add(Shape::closed_line((0..10).map(corner).collect(), Stroke::new(1.2, colour)));
        return;
    }
    for tip in (0..10).step_by(2) {
        let kite = vec![at + vec2(0.0, 0.5), corner(tip + 9), corner(tip), corner(tip + 1)];
        painter.add(Shape::convex_polygon(kite, colour, Stroke::new(0.5, colour)));
    }
}
