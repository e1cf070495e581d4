//! The menu of memories: what was heard is kept under a name, and comes back in this project or
//! another.

use std::sync::Arc;

use crossbeam_channel::Sender;
use egui::{TextEdit, Ui};

use super::caption::Caption;
use super::choice::{menu, menu_row};
use super::icon_button::{Icon, icon_button};
use super::text_button::text_button;
use super::theme;
use crate::composer::Command;
use crate::takes::{Memory, MemoryFolder, Takes, is_name};

/// What the control is for.
const WHAT: &str = "Keeps what Segue has heard under a name, and lets it go on from there another day. It is kept with the project and as a file for others.";

/// The menu. It reads the folder when it is opened.
pub struct RecallMenu {
    folder: MemoryFolder,
    /// The files there were when it was opened.
    files: Option<Vec<Result<Memory, String>>>,
    /// The name to keep under.
    name: String,
    /// What was asked to be remembered, and is not a file yet.
    waiting: Option<(String, u64)>,
    /// The memory that was chosen last.
    chosen: Option<String>,
    /// The result of keeping.
    answer: Option<String>,
}

impl RecallMenu {
    /// With the memories of a folder beside the project's.
    pub fn new(folder: MemoryFolder) -> Self {
        Self { folder, files: None, name: String::new(), waiting: None, chosen: None, answer: None }
    }

    /// The control, and the menu while it is open.
    pub fn show(&mut self, ui: &mut Ui, takes: &Takes, commands: &Sender<Command>) {
        self.write_what_waits(takes);
        let shown = self.chosen.clone().unwrap_or_else(|| "of this jam".to_owned());
        let opener = menu_row(ui, ui.available_width(), Caption::new("Memory", WHAT), &shown);
        let opened = menu(&opener, opener.rect.width(), |ui| {
            self.keep(ui, takes, commands);
            ui.separator();
            self.entries(ui, takes, commands);
        });
        if opened.is_none() {
            // Look again the next time it opens.
            self.files = None;
        }
    }

    /// Asks to remember the jam.
    fn keep(&mut self, ui: &mut Ui, takes: &Takes, commands: &Sender<Command>) {
        ui.horizontal(|ui| {
            ui.add(TextEdit::singleline(&mut self.name).hint_text("name").desired_width(110.0));
            let able = if is_name(&self.name) { Ok(()) } else { Err("type a name of plain letters first") };
            if text_button(ui, "Remember", able, "Keeps what was heard in this jam under this name.") {
                let name = self.name.trim().to_owned();
                // If the channel is full, nothing is remembered, and the player clicks again.
                let count = takes.memories().count();
                if commands.try_send(Command::Remember(name.clone())).is_ok() {
                    self.waiting = Some((name, count));
                }
            }
        });
        if let Some(answer) = &self.answer {
            ui.colored_label(theme::TEXT, answer);
        }
    }

    /// Once the composer has kept it, it becomes a file, too.
    fn write_what_waits(&mut self, takes: &Takes) {
        let Some((name, count)) = &self.waiting else { return };
        let Some(memory) = takes.memories().kept_since(*count, name) else { return };
        self.waiting = None;
        self.chosen = Some(memory.name.clone());
        self.files = None;
        self.answer = Some(match self.folder.keep(&memory) {
            Ok(path) => format!("kept, also in {}", path.display()),
            Err(error) => format!("kept in this project alone: {error}"),
        });
    }

    fn entries(&mut self, ui: &mut Ui, takes: &Takes, commands: &Sender<Command>) {
        let names = takes.memories().names();
        for name in &names {
            ui.horizontal(|ui| {
                if icon_button(ui, Icon::Remove, "Takes it out of this project. The file stays.") {
                    takes.memories().forget(name);
                }
                let memory = || takes.memories().get(name);
                self.entry(ui, name, memory, commands);
            });
        }
        let files = self.files.take().unwrap_or_else(|| {
            let read = self.folder.memories().into_iter();
            read.map(|found| found.map_err(|error| error.to_string())).collect()
        });
        for found in &files {
            match found {
                Ok(memory) if names.contains(&memory.name) => {}
                Ok(memory) => self.entry(ui, &memory.name, || Some(memory.clone()), commands),
                Err(error) => _ = ui.colored_label(theme::ALARM, error),
            }
        }
        self.files = Some(files);
    }

    fn entry(
        &mut self,
        ui: &mut Ui,
        name: &str,
        memory: impl FnOnce() -> Option<Memory>,
        commands: &Sender<Command>,
    ) {
        let is_chosen = self.chosen.as_deref() == Some(name);
        if ui.selectable_label(is_chosen, name).clicked()
            && let Some(memory) = memory()
            && commands.try_send(Command::Recall(Arc::new(memory))).is_ok()
        {
            self.chosen = Some(name.to_owned());
            ui.close();
        }
    }
}
