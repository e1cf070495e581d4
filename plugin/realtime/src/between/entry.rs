//! When Segue comes in, where it plays along.

use segue_music::Beats;

use crate::between::choice::choice;
use crate::between::situation::Terms;

choice! {
    /// When it comes in.
    pub enum Entry {
        /// On the next bar line.
        #[default]
        NextBar: "bar", "Next bar";
        /// On the bar line after a whole bar was heard.
        AfterOne: "1bar", "After a bar";
        /// On the bar line after two.
        AfterTwo: "2bars", "After two bars";
        /// With the first note, as soon as it can.
        FirstNote: "first", "First note";
    }
}

impl Entry {
    /// Where it comes in after a phrase that began at a position.
    pub fn position(self, begun: Beats, terms: &Terms) -> Beats {
        let after = |bars| terms.next_bar_line(begun) + terms.bar.times(bars);
        match self {
            Self::NextBar => terms.next_bar_line(terms.reach()),
            Self::AfterOne => after(1).max(terms.next_bar_line(terms.reach())),
            Self::AfterTwo => after(2).max(terms.next_bar_line(terms.reach())),
            Self::FirstNote => terms.earliest(),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn it_comes_in_where_it_is_asked_to() {
        let beats = |tenths| Beats::ratio(tenths, 10);
        // (begun, now) -> next bar, after one, after two, first note; in tenths of a beat
        for (begun, now, expected) in [
            (0, 0, [40, 40, 80, 5]),
            (0, 38, [40, 40, 80, 40]),
            (0, 79, [80, 80, 80, 80]),
            (5, 6, [40, 80, 120, 10]),
            (38, 39, [40, 80, 120, 40]),
            (5, 200, [240, 240, 240, 205]),
        ] {
            let terms = Terms {
                now: beats(now),
                lead: beats(1),
                patience: beats(10),
                grid: beats(5),
                bar: beats(40),
                bar_line: Beats::ZERO,
                length: beats(80),
                entry: Entry::NextBar,
            };
            let entries = Entry::ALL.map(|entry| entry.position(beats(begun), &terms));
            assert_eq!(entries, expected.map(beats), "begun {begun}, now {now}");
        }
    }
}
