//! Buttons with a word on them, which say by an outline that they cannot be used now.

use egui::{Button, Color32, Response, RichText, Sense, Stroke, Ui};

use super::hint::hint;
use super::theme;

/// The button; true where it was clicked. Where it is not `able`, the hint says why.
pub fn text_button(ui: &mut Ui, word: &str, able: Result<(), &str>, what: &str) -> bool {
    let button = match able {
        Ok(()) => Button::new(RichText::new(word).color(theme::TEXT)).fill(theme::LINE),
        Err(_) => Button::new(RichText::new(word).color(theme::DIM))
            .fill(Color32::TRANSPARENT)
            .stroke(Stroke::new(1.0, theme::LINE))
            .sense(Sense::hover()),
    };
    let response: Response = ui.add(button);
    match able {
        Ok(()) => hint(&response, what, ""),
        Err(why) => hint(&response, format!("{what} Not now: {why}."), ""),
    }
    able.is_ok() && response.clicked()
}
