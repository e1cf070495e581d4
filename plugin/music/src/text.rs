//! Text from outside, fit for a message of one line.

use std::borrow::Cow;

/// A text as it may stand in a message: what would break its line, or turn its direction, is
/// escaped.
///
/// File names, and the texts inside MIDI files and models, are whatever somebody put there. A line
/// feed becomes `\n`, an escape sequence of a terminal `\u{1b}[31m`. Everything else, letters of
/// any script included, stays as it is.
pub fn one_line(text: &str) -> Cow<'_, str> {
    if !text.contains(breaks_a_line) {
        return Cow::Borrowed(text);
    }
    let mut line = String::with_capacity(text.len() + 8);
    for letter in text.chars() {
        if breaks_a_line(letter) {
            line.extend(letter.escape_default());
        } else {
            line.push(letter);
        }
    }
    Cow::Owned(line)
}

/// Control characters, Unicode's separators of lines and paragraphs, and what sets the direction of
/// writing.
fn breaks_a_line(letter: char) -> bool {
    letter.is_control()
        || matches!(letter, '\u{2028}' | '\u{2029}' | '\u{200e}' | '\u{200f}' | '\u{202a}'..='\u{202e}' | '\u{2066}'..='\u{2069}')
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_message_stays_on_its_line() {
        for (text, line) in [
            ("Für Elise ♩ ピアノ", "Für Elise ♩ ピアノ"),
            ("two\nlines\r\n", "two\\nlines\\r\\n"),
            ("\u{1b}[31mred", "\\u{1b}[31mred"),
            ("a\u{2028}b\u{85}c\0", "a\\u{2028}b\\u{85}c\\u{0}"),
            ("\u{202e}dim", "\\u{202e}dim"),
        ] {
            assert_eq!(one_line(text), line);
        }
    }
}
