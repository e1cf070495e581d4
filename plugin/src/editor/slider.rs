//! A slider as wide as its group: the name, the value, and how far along its range that is.

use egui::{
    Align2, Color32, CursorIcon, Id, Key, Painter, Rect, Response, Sense, Stroke, StrokeKind, TextEdit, Ui,
    pos2, vec2,
};
use nice_plug::prelude::{Param, ParamSetter};

use super::caption::Caption;
use super::hint::hint;
use super::theme;

/// With Shift a drag changes a tenth as much.
const FINE: f32 = 0.1;

/// Height of the line that shows the value.
const BAR: f32 = 3.0;

/// How to use it.
const USE: &str = "Drag; with Shift finely. Double-click to reset, right-click to type.";

/// Sets a parameter in one gesture.
pub fn set<P: Param>(setter: &ParamSetter<'_>, param: &P, value: P::Plain) {
    setter.begin_set_parameter(param);
    setter.set_parameter(param, value);
    setter.end_set_parameter(param);
}

/// A slider.
pub fn slider<P: Param>(ui: &mut Ui, setter: &ParamSetter<'_>, param: &P, caption: Caption<'_>) {
    let (rect, response) =
        ui.allocate_exact_size(vec2(ui.available_width(), theme::ROW), Sense::click_and_drag());
    hint(&response, caption.hint(), USE);
    if typed_value(ui, setter, param, &response) {
        return;
    }
    drag(ui, setter, param, &response);
    paint(ui, rect, caption, &param.to_string(), (0.0, param.unmodulated_normalized_value()));
    response.on_hover_cursor(CursorIcon::ResizeHorizontal);
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

/// A right-click turns the control into a field to type the value in; true while it is one.
pub fn typed_value<P: Param>(ui: &mut Ui, setter: &ParamSetter<'_>, param: &P, response: &Response) -> bool {
    let is_field = typed(ui, response.id, response.rect, |text| {
        if let Some(value) = param.string_to_normalized_value(text).filter(|value| value.is_finite()) {
            set(setter, param, param.preview_plain(value));
        }
    });
    if !is_field && response.secondary_clicked() {
        begin_typing(ui, response.id, param.to_string());
    }
    is_field
}

/// From here on the control of that id is a field to type in.
pub fn begin_typing(ui: &Ui, id: Id, text: String) {
    ui.data_mut(|data| data.insert_temp(id.with("typed"), text));
    ui.memory_mut(|memory| memory.request_focus(id.with("field")));
}

/// The field, if there is one now. `enter` gets what was typed, at Enter.
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

/// Draws the body of a control: a filled one, or only an outline where it has no effect now.
pub fn paint_body(painter: &Painter, rect: Rect, idle: bool) {
    if idle {
        let line = Stroke::new(1.0, theme::LINE);
        painter.rect_stroke(rect, theme::ROUND, line, StrokeKind::Inside);
    } else {
        painter.rect_filled(rect, theme::ROUND, theme::TRACK);
    }
}

/// Draws the name of a control at its left, the host's name for it beside that. Returns where it
/// ends.
pub fn paint_name(painter: &Painter, rect: Rect, caption: Caption<'_>) -> f32 {
    let at = rect.left_center() + vec2(8.0, 0.0);
    let name = painter.text(at, Align2::LEFT_CENTER, caption.name, theme::font(13.5), name_colour(caption));
    let Some(term) = caption.term else { return name.right() };
    let at = pos2(name.right() + 6.0, at.y + 0.5);
    painter.text(at, Align2::LEFT_CENTER, term, theme::font(11.5), theme::DIM).right()
}

fn name_colour(caption: Caption<'_>) -> Color32 {
    if caption.term.is_some() && caption.idle.is_none() { theme::TEXT } else { theme::DIM }
}

/// The colour of a control's value.
pub fn value_colour(idle: bool) -> Color32 {
    if idle { theme::DIM } else { theme::TEXT }
}

/// Draws name, value and the part of the range that is filled.
pub fn paint(ui: &Ui, rect: Rect, caption: Caption<'_>, value: &str, filled: (f32, f32)) {
    let painter = ui.painter_at(rect);
    let idle = caption.idle.is_some();
    paint_body(&painter, rect, idle);
    if !idle {
        // Below the text, so that it can be read at any value.
        let bar = rect.with_min_y(rect.bottom() - BAR);
        let x = |share: f32| bar.left() + bar.width() * share.clamp(0.0, 1.0);
        painter.rect_filled(bar, 1.5, theme::LINE);
        let filled = Rect::from_x_y_ranges(x(filled.0)..=x(filled.1), bar.y_range());
        painter.rect_filled(filled, 1.5, caption.colour);
    }
    paint_name(&painter, rect, caption);
    let at = rect.right_center() - vec2(8.0, 0.0);
    painter.text(at, Align2::RIGHT_CENTER, value, theme::font(13.5), value_colour(idle));
}
