//! The menus of the player's own files: models and SoundFonts.

use super::*;
use crate::sounds::folder::SoundFolder;

#[test]
fn models_and_soundfonts_are_chosen_from_their_folders() {
    let folder = tempfile::tempdir().expect("a folder");
    for name in ["mine.safetensors", "hall.sf2", "notes.txt"] {
        std::fs::write(folder.path().join(name), b"").expect("a file");
    }
    let mut desk = Desk::with_all_controls((SIZE.width, SIZE.height));
    let params = desk.view.params.clone();
    desk.view.models = ModelMenu::new(ModelFolder::at(folder.path()));
    desk.view.sounds = SoundMenu::new(SoundFolder::at(folder.path()));
    // (the control, a file without its ending, what is not offered, what is chosen)
    type Chosen = fn(&SegueParams) -> Option<String>;
    let cases: [(&str, &str, &str, Chosen); 2] = [
        ("Model", "mine", "hall", |params| params.state.model()),
        ("SoundFont", "hall", "mine", |params| params.state.sound()),
    ];
    for (name, file, other, chosen) in cases {
        desk.click(name);
        assert!(!desk.shows(other) && !desk.shows("notes"), "{name}");
        let place = folder.path().display().to_string();
        let words = desk.frame(vec![]);
        assert!(words.iter().any(|(text, ..)| text.contains(&place)), "{name}: {words:?}");
        desk.click(file);
        assert!(chosen(&params).is_some_and(|found| found.starts_with(file)), "{name}");
        assert!(desk.shows(file), "{name} shows what is chosen");
        // Else two controls and an entry would say so.
        params.state.choose(Some("mine.safetensors".to_owned()));
        params.state.choose_sound(Some("hall.sf2".to_owned()));
        desk.click(name);
        desk.click("Built in");
        assert_eq!(chosen(&params), None, "{name}");
    }
}
