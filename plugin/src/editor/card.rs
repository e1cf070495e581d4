//! The card of the model that comes with Segue, as far as the window shows it.

/// The card that is published with the model.
const CARD: &str = include_str!("../../../assets/segue.md");

/// A row of the card's first table: what the card has for `name`.
fn row<'a>(card: &'a str, name: &str) -> Option<&'a str> {
    card.lines().find_map(|line| {
        let mut cells = line.split('|').map(str::trim).skip(1);
        (cells.next()? == name).then(|| cells.next())?
    })
}

/// The card in one paragraph.
pub fn paragraph() -> String {
    // What follows a semicolon is for who builds such models.
    let first = |fact: &str| fact.split(';').next().unwrap_or(fact).trim().to_owned();
    let fact = |words: &str, row_name: &str| {
        row(CARD, row_name).map(|fact| format!(" {words}: {}.", first(fact))).unwrap_or_default()
    };
    let (size, seen) = (fact("Size", "size"), fact("Seen in training", "seen"));
    format!(
        "The model that comes with Segue is a small transformer that predicts the next note. Segue's own trainer made \
         it from music whose licences permit that. It plays on your processor; nothing you play leaves your \
         computer.{size}{seen} Its card is assets/segue.md in Segue's source: what it was trained on, how it scores, \
         what it does not do well."
    )
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_card_says_what_the_window_shows() {
        for name in ["size", "seen"] {
            let fact = row(CARD, name).expect(name);
            assert!(fact.contains("million"), "{name}: {fact}");
            assert!(paragraph().contains(fact.split(';').next().expect("a part")), "{}", paragraph());
        }
        assert_eq!(row("| size | 5 |\n| seen | 6 | x |", "seen"), Some("6"));
        assert_eq!(row("seen", "seen"), None);
    }
}
