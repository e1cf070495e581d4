//! What players call the kinds of music.

/// Kinds of music as manifests name them, and what a player calls them.
const KINDS: [(&str, &str); 11] = [
    ("leadsheet-melody", "tune"),
    ("multitrack-sequenced", "game music"),
    ("performance-roll-expressive", "piano roll"),
    ("performance-roll-nodynamics", "piano roll, even touch"),
    ("performance-transcribed", "concert piano"),
    ("score-SATB", "hymn"),
    ("score-ensemble", "ensemble"),
    ("score-piano", "classical piano"),
    ("score-quartet", "string quartet"),
    ("score-voice+piano", "art song"),
    ("drums-performance", "drums"),
];

/// The style that a player asks for a kind of music by: of songs the idiom, of solo piano the
/// piano. `None` for unknown kinds.
pub fn of_kind(kind: &str) -> Option<String> {
    if kind == "unknown" || kind.is_empty() {
        return None;
    }
    if let Some((_, words)) = KINDS.iter().find(|(name, _)| *name == kind) {
        return Some((*words).to_owned());
    }
    Some(match kind.split_once('-') {
        Some(("band" | "duo", idiom)) => idiom.to_owned(),
        Some(("piano" | "sung", idiom)) => format!("{idiom} piano"),
        _ => kind.to_owned(),
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn kinds_have_words() {
        for (kind, words) in [
            ("score-SATB", Some("hymn")),
            ("band-jazz", Some("jazz")),
            ("duo-jazz", Some("jazz")),
            ("piano-jazz", Some("jazz piano")),
            ("sung-pop", Some("pop piano")),
            ("my own", Some("my own")),
            ("unknown", None),
        ] {
            assert_eq!(of_kind(kind).as_deref(), words, "{kind}");
        }
    }
}
