//! The editor: what Segue hears, what it does, the parameters, and who made the music it learnt from.

use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::Arc;
use std::sync::atomic::Ordering;
use std::time::Duration;

use crossbeam_channel::Sender;
use egui::{Color32, Rect, RichText, Sense, Ui, pos2, vec2};
use nice_plug::context::gui::GuiContext;
use nice_plug::editor::dpi::LogicalSize;
use nice_plug::prelude::{BoolParam, Param, ParamSetter};
use nice_plug_egui::widgets::ParamSlider;
use nice_plug_egui::{
    EguiEditor, EguiEditorState, EguiNiceSettings, Frame, NiceEguiApp, RepaintNotifier, baseview,
    create_egui_editor,
};
use segue_music::{Key, Role};

use crate::composer::Wish;
use crate::params::SegueParams;
use crate::status::{Doing, Status};

const WIDTH: f32 = 520.0;
const HEIGHT: f32 = 560.0;
/// The keys of a piano.
const KEYS: std::ops::RangeInclusive<Key> = 21..=108;
const REFRESH: Duration = Duration::from_millis(50);

/// Whom the model owes its music to; shown wherever the model is.
pub const CREDITS: &str = "The model learnt from music published by The Fryderyk Chopin Institute (polishscores.org, \
    chopinscores.org); OpenScore; Piano Rolls / pianolatron-data; GiantMIDI-Piano; the Groove MIDI Dataset; Freedoom; \
    OpenEWLD; the Open Hymnal Project.";

const PLAYER: Color32 = Color32::from_rgb(0x4f, 0x9d, 0xde);
const SEGUE: Color32 = Color32::from_rgb(0xf0, 0x8a, 0x3c);

/// The window's content.
pub struct Face {
    params: Arc<SegueParams>,
    status: Arc<Status>,
    wish: Sender<Wish>,
    host: Option<GuiContext>,
    fallen: bool,
}

/// The editor of an instance.
pub fn editor(face: Face) -> Option<EguiEditor<Face>> {
    let state = EguiEditorState::from_size(LogicalSize::new(WIDTH, HEIGHT), 1.0);
    create_egui_editor(state, RepaintNotifier::default(), EguiNiceSettings::new().with_tile("Segue"), face)
}

impl Face {
    /// What an editor shows of an instance.
    pub fn new(params: Arc<SegueParams>, status: Arc<Status>, wish: Sender<Wish>) -> Self {
        Self { params, status, wish, host: None, fallen: false }
    }

    fn show(&self, ui: &mut Ui) {
        egui::CentralPanel::default().show(ui, |ui| {
            ui.horizontal(|ui| {
                ui.heading("Segue");
                ui.label(RichText::new(self.doing()).strong());
            });
            if let Some(reason) = self.status.reason() {
                ui.colored_label(Color32::LIGHT_RED, reason);
            }
            self.keyboard(ui);
            self.last_notes(ui);
            ui.separator();
            if let Some(host) = &self.host {
                self.parameters(ui, &host.param_setter());
            }
            ui.separator();
            ui.horizontal(|ui| {
                if ui.button("All notes off").clicked() {
                    self.status.panic.store(true, Ordering::Relaxed);
                }
                if ui.button("Forget what was played").clicked() {
                    // A full channel means that it has been asked for already.
                    let _ = self.wish.try_send(Wish::Forget);
                }
            });
            self.about(ui);
        });
    }

    fn doing(&self) -> String {
        let (doing, left) = self.status.doing();
        match doing {
            Doing::Loading => "waiting for its model".to_owned(),
            Doing::Listening => "listening".to_owned(),
            Doing::Hearing => "hears you".to_owned(),
            Doing::Waiting => "about to answer".to_owned(),
            Doing::Answering => format!("answering, {left:.1} bars left"),
            Doing::Off => "off".to_owned(),
            Doing::Failed => "passing notes through".to_owned(),
        }
    }

    /// The keys from A0 to C8, the player's and ours in colour.
    fn keyboard(&self, ui: &mut Ui) {
        let (response, painter) = ui.allocate_painter(vec2(ui.available_width(), 52.0), Sense::hover());
        let frame = response.rect;
        let white = |key: Key| !matches!(key % 12, 1 | 3 | 6 | 8 | 10);
        let width = frame.width() / KEYS.filter(|&key| white(key)).count() as f32;
        let colour = |key, rest| match (self.status.key(Role::Player, key), self.status.key(Role::Segue, key))
        {
            (true, _) => PLAYER,
            (_, true) => SEGUE,
            _ => rest,
        };
        let draw = |left: f32, width: f32, depth: f32, colour: Color32| {
            painter.rect_filled(
                Rect::from_min_size(pos2(left, frame.top()), vec2(width, depth)),
                1.0,
                colour,
            );
        };
        let lefts = KEYS.scan(frame.left(), |left, key| {
            let here = *left;
            *left += if white(key) { width } else { 0.0 };
            Some((key, here))
        });
        // Black keys lie over the gaps, so they come second.
        for (key, left) in lefts.clone().filter(|&(key, _)| white(key)) {
            draw(left, width - 1.0, frame.height(), colour(key, Color32::from_gray(220)));
        }
        for (key, left) in lefts.filter(|&(key, _)| !white(key)) {
            draw(left - width * 0.3, width * 0.6, frame.height() * 0.62, colour(key, Color32::from_gray(25)));
        }
    }

    fn last_notes(&self, ui: &mut Ui) {
        ui.horizontal(|ui| {
            ui.colored_label(PLAYER, "You");
            ui.colored_label(SEGUE, "Segue");
            let names: Vec<String> = self.status.last_heard().map(key_name).collect();
            ui.label(if names.is_empty() { "play something".to_owned() } else { names.join("  ") });
        });
    }

    fn parameters(&self, ui: &mut Ui, setter: &ParamSetter<'_>) {
        let params = &*self.params;
        egui::Grid::new("parameters").num_columns(2).spacing([16.0, 4.0]).show(ui, |ui| {
            switch(ui, setter, &params.on);
            row(ui, setter, &params.patience);
            row(ui, setter, &params.length);
            row(ui, setter, &params.grid);
            row(ui, setter, &params.temperature);
            row(ui, setter, &params.top_p);
            row(ui, setter, &params.seed);
            row(ui, setter, &params.channel);
            switch(ui, setter, &params.pass);
            row(ui, setter, &params.level);
        });
    }

    fn about(&self, ui: &mut Ui) {
        let model = self.status.model();
        ui.label(format!("Model: {}", if model.is_empty() { "none yet" } else { &model }));
        ui.collapsing("About", |ui| {
            ui.label(format!("Segue {}. MIT or Apache-2.0.", env!("CARGO_PKG_VERSION")));
            ui.label(CREDITS);
            let count = |count: &std::sync::atomic::AtomicU32| count.load(Ordering::Relaxed);
            let (late, dropped, echoes) =
                (count(&self.status.late), count(&self.status.dropped), count(&self.status.echoes));
            ui.label(format!("Late {late}, dropped {dropped}, echoes {echoes}."));
        });
    }
}

fn row<P: Param>(ui: &mut Ui, setter: &ParamSetter<'_>, param: &P) {
    ui.label(param.name());
    ui.add(ParamSlider::for_param(param, setter).with_width(220.0));
    ui.end_row();
}

fn switch(ui: &mut Ui, setter: &ParamSetter<'_>, param: &BoolParam) {
    ui.label(param.name());
    let mut value = param.value();
    if ui.checkbox(&mut value, "").changed() {
        setter.begin_set_parameter(param);
        setter.set_parameter(param, value);
        setter.end_set_parameter(param);
    }
    ui.end_row();
}

fn key_name(key: Key) -> String {
    const NAMES: [&str; 12] = ["C", "C#", "D", "D#", "E", "F", "F#", "G", "G#", "A", "A#", "B"];
    format!("{}{}", NAMES[usize::from(key % 12)], i32::from(key / 12) - 1)
}

impl NiceEguiApp for Face {
    fn build(
        &mut self,
        _context: egui::Context,
        host: GuiContext,
        _frame: &mut Frame,
    ) -> Result<(), baseview::HandlerError> {
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
    }
}
