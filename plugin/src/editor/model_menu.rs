//! The menu of models.

use egui::Ui;

use super::caption::Caption;
use super::file_menu::{FileMenu, Offer};
use crate::models::folder::ModelFolder;
use crate::params::SegueParams;
use crate::status::Status;

/// The menu.
pub struct ModelMenu {
    shelf: ModelFolder,
    menu: FileMenu,
}

impl ModelMenu {
    /// With the models of a folder.
    pub fn new(shelf: ModelFolder) -> Self {
        Self { shelf, menu: FileMenu::default() }
    }

    /// The control, and the menu while it is open.
    pub fn show(&mut self, ui: &mut Ui, params: &SegueParams, status: &Status) {
        let plays = status.model();
        let plays =
            if plays.is_empty() { "No model plays yet.".to_owned() } else { format!("{plays} plays.") };
        let what = format!("{plays} Train one of your own and put it into the folder that the list names.");
        let (shelf, chosen) = (&self.shelf, params.state.model());
        let offer = Offer { folder: shelf.folder(), names: &|| shelf.names(), what: "models" };
        if let Some(choice) = self.menu.show(ui, Caption::new("Model", &what), chosen.as_deref(), &offer) {
            params.state.choose(choice);
        }
    }
}
