//! A page in place of the panels: its title, what closes it, and content that scrolls.

use egui::{Align, Key, Layout, RichText, ScrollArea, Ui};

use super::hint::hint;
use super::{groups, theme};

/// Height of its margins and its title.
pub const AROUND: f32 = 2.0 * groups::MARGIN + theme::ROW + theme::GAP;

/// What closes it.
pub const CLOSE: &str = "Close";

/// Draws a page in all the room there is. True where the player wants it closed.
pub fn page(ui: &mut Ui, title: &str, contents: impl FnOnce(&mut Ui)) -> bool {
    let mut closes = ui.input(|input| input.key_pressed(Key::Escape));
    groups::panel(ui, |ui| {
        ui.horizontal(|ui| {
            ui.label(RichText::new(title).font(theme::font(17.0)).color(theme::TEXT));
            ui.with_layout(Layout::right_to_left(Align::Center), |ui| {
                let button = ui.button(CLOSE);
                hint(&button, "Shows the controls again.", "Esc does the same.");
                closes |= button.clicked();
            });
        });
        let area = ScrollArea::vertical().id_salt(title).auto_shrink(false);
        area.min_scrolled_height(0.0).show(ui, contents);
    });
    closes
}
