//! A range with a lowest and a highest value, as one control with two ends.

use egui::{CursorIcon, Sense, Ui, vec2};
use nice_plug::prelude::{IntParam, Param, ParamSetter};

use super::caption::Caption;
use super::hint::hint;
use super::slider::{begin_typing, paint, set, typed};
use super::theme;

const USE: &str = "Drag either end. Double-click to reset, right-click to type both.";

/// Draws the control. A drag moves the nearer end.
pub fn span(ui: &mut Ui, setter: &ParamSetter<'_>, low: &IntParam, high: &IntParam, caption: Caption<'_>) {
    let (rect, response) =
        ui.allocate_exact_size(vec2(ui.available_width(), theme::ROW), Sense::click_and_drag());
    let id = response.id;
    hint(&response, caption.hint(), USE);
    if typed(ui, id, rect, |text| {
        let separators = |letter: char| letter.is_whitespace() || matches!(letter, '–' | ',');
        let mut words = text.split(separators).filter(|word| !word.is_empty());
        for param in [low, high] {
            if let Some(value) = words.next().and_then(|word| param.string_to_normalized_value(word)) {
                set(setter, param, param.preview_plain(value));
            }
        }
    }) {
        return;
    }
    let share = |x: f32| ((x - rect.left()) / rect.width().max(1.0)).clamp(0.0, 1.0);
    let (from, to) = (low.unmodulated_normalized_value(), high.unmodulated_normalized_value());
    if let Some(pointer) = response.interact_pointer_pos() {
        let at = share(pointer.x);
        if response.drag_started() {
            let grabs_high = (at - to).abs() < (at - from).abs() || (from == to && at > to);
            ui.data_mut(|data| data.insert_temp(id, grabs_high));
            setter.begin_set_parameter(if grabs_high { high } else { low });
        }
        if response.dragged() {
            let grabs_high = ui.data(|data| data.get_temp(id)).unwrap_or(false);
            let (param, at) = if grabs_high { (high, at.max(from)) } else { (low, at.min(to)) };
            setter.set_parameter(param, param.preview_plain(at));
        }
    }
    if response.drag_stopped() {
        let grabs_high = ui.data(|data| data.get_temp(id)).unwrap_or(false);
        setter.end_set_parameter(if grabs_high { high } else { low });
    }
    if response.double_clicked() {
        [low, high].into_iter().for_each(|param| set(setter, param, param.default_plain_value()));
    }
    if response.secondary_clicked() {
        begin_typing(ui, id, format!("{low} {high}"));
    }
    let value =
        if low.value() <= high.value() { format!("{low} – {high}") } else { format!("{high} – {low}") };
    paint(ui, rect, caption, &value, (from.min(to), from.max(to)));
    response.on_hover_cursor(CursorIcon::ResizeHorizontal);
}
