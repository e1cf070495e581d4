//! The menu of models.

use egui::Ui;

use super::caption::Caption;
use super::choice::{menu, menu_row};
use super::theme;
use crate::models::folder::ModelFolder;
use crate::params::SegueParams;
use crate::status::Status;

/// The name of the model in the plugin.
const BUILT_IN: &str = "Built in";

/// The menu. It lists the models there were when it was opened.
pub struct ModelMenu {
    shelf: ModelFolder,
    names: Option<Vec<String>>,
}

impl ModelMenu {
    /// With the models of a folder.
    pub fn new(shelf: ModelFolder) -> Self {
        Self { shelf, names: None }
    }

    /// The control, and the menu while it is open.
    pub fn show(&mut self, ui: &mut Ui, params: &SegueParams, status: &Status) {
        let chosen = params.state.model();
        let plays = status.model();
        let plays =
            if plays.is_empty() { "No model plays yet.".to_owned() } else { format!("{plays} plays.") };
        let what = format!("{plays} Train one of your own and put it into the folder that the list names.");
        let wanted = chosen.as_deref().map_or(BUILT_IN, stem);
        let opener = menu_row(ui, ui.available_width(), Caption::new("Model", &what), wanted);
        if opener.secondary_clicked() {
            params.state.choose(None);
        }
        let opened = menu(&opener, opener.rect.width(), |ui| {
            let names = self.names.get_or_insert_with(|| self.shelf.names());
            if ui.selectable_label(chosen.is_none(), BUILT_IN).clicked() {
                params.state.choose(None);
                ui.close();
            }
            for name in names {
                let is_chosen = chosen.as_deref() == Some(name);
                if ui.selectable_label(is_chosen, stem(name)).clicked() {
                    params.state.choose(Some(name.clone()));
                    ui.close();
                }
            }
            let place = match self.shelf.folder() {
                Some(folder) => format!("Your own: {}", folder.display()),
                None => "No home folder is known for models of your own.".to_owned(),
            };
            ui.colored_label(theme::DIM, place);
        });
        if opened.is_none() {
            // Look again the next time it opens.
            self.names = None;
        }
    }
}

fn stem(name: &str) -> &str {
    name.rsplit_once('.').map_or(name, |(stem, _)| stem)
}
