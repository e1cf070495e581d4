//! Controls that choose: switches, a few side by side, many in a list.

use egui::{Align2, Color32, ComboBox, Rect, Response, Sense, Ui, pos2, vec2};
use nice_plug::prelude::{BoolParam, Param, ParamSetter};

use super::slider::{set, tip};
use super::theme;

/// A switch with its name.
pub fn switch(ui: &mut Ui, setter: &ParamSetter<'_>, param: &BoolParam, what: &str, idle: Option<&str>) {
    let (rect, response) = ui.allocate_exact_size(vec2(ui.available_width(), theme::ROW), Sense::click());
    let on = param.value();
    if response.double_clicked() {
        set(setter, param, param.default_plain_value());
    } else if response.clicked() {
        set(setter, param, !on);
    }
    let mut painter = ui.painter_at(rect);
    if idle.is_some() {
        painter.multiply_opacity(theme::IDLE);
    }
    painter.rect_filled(rect, theme::ROUND, theme::TRACK);
    let text = rect.shrink2(vec2(8.0, 0.0));
    painter.text(text.left_center(), Align2::LEFT_CENTER, param.name(), theme::font(13.0), theme::DIM);
    let pill = Rect::from_center_size(pos2(text.right() - 15.0, rect.center().y), vec2(30.0, 16.0));
    painter.rect_filled(pill, 8.0, if on { theme::SEGUE } else { theme::LINE });
    let knob = if on { pill.right() - 8.0 } else { pill.left() + 8.0 };
    painter.circle_filled(pos2(knob, pill.center().y), 6.0, if on { theme::GROUND } else { theme::DIM });
    response.on_hover_text(tip(what, idle, "Click to switch."));
}

/// Every value of a parameter with few, as the host would show it.
fn values<P: Param>(param: &P) -> impl Iterator<Item = (P::Plain, String)> {
    let steps = param.step_count().unwrap_or(1);
    (0..=steps).map(move |step| {
        let share = step as f32 / steps.max(1) as f32;
        (param.preview_plain(share), param.normalized_value_to_string(share, true))
    })
}

/// Share of a control's width for its name, where its values lie side by side.
const NAME: f32 = 0.24;

/// A few values side by side, after their name.
pub fn segments<P: Param>(ui: &mut Ui, setter: &ParamSetter<'_>, param: &P, what: &str, idle: Option<&str>) {
    let row = ui.allocate_exact_size(vec2(ui.available_width(), theme::ROW), Sense::hover()).0;
    let mut painter = ui.painter_at(row);
    if idle.is_some() {
        painter.multiply_opacity(theme::IDLE);
    }
    painter.rect_filled(row, theme::ROUND, theme::TRACK);
    let name = row.left_center() + vec2(8.0, 0.0);
    painter.text(name, Align2::LEFT_CENTER, param.name(), theme::font(13.0), theme::DIM);
    let frame = row.with_min_x(row.left() + row.width() * NAME).shrink2(vec2(0.0, 3.0));
    let count = param.step_count().unwrap_or(1) + 1;
    let width = frame.width() / count as f32;
    for (index, (value, name)) in values(param).enumerate() {
        let rect = Rect::from_min_size(
            frame.left_top() + vec2(width * index as f32, 0.0),
            vec2(width, frame.height()),
        )
        .shrink2(vec2(2.0, 0.0));
        let response = ui.interact(rect, ui.scope_id().with((param.name(), index)), Sense::click());
        let is_on = value == param.unmodulated_plain_value();
        if response.double_clicked() {
            set(setter, param, param.default_plain_value());
        } else if response.clicked() && !is_on {
            set(setter, param, value);
        }
        segment(ui, &response, &name, is_on, idle.is_some());
        response.on_hover_text(tip(what, idle, "Click to choose, double-click to reset."));
    }
}

fn segment(ui: &Ui, response: &Response, name: &str, is_on: bool, idle: bool) {
    let mut painter = ui.painter_at(response.rect);
    if idle {
        painter.multiply_opacity(theme::IDLE);
    }
    let (fill, colour) = if is_on { (theme::SEGUE, theme::GROUND) } else { (theme::LINE, theme::TEXT) };
    painter.rect_filled(response.rect, theme::ROUND, lit(fill, response.hovered() && !is_on));
    painter.text(response.rect.center(), Align2::CENTER_CENTER, name, theme::font(13.0), colour);
}

/// Under the pointer.
pub fn lit(colour: Color32, hovered: bool) -> Color32 {
    if hovered { colour.lerp_to_gamma(Color32::WHITE, 0.08) } else { colour }
}

/// Many values in a list that opens.
pub fn list<P: Param>(ui: &mut Ui, setter: &ParamSetter<'_>, param: &P, width: f32, what: &str) {
    let shown = format!("{}: {}", param.name(), param);
    let opened = ComboBox::from_id_salt(param.name()).width(width).selected_text(shown).show_ui(ui, |ui| {
        for (value, name) in values(param) {
            if ui.selectable_label(value == param.unmodulated_plain_value(), name).clicked() {
                set(setter, param, value);
            }
        }
    });
    if opened.response.secondary_clicked() {
        set(setter, param, param.default_plain_value());
    }
    opened.response.on_hover_text(tip(what, None, "Click to choose, right-click to reset."));
}
