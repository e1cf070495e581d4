//! What a control says of itself: its name, what it does, and why it has no effect now.

use egui::Color32;

use super::theme;

/// The caption of a control.
#[derive(Clone, Copy)]
pub struct Caption<'a> {
    /// Its name in a player's words.
    pub name: &'a str,
    /// Its name in the host, where that is a term of the trade and another one.
    pub term: Option<&'a str>,
    /// What it does.
    pub what: &'a str,
    /// Why it has no effect now, if it has none.
    pub idle: Option<&'a str>,
    /// Whose it is: the colour of its range.
    pub colour: Color32,
}

impl<'a> Caption<'a> {
    /// Of a control whose host name is a player's word, too.
    pub const fn new(name: &'a str, what: &'a str) -> Self {
        Self { name, term: None, what, idle: None, colour: theme::FILL }
    }

    /// The host calls it `term`.
    pub const fn term(self, term: &'a str) -> Self {
        Self { term: Some(term), ..self }
    }

    /// It has no effect now, for this reason; `None` if it has one.
    pub const fn idle(self, idle: Option<&'a str>) -> Self {
        Self { idle, ..self }
    }

    /// It belongs to the player or to Segue.
    pub const fn colour(self, colour: Color32) -> Self {
        Self { colour, ..self }
    }

    /// The hint.
    pub fn hint(&self) -> String {
        let mut hint = self.what.to_owned();
        if let Some(term) = self.term {
            hint += &format!(" Your DAW calls it {term}.");
        }
        if let Some(why) = self.idle {
            hint += &format!(" No effect now: {why}.");
        }
        hint
    }
}
