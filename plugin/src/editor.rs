//! The editor: what Segue hears and is about to play, keys to play on, presets, the parameters, and who made the music it
//! learnt from.

mod choice;
mod groups;
mod header;
mod help;
mod icon_button;
mod instance;
mod keyboard;
mod labels;
mod layout;
mod learn;
mod mode_switch;
mod model_menu;
mod piano;
mod pixels;
mod preset_menu;
mod roll;
mod slider;
mod span;
mod style;
mod takes_panel;
#[cfg(test)]
mod tests;
mod theme;
mod window;

use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::Duration;

use crossbeam_channel::Sender;
use egui::{Button, CentralPanel, Frame as Area, Rect, Ui, UiBuilder};
use nice_plug::context::gui::GuiContext;
use nice_plug::editor::dpi::LogicalSize;
use nice_plug::prelude::ParamSetter;
use nice_plug_egui::{Frame, NiceEguiApp, baseview};

use crate::composer::Command as Wish;
use crate::models::folder::Shelf;
use crate::params::SegueParams;
use crate::params::presets::Folder;
use crate::status::Status;
use crate::takes::Takes;
use header::Page;
pub use instance::Instance;
use layout::Layout;
use learn::Learning;
use mode_switch::ModeSwitch;
use model_menu::ModelMenu;
use piano::Piano;
use preset_menu::PresetMenu;
use roll::RollView;
use takes_panel::TakesPanel;
pub use window::Window;

/// How often it is drawn: the keys, the roll and the count-in move.
const REFRESH: Duration = Duration::from_millis(16);

/// A row of controls of whoever opens the window, below its header.
pub type Strip = Arc<dyn Fn(&mut Ui) + Send + Sync>;

/// However much there is to say above it.
const LOWEST_ROLL: f32 = 64.0;

/// The content of one window.
pub struct EditorView {
    params: Arc<SegueParams>,
    status: Arc<Status>,
    wish: Sender<Wish>,
    host: Option<GuiContext>,
    modes: ModeSwitch,
    roll: RollView,
    piano: Piano,
    takes: Arc<Takes>,
    panel: TakesPanel,
    unfolded: Arc<AtomicBool>,
    presets: PresetMenu,
    models: ModelMenu,
    learning: Option<Learning>,
    page: Option<Page>,
    strip: Option<Strip>,
    panicked: bool,
}

impl EditorView {
    /// What an editor shows of an instance.
    pub fn new(instance: Instance) -> Self {
        let Instance { params, status, wish, fingers, unfolded } = instance;
        let page = (!params.state.helped()).then_some(Page::Help);
        let takes = status.takes.clone();
        Self {
            params,
            status,
            wish,
            host: None,
            modes: ModeSwitch::default(),
            roll: RollView::default(),
            piano: Piano::new(fingers),
            takes,
            panel: TakesPanel::default(),
            unfolded,
            presets: PresetMenu::new(Folder::of_the_player()),
            models: ModelMenu::new(Shelf::of_the_player()),
            learning: None,
            page,
            strip: None,
            panicked: false,
        }
    }

    fn show(&mut self, ui: &mut Ui) {
        let Some(host) = self.host.clone() else { return };
        let setter = host.param_setter();
        learn::settle(&mut self.learning, &self.status, &setter, &self.params);
        let area = Area::new().fill(theme::GROUND).inner_margin(12.0);
        CentralPanel::default().frame(area).show(ui, |ui| {
            let presets = |ui: &mut Ui| self.presets.show(ui, &host, &self.params);
            header::header(ui, &setter, &self.params, &self.status, &mut self.page, presets);
            header::notices(ui, &self.params, &self.status);
            match self.page {
                Some(Page::Help) => {
                    self.params.state.set_helped();
                    if help::page(ui) {
                        self.page = None;
                    }
                    return;
                }
                Some(Page::About) => {
                    header::about(ui, &self.status);
                    return;
                }
                None => {}
            }
            if let Some(strip) = &self.strip {
                strip(ui);
            }
            self.modes.show(ui, &setter, &self.params, &self.status);
            ui.add_space(4.0);
            // What the controls below leave of the height.
            let below = groups::HEIGHT + piano::HEIGHT + 12.0 + theme::GAP;
            let height = (ui.available_height() - below).max(LOWEST_ROLL);
            let fold = self.roll.show(ui, &self.status, height);
            takes_panel::fold(ui, fold, self.panel.count(&self.takes), &self.unfolded);
            ui.add_space(4.0);
            self.piano.show(ui, &self.status);
            ui.add_space(4.0);
            self.controls(ui, &setter);
        });
    }

    /// What lies below the keys.
    fn controls(&mut self, ui: &mut Ui, setter: &ParamSetter<'_>) {
        let layout = Layout::of(ui.available_rect_before_wrap(), self.unfolded.load(Ordering::Relaxed));
        let mut at = |place: Option<Rect>, contents: &mut dyn FnMut(&mut Ui)| {
            if let Some(place) = place {
                ui.scope_builder(UiBuilder::new().max_rect(place), contents);
            }
        };
        at(layout.when, &mut |ui| {
            groups::group(ui, "When", |ui| {
                groups::when(ui, setter, &self.params, &self.status, &mut self.learning);
            });
        });
        at(Some(layout.what), &mut |ui| {
            groups::group(ui, "What", |ui| groups::what(ui, setter, &self.params));
        });
        at(layout.sound, &mut |ui| {
            groups::group(ui, "Sound", |ui| {
                groups::sound(ui, setter, &self.params);
                self.models.show(ui, &self.params, &self.status);
                self.buttons(ui);
            });
        });
        at(layout.takes, &mut |ui| self.panel.show(ui, &self.takes, &self.wish));
    }

    fn buttons(&self, ui: &mut Ui) {
        let wide = |ui: &mut Ui, word: &str, what: &str| {
            ui.add_sized([ui.available_width(), theme::ROW], Button::new(word)).on_hover_text(what).clicked()
        };
        if wide(ui, "All notes off", "Ends every note that sounds, yours and Segue's.") {
            self.status.panic.store(true, Ordering::Relaxed);
        }
        if wide(ui, "Forget the jam", "Segue forgets everything that was played.") {
            // A full channel means that it has been asked for already.
            let _ = self.wish.try_send(Wish::Forget);
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

/// A window that closes leaves nothing of its player behind: no key down, nobody who watches or learns.
impl Drop for EditorView {
    fn drop(&mut self) {
        self.piano.leave();
        self.status.roll.watch(false);
        self.status.learn.store(false, Ordering::Relaxed);
    }
}
