//! A control as wide as its group: the name, the value, and how far along its range that is.
//!
//! Drag to change it, with Shift finely; a double click resets; a right click, or Enter, types a value.

use egui::{Align2, CursorIcon, Id, Key, Rect, Response, Sense, TextEdit, Ui, vec2};
use nice_plug::prelude::{Param, ParamSetter};

use super::theme;

/// With Shift a drag changes so much less.
const FINE: f32 = 0.1;

/// Height of the line that shows the value.
const BAR: f32 = 3.0;

/// How to use it, below what it does.
const USE: &str = "Drag to change, Shift-drag finely, double-click to reset, right-click to type.";

/// The text of a tooltip: what a control does, why it has no effect now if it has none, and how to use it.
pub fn tip(what: &str, idle: Option<&str>, how: &str) -> String {
    let idle = idle.map(|why| format!("Has no effect now: {why}.")).unwrap_or_default();
    [what, &idle, how].into_iter().filter(|line| !line.is_empty()).collect::<Vec<_>>().join("\n")
}

/// Sets a parameter in one gesture.
pub fn set<P: Param>(setter: &ParamSetter<'_>, param: &P, value: P::Plain) {
    setter.begin_set_parameter(param);
    setter.set_parameter(param, value);
    setter.end_set_parameter(param);
}

/// A slider; `idle` says why it has no effect now, if it has none.
pub fn slider<P: Param>(ui: &mut Ui, setter: &ParamSetter<'_>, param: &P, what: &str, idle: Option<&str>) {
    let (rect, response) =
        ui.allocate_exact_size(vec2(ui.available_width(), theme::ROW), Sense::click_and_drag());
    let id = response.id;
    if typed(ui, id, rect, |text| {
        if let Some(value) = param.string_to_normalized_value(text).filter(|value| value.is_finite()) {
            set(setter, param, param.preview_plain(value));
        }
    }) {
        return;
    }
    drag(ui, setter, param, &response);
    paint(
        ui,
        rect,
        param.name(),
        &param.to_string(),
        (0.0, param.unmodulated_normalized_value()),
        idle.is_some(),
    );
    if response.secondary_clicked() {
        begin_typing(ui, id, param.to_string());
    }
    response.on_hover_cursor(CursorIcon::ResizeHorizontal).on_hover_text(tip(what, idle, USE));
}

/// Moves a parameter by the drag of its control, and resets it at a double click.
pub fn drag<P: Param>(ui: &Ui, setter: &ParamSetter<'_>, param: &P, response: &Response) {
    let id = response.id;
    if response.drag_started() {
        ui.data_mut(|data| data.insert_temp(id, param.unmodulated_normalized_value()));
        setter.begin_set_parameter(param);
    }
    if response.dragged() {
        let fine = if ui.input(|input| input.modifiers.shift) { FINE } else { 1.0 };
        let moved = response.drag_delta().x / response.rect.width().max(1.0) * fine;
        let place = ui.data_mut(|data| {
            let place = data.get_temp_mut_or(id, 0.0f32);
            *place = (*place + moved).clamp(0.0, 1.0);
            *place
        });
        let value = param.preview_plain(place);
        if value != param.unmodulated_plain_value() {
            setter.set_parameter(param, value);
        }
    }
    if response.drag_stopped() {
        setter.end_set_parameter(param);
    }
    if response.double_clicked() {
        set(setter, param, param.default_plain_value());
    }
}

/// From here on the control of that name is a field to type in.
pub fn begin_typing(ui: &Ui, id: Id, text: String) {
    ui.data_mut(|data| data.insert_temp(id.with("typed"), text));
    ui.memory_mut(|memory| memory.request_focus(id.with("field")));
}

/// The field, if there is one now. What was typed is told at Enter.
pub fn typed(ui: &mut Ui, id: Id, rect: Rect, enter: impl FnOnce(&str)) -> bool {
    let Some(mut text) = ui.data(|data| data.get_temp::<String>(id.with("typed"))) else { return false };
    let field = TextEdit::singleline(&mut text).id(id.with("field")).margin(vec2(8.0, 4.0));
    let response = ui.put(rect, field);
    let done = ui.input(|input| input.key_pressed(Key::Enter) || input.key_pressed(Key::Escape));
    if ui.input(|input| input.key_pressed(Key::Enter)) {
        enter(&text);
    }
    if done || response.lost_focus() {
        ui.data_mut(|data| data.remove_temp::<String>(id.with("typed")));
    } else {
        ui.data_mut(|data| data.insert_temp(id.with("typed"), text));
    }
    true
}

/// Draws name, value and the part of the range that is filled.
pub fn paint(ui: &Ui, rect: Rect, name: &str, value: &str, filled: (f32, f32), idle: bool) {
    let mut painter = ui.painter_at(rect);
    if idle {
        painter.multiply_opacity(theme::IDLE);
    }
    painter.rect_filled(rect, theme::ROUND, theme::TRACK);
    // Below the words, so that they can be read at any value.
    let bar = rect.with_min_y(rect.bottom() - BAR);
    let x = |share: f32| bar.left() + bar.width() * share.clamp(0.0, 1.0);
    painter.rect_filled(bar, 1.5, theme::LINE);
    painter.rect_filled(Rect::from_x_y_ranges(x(filled.0)..=x(filled.1), bar.y_range()), 1.5, theme::SEGUE);
    let text = rect.shrink2(vec2(8.0, 0.0));
    painter.text(text.left_center(), Align2::LEFT_CENTER, name, theme::font(13.0), theme::DIM);
    painter.text(text.right_center(), Align2::RIGHT_CENTER, value, theme::font(13.5), theme::TEXT);
}
