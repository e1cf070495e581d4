//! Where the groups of controls lie below the keys, and where the takes, when they are shown.

use egui::{Rect, pos2};

use super::groups::HEIGHT;

/// From this width on there is room for the takes beside all groups; below, they lie in the place of those that say nothing of
/// what another answer would be.
const BESIDE: f32 = 1160.0;

/// The narrowest group.
const GROUP: f32 = 236.0;

/// Space between groups.
const GAP: f32 = 6.0;

/// Where each is; nothing where it is not shown.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Layout {
    /// When Segue plays.
    pub when: Option<Rect>,
    /// What it plays.
    pub what: Rect,
    /// How it sounds.
    pub sound: Option<Rect>,
    /// What it has played.
    pub takes: Option<Rect>,
}

impl Layout {
    /// In an area, from its top.
    pub fn of(area: Rect, takes: bool) -> Self {
        let third = (area.width() - 2.0 * GAP) / 3.0;
        let (width, beside) = match (takes, area.width() >= BESIDE) {
            (false, _) => (third, true),
            (true, false) => (third.clamp(GROUP, 1.25 * GROUP), false),
            (true, true) => (GROUP, true),
        };
        let place = |number: f32| {
            let left = area.left() + number * (width + GAP);
            Rect::from_min_max(pos2(left, area.top()), pos2(left + width, area.top() + HEIGHT))
        };
        let rest = |number: f32| Rect { max: pos2(area.right(), area.top() + HEIGHT), ..place(number) };
        if beside {
            let takes = takes.then(|| rest(3.0));
            Self { when: Some(place(0.0)), what: place(1.0), sound: Some(place(2.0)), takes }
        } else {
            Self { when: None, what: place(0.0), sound: None, takes: Some(rest(1.0)) }
        }
    }
}

#[cfg(test)]
mod tests {
    use egui::vec2;

    use super::*;

    #[test]
    fn nothing_lies_on_another_and_the_takes_have_room() {
        for width in [736.0, 896.0, 1159.0, 1160.0, 1900.0] {
            for takes in [false, true] {
                let area = Rect::from_min_size(pos2(12.0, 400.0), vec2(width, HEIGHT));
                let Layout { when, what, sound, takes: panel } = Layout::of(area, takes);
                let places: Vec<_> = [when, Some(what), sound, panel].into_iter().flatten().collect();
                for (number, place) in places.iter().enumerate() {
                    assert!(area.expand(0.1).contains_rect(*place), "{place:?} of {width}");
                    for other in &places[number + 1..] {
                        assert!(!place.shrink(0.1).intersects(*other), "{place:?}, {other:?} of {width}");
                    }
                }
                assert_eq!(panel.is_some(), takes);
                assert!(panel.is_none_or(|panel| panel.width() >= 430.0), "{panel:?} of {width}");
                assert_eq!(when.is_none(), takes && width < BESIDE, "{width}");
            }
        }
    }
}
