//! Panels are folded, and remembered; none vanishes without a word.

use super::keys::played;
use super::*;
use crate::editor::panels::Panel;

/// What tells that a panel is shown.
fn mark(panel: Panel) -> &'static str {
    match panel {
        Panel::Keys => "C4",
        Panel::When => "Patience",
        Panel::What => "Density",
        Panel::Band => "Mallets",
        Panel::Sound => "Your level",
        Panel::Takes => "Export jam",
    }
}

fn name(panel: Panel) -> &'static str {
    if panel == Panel::Takes { "Takes 0" } else { panel.name() }
}

/// Whether a panel is seen. The roll has names of keys, too: the keyboard's lie below them.
fn is_seen(desk: &mut Desk, panel: Panel) -> bool {
    let words = desk.frame(vec![]);
    let roll = words.iter().find(|(text, ..)| text == "lag 0 ms").expect("the roll is shown").1;
    let bar = words.iter().find(|(text, ..)| text == "Keyboard").expect("the bar is shown").1;
    words.iter().any(|(text, place, _)| {
        let is_key = panel == Panel::Keys && (bar.top() - place.bottom()) > 24.0;
        text == mark(panel) && place.top() > roll.bottom() && !is_key
    })
}

#[test]
fn each_panel_folds_and_the_next_window_remembers() {
    let folder = tempfile::tempdir().expect("a folder");
    let memory = |file: &str| Arc::new(Memory::in_file(Some(folder.path().join(file))));
    let size = (1300.0, 800.0);
    let mut desk = Desk::with(size, memory("window.json"));
    desk.click("Close");
    for panel in Panel::ALL {
        let was = is_seen(&mut desk, panel);
        let is_open = !matches!(panel, Panel::Takes | Panel::Band);
        assert_eq!(was, is_open, "{panel:?} at first");
        desk.click(name(panel));
        assert_eq!(is_seen(&mut desk, panel), !was, "{panel:?}");
    }
    desk.click("All controls");
    let mut next = Desk::with(size, memory("window.json"));
    assert!(!next.shows(help::TITLE));
    for panel in Panel::ALL {
        let is_open = matches!(panel, Panel::Takes | Panel::Band);
        assert_eq!(is_seen(&mut next, panel), is_open, "{panel:?} in the next window");
        next.click(name(panel));
    }
    assert!(next.shows("Latch trigger"), "all controls are still shown");
    next.click("All controls");
    assert!(!next.shows("Latch trigger") && next.shows("Yield"));
}

#[test]
fn what_has_no_room_is_named_and_a_click_swaps() {
    for size in SIZES {
        let mut desk = Desk::new(size);
        for opened in [Panel::Takes, Panel::Keys, Panel::When, Panel::Takes, Panel::Sound] {
            if !is_seen(&mut desk, opened) {
                desk.click(name(opened));
            }
            assert!(is_seen(&mut desk, opened), "{opened:?} was opened last, {size:?}");
            let line = desk.hint_at(Pos2::ZERO);
            for panel in Panel::ALL {
                let is_open = desk.view.panels.is_open(panel);
                let lost = is_open && !is_seen(&mut desk, panel);
                assert_eq!(line.contains(panel.name()), lost, "{panel:?} in {size:?}: {line}");
            }
        }
        assert_eq!(desk.hint_at(Pos2::ZERO).starts_with("No room"), size.0 < 1184.0, "{size:?}");
    }
}

#[test]
fn a_row_of_whoever_opens_the_window_has_room_too() {
    for size in SIZES {
        let mut desk = Desk::new(size);
        desk.view.strip = Some(Arc::new(|ui: &mut Ui| {
            ui.horizontal(|ui| ui.button("Metronome"));
        }));
        desk.frame(vec![]);
        let words = desk.frame(vec![]);
        let top = |name: &str| words.iter().find(|(text, ..)| text == name).expect(name).1.top();
        assert!(top("Keyboard") - top("lag 0 ms") > 100.0, "the roll keeps its height, {size:?}");
        assert!(top("Metronome") < top("Answer"), "{size:?}");
        // In the smallest window the panels scroll, and a row is half seen.
        if size.0 > SMALLEST.width {
            legible(&words, &format!("a row more in {size:?}"));
        }
    }
}

#[test]
fn a_key_under_the_mouse_ends_when_the_keyboard_is_folded() {
    let mut desk = Desk::new((SIZE.width, SIZE.height));
    let c4 = desk.frame(vec![]).iter().rfind(|(text, ..)| text == "C4").expect("it is shown").1.center();
    desk.button(c4, PointerButton::Primary, true);
    assert_eq!(played(&mut desk).len(), 1);
    desk.view.panels.toggle(Panel::Keys, true);
    desk.frame(vec![]);
    let ends = played(&mut desk);
    assert!(matches!(ends.as_slice(), [(false, 60, _)]), "{ends:?}");
}
