//! In whose manner Segue plays: a menu of the styles that the model knows, with a field to search them.

use egui::{Button, Key, Popup, PopupCloseBehavior, RichText, ScrollArea, TextEdit, TextWrapMode, Ui, vec2};
use nice_plug::prelude::{IntParam, Param, ParamSetter};

use super::caption::Caption;
use super::choice::{menu_height, menu_row};
use super::slider::set;
use super::style_names::{capitalised, found};
use super::theme;
use crate::params::styles::{NONE, Styles};

/// Why it has no effect, where it has none.
const UNKNOWN: &str = "the model that plays knows no styles; one that was trained with them does, see Model";

const WHAT: &str =
    "In whose manner Segue plays, of those that its model knows; otherwise as it hears you play.";

/// Width of the open menu, of a column in it, and height of an entry.
const WIDTH: f32 = 500.0;
const COLUMN: f32 = 160.0;
const ENTRY: f32 = 22.0;

/// The menu of one window.
#[derive(Default)]
pub struct StyleMenu {
    /// What is searched for.
    typed: String,
}

impl StyleMenu {
    /// The control, and the menu while it is open.
    pub fn show(&mut self, ui: &mut Ui, setter: &ParamSetter<'_>, param: &IntParam, styles: &Styles) {
        let names = styles.names();
        let caption = Caption::new("Style", WHAT).idle(names.is_empty().then_some(UNKNOWN));
        let opener = menu_row(ui, ui.available_width(), caption, &capitalised(&param.to_string()));
        if opener.secondary_clicked() {
            set(setter, param, param.default_plain_value());
        }
        let room = opener.ctx.content_rect();
        let width = WIDTH.min(room.width() - 40.0);
        let height = menu_height(&opener.ctx) - 2.0 * theme::ROW;
        let popup = Popup::menu(&opener).width(width).close_behavior(PopupCloseBehavior::CloseOnClickOutside);
        let shown = popup.show(|ui| {
            ui.set_width(width);
            let chosen = self.choose(ui, &names, param.value(), height);
            if let Some(number) = chosen {
                set(setter, param, number);
                ui.close();
            }
        });
        if shown.is_none() {
            self.typed.clear();
        }
    }

    /// The content of the open menu. Returns the number of a style that was chosen.
    fn choose(&mut self, ui: &mut Ui, names: &[String], held: i32, height: f32) -> Option<i32> {
        let mut chosen = None;
        ui.horizontal(|ui| {
            let none = ui.selectable_label(held == 0, capitalised(NONE));
            if none.clicked() {
                chosen = Some(0);
            }
            let field =
                TextEdit::singleline(&mut self.typed).hint_text("Search").desired_width(ui.available_width());
            let field = ui.add(field);
            if !field.has_focus() && !field.lost_focus() {
                field.request_focus();
            }
        });
        let groups = found(names, &self.typed);
        let first = groups.first().and_then(|(_, styles)| styles.first()).map(|(place, _)| number(*place));
        if !self.typed.is_empty() && ui.input(|input| input.key_pressed(Key::Enter)) {
            chosen = first;
        }
        if groups.is_empty() {
            let none =
                if names.is_empty() { "This model knows no styles." } else { "No style is called that." };
            ui.label(RichText::new(none).color(theme::DIM));
        }
        ScrollArea::vertical()
            .max_height(height)
            .min_scrolled_height(height)
            .auto_shrink([false, true])
            .show(ui, |ui| {
                ui.spacing_mut().item_spacing = vec2(4.0, 1.0);
                let columns = ((ui.available_width() / COLUMN).floor() as usize).max(1);
                for (group, styles) in groups {
                    ui.add_space(4.0);
                    ui.label(RichText::new(group.name()).color(theme::DIM));
                    if let Some(place) = entries(ui, &styles, columns, held) {
                        chosen = Some(number(place));
                    }
                }
            });
        chosen
    }
}

/// Styles in columns, each column read from top to bottom. Returns the place of one that was clicked.
fn entries(ui: &mut Ui, styles: &[(usize, String)], columns: usize, held: i32) -> Option<usize> {
    let mut clicked = None;
    let rows = styles.len().div_ceil(columns);
    let width = (ui.available_width() - 4.0 * (columns - 1) as f32) / columns as f32;
    for row in 0..rows {
        ui.horizontal(|ui| {
            ui.spacing_mut().interact_size.y = ENTRY;
            for (place, name) in styles.iter().skip(row).step_by(rows.max(1)) {
                let button = Button::selectable(held == number(*place), name.as_str())
                    .wrap_mode(TextWrapMode::Truncate)
                    .min_size(vec2(width, ENTRY));
                let (rect, _) = ui.allocate_exact_size(vec2(width, ENTRY), egui::Sense::hover());
                if ui.put(rect, button).clicked() {
                    clicked = Some(*place);
                }
            }
        });
    }
    clicked
}

/// The parameter's number of a style; 0 is none.
fn number(place: usize) -> i32 {
    i32::try_from(place + 1).unwrap_or(0)
}
