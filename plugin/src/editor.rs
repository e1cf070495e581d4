//! The editor: what Segue hears and is about to play, keys to play on, presets, the parameters, the
//! takes, and who made the music that the model learnt from.
//!
//! Runs on the GUI thread. It may lock for a copy, and read and write files. It reaches the audio
//! thread only through `between`.

mod about;
mod caption;
mod card;
mod choice;
mod file_menu;
mod groups;
mod header;
mod help;
mod hint;
mod icon_button;
mod instance;
mod keyboard;
mod labels;
mod layout;
mod learn;
mod memory;
mod mode_switch;
mod model_menu;
mod page;
mod panel_bar;
mod panels;
mod piano;
mod pixels;
mod preset_menu;
mod primary;
mod recall_menu;
mod roll;
mod slider;
mod sound_menu;
mod span;
mod strips;
mod style_menu;
mod style_names;
mod takes_panel;
#[cfg(test)]
mod tests;
mod text_button;
pub mod theme;
mod window;

use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::Arc;
use std::sync::atomic::Ordering;
use std::time::Duration;

use crossbeam_channel::Sender;
use egui::{CentralPanel, Frame as Area, Rect, Ui, UiBuilder, pos2};
use nice_plug::context::gui::GuiContext;
use nice_plug::editor::dpi::LogicalSize;
use nice_plug::prelude::ParamSetter;
use nice_plug_egui::{Frame, NiceEguiApp, baseview};

use crate::composer::Command;
use crate::models::folder::ModelFolder;
use crate::params::SegueParams;
use crate::params::presets::Folder;
use crate::sounds::folder::SoundFolder;
use crate::status::Status;
use crate::takes::{MemoryFolder, Takes};
use groups::Controls;
use header::Page;
pub use hint::hint;
pub use instance::Instance;
use layout::Layout;
use learn::Learning;
use memory::Memory;
use mode_switch::ModeSwitch;
use model_menu::ModelMenu;
use panel_bar::Clicked;
use panels::{Panel, Panels};
use piano::Piano;
use preset_menu::PresetMenu;
use recall_menu::RecallMenu;
use roll::RollView;
use sound_menu::SoundMenu;
use style_menu::StyleMenu;
use takes_panel::TakesPanel;
pub use window::Window;

/// Time between two frames: the keys, the roll and the count-in move.
const REFRESH: Duration = Duration::from_millis(16);

/// A row of controls below the header, drawn by whoever opens the window.
pub type Strip = Arc<dyn Fn(&mut Ui) + Send + Sync>;

/// The content of one window.
pub struct EditorView {
    params: Arc<SegueParams>,
    status: Arc<Status>,
    commands: Sender<Command>,
    memory: Arc<Memory>,
    host: Option<GuiContext>,
    modes: ModeSwitch,
    roll: RollView,
    piano: Piano,
    takes: Arc<Takes>,
    panels: Panels,
    takes_panel: TakesPanel,
    presets: PresetMenu,
    styles: StyleMenu,
    models: ModelMenu,
    recall: RecallMenu,
    sounds: SoundMenu,
    learning: Option<Learning>,
    page: Option<Page>,
    strip: Option<Strip>,
    panicked: bool,
}

impl EditorView {
    /// The view of an instance. A player's first window also shows the help.
    pub fn new(instance: Instance) -> Self {
        let Instance { params, status, commands, fingers, memory } = instance;
        let remembered = memory.get();
        let page = (!remembered.help_seen).then_some(Page::Help);
        if page.is_some() {
            memory.change(|it| it.help_seen = true);
        }
        let takes = status.takes.clone();
        Self {
            params,
            status,
            commands,
            memory,
            host: None,
            modes: ModeSwitch::default(),
            roll: RollView::default(),
            piano: Piano::new(fingers),
            takes,
            panels: remembered.panels,
            takes_panel: TakesPanel::default(),
            presets: PresetMenu::new(Folder::of_the_player()),
            styles: StyleMenu::default(),
            models: ModelMenu::new(ModelFolder::of_the_player()),
            recall: RecallMenu::new(MemoryFolder::of_the_player()),
            sounds: SoundMenu::new(SoundFolder::of_the_player()),
            learning: None,
            page,
            strip: None,
            panicked: false,
        }
    }

    fn show(&mut self, ui: &mut Ui) {
        let Some(host) = self.host.clone() else { return };
        let setter = host.param_setter();
        learn::settle(ui, &mut self.learning, &self.status, &setter, &self.params);
        let frame = Area::new().fill(theme::GROUND).inner_margin(theme::MARGIN);
        CentralPanel::default().frame(frame).show(ui, |ui| {
            let presets = |ui: &mut Ui| {
                self.presets.show(ui, &host, &self.params, self.status.knows_parts());
            };
            header::header(ui, &setter, &self.params, &self.status, &mut self.page, presets);
            header::notices(ui, &self.params, &self.status);
            if let Some(strip) = &self.strip {
                strip(ui);
            }
            self.modes.show(ui, &setter, &self.params, &self.status);
            let rest = ui.available_rect_before_wrap();
            let top = rest.bottom() - hint::height(rest.width());
            let area = rest.with_max_y(top - theme::GAP);
            let layout = Layout::of(area, &self.panels, self.page.map(Page::height));
            self.roll.show(ui, layout.roll, &self.status);
            self.piano.read_letters(ui);
            match layout.keys {
                Some(keys) => self.piano.show(ui, keys, &self.status),
                None => self.piano.hide(),
            }
            let clicked = panel_bar::bar(ui, &layout, &self.panels, self.takes_panel.count(&self.takes));
            if let Some(place) = layout.page {
                self.page(ui, place);
            }
            self.panels(ui, &setter, &layout);
            let line = Rect::from_min_max(pos2(rest.left(), top), rest.max);
            hint::line(ui, line, labels::no_room(&layout.crowded_out));
            // Last, so that the whole frame is drawn in one layout.
            if let Some(clicked) = clicked {
                self.follow(clicked, &layout);
            }
        });
    }

    /// Carries out a click in the bar.
    fn follow(&mut self, clicked: Clicked, layout: &Layout) {
        match clicked {
            Clicked::Panel(panel) => {
                // A page hides the panels: the click closes it, and opens the panel if it was
                // folded.
                if panel != Panel::Keys && self.page.take().is_some() {
                    if !self.panels.is_open(panel) {
                        self.panels.toggle(panel, false);
                    }
                } else {
                    self.panels.toggle(panel, layout.shows(panel));
                }
            }
            Clicked::AllControls => self.panels.all_controls ^= true,
            Clicked::Silence => return self.status.panic.store(true, Ordering::Relaxed),
            // If the channel is full, the same command is already waiting in it.
            Clicked::Forget => return drop(self.commands.try_send(Command::Forget)),
        }
        let panels = self.panels.clone();
        self.memory.change(|it| it.panels = panels);
    }

    fn page(&mut self, ui: &mut Ui, place: Rect) {
        let closes = ui.scope_builder(UiBuilder::new().max_rect(place), |ui| match self.page {
            Some(Page::Help) => help::show(ui),
            Some(Page::About) => about::show(ui, &self.status, &self.memory),
            None => false,
        });
        if closes.inner {
            self.page = None;
        }
    }

    fn panels(&mut self, ui: &mut Ui, setter: &ParamSetter<'_>, layout: &Layout) {
        let (params, status) = (&*self.params, &*self.status);
        let controls = Controls { setter, params, status, all: self.panels.all_controls };
        for &(panel, place) in &layout.panels {
            ui.scope_builder(UiBuilder::new().max_rect(place), |ui| match panel {
                Panel::Keys => {}
                Panel::When => groups::group(ui, panel, |ui| controls.when(ui, &mut self.learning)),
                Panel::What => groups::group(ui, panel, |ui| {
                    let (what, styles) = (&params.what, &mut self.styles);
                    controls.what(ui, |ui| styles.show(ui, setter, &what.style, &what.styles));
                }),
                Panel::Band => groups::group(ui, panel, |ui| controls.band(ui)),
                Panel::Sound => groups::group(ui, panel, |ui| {
                    let (models, recall) = (&mut self.models, &mut self.recall);
                    let (sounds, takes, commands) = (&mut self.sounds, &self.takes, &self.commands);
                    let models = |ui: &mut Ui| models.show(ui, params, status);
                    controls.sound(ui, models, |ui| {
                        recall.show(ui, takes, commands);
                        sounds.show(ui, params);
                    });
                }),
                Panel::Takes => self.takes_panel.show(ui, &self.takes, &self.commands),
            });
        }
    }
}

impl NiceEguiApp for EditorView {
    fn build(
        &mut self,
        context: egui::Context,
        host: GuiContext,
        _frame: &mut Frame,
    ) -> Result<(), baseview::HandlerError> {
        theme::apply(&context);
        self.host = Some(host);
        Ok(())
    }

    fn ui(&mut self, ui: &mut Ui, _frame: &mut Frame) {
        if !self.panicked && catch_unwind(AssertUnwindSafe(|| self.show(ui))).is_err() {
            self.panicked = true;
        }
        ui.ctx().request_repaint_after(REFRESH);
    }

    fn resized(&mut self, size: baseview::WindowSize) {
        let logical = LogicalSize::new(size.logical.width as f32, size.logical.height as f32);
        self.params.state.set_window(pixels::whole(logical));
    }
}

/// A window that closes releases its keys and stops watching the roll and learning.
impl Drop for EditorView {
    fn drop(&mut self) {
        self.piano.leave();
        self.status.roll.watch(false);
        self.status.learn.store(false, Ordering::Relaxed);
    }
}
