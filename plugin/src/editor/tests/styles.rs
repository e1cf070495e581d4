//! The menu of styles: in groups, searched, and whole in any window.

use super::keys::played;
use super::*;

/// As many as a model may have.
pub(super) fn many(desk: &Desk) {
    let idioms = ["jazz", "pop", "blues piano"];
    let classical = ["hymn", "string quartet", "piano roll, even touch"];
    let people = ["Chopin, F.", "Żeleński, W.", "Mozart, W. A."];
    let mut names: Vec<String> =
        idioms.into_iter().chain(classical).chain(people).map(str::to_owned).collect();
    names.extend((names.len()..crate::params::styles::MOST).map(|number| format!("groove {number}")));
    desk.view.params.what.styles.set(&names);
}

#[test]
fn styles_are_grouped_capitalised_and_searched() {
    for size in SIZES {
        let mut desk = Desk::new(size);
        many(&desk);
        let params = desk.view.params.clone();
        desk.click("Style");
        let words = desk.frame(vec![]);
        for name in ["Idioms", "Jazz", "Blues piano", "Styles", "Groove 10"] {
            assert!(words.iter().any(|(text, ..)| text == name), "{name} in {size:?}: {words:?}");
        }
        // The others are further down: the list scrolls.
        for (typed, name) in [("compos", "Chopin, F."), ("classi", "Hymn")] {
            desk.frame(vec![Event::Text(typed.to_owned())]);
            assert!(desk.shows(name) && !desk.shows("Jazz"), "{name} in {size:?}");
            desk.frame(vec![pressed(Key::A, Modifiers::COMMAND)]);
            desk.frame(vec![pressed(Key::Backspace, Modifiers::NONE)]);
        }
        desk.frame(vec![Event::Text("zele".to_owned())]);
        assert!(desk.shows("Żeleński, W.") && !desk.shows("Jazz"), "{size:?}");
        desk.click("Żeleński, W.");
        assert_eq!(params.what.style.value(), 8, "{size:?}");
        assert!(!desk.shows("Composers"), "it closes, {size:?}");
        desk.click("Style");
        assert!(desk.shows("Jazz"), "what was searched is forgotten, {size:?}");
        desk.frame(vec![Event::Text("hymn".to_owned())]);
        desk.frame(vec![pressed(Key::Enter, Modifiers::NONE)]);
        assert_eq!(params.what.style.value(), 4, "Enter takes the first, {size:?}");
        desk.frame(vec![]);
        desk.click("Style");
        desk.time += 1.0;
        desk.click_at(Pos2::new(2.0, 2.0), PointerButton::Primary);
        assert!(!desk.shows("Composers"), "a click elsewhere closes it, {size:?}");
        desk.click("Style");
        desk.click("As it hears");
        assert_eq!(params.what.style.value(), 0, "{size:?}");
        assert_eq!(played(&mut desk), [], "a search is no music");
    }
}
