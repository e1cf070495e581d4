//! The control beside the modes that counts most in each: how many bars, or in Continue the latch.

use egui::{Align2, Color32, CursorIcon, Rect, Sense, Stroke, Ui, vec2};
use nice_plug::prelude::ParamSetter;
use segue_realtime::between::settings::Mode;

use super::choice::{lit, toggle};
use super::hint::hint;
use super::slider::{drag, set, typed_value};
use super::theme;
use crate::params::SegueParams;

/// Width of a step at either side.
const STEP: f32 = 30.0;

/// Draws the control that counts in a mode; its name stands above it where there is room.
pub fn show(
    ui: &mut Ui,
    setter: &ParamSetter<'_>,
    params: &SegueParams,
    mode: Mode,
    rect: Rect,
    has_room: bool,
) {
    if mode == Mode::Continue {
        latch(ui, setter, params, rect, has_room);
    } else {
        length(ui, setter, params, mode, rect, has_room);
    }
}

/// Bars: a slider with a step at either side.
fn length(
    ui: &mut Ui,
    setter: &ParamSetter<'_>,
    params: &SegueParams,
    mode: Mode,
    rect: Rect,
    has_room: bool,
) {
    let param = &params.when.length;
    let what = match mode {
        Mode::Trade => "Length: bars of a turn, yours and Segue's.",
        Mode::Duet => "Length: bars for which Segue goes on alone when you stop.",
        Mode::Answer | Mode::Continue => "Length: bars of an answer.",
    };
    let middle = rect.shrink2(vec2(STEP, 0.0));
    let response = ui.interact(middle, ui.scope_id().with("length"), Sense::click_and_drag());
    hint(&response, what, "Drag, or click − and +. Double-click to reset, right-click to type.");
    drag(ui, setter, param, &response);
    let painter = ui.painter_at(rect);
    painter.rect_filled(rect, theme::ROUND_PANEL, theme::TRACK);
    for (side, by) in [(rect.with_max_x(middle.left()), -1), (rect.with_min_x(middle.right()), 1)] {
        let response = ui.interact(side, ui.scope_id().with(("length", by)), Sense::click());
        hint(&response, what, if by < 0 { "Click for a bar less." } else { "Click for a bar more." });
        let place = side.shrink(4.0);
        painter.rect_filled(place, theme::ROUND, lit(theme::LINE, response.hovered()));
        let line = Stroke::new(1.6, theme::TEXT);
        painter.hline(place.center().x - 5.0..=place.center().x + 5.0, place.center().y, line);
        if by > 0 {
            painter.vline(place.center().x, place.center().y - 5.0..=place.center().y + 5.0, line);
        }
        if response.clicked() {
            set(setter, param, (param.value() + by).clamp(1, 16));
        }
    }
    if typed_value(ui, setter, param, &response) {
        return;
    }
    write(ui, middle, "Length", &param.to_string(), has_room, (theme::TEXT, theme::DIM));
    response.on_hover_cursor(CursorIcon::ResizeHorizontal);
}

/// The latch: orange while Segue holds it.
fn latch(ui: &mut Ui, setter: &ParamSetter<'_>, params: &SegueParams, rect: Rect, has_room: bool) {
    let param = &params.when.latch;
    let response = ui.interact(rect, ui.scope_id().with("latch"), Sense::click());
    hint(
        &response,
        "Latch: while it is on, Segue plays on from you.",
        "Click to switch; Latch trigger does it from your keyboard.",
    );
    toggle(setter, param, &response);
    let on = param.value();
    let (fill, ink) = if on { (theme::SEGUE, theme::GROUND) } else { (theme::LINE, theme::TEXT) };
    let painter = ui.painter_at(rect);
    painter.rect_filled(rect, theme::ROUND_PANEL, lit(fill, response.hovered()));
    write(ui, rect, "Latch", if on { "On" } else { "Off" }, has_room, (ink, ink));
}

/// A value with its name above, or beside where there is no room above.
fn write(ui: &Ui, rect: Rect, name: &str, value: &str, has_room: bool, (ink, small): (Color32, Color32)) {
    let painter = ui.painter_at(rect);
    if has_room {
        let (up, down) = (rect.center() - vec2(0.0, 13.0), rect.center() + vec2(0.0, 7.0));
        painter.text(up, Align2::CENTER_CENTER, name, theme::font(12.0), small);
        painter.text(down, Align2::CENTER_CENTER, value, theme::font(18.0), ink);
    } else {
        // Bars say what they are; the latch does not.
        let text = if name == "Latch" { format!("Latch {}", value.to_lowercase()) } else { value.to_owned() };
        painter.text(rect.center(), Align2::CENTER_CENTER, text, theme::font(14.5), ink);
    }
}
