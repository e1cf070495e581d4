//! Which model plays.

use egui::{ComboBox, Ui};

use super::theme;
use crate::models::folder::Shelf;
use crate::params::SegueParams;
use crate::status::Status;

/// The models that can be chosen, as they were when the list was opened.
pub struct ModelMenu {
    shelf: Shelf,
    names: Option<Vec<String>>,
}

impl ModelMenu {
    /// Of the player's own folder.
    pub fn new(shelf: Shelf) -> Self {
        Self { shelf, names: None }
    }

    /// The list.
    pub fn show(&mut self, ui: &mut Ui, params: &SegueParams, status: &Status) {
        let chosen = params.state.model();
        let (plays, wanted) = (status.model(), chosen.as_deref().map_or("built in", stem).to_owned());
        let width = ui.available_width();
        let menu = ComboBox::from_id_salt("model").width(width).selected_text(format!("Model: {wanted}"));
        let opened = menu.show_ui(ui, |ui| {
            let names = self.names.get_or_insert_with(|| self.shelf.names());
            if ui.selectable_label(chosen.is_none(), "built in").clicked() {
                params.state.choose(None);
            }
            for name in names {
                let is_chosen = chosen.as_deref() == Some(name);
                if ui.selectable_label(is_chosen, stem(name)).clicked() {
                    params.state.choose(Some(name.clone()));
                }
            }
            ui.colored_label(theme::DIM, self.place());
        });
        if opened.inner.is_none() {
            // Looked up again the next time it opens.
            self.names = None;
        }
        let plays = if plays.is_empty() { "no model yet".to_owned() } else { plays };
        let how = "A model of your own: train one with `trainer finetune` and put it into the folder below.";
        opened.response.on_hover_text(format!("{plays} plays.\n{how}\n{}", self.place()));
    }

    fn place(&self) -> String {
        match self.shelf.folder() {
            Some(folder) => format!("Your own: {}", folder.display()),
            None => "No home folder is known for models of your own.".to_owned(),
        }
    }
}

fn stem(name: &str) -> &str {
    name.rsplit_once('.').map_or(name, |(stem, _)| stem)
}
