//! Grids, as note values.

use std::str::FromStr;

use segue_music::Beats;

/// The spacing of the positions at which notes may begin; zero for anywhere.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Grid(pub Beats);

impl Grid {
    /// Notes may begin anywhere.
    pub const OFF: Self = Self(Beats::ZERO);
}

impl FromStr for Grid {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, String> {
        if text == "off" {
            return Ok(Self::OFF);
        }
        let refused = || "a note value such as 1/4, 1/8, 1/8T, 1/16, 1/16T or 1/32, or off".to_owned();
        let value = text.strip_prefix("1/").ok_or_else(refused)?;
        let (value, parts) = match value.strip_suffix(['T', 't']) {
            Some(value) => (value, 3),
            None => (value, 2),
        };
        // Three triplet notes last as long as two plain ones.
        match value {
            "4" => Ok(Self(Beats::ratio(2, parts))),
            "8" => Ok(Self(Beats::ratio(1, parts))),
            "16" => Ok(Self(Beats::ratio(1, 2 * parts))),
            "32" => Ok(Self(Beats::ratio(1, 4 * parts))),
            _ => Err(refused()),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn note_values_are_beats() {
        for (text, ticks) in [
            ("off", Some(0)),
            ("1/4", Some(48)),
            ("1/4T", Some(32)),
            ("1/8", Some(24)),
            ("1/8T", Some(16)),
            ("1/16", Some(12)),
            ("1/16t", Some(8)),
            ("1/32", Some(6)),
            ("1/32T", Some(4)),
            ("1/5", None),
            ("16", None),
            ("1/", None),
            ("", None),
        ] {
            let expected = ticks.map(|ticks| Grid(segue_music::beats_at(ticks)));
            assert_eq!(text.parse().ok(), expected, "{text}");
        }
    }
}
