//! The top of the window: what Segue does, presets, the pages, and the main switch.

use egui::{Align, Color32, Label, Layout, RichText, Sense, Ui, vec2};
use nice_plug::prelude::ParamSetter;
use segue_realtime::between::meters::Doing;

use super::choice::{pill, toggle};
use super::hint::hint;
use super::{about, help, labels, theme};
use crate::params::SegueParams;
use crate::status::Status;

/// The smallest width with room for the state in the first line.
const WIDE: f32 = 740.0;

/// A page that can take the place of the panels.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Page {
    /// What to do first.
    Help,
    /// Version, model, licences and folders.
    About,
}

impl Page {
    /// Its height if there is room.
    pub const fn height(self) -> f32 {
        match self {
            Self::Help => help::HEIGHT,
            Self::About => about::HEIGHT,
        }
    }
}

/// Name, state, presets, pages and the main switch. In a narrow window the state has its own line.
pub fn header(
    ui: &mut Ui,
    setter: &ParamSetter<'_>,
    params: &SegueParams,
    status: &Status,
    page: &mut Option<Page>,
    presets: impl FnOnce(&mut Ui),
) {
    let is_wide = ui.available_width() >= WIDE;
    ui.horizontal(|ui| {
        ui.label(RichText::new("Segue").font(theme::font(26.0)).color(theme::TEXT));
        if is_wide {
            ui.add_space(10.0);
            state(ui, status, 20.0);
        }
        ui.with_layout(Layout::right_to_left(Align::Center), |ui| {
            main_switch(ui, setter, params);
            for (which, word, what) in [
                (Page::Help, "Help", "What to do first, and what the colours mean."),
                (Page::About, "About", "Version, model, licences, and where your models and presets are."),
            ] {
                let is_open = *page == Some(which);
                let response = ui.selectable_label(is_open, word);
                hint(&response, what, if is_open { "Click to close." } else { "" });
                if response.clicked() {
                    *page = (!is_open).then_some(which);
                }
            }
            presets(ui);
        });
    });
    if !is_wide {
        ui.horizontal(|ui| {
            ui.spacing_mut().interact_size.y = 20.0;
            state(ui, status, 17.0);
        });
    }
}

/// What Segue is doing, in the colour of whoever plays.
fn state(ui: &mut Ui, status: &Status, size: f32) {
    let (doing, bars) = status.doing();
    let state = labels::doing(doing, status.mode(), bars, status.beats_left());
    let colour = match doing {
        Doing::Hearing | Doing::YourTurn => theme::PLAYER,
        Doing::Waiting | Doing::Answering | Doing::Alongside => theme::SEGUE,
        Doing::Failed => theme::ALARM,
        _ => theme::DIM,
    };
    ui.label(RichText::new(state).font(theme::font(size)).color(colour));
}

fn main_switch(ui: &mut Ui, setter: &ParamSetter<'_>, params: &SegueParams) {
    let (rect, response) = ui.allocate_exact_size(vec2(86.0, theme::ROW), Sense::click());
    hint(
        &response,
        "Whether Segue plays at all. Your notes pass through and sound either way.",
        "Click to switch.",
    );
    toggle(setter, &params.on, &response);
    let painter = ui.painter_at(rect);
    painter.rect_filled(rect, theme::ROUND, super::choice::lit(theme::TRACK, response.hovered()));
    let at = rect.left_center() + vec2(10.0, 0.0);
    painter.text(at, egui::Align2::LEFT_CENTER, "Play", theme::font(15.0), theme::TEXT);
    pill(&painter, rect.right_center() - vec2(23.0, 0.0), params.on.value(), theme::SEGUE);
}

/// Faults and notices.
pub fn notices(ui: &mut Ui, params: &SegueParams, status: &Status) {
    // One line each, so that the controls keep their place. The hint shows the whole text.
    let mut line = |words: String, colour: Color32| {
        let label = Label::new(RichText::new(&words).color(colour)).truncate();
        hint(&ui.add(label), words, "");
    };
    if let Some(reason) = status.reason() {
        line(reason, theme::ALARM);
    }
    for notice in status.notice().into_iter().chain(params.state.notices()) {
        line(notice, theme::TEXT);
    }
}
