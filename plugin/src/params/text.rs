//! Parameters as text and back: keys by name, triggers, and what is off at the end of its range.
//!
//! Our own and not the framework's, as its reader of key names cuts strings between bytes and
//! panics at what is not ASCII.

use segue_music::Key;
use segue_realtime::between::settings::Trigger;

/// Whole numbers of no parameter lie beyond; differences of two such do not overflow.
pub const LARGEST: i32 = 1 << 24;

/// The pitch classes from C.
pub const NAMES: [&str; 12] = ["C", "C#", "D", "D#", "E", "F", "F#", "G", "G#", "A", "A#", "B"];

/// A key by name; 60 is C4.
pub fn key_name(key: Key) -> String {
    format!("{}{}", NAMES[usize::from(key % 12)], i32::from(key / 12) - 1)
}

/// A key from its name, with sharps or flats, or from its number.
pub fn key_of(text: &str) -> Option<Key> {
    let text = text.trim();
    if let Ok(number) = text.parse::<Key>() {
        return (number < 128).then_some(number);
    }
    let (class, octave) = class_and_rest(text)?;
    let octave: i32 = octave.trim().parse().ok()?;
    let key = octave.checked_add(1)?.checked_mul(12)?.checked_add(class)?;
    Key::try_from(key).ok().filter(|&key| key < 128)
}

/// A number from its text, with or without its unit. Not a number, or an infinite one, is none.
pub fn decimal(text: &str, unit: &str) -> Option<f32> {
    without(text, unit).parse().ok().filter(|number: &f32| number.is_finite())
}

/// A whole number from its text, with or without its unit. One beyond every parameter's range comes
/// back as one that the framework can subtract a range's end from.
pub fn integer(text: &str, unit: &str) -> Option<i32> {
    without(text, unit).parse().ok().map(|number: i32| number.clamp(-LARGEST, LARGEST))
}

fn without<'a>(text: &'a str, unit: &str) -> &'a str {
    let text = text.trim();
    text.strip_suffix(unit.trim()).unwrap_or(text).trim()
}

/// A pitch class from its name.
pub fn class_of(text: &str) -> Option<u8> {
    let (class, rest) = class_and_rest(text.trim())?;
    rest.is_empty().then(|| class.rem_euclid(12) as u8)
}

/// The semitones above C of a name, and what follows it.
fn class_and_rest(text: &str) -> Option<(i32, &str)> {
    let mut letters = text.chars();
    let letter = letters.next()?.to_ascii_uppercase().to_string();
    let class = i32::try_from(NAMES.iter().position(|name| *name == letter)?).ok()?;
    let rest = letters.as_str();
    let sharp = rest.strip_prefix(['#', '♯']).map(|rest| (class + 1, rest));
    let flat = rest.strip_prefix(['b', '♭']).map(|rest| (class - 1, rest));
    Some(sharp.or(flat).unwrap_or((class, rest)))
}

/// A channel from 1; 0 is any.
pub fn channel_name(channel: i32) -> String {
    if channel == 0 { "any".to_owned() } else { channel.to_string() }
}

/// A channel from its text.
pub fn channel_of(text: &str) -> Option<i32> {
    if text.trim().eq_ignore_ascii_case("any") { Some(0) } else { integer(text, "") }
}

/// This many of something: "1 bar", "2 bars".
pub fn counted(count: i32, one: &str) -> String {
    if count == 1 { format!("1 {one}") } else { format!("{count} {one}s") }
}

/// How many there are of something, with or without its name.
pub fn count_of(text: &str, one: &str) -> Option<i32> {
    let text = text.trim();
    let number = text.strip_suffix(&format!("{one}s")).or(text.strip_suffix(one)).unwrap_or(text);
    integer(number, "")
}

/// A trigger as a parameter's number: -1 none, 0 to 127 a key, 128 to 255 a controller.
pub fn number_of(trigger: Option<Trigger>) -> i32 {
    match trigger {
        None => -1,
        Some(Trigger::Note(key)) => i32::from(key),
        Some(Trigger::Control(controller)) => i32::from(controller) + 128,
    }
}

/// A parameter's number as a trigger.
pub fn trigger_of(number: i32) -> Option<Trigger> {
    let number = u8::try_from(number).ok()?;
    Some(if number < 128 { Trigger::Note(number) } else { Trigger::Control(number - 128) })
}

/// A trigger in words.
pub fn trigger_name(number: i32) -> String {
    match trigger_of(number) {
        None => "off".to_owned(),
        Some(Trigger::Note(key)) => format!("{} key", key_name(key)),
        Some(Trigger::Control(controller)) => format!("CC {controller}"),
    }
}

/// A trigger's number from words.
pub fn trigger_from(text: &str) -> Option<i32> {
    let text = text.trim().to_ascii_lowercase();
    if let Some(controller) = text.strip_prefix("cc") {
        let controller = controller.trim().parse().ok().filter(|&controller: &u8| controller < 128)?;
        return Some(number_of(Some(Trigger::Control(controller))));
    }
    if matches!(text.as_str(), "off" | "none" | "-1") {
        return Some(-1);
    }
    key_of(text.strip_suffix("key").unwrap_or(&text)).map(|key| number_of(Some(Trigger::Note(key))))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn keys_have_names() {
        for key in 0..128 {
            assert_eq!(key_of(&key_name(key)), Some(key));
        }
        let cases = [
            ("c4", Some(60)),
            ("Bb3", Some(58)),
            ("Cb4", Some(59)),
            ("B#3", Some(60)),
            (" f♯2 ", Some(42)),
            ("C-1", Some(0)),
            ("G9", Some(127)),
            ("G#9", None),
            ("60", Some(60)),
            ("128", None),
            ("H4", None),
            ("é4", None),
            ("C", None),
            ("", None),
            ("C99999999999", None),
            ("C2147483647", None),
            ("C-2147483648", None),
            ("C357913941", None),
            ("B178956969", None),
        ];
        for (text, key) in cases {
            assert_eq!(key_of(text), key, "{text}");
        }
        assert_eq!(class_of("Db"), Some(1));
        assert_eq!(class_of("Cb"), Some(11));
        assert_eq!(class_of("C4"), None);
    }

    #[test]
    fn one_is_not_many() {
        assert_eq!((counted(1, "bar"), counted(16, "bar")), ("1 bar".to_owned(), "16 bars".to_owned()));
        for (text, count) in [
            ("1 bar", Some(1)),
            ("16 bars ", Some(16)),
            ("3", Some(3)),
            ("1 bars", Some(1)),
            ("bar", None),
            ("", None),
        ] {
            assert_eq!(count_of(text, "bar"), count, "{text:?}");
        }
    }

    #[test]
    fn triggers_are_numbers_and_words() {
        for number in -1..=255 {
            assert_eq!(number_of(trigger_of(number)), number);
            assert_eq!(trigger_from(&trigger_name(number)), Some(number));
        }
        assert_eq!(trigger_name(60), "C4 key");
        assert_eq!(trigger_name(192), "CC 64");
        for (text, number) in [("cc64", Some(192)), ("CC 128", None), ("Off", Some(-1)), ("ü", None)] {
            assert_eq!(trigger_from(text), number, "{text}");
        }
    }
}
