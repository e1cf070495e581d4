//! The takes in the window: what is shown of them, and what each control asks for.

use segue_music::{Beats, Meter, Note, PedalMove, Tempo};

use super::keys::played;
use super::*;
use crate::editor::icon_button::SIDE;
use crate::takes::{Take, TakeNote, Takes};

/// Keeps a take of this many bars of quarters, as a candidate for a prompt or as an answer of its
/// own.
pub(super) fn keep(takes: &Takes, mode: Mode, bars: i64, group: Option<u64>) -> u64 {
    let note = |beat: i64| Note {
        onset: Beats::ratio(beat, 1),
        key: 60 + (beat % 12) as u8,
        duration: Beats::ratio(1, 1),
        velocity: 80,
    };
    let name = takes.name(group);
    let id = name.id;
    takes.keep(Take {
        name,
        mode,
        seed: 1,
        tempo: Tempo::new(120.0),
        tempos: Vec::new(),
        meter: Meter::COMMON,
        prompt: (0..4).map(note).collect(),
        notes: (4..4 + 4 * bars)
            .map(|beat| TakeNote { note: note(beat), part: None, pedal: PedalMove::Stay })
            .collect(),
        starred: false,
        undone: false,
    });
    id
}

/// A desk whose panel is unfolded, with takes that remember their folder nowhere else.
fn desk((width, height): (f32, f32)) -> (Desk, tempfile::TempDir) {
    let place = tempfile::tempdir().expect("a folder");
    let mut desk = Desk::new((width, height));
    desk.view.takes = Arc::new(Takes::remembering_in(&place.path().join("memory.txt")));
    desk.view.takes.set_folder(&place.path().join("exports"));
    desk.click("Takes 0");
    (desk, place)
}

/// The buttons of a line.
enum Press {
    Star,
    Play,
    Export,
    Remove,
}

/// Clicks on a button of the first line: they lie beside its words.
fn press(desk: &mut Desk, button: Press) {
    let words = desk.frame(vec![]);
    let word =
        |wanted: &dyn Fn(&str) -> bool| words.iter().find(|(text, ..)| wanted(text)).expect("a line").1;
    let another = word(&|text| text == "Another");
    let is_name = |text: &str| {
        text.split_once(' ').is_some_and(|(number, mode)| {
            number.parse::<usize>().is_ok() && ["Answer", "Trade", "Continue", "Duet"].contains(&mode)
        })
    };
    let about = word(&is_name);
    let (beside, y) = (8.0 + SIDE / 2.0, another.center().y);
    let x = match button {
        Press::Star => about.left() - 4.0 - SIDE / 2.0,
        Press::Play => another.left() - beside,
        Press::Export => another.right() + beside,
        Press::Remove => another.right() + beside + SIDE + 4.0,
    };
    desk.time += 1.0;
    desk.click_at(pos2(x, y), PointerButton::Primary);
    desk.frame(vec![]);
}

#[test]
fn takes_are_legible_at_any_size_and_leave_the_roll_alone() {
    for (width, height) in SIZES {
        let which = format!("{width} x {height}");
        let (mut desk, _place) = desk((width, height));
        let words = desk.frame(vec![]);
        assert!(words.iter().any(|(text, ..)| text == takes_panel::EMPTY[0]), "{which}");
        legible(&words, &format!("no takes, {which}"));
        let takes = desk.view.takes.clone();
        let mut first = None;
        // The numbers of a long evening.
        for _ in 0..900 {
            takes.name(None);
        }
        for number in 0..40 {
            let mode = Mode::ALL[number % Mode::ALL.len()];
            let id = keep(&takes, mode, 16, None);
            first = Some(id);
            takes.set_undone(id, number % 5 == 4);
            takes.star(id, number % 3 == 0);
        }
        for _ in 0..11 {
            keep(&takes, Mode::Continue, 1, first);
        }
        takes.set_replaying(first);
        let words = desk.frame(vec![]);
        for wanted in ["Takes 51", "940 Continue", "1 bar", "L", "Another", "Export jam", "Trade"] {
            assert!(words.iter().any(|(text, ..)| text == wanted), "{wanted} is not shown: {words:?}");
        }
        legible(&words, &format!("51 takes, {which}"));
        // The last export has a line of its own.
        press(&mut desk, Press::Export);
        assert!(desk.shows("Copy path"), "{which}");
        legible(&desk.frame(vec![]), &format!("an export, {which}"));
        desk.click("Takes 51");
        assert!(desk.shows("Density") && !desk.shows("Export jam"), "{which}");
    }
}

#[test]
fn each_control_of_a_take_asks_for_what_it_says() {
    let (mut desk, place) = desk((SIZE.width, SIZE.height));
    let takes = desk.view.takes.clone();
    let asked = |desk: &Desk| desk.asked.try_recv().ok();
    for word in ["Undo", "Redo", "Export jam"] {
        desk.click(word);
    }
    assert!(asked(&desk).is_none(), "there is nothing yet");
    assert!(!desk.shows("Copy path") && !place.path().join("exports").exists(), "nothing was exported");
    let at = desk.find("Export jam");
    assert!(desk.hint_at(at).contains("Not now: nothing was played yet."));
    takes.with_jam(|jam| {
        let note = Note { onset: Beats::ZERO, key: 60, duration: Beats::ONE, velocity: 80 };
        jam.push(crate::takes::LoggedNote::new(&note, segue_music::Role::Player, None, 0));
    });
    desk.click("Export jam");
    assert!(desk.shows("Copy path"), "now there is something to export");
    let first = keep(&takes, Mode::Answer, 2, None);
    let second = keep(&takes, Mode::Answer, 2, Some(first));
    desk.click("Undo");
    assert!(matches!(asked(&desk), Some(Command::Undo)));
    desk.click("Redo");
    assert!(asked(&desk).is_none(), "nothing is undone");
    takes.set_undone(second, true);
    desk.click("Redo");
    assert!(matches!(asked(&desk), Some(Command::Redo)));
    press(&mut desk, Press::Play);
    assert!(matches!(asked(&desk), Some(Command::Replay(id)) if id == second), "the newest candidate");
    // A key of the piano has the same letter.
    let at = desk.frame(vec![]).iter().rfind(|(text, ..)| text == "A").expect("it is shown").1.center();
    desk.time += 1.0;
    desk.click_at(at, PointerButton::Primary);
    assert!(matches!(asked(&desk), Some(Command::Replay(id)) if id == first), "to compare");
    press(&mut desk, Press::Star);
    let starred = |id: u64| takes.list().iter().any(|row| row.id == id && row.starred);
    assert!(starred(first) && !starred(second), "the one that is shown");
    press(&mut desk, Press::Star);
    assert!(!starred(first));
    takes.set_replaying(Some(first));
    press(&mut desk, Press::Play);
    assert!(matches!(asked(&desk), Some(Command::StopReplay)));
    desk.click("Another");
    assert!(matches!(asked(&desk), Some(Command::Another(id)) if id == first));
    let third = keep(&takes, Mode::Answer, 1, Some(first));
    assert!(desk.shows("C") && desk.shows("1 bar"), "a new candidate is shown");
    press(&mut desk, Press::Remove);
    assert!(takes.get(third).is_none() && takes.list().len() == 2);
}

#[test]
fn exports_are_written_and_their_path_is_copied_or_the_reason_is_shown() {
    let (mut desk, place) = desk((SIZE.width, SIZE.height));
    let takes = desk.view.takes.clone();
    keep(&takes, Mode::Trade, 2, None);
    press(&mut desk, Press::Export);
    let path = std::fs::read_dir(place.path().join("exports")).expect("it was made").next();
    let path = path.expect("a file").expect("its name").path();
    assert!(path.extension().is_some_and(|ending| ending == "mid"), "{path:?}");
    // The click tells egui, and that the window.
    let at = desk.find("Copy path");
    desk.time += 1.0;
    desk.button(at, PointerButton::Primary, true);
    desk.button(at, PointerButton::Primary, false);
    assert_eq!(desk.copied.as_deref(), path.to_str());
    // A folder that is a file.
    let file = place.path().join("file");
    std::fs::write(&file, "").expect("it can be written");
    let type_folder = |desk: &mut Desk, text: String| {
        let at = desk.find("Folder");
        desk.time += 1.0;
        desk.click_at(at + vec2(120.0, 0.0), PointerButton::Primary);
        desk.frame(vec![pressed(Key::A, Modifiers::COMMAND)]);
        desk.frame(vec![Event::Text(text)]);
        desk.frame(vec![pressed(Key::Enter, Modifiers::NONE)]);
        desk.frame(vec![])
    };
    let before = takes.folder();
    let words = type_folder(&mut desk, file.join("in").display().to_string());
    assert!(words.iter().any(|(text, ..)| text.starts_with(&*file.to_string_lossy())), "{words:?}");
    assert_eq!(takes.folder(), before);
    let other = place.path().join("other");
    type_folder(&mut desk, other.display().to_string());
    assert_eq!(takes.folder(), other);
    assert_eq!(played(&mut desk), [], "a path is no music");
    // What was exportable when it was chosen may be gone.
    std::fs::remove_dir(&other).expect("it is empty");
    std::fs::write(&other, "").expect("it can be written");
    press(&mut desk, Press::Export);
    let words = desk.frame(vec![]);
    assert!(words.iter().any(|(text, ..)| text.contains("other")), "{words:?}");
    assert!(!words.iter().any(|(text, ..)| text == "Copy path"), "nothing was written");
}
