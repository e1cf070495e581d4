//! In whose manner Segue plays: a list of what the model that plays knows.

use egui::{ComboBox, Ui};
use nice_plug::prelude::{IntParam, Param, ParamSetter};

use super::slider::{set, tip};
use super::theme;
use crate::params::styles::{NONE, Styles};

/// Why it has no effect, where it has none.
const UNKNOWN: &str = "the model that plays knows no styles; one that was trained with them does, see Model";

/// The list.
pub fn style(ui: &mut Ui, setter: &ParamSetter<'_>, param: &IntParam, styles: &Styles) {
    let names = styles.names();
    let idle = names.is_empty().then_some(UNKNOWN);
    ui.scope(|ui| {
        if idle.is_some() {
            ui.multiply_opacity(theme::IDLE);
        }
        let menu = ComboBox::from_id_salt(param.name()).width(ui.available_width()).truncate();
        let opened = menu.selected_text(format!("{}: {param}", param.name())).show_ui(ui, |ui| {
            for (number, name) in (0..).zip([NONE].into_iter().chain(names.iter().map(String::as_str))) {
                if ui.selectable_label(param.value() == number, name).clicked() {
                    set(setter, param, number);
                }
            }
        });
        if opened.response.secondary_clicked() {
            set(setter, param, param.default_plain_value());
        }
        let what =
            "In whose manner Segue plays, of those that its model knows; otherwise as it hears you play.";
        opened.response.on_hover_text(tip(what, idle, "Click to choose, right-click to reset."));
    });
}
