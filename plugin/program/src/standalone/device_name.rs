//! Choosing one of several devices, ports or presets by a part of its name.

/// Nothing has that name.
#[derive(Debug, thiserror::Error, PartialEq, Eq)]
#[error("no {kind} is called {wanted:?}; {}", available(.names))]
pub struct UnknownName {
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

/// The index of the name that is `wanted`, else of the first that contains it, ignoring case.
///
/// # Errors
/// No name contains it. The error lists the names; `kind` is what to call one of them.
pub fn choose(kind: &'static str, names: &[String], wanted: &str) -> Result<usize, UnknownName> {
    let lower = wanted.to_lowercase();
    names
        .iter()
        .position(|name| name == wanted)
        .or_else(|| names.iter().position(|name| name.to_lowercase().contains(&lower)))
        .ok_or_else(|| UnknownName { kind, wanted: wanted.to_owned(), names: names.to_vec() })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_device_is_chosen_by_a_part_of_its_name() {
        let names = ["Keystation 49 MIDI 1", "nanoKEY2", "key"].map(str::to_owned);
        // (what is asked for, its index)
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
