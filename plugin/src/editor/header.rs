//! The top of the editor: what Segue does, in words, and what the player should know.

use std::sync::atomic::{AtomicU32, Ordering};

use egui::{Align, Button, Color32, Label, Layout, RichText, Ui, vec2};
use nice_plug::prelude::ParamSetter;
use segue_realtime::between::meters::Doing;

use super::slider::set;
use super::{labels, theme};
use crate::params::SegueParams;
use crate::status::Status;

/// Whom the model owes its music to; shown wherever the model is.
pub const CREDITS: &str = "The model learnt from music published by The Fryderyk Chopin Institute (polishscores.org, \
    chopinscores.org); OpenScore; Piano Rolls / pianolatron-data; GiantMIDI-Piano; the Groove MIDI Dataset; Freedoom; \
    OpenEWLD; the Open Hymnal Project.";

/// Below this nothing of a lag is heard: the lead.
const UNHEARD_LAG: f32 = 40.0;

/// What can be shown instead of the controls.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Page {
    /// What to do first.
    Help,
    /// Whom it is owed to.
    About,
}

/// Name, state, lag, presets, and the main switch.
pub fn header(
    ui: &mut Ui,
    setter: &ParamSetter<'_>,
    params: &SegueParams,
    status: &Status,
    page: &mut Option<Page>,
    presets: impl FnOnce(&mut Ui),
) {
    ui.horizontal(|ui| {
        ui.label(RichText::new("Segue").font(theme::font(26.0)).color(theme::TEXT));
        ui.add_space(10.0);
        let (doing, bars) = status.doing();
        let state = labels::doing(doing, status.mode(), bars, status.beats_left());
        let colour = match doing {
            Doing::Hearing | Doing::YourTurn => theme::PLAYER,
            Doing::Waiting | Doing::Answering | Doing::Alongside => theme::SEGUE,
            Doing::Failed => theme::ALARM,
            _ => theme::DIM,
        };
        ui.label(RichText::new(state).font(theme::font(20.0)).color(colour));
        ui.with_layout(Layout::right_to_left(Align::Center), |ui| {
            let on = params.on.value();
            let (word, fill, colour) =
                if on { ("On", theme::SEGUE, theme::GROUND) } else { ("Off", theme::LINE, theme::TEXT) };
            let word = RichText::new(word).font(theme::font(15.0)).color(colour);
            let switch = ui.add(Button::new(word).fill(fill).min_size(vec2(48.0, theme::ROW)));
            if switch.on_hover_text("Whether Segue plays at all.").clicked() {
                set(setter, &params.on, !on);
            }
            for (which, word, what) in [
                (Page::Help, "?", "What to do first, and what the colours mean."),
                (Page::About, "About", "Version, credits and counters."),
            ] {
                let is_open = *page == Some(which);
                if ui.selectable_label(is_open, word).on_hover_text(what).clicked() {
                    *page = (!is_open).then_some(which);
                }
            }
            presets(ui);
            let lag = status.lag_ms();
            let colour = if lag > UNHEARD_LAG { theme::ALARM } else { theme::DIM };
            ui.colored_label(colour, labels::lag(lag)).on_hover_text(
                "How far Segue is behind what it hears. Up to 40 ms nothing of it is heard; beyond, its answers thin out.",
            );
        });
    });
}

/// Why Segue does not play, and whatever else the player should know.
pub fn notices(ui: &mut Ui, params: &SegueParams, status: &Status) {
    // In one line each, so that the controls keep their place; what has no room there is in the tip.
    let mut line = |words: String, colour: Color32| {
        let label = Label::new(RichText::new(&words).color(colour)).truncate();
        ui.add(label).on_hover_text(words);
    };
    if let Some(reason) = status.reason() {
        line(reason, theme::ALARM);
    }
    for notice in status.notice().into_iter().chain(params.state.notices()) {
        line(notice, theme::SEGUE);
    }
}

/// Version, credits and counters.
pub fn about(ui: &mut Ui, status: &Status) {
    ui.add_space(12.0);
    ui.label(format!("Segue {}. MIT or Apache-2.0.", env!("CARGO_PKG_VERSION")));
    let model = status.model();
    ui.label(format!("Model: {}", if model.is_empty() { "none yet" } else { &model }));
    ui.label(CREDITS);
    let count = |count: &AtomicU32| count.load(Ordering::Relaxed);
    let (late, dropped, echoes) = (count(&status.late), count(&status.dropped), count(&status.echoes));
    ui.label(format!("Notes that came too late: {late}; for which there was no room: {dropped}; echoes of its own: {echoes}."));
}
