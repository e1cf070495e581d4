//! About: version, model, licences, and where the player's files are.

use std::env::home_dir;
use std::path::Path;
use std::sync::atomic::{AtomicU32, Ordering};

use egui::{Align, Label, Layout, RichText, Ui, vec2};

use super::hint::hint;
use super::icon_button::{Icon, icon_button};
use super::memory::Memory;
use super::takes_panel::short;
use super::{card, page, theme};
use crate::models::folder::ModelFolder;
use crate::params::presets::Folder;
use crate::status::Status;

/// Whom the model owes its music to; shown wherever the model is.
pub const CREDITS: &str = "The model learnt from music published by The Fryderyk Chopin Institute (polishscores.org, \
    chopinscores.org); OpenScore; Piano Rolls / pianolatron-data; GiantMIDI-Piano; the Groove MIDI Dataset; Freedoom; \
    OpenEWLD; the Open Hymnal Project.";

const LICENCES: &str = "Segue is free software: MIT or Apache-2.0, as you choose. It is built with nice-plug (ISC) and \
    egui (MIT or Apache-2.0), whose fonts are Ubuntu Light (UFL), Hack (MIT) and Noto Emoji (OFL).";

const MANUAL: &str = "assets/manual/README.md in Segue's source: your DAW, every control, a model of your own, and what \
    to try when something is wrong.";

/// From this width on it has three columns.
const WIDE: f32 = 820.0;

/// Space between columns.
const GAP: f32 = 24.0;

/// Its height where there is room.
pub const HEIGHT: f32 = 300.0;

/// Draws it in all the room there is. True where the player has seen enough.
pub fn show(ui: &mut Ui, status: &Status, memory: &Memory) -> bool {
    page::page(ui, &format!("Segue {}", env!("CARGO_PKG_VERSION")), |ui| {
        let width = ui.available_width();
        let count = if width >= WIDE { 3.0 } else { 1.0 };
        let column = (width - GAP * (count - 1.0)) / count;
        ui.horizontal_top(|ui| {
            ui.spacing_mut().item_spacing.x = GAP;
            let layout = Layout::top_down(Align::Min);
            let mut column = |contents: &mut dyn FnMut(&mut Ui)| {
                ui.allocate_ui_with_layout(vec2(column, 0.0), layout, |ui| {
                    ui.set_width(column);
                    ui.spacing_mut().item_spacing.x = 6.0;
                    contents(ui);
                });
            };
            if count > 1.0 {
                column(&mut |ui| model(ui, status));
                column(&mut |ui| {
                    licences(ui);
                    counters(ui, status);
                });
                column(&mut |ui| {
                    files(ui, status, memory);
                    credits(ui);
                });
            } else {
                column(&mut |ui| {
                    model(ui, status);
                    files(ui, status, memory);
                    licences(ui);
                    credits(ui);
                    counters(ui, status);
                });
            }
        });
    })
}

fn title(ui: &mut Ui, title: &str) {
    ui.label(RichText::new(title).font(theme::font(15.0)).color(theme::TEXT));
}

fn text(ui: &mut Ui, text: impl Into<String>) {
    ui.add(Label::new(RichText::new(text).color(theme::DIM)).wrap());
}

fn model(ui: &mut Ui, status: &Status) {
    title(ui, "Model");
    let plays = status.model();
    text(ui, if plays.is_empty() { "None plays yet.".to_owned() } else { format!("{plays} plays.") });
    text(ui, card::paragraph());
}

fn licences(ui: &mut Ui) {
    title(ui, "Manual");
    text(ui, MANUAL);
    title(ui, "Licences");
    text(ui, LICENCES);
}

fn files(ui: &mut Ui, status: &Status, memory: &Memory) {
    title(ui, "Your models, presets and exports");
    let (models, presets) = (ModelFolder::of_the_player(), Folder::of_the_player());
    folder(ui, "Put a model of your own here and choose it under Sound", models.folder());
    folder(ui, "Presets that you save", presets.place());
    folder(ui, "Takes and jams that you export", Some(&status.takes.folder()));
    if models.folder().is_none() {
        text(ui, "No home folder is known for models and presets.");
    }
    if let Some(problem) = memory.problem() {
        let said = format!("The window forgets its panels when it closes: {problem}");
        ui.add(Label::new(RichText::new(said).color(theme::ALARM)).wrap());
    }
}

/// A folder and a button that copies its path.
fn folder(ui: &mut Ui, what: &str, place: Option<&Path>) {
    let Some(place) = place else { return };
    let path = place.display().to_string();
    ui.horizontal(|ui| {
        if icon_button(ui, Icon::Copy, "Puts the path onto the clipboard.") {
            ui.ctx().copy_text(path.clone());
        }
        let shown = short(place, home_dir().as_deref());
        let label = ui.add(Label::new(RichText::new(shown).color(theme::TEXT)).truncate());
        hint(&label, format!("{what}: {path}."), "");
    });
}

fn credits(ui: &mut Ui) {
    title(ui, "Credits");
    text(ui, CREDITS);
}

/// What went wrong so far, in numbers.
fn counters(ui: &mut Ui, status: &Status) {
    title(ui, "Counters");
    let count = |count: &AtomicU32| count.load(Ordering::Relaxed);
    let (late, dropped, echoes) = (count(&status.late), count(&status.dropped), count(&status.echoes));
    text(
        ui,
        format!(
            "Notes too late: {late}. Notes without room: {dropped}. Its own notes that came back: {echoes}."
        ),
    );
}
