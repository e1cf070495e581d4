//! The bar above the panels: each panel's name folds or unfolds it. At its right are the two
//! buttons that must be at hand whatever is folded.

use egui::{Align2, Rect, Response, Sense, Stroke, StrokeKind, Ui, pos2, vec2};

use super::choice::{lit, triangle};
use super::hint::hint;
use super::layout::Layout;
use super::panels::{Panel, Panels};
use super::theme;

/// Space between its buttons.
const SPACE: f32 = 4.0;

/// Room for the triangle of a button that folds.
const TRIANGLE: f32 = 14.0;

/// The words on its buttons, and shorter ones for where these have no room.
const ALL: [&str; 2] = ["All controls", "More"];
const SILENCE: [&str; 2] = ["All notes off", "Silence"];
const FORGET: [&str; 2] = ["Forget the jam", "Forget"];

/// What was clicked in the bar.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Clicked {
    /// A panel is to be folded or unfolded.
    Panel(Panel),
    /// All controls are to be shown, or the most used ones.
    AllControls,
    /// Every note is to end.
    Silence,
    /// What was played is to be forgotten.
    Forget,
}

/// Draws the bar; `takes` is how many there are.
pub fn bar(ui: &Ui, layout: &Layout, panels: &Panels, takes: usize) -> Option<Clicked> {
    let names = Panel::ALL.map(|panel| match panel {
        Panel::Takes => format!("Takes {takes}"),
        _ => panel.name().to_owned(),
    });
    let folds = names.iter().map(|name| fold_width(ui, name) + SPACE).sum::<f32>();
    let long = fold_width(ui, ALL[0]) + button_width(ui, SILENCE[0]) + button_width(ui, FORGET[0]);
    let words = usize::from(folds + long + 4.0 * SPACE > layout.bar.width());
    let mut clicked = None;
    let mut x = layout.bar.left();
    for (panel, name) in Panel::ALL.into_iter().zip(&names) {
        let look = if layout.shows(panel) {
            Look::Open
        } else if layout.crowded_out.contains(&panel) {
            Look::NoRoom
        } else {
            Look::Folded
        };
        let response = fold(ui, layout.bar, &mut x, panel.name(), name, look);
        let (what, how) = match look {
            Look::Open => (format!("Folds this panel. {}", panel.about()), ""),
            Look::Folded => (panel.about().to_owned(), "Click to unfold."),
            Look::NoRoom => (
                format!("There is no room for it in a window of this size. {}", panel.about()),
                "Click to show it in place of another.",
            ),
        };
        hint(&response, what, how);
        if response.clicked() {
            clicked = Some(Clicked::Panel(panel));
        }
    }
    x += SPACE;
    let look = if panels.all_controls { Look::Open } else { Look::Folded };
    let response = fold(ui, layout.bar, &mut x, "all", ALL[words], look);
    hint(&response, "Shows every control of When, What and Sound, or only the ones used most.", "");
    if response.clicked() {
        clicked = Some(Clicked::AllControls);
    }
    clicked.or(buttons(ui, layout.bar, words))
}

/// The buttons at the right.
fn buttons(ui: &Ui, bar: Rect, words: usize) -> Option<Clicked> {
    let mut clicked = None;
    let mut x = bar.right();
    for (word, what, which) in [
        (SILENCE[words], "Ends every note that sounds, yours and Segue's.", Clicked::Silence),
        (
            FORGET[words],
            "Segue forgets everything that was played in this jam. The takes stay.",
            Clicked::Forget,
        ),
    ] {
        let width = button_width(ui, word);
        let place = Rect::from_min_max(pos2(x - width, bar.top()), pos2(x, bar.bottom()));
        x = place.left() - SPACE;
        let response = ui.interact(place, ui.scope_id().with(word), Sense::click());
        let painter = ui.painter_at(place);
        painter.rect_filled(place, theme::ROUND, lit(theme::LINE, response.hovered()));
        painter.text(place.center(), Align2::CENTER_CENTER, word, theme::font(13.0), theme::TEXT);
        hint(&response, what, "");
        if response.clicked() {
            clicked = Some(which);
        }
    }
    clicked
}

/// How the name of a panel is drawn.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Look {
    Open,
    Folded,
    /// Open, but there is no room for it.
    NoRoom,
}

fn fold(ui: &Ui, bar: Rect, x: &mut f32, id: &str, name: &str, look: Look) -> Response {
    let place = Rect::from_min_size(pos2(*x, bar.top()), vec2(fold_width(ui, name), bar.height()));
    *x = place.right() + SPACE;
    let response = ui.interact(place, ui.scope_id().with(("fold", id)), Sense::click());
    let painter = ui.painter_at(place);
    let (fill, colour) = match look {
        Look::Open => (theme::RAISED, theme::TEXT),
        Look::Folded | Look::NoRoom => (theme::PANEL, theme::DIM),
    };
    painter.rect_filled(place, theme::ROUND, lit(fill, response.hovered()));
    if look == Look::NoRoom {
        let line = Stroke::new(1.0, theme::DIM);
        painter.rect_stroke(place, theme::ROUND, line, StrokeKind::Inside);
    }
    triangle(&painter, place.left_center() + vec2(10.0, 0.0), look == Look::Open, colour);
    let at = place.left_center() + vec2(TRIANGLE + 5.0, 0.0);
    painter.text(at, Align2::LEFT_CENTER, name, theme::font(13.0), colour);
    response
}

fn fold_width(ui: &Ui, name: &str) -> f32 {
    text_width(ui, name) + TRIANGLE + 11.0
}

fn button_width(ui: &Ui, word: &str) -> f32 {
    text_width(ui, word) + 16.0
}

fn text_width(ui: &Ui, text: &str) -> f32 {
    ui.painter().layout_no_wrap(text.to_owned(), theme::font(13.0), theme::TEXT).size().x
}
