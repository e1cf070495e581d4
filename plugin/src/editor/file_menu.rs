//! A menu of files in the player's folder, and of what is built in.

use std::path::Path;

use egui::Ui;

use super::caption::Caption;
use super::choice::{menu, menu_row};
use super::theme;

/// What is chosen if no file is.
const BUILT_IN: &str = "Built in";

/// What a menu offers.
pub struct Offer<'a> {
    /// The folder, if there is one.
    pub folder: Option<&'a Path>,
    /// Its files.
    pub names: &'a dyn Fn() -> Vec<String>,
    /// What they are, as a player says.
    pub what: &'a str,
}

/// The menu. It lists the files there were when it was opened.
#[derive(Default)]
pub struct FileMenu {
    names: Option<Vec<String>>,
}

impl FileMenu {
    /// The control, and the menu while it is open. Returns what is chosen anew.
    pub fn show(
        &mut self,
        ui: &mut Ui,
        caption: Caption<'_>,
        chosen: Option<&str>,
        offer: &Offer<'_>,
    ) -> Option<Option<String>> {
        let opener = menu_row(ui, ui.available_width(), caption, chosen.map_or(BUILT_IN, stem));
        let mut choice = opener.secondary_clicked().then_some(None);
        let opened = menu(&opener, opener.rect.width(), |ui| {
            let names = self.names.get_or_insert_with(|| (offer.names)());
            if ui.selectable_label(chosen.is_none(), BUILT_IN).clicked() {
                choice = Some(None);
                ui.close();
            }
            for name in names {
                if ui.selectable_label(chosen == Some(name), stem(name)).clicked() {
                    choice = Some(Some(name.clone()));
                    ui.close();
                }
            }
            let place = match offer.folder {
                Some(folder) => format!("Your own: {}", folder.display()),
                None => format!("No home folder is known for {} of your own.", offer.what),
            };
            ui.colored_label(theme::DIM, place);
        });
        if opened.is_none() {
            // Look again the next time it opens.
            self.names = None;
        }
        choice
    }
}

fn stem(name: &str) -> &str {
    name.rsplit_once('.').map_or(name, |(stem, _)| stem)
}
