//! About: version, model, licences, and where the player's files are.

use std::path::Path;
use std::sync::atomic::{AtomicU32, Ordering};

use egui::{Label, RichText, Ui, vec2};

use super::hint::hint;
use super::memory::Memory;
use super::{card, page, theme};
use crate::models::folder::Shelf;
use crate::params::presets::Folder;
use crate::status::Status;

/// Whom the model owes its music to; shown wherever the model is.
pub const CREDITS: &str = "The model learnt from music published by The Fryderyk Chopin Institute (polishscores.org, \
    chopinscores.org); OpenScore; Piano Rolls / pianolatron-data; GiantMIDI-Piano; the Groove MIDI Dataset; Freedoom; \
    OpenEWLD; the Open Hymnal Project.";

const LICENCES: &str = "Segue is free software under the MIT licence or the Apache License 2.0, as you choose. It is \
    built with nice-plug (ISC), egui (MIT or Apache-2.0) and its fonts Ubuntu Light (Ubuntu Font Licence), Hack (MIT) and \
    Noto Emoji (SIL Open Font License).";

const MANUAL: &str = "The manual is assets/manual/README.md in Segue's source: how to set it up in your DAW, every \
    control, training a model of your own, and what to try when something is wrong.";

/// From this width on it has three columns.
const WIDE: f32 = 820.0;

/// Space between columns.
const GAP: f32 = 24.0;

/// Draws it in all the room there is. True where the player has seen enough.
pub fn show(ui: &mut Ui, status: &Status, memory: &Memory) -> bool {
    page::page(ui, &format!("Segue {}", env!("CARGO_PKG_VERSION")), |ui| {
        if ui.available_width() >= WIDE {
            ui.spacing_mut().item_spacing.x = GAP;
            ui.columns(3, |columns| {
                if let [left, middle, right] = columns {
                    left.spacing_mut().item_spacing = vec2(6.0, theme::GAP);
                    model(left, status);
                    licences(middle);
                    right.spacing_mut().item_spacing = vec2(6.0, theme::GAP);
                    files(right, status, memory);
                }
            });
        } else {
            model(ui, status);
            files(ui, status, memory);
            licences(ui);
        }
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
    title(ui, "Credits");
    text(ui, CREDITS);
}

fn files(ui: &mut Ui, status: &Status, memory: &Memory) {
    title(ui, "Your files");
    let (models, presets) = (Shelf::of_the_player(), Folder::of_the_player());
    folder(ui, "Models", "Put a model of your own here and choose it under Sound.", models.folder());
    folder(ui, "Presets", "Presets that you save, a file each.", presets.place());
    folder(ui, "Exports", "Takes and jams that you export.", Some(&status.takes.folder()));
    if let Some(problem) = memory.problem() {
        let said = format!("The window forgets its panels when it closes: {problem}");
        ui.add(Label::new(RichText::new(said).color(theme::ALARM)).wrap());
    }
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

/// A folder and a button that copies its path.
fn folder(ui: &mut Ui, name: &str, what: &str, place: Option<&Path>) {
    let Some(place) = place else {
        text(ui, format!("{name}: no home folder is known."));
        return;
    };
    let path = place.display().to_string();
    ui.horizontal(|ui| {
        let button = ui.button(format!("Copy path: {name}"));
        hint(&button, format!("{what} {path}"), "Click to put the path onto the clipboard.");
        if button.clicked() {
            ui.ctx().copy_text(path.clone());
        }
    });
    text(ui, path);
}
