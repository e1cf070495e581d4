//! Controls that choose: switches, a few values side by side, many in a menu.

use egui::{
    Align2, Color32, Painter, Popup, PopupCloseBehavior, Rect, Response, ScrollArea, Sense, Shape, Stroke,
    Ui, pos2, vec2,
};
use nice_plug::prelude::{BoolParam, Param, ParamSetter};

use super::caption::Caption;
use super::hint::hint;
use super::slider::{paint_body, paint_name, set, value_colour};
use super::theme;

/// Width and height of a switch.
const PILL: (f32, f32) = (30.0, 16.0);

/// Height of a menu beyond which it scrolls.
const MENU: f32 = 440.0;

/// Height of a low window that a menu leaves uncovered.
const AROUND_MENU: f32 = 90.0;

/// A switch with its name.
pub fn switch(ui: &mut Ui, setter: &ParamSetter<'_>, param: &BoolParam, caption: Caption<'_>) {
    let (rect, response) = ui.allocate_exact_size(vec2(ui.available_width(), theme::ROW), Sense::click());
    hint(&response, caption.hint(), "Click to switch, double-click to reset.");
    toggle(setter, param, &response);
    let painter = ui.painter_at(rect);
    paint_body(&painter, rect, caption.idle.is_some());
    paint_name(&painter, rect, caption);
    let at = rect.right_center() - vec2(8.0 + PILL.0 / 2.0, 0.0);
    pill(&painter, at, param.value(), theme::ON);
}

/// Switches a parameter when its control is clicked, and resets it at a double click.
pub fn toggle(setter: &ParamSetter<'_>, param: &BoolParam, response: &Response) {
    if response.double_clicked() {
        set(setter, param, param.default_plain_value());
    } else if response.clicked() {
        set(setter, param, !param.value());
    }
}

/// Draws a switch centred at a point.
pub fn pill(painter: &Painter, at: egui::Pos2, on: bool, colour: Color32) {
    let pill = Rect::from_center_size(at, vec2(PILL.0, PILL.1));
    let (fill, knob) = if on { (colour, theme::GROUND) } else { (theme::RAISED, theme::DIM) };
    painter.rect_filled(pill, PILL.1 / 2.0, fill);
    let x = if on { pill.right() - 8.0 } else { pill.left() + 8.0 };
    painter.circle_filled(pos2(x, pill.center().y), 6.0, knob);
}

/// All values of a parameter, with the text a host would show.
fn values<P: Param>(param: &P) -> impl Iterator<Item = (P::Plain, String)> {
    let steps = param.step_count().unwrap_or(1);
    (0..=steps).map(move |step| {
        let share = step as f32 / steps.max(1) as f32;
        (param.preview_plain(share), param.normalized_value_to_string(share, true))
    })
}

/// Share of a control's width for its name, where its values lie side by side.
const NAME: f32 = 0.24;

/// A few values side by side after the name, or a menu if they do not fit.
pub fn segments<P: Param>(ui: &mut Ui, setter: &ParamSetter<'_>, param: &P, caption: Caption<'_>) {
    let width = ui.available_width();
    let count = param.step_count().unwrap_or(1) + 1;
    let each = width * (1.0 - NAME) / count as f32;
    let widest = values(param).map(|(_, name)| text_width(ui, &name)).fold(0.0, f32::max);
    if widest + 12.0 > each {
        return list(ui, setter, param, width, caption);
    }
    let (row, response) = ui.allocate_exact_size(vec2(width, theme::ROW), Sense::hover());
    const HOW: &str = "Click to choose, double-click to reset.";
    hint(&response, caption.hint(), HOW);
    let painter = ui.painter_at(row);
    let idle = caption.idle.is_some();
    paint_body(&painter, row, idle);
    paint_name(&painter, row, caption);
    let frame = row.with_min_x(row.left() + row.width() * NAME).shrink2(vec2(0.0, 3.0));
    for (index, (value, name)) in values(param).enumerate() {
        let corner = frame.left_top() + vec2(each * index as f32, 0.0);
        let rect = Rect::from_min_size(corner, vec2(each, frame.height())).shrink2(vec2(2.0, 0.0));
        let response = ui.interact(rect, ui.scope_id().with((param.name(), index)), Sense::click());
        hint(&response, caption.hint(), HOW);
        let is_on = value == param.unmodulated_plain_value();
        if response.double_clicked() {
            set(setter, param, param.default_plain_value());
        } else if response.clicked() && !is_on {
            set(setter, param, value);
        }
        let (fill, colour) = match (is_on, idle) {
            (true, false) => (theme::ON, theme::GROUND),
            (false, false) => (theme::LINE, theme::TEXT),
            (true, true) => (theme::LINE, theme::TEXT),
            (false, true) => (theme::PANEL, theme::DIM),
        };
        let painter = ui.painter_at(rect);
        painter.rect_filled(rect, theme::ROUND, lit(fill, response.hovered() && !is_on));
        painter.text(rect.center(), Align2::CENTER_CENTER, name, theme::font(13.0), colour);
    }
}

fn text_width(ui: &Ui, text: &str) -> f32 {
    ui.painter().layout_no_wrap(text.to_owned(), theme::font(13.0), theme::TEXT).size().x
}

/// A colour, lighter while the pointer is on it.
pub fn lit(colour: Color32, hovered: bool) -> Color32 {
    if hovered { colour.lerp_to_gamma(Color32::WHITE, 0.08) } else { colour }
}

/// A parameter with many values, chosen from a menu.
pub fn list<P: Param>(ui: &mut Ui, setter: &ParamSetter<'_>, param: &P, width: f32, caption: Caption<'_>) {
    let response = menu_row(ui, width, caption, &param.to_string());
    if response.secondary_clicked() {
        set(setter, param, param.default_plain_value());
    }
    menu(&response, response.rect.width(), |ui| {
        for (value, name) in values(param) {
            if ui.selectable_label(value == param.unmodulated_plain_value(), name).clicked() {
                set(setter, param, value);
                ui.close();
            }
        }
    });
}

/// The control that opens a menu: its name, what is chosen, and an arrow.
pub fn menu_row(ui: &mut Ui, width: f32, caption: Caption<'_>, value: &str) -> Response {
    let (rect, response) = ui.allocate_exact_size(vec2(width, theme::ROW), Sense::click());
    hint(&response, caption.hint(), "Click to choose, right-click to reset.");
    let painter = ui.painter_at(rect);
    let idle = caption.idle.is_some();
    paint_body(&painter, rect, idle);
    let from = paint_name(&painter, rect, caption) + 8.0;
    let colour = value_colour(idle);
    let arrow = rect.right_center() - vec2(14.0, 0.0);
    triangle(&painter, arrow, true, colour);
    let room = arrow.x - 8.0 - from;
    let text = elided(ui, value, room, colour);
    painter.galley(pos2(arrow.x - 10.0 - text.size().x, rect.center().y - text.size().y / 2.0), text, colour);
    response
}

/// One line of text, cut with an ellipsis if it does not fit.
pub fn elided(ui: &Ui, text: &str, room: f32, colour: Color32) -> std::sync::Arc<egui::Galley> {
    let mut job = egui::text::LayoutJob::simple_singleline(text.to_owned(), theme::font(13.5), colour);
    job.wrap = egui::text::TextWrapping::truncate_at_width(room.max(0.0));
    ui.painter().layout_job(job)
}

/// The menu that a click on a control opens. It is at least `width` wide and scrolls if it is long.
pub fn menu<R>(opener: &Response, width: f32, contents: impl FnOnce(&mut Ui) -> R) -> Option<R> {
    let height = menu_height(&opener.ctx);
    let popup = Popup::menu(opener).width(width).close_behavior(PopupCloseBehavior::CloseOnClickOutside);
    let shown = popup.show(|ui| {
        ui.spacing_mut().button_padding = theme::PADDING;
        ui.set_min_width(ui.available_width());
        ScrollArea::vertical().max_height(height).show(ui, |ui| {
            ui.style_mut().wrap_mode = Some(egui::TextWrapMode::Extend);
            contents(ui)
        })
    });
    shown.map(|shown| shown.inner.inner)
}

/// The greatest height of a menu in this window.
pub fn menu_height(context: &egui::Context) -> f32 {
    MENU.min(context.content_rect().height() - AROUND_MENU)
}

/// A small triangle: pointing down for menus and open panels, right for folded panels.
pub fn triangle(painter: &Painter, at: egui::Pos2, down: bool, colour: Color32) {
    let corners = if down {
        [vec2(-4.0, -2.5), vec2(4.0, -2.5), vec2(0.0, 3.0)]
    } else {
        [vec2(-2.5, -4.0), vec2(3.0, 0.0), vec2(-2.5, 4.0)]
    };
    let corners = corners.map(|corner| at + corner).to_vec();
    painter.add(Shape::convex_polygon(corners, colour, Stroke::NONE));
}
