//! Choosing one of several devices by a part of its name.

/// No device has that name.
#[derive(Debug, thiserror::Error, PartialEq, Eq)]
#[error("no {kind} is called {wanted:?}; {}", available(.names))]
pub struct Unknown {
    kind: &'static str,
    wanted: String,
    names: Vec<String>,
}

fn available(names: &[String]) -> String {
    if names.is_empty() {
        "there is none at all".to_owned()
    } else {
        format!("there are: {}", names.join("; "))
    }
}

/// The place of the one that is called so; else of the first whose name has it as a part, in capitals or not.
pub fn choose(kind: &'static str, names: &[String], wanted: &str) -> Result<usize, Unknown> {
    let lower = wanted.to_lowercase();
    names
        .iter()
        .position(|name| name == wanted)
        .or_else(|| names.iter().position(|name| name.to_lowercase().contains(&lower)))
        .ok_or_else(|| Unknown { kind, wanted: wanted.to_owned(), names: names.to_vec() })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_device_is_chosen_by_a_part_of_its_name() {
        let names = ["Keystation 49 MIDI 1", "nanoKEY2", "key"].map(str::to_owned);
        // (what is asked for, which one)
        for (wanted, expected) in [
            ("nano", Some(1)),
            ("KEYSTATION", Some(0)),
            ("key", Some(2)),
            ("MIDI 1", Some(0)),
            ("piano", None),
        ] {
            assert_eq!(choose("MIDI input", &names, wanted).ok(), expected, "{wanted}");
        }
        let said = |names: &[String]| choose("MIDI input", names, "piano").expect_err("none").to_string();
        assert_eq!(
            said(&names),
            "no MIDI input is called \"piano\"; there are: Keystation 49 MIDI 1; nanoKEY2; key"
        );
        assert_eq!(said(&[]), "no MIDI input is called \"piano\"; there is none at all");
    }
}
