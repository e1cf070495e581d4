//! The styles that the model which plays may be asked for, by name: a parameter's number means what
//! the model calls it.
//!
//! The names change with the model, the numbers do not: a project keeps its number, and a host that
//! asks for its text gets the name that holds now.

use std::sync::Arc;

use parking_lot::Mutex;

use crate::models::embedded;

/// The most that a model may have: the parameter's range.
pub const MOST: usize = 160;

/// The text for no style: Segue plays in the style of what it hears.
pub const NONE: &str = "as it hears";

/// The longest name that is shown.
const LONGEST: usize = 40;

/// The names of the styles of one instance's model, shared by its parameter, the composer and the
/// editor. Not for the audio thread.
#[derive(Clone, Debug, Default)]
pub struct Styles(Arc<Mutex<Vec<String>>>);

impl Styles {
    /// Those of the model in the plugin's file, which a new instance plays.
    pub fn shipped() -> Self {
        let styles = Self::default();
        styles.set(embedded::styles());
        styles
    }

    /// Another model plays, which knows these.
    pub fn set(&self, names: &[String]) {
        let short = |name: &String| {
            name.trim().replace('-', " ").chars().take(LONGEST).collect::<String>().trim_end().to_owned()
        };
        *self.0.lock() = names.iter().take(MOST).map(short).collect();
    }

    /// The names, by their numbers from 1.
    pub fn names(&self) -> Vec<String> {
        self.0.lock().clone()
    }

    /// A parameter's number in words: 0 is none.
    pub fn name(&self, number: i32) -> String {
        let Some(index) = usize::try_from(number - 1).ok() else { return NONE.to_owned() };
        self.0.lock().get(index).cloned().unwrap_or_else(|| format!("style {number}"))
    }

    /// The number of a name, or of a number in digits.
    pub fn number(&self, text: &str) -> Option<i32> {
        let text = text.trim();
        let same = |name: &str| name.eq_ignore_ascii_case(text);
        if same(NONE) {
            return Some(0);
        }
        let named = self.0.lock().iter().position(|name| same(name));
        let number = match named {
            Some(index) => index + 1,
            None => text.strip_prefix("style").unwrap_or(text).trim().parse().ok()?,
        };
        i32::try_from(number).ok().filter(|_| number <= MOST)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn numbers_have_the_names_of_the_model_that_plays() {
        let styles = Styles::default();
        assert_eq!(styles.name(3), "style 3");
        styles.set(&["waltz".to_owned(), " Blues-in F ".to_owned(), "long ".repeat(50)]);
        // (text, number)
        for (text, number) in [
            (NONE, Some(0)),
            ("As it hears", Some(0)),
            ("waltz", Some(1)),
            (" blues in f", Some(2)),
            ("2", Some(2)),
            ("style 160", Some(160)),
            ("style 161", None),
            ("tango", None),
            ("", None),
            ("-1", None),
        ] {
            assert_eq!(styles.number(text), number, "{text:?}");
        }
        assert_eq!(styles.name(2), "Blues in F");
        assert_eq!(styles.name(3), "long ".repeat(8).trim_end());
        assert_eq!((styles.name(0).as_str(), styles.name(-7).as_str()), (NONE, NONE));
        for number in 0..=MOST as i32 {
            assert_eq!(styles.number(&styles.name(number)), Some(number));
        }
        styles.set(&vec!["one of many".to_owned(); MOST + 9]);
        assert_eq!(styles.names().len(), MOST);
    }
}
