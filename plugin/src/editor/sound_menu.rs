//! The menu of sounds.

use egui::Ui;

use super::caption::Caption;
use super::file_menu::{FileMenu, Offer};
use crate::params::SegueParams;
use crate::sounds::folder::SoundFolder;

/// What it is for.
const WHAT: &str = "What plays the notes here: the built-in sound, or a SoundFont (.sf2) of yours from the \
                    folder that the list names. What it has no sound for, the built-in one plays.";

/// The menu.
pub struct SoundMenu {
    shelf: SoundFolder,
    menu: FileMenu,
}

impl SoundMenu {
    /// With the SoundFonts of a folder.
    pub fn new(shelf: SoundFolder) -> Self {
        Self { shelf, menu: FileMenu::default() }
    }

    /// The control, and the menu while it is open.
    pub fn show(&mut self, ui: &mut Ui, params: &SegueParams) {
        let (shelf, chosen) = (&self.shelf, params.state.sound());
        let offer = Offer { folder: shelf.folder(), names: &|| shelf.names(), what: "SoundFonts" };
        if let Some(choice) = self.menu.show(ui, Caption::new("SoundFont", WHAT), chosen.as_deref(), &offer) {
            params.state.choose_sound(choice);
        }
    }
}
