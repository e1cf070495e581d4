//! The folder of exports, and the result of the last export.

use std::env::home_dir;
use std::fs;
use std::path::{Path, PathBuf};

use egui::{Button, TextEdit, Ui};

use super::super::hint::hint;
use super::super::theme;
use crate::takes::Takes;

/// The lines below the takes.
#[derive(Default)]
pub struct FolderLine {
    /// What is being typed.
    typed: Option<String>,
    /// The file that was written last, or why none was.
    outcome: Option<Result<PathBuf, String>>,
}

impl FolderLine {
    /// Shows the result of an export.
    pub fn show_result(&mut self, outcome: Result<PathBuf, String>) {
        self.outcome = Some(outcome);
    }

    /// Whether there is a result to show.
    pub fn has_result(&self) -> bool {
        self.outcome.is_some()
    }

    /// Draws the result of the last export, if there was one, and the folder.
    pub fn show(&mut self, ui: &mut Ui, takes: &Takes) {
        match &self.outcome {
            Some(Ok(path)) => written(ui, path),
            Some(Err(error)) => {
                let label = egui::Label::new(egui::RichText::new(error).color(theme::ALARM)).truncate();
                hint(&ui.add(label), error.as_str(), "");
            }
            None => {}
        }
        self.field(ui, takes);
    }

    fn field(&mut self, ui: &mut Ui, takes: &Takes) {
        ui.horizontal(|ui| {
            ui.colored_label(theme::DIM, "Folder");
            let folder = takes.folder();
            let shown = short(&folder, home_dir().as_deref());
            let mut text = self.typed.take().unwrap_or_else(|| shown.clone());
            let field = TextEdit::singleline(&mut text).desired_width(ui.available_width());
            let response = ui.add(field);
            hint(
                &response,
                format!("Where exports go: {shown}."),
                "Type another folder and press Enter: it is made if need be, and remembered.",
            );
            if response.lost_focus() {
                if text.trim() != shown && ui.input(|input| input.key_pressed(egui::Key::Enter)) {
                    self.outcome = match made(&text) {
                        Ok(folder) => {
                            takes.set_folder(&folder);
                            None
                        }
                        Err(error) => Some(Err(error)),
                    };
                }
            } else if response.has_focus() {
                self.typed = Some(text);
            }
        });
    }
}

/// The path of the exported file, and a button that copies it.
fn written(ui: &mut Ui, path: &Path) {
    let (shown, path) = (short(path, home_dir().as_deref()), path.display().to_string());
    ui.horizontal(|ui| {
        let copy = ui.add(Button::new("Copy path").fill(theme::LINE));
        hint(&copy, "Puts the path of this file onto the clipboard.", "");
        if copy.clicked() {
            ui.ctx().copy_text(path.clone());
        }
        let label = egui::Label::new(egui::RichText::new(shown).color(theme::TEXT)).truncate();
        hint(&ui.add(label), format!("Written: {path}"), "");
    });
}

/// A path as the player may type it: with `~` for the home folder.
pub fn short(path: &Path, home: Option<&Path>) -> String {
    match home.and_then(|home| path.strip_prefix(home).ok()) {
        Some(rest) => Path::new("~").join(rest).display().to_string(),
        None => path.display().to_string(),
    }
}

/// The folder that was typed. It is made if it does not exist.
fn made(text: &str) -> Result<PathBuf, String> {
    let text = text.trim();
    let folder = match (text.strip_prefix('~'), home_dir()) {
        (Some(rest), Some(home)) if rest.is_empty() || rest.starts_with(['/', '\\']) => {
            home.join(rest.trim_start_matches(['/', '\\']))
        }
        _ => PathBuf::from(text),
    };
    if !folder.is_absolute() {
        return Err(format!("{text}: type a whole path, from the top or from ~"));
    }
    match fs::create_dir_all(&folder).and_then(|()| fs::metadata(&folder)) {
        Err(error) => Err(format!("{text}: {error}; type another folder")),
        Ok(place) if place.permissions().readonly() => {
            Err(format!("{text}: nothing may be written there; type another folder"))
        }
        Ok(_) => Ok(folder),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_typed_folder_is_made_or_says_why_not() {
        let place = tempfile::tempdir().expect("a folder");
        let wanted = place.path().join("new").join("takes");
        assert_eq!(made(&format!(" {} ", wanted.display())), Ok(wanted.clone()));
        assert!(wanted.is_dir());
        assert_eq!(short(&wanted, Some(place.path())), Path::new("~/new/takes").display().to_string());
        assert_eq!(short(&wanted, Some(&wanted.join("home"))), wanted.display().to_string());
        let file = place.path().join("file");
        fs::write(&file, "").expect("it can be written");
        // (typed, the message)
        for (text, said) in [
            ("takes", "a whole path"),
            ("", "a whole path"),
            (file.join("in").to_str().expect("UTF-8"), "another folder"),
        ] {
            let error = made(text).expect_err(text);
            assert!(error.contains(said), "{error}");
        }
    }
}
