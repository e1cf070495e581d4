//! Presets in the header: to choose, and to save what is set.

use egui::{Button, ComboBox, PopupCloseBehavior, TextEdit, Ui};
use nice_plug::context::gui::GuiContext;

use super::theme;
use crate::params::SegueParams;
use crate::params::presets::{Folder, Preset};

/// Its width in the header: the longest name of those that come with the plugin.
const WIDTH: f32 = 142.0;

/// Height of the open list, beyond which it scrolls.
const HEIGHT: f32 = 460.0;

/// Height of an entry: all that come with the plugin fit into the list, which egui makes 400 high at first.
const ENTRY: f32 = 22.0;

/// The presets of one window.
pub struct PresetMenu {
    folder: Folder,
    /// As they were when the list was opened.
    own: Option<Vec<Result<Preset, String>>>,
    /// The one that was chosen last.
    chosen: Option<Preset>,
    /// The name to save under.
    name: String,
    /// What came of saving or choosing.
    answer: Option<String>,
}

impl PresetMenu {
    /// With the player's own from a folder.
    pub fn new(folder: Folder) -> Self {
        Self { folder, own: None, chosen: None, name: String::new(), answer: None }
    }

    /// Shows a preset as the chosen one, as long as the parameters are as it sets them.
    pub fn choose(&mut self, preset: Option<Preset>) {
        self.chosen = preset;
    }

    /// The list.
    pub fn show(&mut self, ui: &mut Ui, host: &GuiContext, params: &SegueParams) {
        let held = self.chosen.as_ref().filter(|preset| preset.holds(params));
        let shown = held.map_or_else(|| "Presets".to_owned(), |preset| preset.name.clone());
        let menu = ComboBox::from_id_salt("presets")
            .width(WIDTH)
            .height(HEIGHT)
            .truncate()
            .selected_text(shown)
            .close_behavior(PopupCloseBehavior::CloseOnClickOutside);
        let opened = menu.show_ui(ui, |ui| {
            self.save(ui, params);
            ui.separator();
            let spacing = ui.spacing_mut();
            (spacing.interact_size.y, spacing.item_spacing.y, spacing.button_padding.y) = (ENTRY, 1.0, 2.0);
            for preset in Preset::built_in() {
                self.entry(ui, host, params, preset);
            }
            ui.separator();
            let own = self.own.take().unwrap_or_else(|| {
                let read = self.folder.presets().into_iter();
                read.map(|preset| preset.map_err(|error| error.to_string())).collect()
            });
            for preset in &own {
                match preset {
                    Ok(preset) => self.entry(ui, host, params, preset.clone()),
                    Err(error) => {
                        ui.colored_label(theme::ALARM, error);
                    }
                }
            }
            self.own = Some(own);
        });
        if opened.inner.is_none() {
            // Looked up again the next time it opens.
            self.own = None;
            self.answer = None;
        }
        opened.response.on_hover_text(
            "Ways to play together. A preset sets the mode, When and What; Sound, triggers and seed stay as they are.",
        );
    }

    fn entry(&mut self, ui: &mut Ui, host: &GuiContext, params: &SegueParams, preset: Preset) {
        let is_chosen = self.chosen.as_ref() == Some(&preset);
        let entry = ui.selectable_label(is_chosen, &preset.name);
        let entry = if preset.what.is_empty() { entry } else { entry.on_hover_text(&preset.what) };
        if entry.clicked() {
            match preset.settings(params) {
                Ok(settings) => {
                    for (param, value) in settings {
                        // SAFETY: the pointers are of `params`, which the host's wrapper holds as long as the window lives.
                        unsafe {
                            host.raw_begin_set_parameter(param);
                            host.raw_set_parameter_normalized(param, value);
                            host.raw_end_set_parameter(param);
                        }
                    }
                    self.chosen = Some(preset);
                    self.answer = None;
                    ui.close();
                }
                Err(error) => self.answer = Some(error.to_string()),
            }
        }
    }

    fn save(&mut self, ui: &mut Ui, params: &SegueParams) {
        ui.horizontal(|ui| {
            ui.add(TextEdit::singleline(&mut self.name).hint_text("name").desired_width(120.0));
            let word = if self.folder.has(&self.name) { "Replace" } else { "Save" };
            let place =
                self.folder.place().map(|place| format!("\nIt becomes a file in {}.", place.display()));
            let what = format!("Keeps what is set now under this name.{}", place.unwrap_or_default());
            let button = ui.add_enabled(!self.name.trim().is_empty(), Button::new(word));
            if button.on_hover_text(what).on_disabled_hover_text("Type a name first.").clicked() {
                let preset = Preset::of(params, self.name.trim());
                self.answer = Some(match self.folder.keep(&preset) {
                    Ok(_) => {
                        self.chosen = Some(preset);
                        self.own = None;
                        "saved".to_owned()
                    }
                    Err(error) => error.to_string(),
                });
            }
        });
        if let Some(answer) = &self.answer {
            ui.colored_label(theme::SEGUE, answer);
        }
    }
}
