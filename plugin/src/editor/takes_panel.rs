//! The takes: each answer as it was heard, to play again, to compare with others to the same phrase, to keep and to export.

mod candidates;
mod folder;
mod line;
mod thumbnail;

use std::collections::HashMap;
use std::sync::atomic::{AtomicBool, Ordering};

use crossbeam_channel::Sender;
use egui::{Align, Align2, Button, Layout, Rect, RichText, ScrollArea, Ui, UiBuilder, vec2};

use super::{groups, theme};
use crate::composer::Command as Wish;
use crate::takes::Takes;
use candidates::{Candidates, Choice};
use folder::FolderLine;
use line::Deed;
use thumbnail::Thumbnail;

/// What comes, where there is nothing yet.
pub const EMPTY: [&str; 2] = [
    "Every answer of Segue's will lie here.",
    "Play it again, ask for another one, compare them, export it as .mid.",
];

/// The panel of one window.
#[derive(Default)]
pub struct TakesPanel {
    /// Which state of the takes is shown.
    version: Option<u64>,
    prompts: Vec<Candidates>,
    choice: Choice,
    /// By take, with the number of its notes and its beats then: it may still be played.
    thumbnails: HashMap<u64, ((usize, f64), Thumbnail)>,
    folder: FolderLine,
}

impl TakesPanel {
    /// How many takes there are.
    pub fn count(&mut self, takes: &Takes) -> usize {
        self.read(takes);
        self.prompts.iter().map(|prompt| prompt.rows.len()).sum()
    }

    /// Copies the list where it is another.
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
    pub fn show(&mut self, ui: &mut Ui, takes: &Takes, wish: &Sender<Wish>) {
        self.read(takes);
        groups::panel(ui, |ui| {
            // A full channel means that the composer has more to do than one player can ask.
            let ask = |wanted: Wish| drop(wish.try_send(wanted));
            ui.horizontal(|ui| {
                groups::name(ui, "Takes");
                ui.with_layout(Layout::right_to_left(Align::Center), |ui| {
                    self.head(ui, takes, &ask);
                });
            });
            let below = theme::ROW + theme::GAP;
            let below = if self.folder.speaks() { 2.0 * below } else { below };
            // Whole lines: half a line cannot be read.
            let line = line::HEIGHT + theme::GAP;
            let room = ui.available_height() - below;
            let height = (((room + theme::GAP) / line).floor() * line - theme::GAP).max(line::HEIGHT);
            if self.prompts.is_empty() {
                empty(ui, height);
            } else {
                self.lines(ui, takes, &ask, height);
            }
            ui.add_space(room - height);
            self.folder.show(ui, takes);
        });
    }

    /// What concerns all takes, from the right.
    fn head(&mut self, ui: &mut Ui, takes: &Takes, ask: &impl Fn(Wish)) {
        let rows = || self.prompts.iter().flat_map(|prompt| &prompt.rows);
        let (played, undone) = (rows().any(|row| !row.undone), rows().any(|row| row.undone));
        let button = |ui: &mut Ui, word: &str, able: bool, what: &str, unable: &str| {
            ui.add_enabled(able, Button::new(word))
                .on_hover_text(what)
                .on_disabled_hover_text(unable)
                .clicked()
        };
        let what = "Writes everything that was played, yours and Segue's, into one .mid file.";
        if button(ui, "Export jam", true, what, "") {
            self.folder.tell(takes.export_jam(&takes.folder()).map_err(|error| error.to_string()));
        }
        let what = "The answer that was undone last is what Segue goes on from again.";
        if button(ui, "Redo", undone, what, "Nothing is undone.") {
            ask(Wish::Redo);
        }
        let what = "Segue goes on as if it had not played its last answer. The take stays here.";
        if button(ui, "Undo", played, what, "There is no answer to undo yet.") {
            ask(Wish::Undo);
        }
    }

    fn lines(&mut self, ui: &mut Ui, takes: &Takes, ask: &impl Fn(Wish), height: f32) {
        let most = self.prompts.iter().map(|prompt| prompt.rows.len()).max().unwrap_or(1);
        let area = ScrollArea::vertical().auto_shrink(false).max_height(height).min_scrolled_height(height);
        let mut deed = None;
        area.show_rows(ui, line::HEIGHT, self.prompts.len(), |ui, seen| {
            for prompt in &self.prompts[seen] {
                let shown = self.choice.of(prompt);
                let Some(row) = prompt.rows.get(shown) else { continue };
                let (_, picture) = self.thumbnails.entry(row.id).or_insert_with(|| {
                    let take = takes.get(row.id);
                    ((row.notes, row.beats), take.as_ref().map(Thumbnail::of).unwrap_or_default())
                });
                deed = line::show(ui, prompt, shown, picture, most).or(deed);
            }
        });
        match deed {
            None => {}
            Some(Deed::Choose(group, id)) => {
                if let Some(prompt) = self.prompts.iter().find(|prompt| prompt.group == group) {
                    self.choice.choose(prompt, id);
                }
                ask(Wish::Replay(id));
            }
            Some(Deed::Stop) => ask(Wish::StopReplay),
            Some(Deed::Another(id)) => ask(Wish::Another(id)),
            Some(Deed::Star(id, starred)) => takes.star(id, starred),
            Some(Deed::Remove(id)) => takes.remove(id),
            Some(Deed::Export(id)) => {
                self.folder.tell(takes.export(id, &takes.folder()).map_err(|error| error.to_string()));
            }
        }
    }
}

/// What folds and unfolds it: how many takes there are.
pub fn fold(ui: &mut Ui, place: Rect, count: usize, unfolded: &AtomicBool) {
    let open = unfolded.load(Ordering::Relaxed);
    let words = RichText::new(format!("Takes {count}")).font(theme::font(13.0));
    let words = if open { words.color(theme::GROUND) } else { words };
    let place = place.shrink(2.0);
    let button =
        Button::new(words).fill(if open { theme::SEGUE } else { theme::LINE }).min_size(place.size());
    let tip = if open {
        "Shows the controls again."
    } else {
        "Every answer, to hear again, compare, keep and export."
    };
    // A child of its own: what is put somewhere else moves the place of all that follows.
    let mut ui = ui.new_child(UiBuilder::new().max_rect(place));
    ui.spacing_mut().interact_size.y = 0.0;
    if ui.put(place, button).on_hover_text(tip).clicked() {
        unfolded.store(!open, Ordering::Relaxed);
    }
}

fn empty(ui: &mut Ui, height: f32) {
    let room = ui.allocate_exact_size(vec2(ui.available_width(), height), egui::Sense::hover()).0;
    for (up, words, size, colour) in
        [(-12.0, EMPTY[0], 16.0, theme::TEXT), (12.0, EMPTY[1], 13.0, theme::DIM)]
    {
        let at = room.center() + vec2(0.0, up);
        ui.painter_at(room).text(at, Align2::CENTER_CENTER, words, theme::font(size), colour);
    }
}
