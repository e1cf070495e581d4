//! Presets in the header: to choose, to step through, and to save what is set.

use egui::{Align2, Popup, PopupCloseBehavior, ScrollArea, Sense, TextEdit, Ui, pos2, vec2};
use nice_plug::context::gui::GuiContext;

use super::choice::{lit, menu_height, triangle};
use super::hint::hint;
use super::icon_button::{Icon, icon_button};
use super::text_button::text_button;
use super::theme;
use crate::params::SegueParams;
use crate::params::presets::{Folder, Preset};

/// Width of the control: room for the longest built-in name.
pub const WIDTH: f32 = 150.0;

/// Width of the open menu.
const MENU: f32 = 210.0;

/// Height of an entry.
const ENTRY: f32 = 22.0;

const WHAT: &str = "Ways to play together. A preset sets the mode, When and What; Sound, triggers and seed stay as they are.";

/// A preset of the player's, or why its file cannot be read.
type Own = Result<Preset, String>;

/// The presets of one window.
pub struct PresetMenu {
    folder: Folder,
    /// Whether the model knows parts.
    knows_parts: bool,
    /// Those there were when the menu was opened.
    own: Option<Vec<Own>>,
    /// The one that was chosen last.
    chosen: Option<Preset>,
    /// The name to save under.
    name: String,
    /// The result of saving or choosing.
    answer: Option<String>,
}

impl PresetMenu {
    /// With the presets of a folder beside the built-in ones.
    pub fn new(folder: Folder) -> Self {
        Self { folder, knows_parts: false, own: None, chosen: None, name: String::new(), answer: None }
    }

    /// Shows a preset as the chosen one, as long as the parameters are as it sets them.
    pub fn choose(&mut self, preset: Option<Preset>) {
        self.chosen = preset;
    }

    /// The control between its two arrows, and the menu while it is open. For a layout from right
    /// to left. Presets for a band are among them if the model knows parts.
    pub fn show(&mut self, ui: &mut Ui, host: &GuiContext, params: &SegueParams, knows_parts: bool) {
        self.knows_parts = knows_parts;
        if icon_button(ui, Icon::Next, "The next preset.") {
            self.step(host, params, 1);
        }
        self.menu(ui, host, params);
        if icon_button(ui, Icon::Previous, "The preset before.") {
            self.step(host, params, -1);
        }
    }

    fn menu(&mut self, ui: &mut Ui, host: &GuiContext, params: &SegueParams) {
        let held = self.chosen.as_ref().filter(|preset| preset.holds(params));
        let shown = held.map_or_else(|| "Presets".to_owned(), |preset| preset.name.clone());
        let (rect, opener) = ui.allocate_exact_size(vec2(WIDTH, theme::ROW), Sense::click());
        hint(&opener, WHAT, "Click to choose or to save what is set.");
        let painter = ui.painter_at(rect);
        painter.rect_filled(rect, theme::ROUND, lit(theme::TRACK, opener.hovered()));
        triangle(&painter, rect.right_center() - vec2(13.0, 0.0), true, theme::TEXT);
        let text = painter.with_clip_rect(rect.with_max_x(rect.right() - 22.0));
        let at = pos2(rect.left() + 8.0, rect.center().y);
        text.text(at, Align2::LEFT_CENTER, shown, theme::font(13.5), theme::TEXT);
        let popup = Popup::menu(&opener).width(MENU).close_behavior(PopupCloseBehavior::CloseOnClickOutside);
        let height = menu_height(&opener.ctx) - 2.0 * theme::ROW;
        let opened = popup.show(|ui| {
            ui.set_width(MENU);
            ui.spacing_mut().button_padding = theme::PADDING;
            self.save(ui, params);
            ui.separator();
            ScrollArea::vertical().max_height(height).show(ui, |ui| self.entries(ui, host, params));
        });
        if opened.is_none() {
            // Read again the next time it opens.
            self.own = None;
            self.answer = None;
        }
    }

    /// The player's own, read from the folder unless they were already.
    fn read(&mut self) -> Vec<Own> {
        self.own.take().unwrap_or_else(|| {
            let read = self.folder.presets().into_iter();
            read.map(|preset| preset.map_err(|error| error.to_string())).collect()
        })
    }

    fn entries(&mut self, ui: &mut Ui, host: &GuiContext, params: &SegueParams) {
        let spacing = ui.spacing_mut();
        (spacing.interact_size.y, spacing.item_spacing.y, spacing.button_padding.y) = (ENTRY, 1.0, 2.0);
        for preset in Preset::playable(self.knows_parts) {
            self.entry(ui, host, params, preset);
        }
        ui.separator();
        let own = self.read();
        for preset in &own {
            match preset {
                Ok(preset) => self.entry(ui, host, params, preset.clone()),
                Err(error) => {
                    ui.colored_label(theme::ALARM, error);
                }
            }
        }
        self.own = Some(own);
    }

    fn entry(&mut self, ui: &mut Ui, host: &GuiContext, params: &SegueParams, preset: Preset) {
        let is_chosen = self.chosen.as_ref() == Some(&preset);
        let entry = ui.selectable_label(is_chosen, &preset.name);
        hint(&entry, preset.what.as_str(), "");
        if entry.clicked() && self.apply(host, params, preset) {
            ui.close();
        }
    }

    /// Goes `by` presets forward, round and round; to the first or the last if none is chosen.
    fn step(&mut self, host: &GuiContext, params: &SegueParams, by: isize) {
        let own = self.read();
        let all: Vec<Preset> = Preset::playable(self.knows_parts).chain(own.into_iter().flatten()).collect();
        self.own = None;
        let held = self.chosen.as_ref().filter(|preset| preset.holds(params));
        let at = held.and_then(|held| all.iter().position(|preset| preset == held));
        let count = all.len() as isize;
        let next = match (at, by > 0) {
            (Some(at), _) => (at as isize + by).rem_euclid(count.max(1)),
            (None, true) => 0,
            (None, false) => count - 1,
        };
        if let Some(preset) = usize::try_from(next).ok().and_then(|next| all.into_iter().nth(next)) {
            self.apply(host, params, preset);
        }
    }

    /// Sets the parameters. False, with the reason in `answer`, if the preset cannot be read.
    fn apply(&mut self, host: &GuiContext, params: &SegueParams, preset: Preset) -> bool {
        match preset.settings(params) {
            Ok(settings) => {
                for (param, value) in settings {
                    // SAFETY: the pointers are of `params`, which the host's wrapper holds as long
                    // as the window lives.
                    unsafe {
                        host.raw_begin_set_parameter(param);
                        host.raw_set_parameter_normalized(param, value);
                        host.raw_end_set_parameter(param);
                    }
                }
                self.chosen = Some(preset);
                self.answer = None;
                true
            }
            Err(error) => {
                self.answer = Some(error.to_string());
                false
            }
        }
    }

    fn save(&mut self, ui: &mut Ui, params: &SegueParams) {
        ui.horizontal(|ui| {
            ui.add(TextEdit::singleline(&mut self.name).hint_text("name").desired_width(120.0));
            let word = if self.folder.has(&self.name) { "Replace" } else { "Save" };
            let place =
                self.folder.place().map(|place| format!(" It becomes a file in {}.", place.display()));
            let what = format!("Keeps what is set now under this name.{}", place.unwrap_or_default());
            let able = if self.name.trim().is_empty() { Err("type a name first") } else { Ok(()) };
            if text_button(ui, word, able, &what) {
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
            ui.colored_label(theme::TEXT, answer);
        }
    }
}
