//! In whose manner Segue plays: a menu of the styles that the model knows, with a field to search
//! them.

use egui::{Key, Popup, PopupCloseBehavior, Rect, RichText, ScrollArea, Sense, TextEdit, Ui, vec2};
use nice_plug::prelude::{IntParam, Param, ParamSetter};

use super::caption::Caption;
use super::choice::{elided, menu_height, menu_row};
use super::hint::hint;
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
            ui.spacing_mut().button_padding = theme::PADDING;
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
            let field = TextEdit::singleline(&mut self.typed)
                .hint_text("Search")
                .align(egui::Align2::LEFT_CENTER)
                .desired_width(ui.available_width());
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

/// Styles in columns, each column read from top to bottom. Returns the place of one that was
/// clicked.
fn entries(ui: &mut Ui, styles: &[(usize, String)], columns: usize, held: i32) -> Option<usize> {
    let rows = styles.len().div_ceil(columns);
    let (area, _) = ui.allocate_exact_size(vec2(ui.available_width(), rows as f32 * ENTRY), Sense::hover());
    let width = area.width() / columns as f32;
    let mut clicked = None;
    for (index, (place, name)) in styles.iter().enumerate() {
        let (column, row) = ((index / rows.max(1)) as f32, (index % rows.max(1)) as f32);
        let corner = area.left_top() + vec2(column * width, row * ENTRY);
        let rect = Rect::from_min_size(corner, vec2(width - 2.0, ENTRY));
        if !ui.is_rect_visible(rect) {
            continue;
        }
        let response = ui.interact(rect, ui.scope_id().with(("style", *place)), Sense::click());
        let painter = ui.painter_at(rect);
        if held == number(*place) {
            painter.rect_filled(rect.shrink(1.0), theme::ROUND, theme::RAISED);
        } else if response.hovered() {
            painter.rect_filled(rect.shrink(1.0), theme::ROUND, theme::LINE);
        }
        let text = elided(ui, name, rect.width() - 10.0, theme::TEXT);
        painter.galley(rect.left_center() + vec2(6.0, -text.size().y / 2.0), text, theme::TEXT);
        hint(&response, name.as_str(), "");
        if response.clicked() {
            clicked = Some(*place);
        }
    }
    clicked
}

/// The parameter's number of a style; 0 is none.
fn number(place: usize) -> i32 {
    i32::try_from(place + 1).unwrap_or(0)
}
