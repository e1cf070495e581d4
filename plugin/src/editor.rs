//! The editor: what Segue hears and is about to play, the parameters, and who made the music it learnt from.

mod choice;
mod groups;
mod header;
mod keyboard;
mod learn;
mod look;
mod mode_switch;
mod model_menu;
mod roll;
mod slider;
mod span;
#[cfg(test)]
mod tests;
mod words;

use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::Arc;
use std::sync::atomic::Ordering;
use std::time::Duration;

use crossbeam_channel::Sender;
use egui::{Button, CentralPanel, Frame as Area, Ui};
use nice_plug::context::gui::GuiContext;
use nice_plug::editor::ResizeHint;
use nice_plug::editor::dpi::LogicalSize;
use nice_plug_egui::{
    EguiEditor, EguiEditorState, EguiNiceSettings, Frame, NiceEguiApp, RepaintNotifier, baseview,
    create_egui_editor,
};

use crate::composer::Wish;
use crate::models::Shelf;
use crate::params::SegueParams;
use crate::status::Status;
use learn::Learning;
use mode_switch::ModeSwitch;
use model_menu::ModelMenu;
use roll::RollView;

/// The size it opens with, and the smallest at which nothing is cut off.
const SIZE: LogicalSize<f32> = LogicalSize::new(920.0, 640.0);
const SMALLEST: LogicalSize<f32> = LogicalSize::new(760.0, 520.0);

/// How often it is drawn: the keys, the roll and the count-in move.
const REFRESH: Duration = Duration::from_millis(16);

/// The window's content.
pub struct Face {
    params: Arc<SegueParams>,
    status: Arc<Status>,
    wish: Sender<Wish>,
    host: Option<GuiContext>,
    modes: ModeSwitch,
    roll: RollView,
    models: ModelMenu,
    learning: Option<Learning>,
    about: bool,
    fallen: bool,
}

/// The editor of an instance.
pub fn editor(face: Face) -> Option<EguiEditor<Face>> {
    let state = EguiEditorState::from_size(SIZE, 1.0);
    let resize = ResizeHint::RESIZABLE.with_min_logical_size(SMALLEST);
    let settings = EguiNiceSettings::new().with_tile("Segue").with_resize_hint(resize);
    create_egui_editor(state, RepaintNotifier::default(), settings, face)
}

impl Face {
    /// What an editor shows of an instance.
    pub fn new(params: Arc<SegueParams>, status: Arc<Status>, wish: Sender<Wish>) -> Self {
        Self {
            params,
            status,
            wish,
            host: None,
            modes: ModeSwitch::default(),
            roll: RollView::default(),
            models: ModelMenu::new(Shelf::of_the_player()),
            learning: None,
            about: false,
            fallen: false,
        }
    }

    fn show(&mut self, ui: &mut Ui) {
        let Some(host) = self.host.clone() else { return };
        let setter = host.param_setter();
        learn::settle(&mut self.learning, &self.status, &setter, &self.params);
        let area = Area::new().fill(look::GROUND).inner_margin(12.0);
        CentralPanel::default().frame(area).show(ui, |ui| {
            header::header(ui, &setter, &self.params, &self.status, &mut self.about);
            header::notices(ui, &self.params, &self.status);
            if self.about {
                header::about(ui, &self.status);
                return;
            }
            self.modes.show(ui, &setter, &self.params, &self.status);
            ui.add_space(4.0);
            // What the controls below leave of the height.
            let height = (ui.available_height() - groups::HEIGHT - 8.0).max(90.0);
            self.roll.show(ui, &self.status, height);
            ui.add_space(4.0);
            ui.columns(3, |columns| {
                if let [left, middle, right] = columns {
                    groups::group(left, "When", |ui| {
                        groups::when(ui, &setter, &self.params, &self.status, &mut self.learning);
                    });
                    groups::group(middle, "What", |ui| groups::what(ui, &setter, &self.params));
                    groups::group(right, "Sound", |ui| {
                        groups::sound(ui, &setter, &self.params);
                        self.models.show(ui, &self.params, &self.status);
                        self.buttons(ui);
                    });
                }
            });
        });
    }

    fn buttons(&self, ui: &mut Ui) {
        let wide = |ui: &mut Ui, word: &str, what: &str| {
            ui.add_sized([ui.available_width(), look::ROW], Button::new(word)).on_hover_text(what).clicked()
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

impl NiceEguiApp for Face {
    fn build(
        &mut self,
        context: egui::Context,
        host: GuiContext,
        _frame: &mut Frame,
    ) -> Result<(), baseview::HandlerError> {
        look::apply(&context);
        self.host = Some(host);
        Ok(())
    }

    fn ui(&mut self, ui: &mut Ui, _frame: &mut Frame) {
        if !self.fallen && catch_unwind(AssertUnwindSafe(|| self.show(ui))).is_err() {
            self.fallen = true;
        }
        ui.ctx().request_repaint_after(REFRESH);
    }

    fn editor_closed(&mut self) {
        self.host = None;
        self.status.roll.watch(false);
        self.learning = None;
        self.status.learn.store(false, Ordering::Relaxed);
    }
}
