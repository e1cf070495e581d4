//! Small changes to a figure, as players make them without a thought.

use std::borrow::Cow;

use super::dice::Dice;
use super::pattern::{Event, Figure};

/// The figure, or for a share of the bars a changed one: an event left out, held on, struck twice,
/// or changed for the one after it. The first event of the bar stays what it is.
pub fn varied<'a>(dice: &mut Dice, figure: &'a Figure, share: f64) -> Cow<'a, Figure> {
    let count = figure.0.len();
    if count < 2 || !dice.chance(share) {
        return Cow::Borrowed(figure);
    }
    let mut events: Vec<Event> = figure.0.clone();
    let place = 1 + dice.below(count - 1);
    match dice.below(4) {
        0 => _ = events.remove(place),
        1 => {
            let gone = events.remove(place);
            let before = &mut events[place - 1];
            before.length = (gone.step + gone.length - before.step).max(before.length);
        }
        2 => {
            let longest = (0..count).max_by_key(|&place| (events[place].length, place)).unwrap_or(0);
            let half = events[longest].length / 2;
            if half > 0 {
                let again = Event { step: events[longest].step + half, length: half, ..events[longest] };
                events[longest].length -= half;
                events.insert(longest + 1, again);
                events.sort_by_key(|event| event.step);
            }
        }
        _ if place + 1 < count => {
            let (one, other) = (events[place].what, events[place + 1].what);
            (events[place].what, events[place + 1].what) = (other, one);
        }
        _ => {}
    }
    Cow::Owned(Figure(events))
}

#[cfg(test)]
mod tests {
    use super::super::pattern::CompLine;
    use super::*;

    #[test]
    fn a_changed_figure_begins_alike_and_stays_in_order() {
        let line = CompLine::try_from("0:-:2 2:3:2 4:2:2 6:4:2 8:-:8".to_owned()).unwrap();
        let CompLine::Figure(figure) = line else { panic!("a figure") };
        let mut dice = Dice::of_song(1, 1);
        let mut seen = 0;
        for _ in 0..200 {
            let changed = varied(&mut dice, &figure, 1.0);
            assert!(changed.0.is_sorted_by_key(|event| event.step));
            assert_eq!((changed.0[0].step, changed.0[0].what), (0, '-'));
            assert!(changed.0.iter().all(|event| event.length > 0 && event.step < 16));
            seen += usize::from(*changed != figure);
        }
        assert!(seen > 150, "{seen} of 200 differ");
        assert_eq!(*varied(&mut dice, &figure, 0.0), figure);
    }
}
