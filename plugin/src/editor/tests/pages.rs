//! Help and presets.

use super::keys::played;
use super::*;
use crate::params::presets::{Folder, Preset};

#[test]
fn help_is_shown_once_a_project_and_when_asked_for() {
    for size in [SMALLEST, SIZE] {
        let mut desk = Desk::new((size.width, size.height));
        let shown = |desk: &mut Desk| desk.frame(vec![]).iter().any(|(text, ..)| text == help::CLOSE);
        assert!(!shown(&mut desk), "it was seen before");
        desk.click("?");
        assert!(shown(&mut desk));
        for (text, place, seen) in desk.frame(vec![]) {
            assert!(seen.expand(1.0).contains_rect(place), "{text:?} at {place:?} of {seen:?}");
        }
        desk.click("you");
        assert!(!shown(&mut desk));
    }
    let (params, (wish, _wishes)) = (Arc::<SegueParams>::default(), bounded(1));
    let (status, fingers) = (Arc::default(), Arc::new(parking_lot::Mutex::new(touch().0)));
    let unfolded = Arc::default();
    let instance = Instance { params, status, wish, fingers, unfolded };
    let open = || EditorView::new(instance.clone());
    let mut desk = Desk::new((SIZE.width, SIZE.height));
    let mut first = open();
    assert_eq!(first.page, Some(Page::Help));
    first.host = desk.view.host.clone();
    desk.view = first;
    desk.frame(vec![]);
    assert_eq!(open().page, None);
}

#[test]
fn a_preset_from_the_command_line_is_named() {
    let mut desk = Desk::new((SIZE.width, SIZE.height));
    let preset = Preset::built_in().find(|preset| preset.name == "Trading fours").expect("a preset");
    for (param, value) in preset.settings(&desk.view.params).expect("its values") {
        // SAFETY: the pointers are of the desk's parameters.
        unsafe { param._internal_set_normalized_value(value) };
    }
    desk.view.presets.choose(Some(preset));
    desk.frame(vec![]);
    desk.find("Trading fours");
    set(&desk, "Temperature", "1.3");
    desk.frame(vec![]);
    desk.find("Presets");
}

#[test]
fn presets_are_chosen_and_saved() {
    let mut desk = Desk::new((SIZE.width, SIZE.height));
    let params = desk.view.params.clone();
    let place = tempfile::tempdir().expect("a folder");
    desk.view.presets = PresetMenu::new(Folder::at(place.path()));
    desk.click("Presets");
    desk.click("Trading fours");
    assert_eq!((params.settings().mode, params.settings().when.bars), (Mode::Trade, 4));
    let (begun, ended) = *desk.gestures.lock().expect("no test falls holding it");
    assert!(begun == ended && begun > 10, "{begun} gestures begun, {ended} ended");
    desk.frame(vec![]);
    // It is named as long as it holds.
    desk.find("Trading fours");
    set(&desk, "Temperature", "1.3");
    desk.click("Presets");
    desk.click("name");
    desk.frame(vec![Event::Text("Hot fours".to_owned())]);
    desk.click("Save");
    desk.frame(vec![]);
    desk.find("saved");
    assert!(Folder::at(place.path()).has("Hot fours"));
    assert_eq!(played(&mut desk), [], "a name is no music");
}
