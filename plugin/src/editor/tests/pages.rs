//! Help, About and presets.

use super::keys::played;
use super::*;
use crate::params::presets::{Folder, Preset};

#[test]
fn the_help_is_shown_once_to_a_player_and_when_asked_for() {
    let memory = Arc::new(Memory::in_file(None));
    for size in SIZES {
        let (width, height) = size;
        let mut desk = Desk::with(size, memory.clone());
        let first = width == SMALLEST.width;
        assert_eq!(desk.shows(help::TITLE), first, "once, whatever the project");
        if !first {
            desk.click("Help");
        }
        let words = desk.frame(vec![]);
        legible(&words, &format!("the help in {width} x {height}"));
        // It lies below the roll, where the answer is to appear.
        let title = words.iter().find(|(text, ..)| text == help::TITLE).expect("it is shown").1;
        let lag = words.iter().find(|(text, ..)| text == "lag 0 ms").expect("the roll is shown").1;
        assert!(title.top() > lag.bottom() + 100.0, "{title:?} is not below {lag:?}");
        desk.click("Close");
        assert!(!desk.shows(help::TITLE));
        desk.click("Help");
        desk.frame(vec![pressed(Key::Escape, Modifiers::NONE)]);
        assert!(!desk.shows(help::TITLE), "Esc closes it");
        desk.click("Help");
        desk.click("What");
        assert!(!desk.shows(help::TITLE) && desk.shows("Density"), "the panels take its place");
    }
}

#[test]
fn about_names_version_model_licences_and_folders() {
    for size in SIZES {
        let mut desk = Desk::new(size);
        desk.view.status.set_model("Segue 2", &[], false);
        desk.click("About");
        let words = desk.frame(vec![]);
        let seen = |part: &str| words.iter().any(|(text, ..)| text.contains(part));
        assert!(seen(env!("CARGO_PKG_VERSION")) && seen("Segue 2 plays."), "{size:?}");
        if size.1 < SIZE.height {
            // The rest is to be scrolled to.
            continue;
        }
        legible(&words, &format!("About in {size:?}"));
        for part in ["million", "MIT", "assets/manual/README.md", "models", "presets", about::CREDITS] {
            assert!(seen(part), "{part} is not shown: {words:?}");
        }
        desk.click("About");
        assert!(!desk.shows(about::CREDITS));
    }
}

#[test]
fn presets_are_chosen_stepped_through_and_saved() {
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
    // It is named as long as it holds; an arrow lies at either side of the name.
    for (shown, by, next) in [
        ("Trading fours", 1, "Trading twos"),
        ("Trading twos", -1, "Trading fours"),
        ("Trading fours", -1, "Quick wit"),
        ("Quick wit", -1, "Patient partner"),
        ("Patient partner", -1, "Daydream"),
        ("Daydream", 1, "Patient partner"),
    ] {
        let words = desk.frame(vec![]);
        let (_, name, _) = words.iter().find(|(text, ..)| text == shown).expect(shown);
        let beside = if by > 0 { preset_menu::WIDTH - 8.0 + 18.0 } else { -8.0 - 18.0 };
        desk.time += 1.0;
        desk.click_at(pos2(name.left() + beside, name.center().y), PointerButton::Primary);
        assert!(desk.shows(next), "{next} does not follow {shown}");
    }
    assert_eq!(params.settings().when.bars, 4, "a patient partner's");
    set(&desk, "Temperature", "1.3");
    assert!(desk.shows("Presets"));
    desk.click("Presets");
    desk.click("Save");
    assert!(!desk.shows("saved"), "it has no name yet");
    desk.click("name");
    desk.frame(vec![Event::Text("Hot dream".to_owned())]);
    desk.click("Save");
    desk.frame(vec![]);
    desk.find("saved");
    assert!(Folder::at(place.path()).has("Hot dream"));
    assert_eq!(played(&mut desk), [], "a name is no music");
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
    assert!(desk.shows("Trading fours"));
    set(&desk, "Temperature", "1.3");
    assert!(!desk.shows("Trading fours") && desk.shows("Presets"));
}
