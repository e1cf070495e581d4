//! The takes: each answer as it was heard, to play again, to compare with others to the same
//! phrase, to keep and to export.

mod candidates;
mod folder;
mod line;
mod thumbnail;

use std::collections::HashMap;

use crossbeam_channel::Sender;
use egui::{Align, Align2, Layout, ScrollArea, Ui, vec2};

use super::text_button::text_button;
use super::{groups, theme};
use crate::composer::Command;
use crate::takes::Takes;
use candidates::{Candidates, Choice};
use folder::FolderLine;
pub use folder::short;
use line::Action;
use thumbnail::Thumbnail;

/// Height of the panel: its name, five takes and the folder. It may be higher.
pub const HEIGHT: f32 = 274.0;

/// The smallest width with room for every button of a take.
pub const NARROWEST: f32 = 440.0;

/// What is shown while there is no take.
pub const EMPTY: [&str; 2] = [
    "Every answer of Segue's will be here.",
    "Play it again, ask for another one, compare them, export it as .mid.",
];

/// The panel of one window.
#[derive(Default)]
pub struct TakesPanel {
    /// The version of the takes that is shown.
    version: Option<u64>,
    prompts: Vec<Candidates>,
    choice: Choice,
    /// By take, with its number of notes and beats at that time: a take may still be growing.
    thumbnails: HashMap<u64, ((usize, f64), Thumbnail)>,
    folder: FolderLine,
}

impl TakesPanel {
    /// How many takes there are.
    pub fn count(&mut self, takes: &Takes) -> usize {
        self.read(takes);
        self.prompts.iter().map(|prompt| prompt.rows.len()).sum()
    }

    /// Copies the list if it has changed.
    fn read(&mut self, takes: &Takes) {
        let version = takes.version();
        if self.version.replace(version) != Some(version) {
            self.prompts = Candidates::of(takes.list());
            self.choice.keep(&self.prompts);
            let rows = || self.prompts.iter().flat_map(|prompt| &prompt.rows);
            self.thumbnails
                .retain(|id, (size, _)| rows().any(|row| row.id == *id && (row.notes, row.beats) == *size));
        }
    }

    /// Draws it.
    pub fn show(&mut self, ui: &mut Ui, takes: &Takes, commands: &Sender<Command>) {
        self.read(takes);
        groups::panel(ui, |ui| {
            // The channel is full only if the composer is far behind; the click is lost then.
            let ask = |wanted: Command| drop(commands.try_send(wanted));
            ui.horizontal(|ui| {
                groups::name(ui, "Takes");
                ui.with_layout(Layout::right_to_left(Align::Center), |ui| {
                    self.head(ui, takes, &ask);
                });
            });
            let below = theme::ROW + theme::GAP;
            let below = if self.folder.has_result() { 2.0 * below } else { below };
            // Whole lines only.
            let line = line::HEIGHT + theme::GAP;
            let room = ui.available_height() - below;
            let height = (((room + theme::GAP) / line).floor() * line - theme::GAP).max(line::HEIGHT);
            // In a low window the list gets what there is.
            let height = height.min(room.max(0.0));
            if self.prompts.is_empty() {
                empty(ui, height);
            } else {
                self.lines(ui, takes, &ask, height);
            }
            ui.add_space((room - height).max(0.0));
            self.folder.show(ui, takes);
        });
    }

    /// The buttons for all takes, from right to left.
    fn head(&mut self, ui: &mut Ui, takes: &Takes, ask: &impl Fn(Command)) {
        let rows = || self.prompts.iter().flat_map(|prompt| &prompt.rows);
        let (played, undone) = (rows().any(|row| !row.undone), rows().any(|row| row.undone));
        let able = |able: bool, unless: &'static str| if able { Ok(()) } else { Err(unless) };
        let what = "Writes everything that was played, yours and Segue's, into one .mid file.";
        if text_button(ui, "Export jam", able(!takes.is_silent(), "nothing was played yet"), what) {
            self.folder.show_result(takes.export_jam(&takes.folder()).map_err(|error| error.to_string()));
        }
        let what = "The answer that was undone last is what Segue goes on from again.";
        if text_button(ui, "Redo", able(undone, "nothing is undone"), what) {
            ask(Command::Redo);
        }
        let what = "Segue goes on as if it had not played its last answer. The take stays here.";
        if text_button(ui, "Undo", able(played, "there is no answer to undo yet"), what) {
            ask(Command::Undo);
        }
    }

    fn lines(&mut self, ui: &mut Ui, takes: &Takes, ask: &impl Fn(Command), height: f32) {
        let most = self.prompts.iter().map(|prompt| prompt.rows.len()).max().unwrap_or(1);
        let area = ScrollArea::vertical().auto_shrink(false).max_height(height).min_scrolled_height(height);
        let mut action = None;
        area.show_rows(ui, line::HEIGHT, self.prompts.len(), |ui, seen| {
            for prompt in &self.prompts[seen] {
                let shown = self.choice.of(prompt);
                let Some(row) = prompt.rows.get(shown) else { continue };
                let (_, picture) = self.thumbnails.entry(row.id).or_insert_with(|| {
                    let take = takes.get(row.id);
                    ((row.notes, row.beats), take.as_ref().map(Thumbnail::of).unwrap_or_default())
                });
                action = line::show(ui, prompt, shown, picture, most).or(action);
            }
        });
        match action {
            None => {}
            Some(Action::Choose(group, id)) => {
                if let Some(prompt) = self.prompts.iter().find(|prompt| prompt.group == group) {
                    self.choice.choose(prompt, id);
                }
                ask(Command::Replay(id));
            }
            Some(Action::Stop) => ask(Command::StopReplay),
            Some(Action::Another(id)) => ask(Command::Another(id)),
            Some(Action::Star(id, starred)) => takes.star(id, starred),
            Some(Action::Remove(id)) => takes.remove(id),
            Some(Action::Export(id)) => {
                self.folder.show_result(takes.export(id, &takes.folder()).map_err(|error| error.to_string()));
            }
        }
    }
}

fn empty(ui: &mut Ui, height: f32) {
    let room = ui.allocate_exact_size(vec2(ui.available_width(), height), egui::Sense::hover()).0;
    let both = [(-12.0, EMPTY[0], 16.0, theme::TEXT), (12.0, EMPTY[1], 13.0, theme::DIM)];
    let one = [(0.0, EMPTY[0], 14.0, theme::TEXT)];
    let lines = if height >= 48.0 { both.as_slice() } else { &one };
    for &(up, words, size, colour) in lines {
        let at = room.center() + vec2(0.0, up);
        ui.painter_at(room).text(at, Align2::CENTER_CENTER, words, theme::font(size), colour);
    }
}
