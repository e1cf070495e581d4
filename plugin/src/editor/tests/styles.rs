//! The menu of styles: in groups, searched, and whole in any window.

use super::*;
use crate::editor::style_names::Group;

/// As many as a model may have.
pub(super) fn many(desk: &Desk) -> usize {
    let idioms = ["jazz", "pop", "blues piano"];
    let classical = ["hymn", "string quartet", "piano roll, even touch"];
    let people = ["Chopin, F.", "Żeleński, W.", "Mozart, W. A."];
    let mut names: Vec<String> =
        idioms.into_iter().chain(classical).chain(people).map(str::to_owned).collect();
    names.extend((names.len()..crate::params::styles::MOST).map(|number| format!("groove {number}")));
    desk.view.params.what.styles.set(&names);
    names.len()
}

#[test]
fn styles_are_grouped_capitalised_and_searched() {
    for size in SIZES {
        let mut desk = Desk::new(size);
        let count = many(&desk);
        let params = desk.view.params.clone();
        desk.click("Style");
        let words = desk.frame(vec![]);
        for group in Group::ALL {
            assert!(words.iter().any(|(text, ..)| text == group.name()), "{group:?} in {size:?}");
        }
        for name in ["Jazz", "Hymn", "Chopin, F.", "Groove 30"] {
            assert!(words.iter().any(|(text, ..)| text == name), "{name} in {size:?}: {words:?}");
        }
        let grooves = words.iter().filter(|(text, ..)| text.starts_with("Groove ")).count();
        assert_eq!(grooves, count - 9, "each is there once, {size:?}");
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
        desk.click("As it hears");
        assert_eq!(params.what.style.value(), 0, "{size:?}");
        assert_eq!(super::keys::played(&mut desk), [], "a search is no music");
    }
}
