//! The controls: what each shows and sets, at any size.

use super::*;
use crate::editor::panels::Panel;

#[test]
fn nothing_is_cut_off_or_written_over_at_any_size_in_any_mode() {
    for (size, mode) in SIZES.into_iter().flat_map(|size| Mode::ALL.map(|mode| (size, mode))) {
        for (all, is_busy) in [(false, false), (false, true), (true, false), (true, true)] {
            let which = format!("{mode:?} in {size:?}, all controls {all}, busy {is_busy}");
            let mut desk = if all { Desk::with_all_controls(size) } else { Desk::new(size) };
            if is_busy {
                busy(&mut desk, mode);
            }
            let words = desk.frame(vec![]);
            for name in ["Answer", "Trade", "Continue", "Duet", "Keyboard", "Takes 0", "lag 0 ms"] {
                assert!(words.iter().any(|(text, ..)| text == name), "{name} is not shown, {which}");
            }
            if size.1 >= SIZE.height {
                for name in ["Daring", "Temperature", "Density", "Forget the jam", "Your level", "Yield"] {
                    assert!(words.iter().any(|(text, ..)| text.starts_with(name)), "{name}, {which}");
                }
                assert_eq!(words.iter().any(|(text, ..)| text == "Velocity"), all, "{which}");
            }
            legible(&words, &which);
        }
    }
}

#[test]
fn controls_are_dragged_reset_and_typed() {
    let mut desk = Desk::with_all_controls((SIZE.width, SIZE.height));
    let params = desk.view.params.clone();
    desk.drag("Daring", 60.0);
    let dragged = params.what.temperature.value();
    assert!(dragged > 1.05 && dragged < 1.5, "{dragged}");
    desk.double_click("Daring");
    assert_eq!(params.what.temperature.value(), 1.0);
    desk.type_into("Daring", "1.2");
    assert!((params.what.temperature.value() - 1.2).abs() < 1e-5);
    desk.type_into("Daring", "much");
    assert!((params.what.temperature.value() - 1.2).abs() < 1e-5, "nonsense changes nothing");
    desk.type_into("Keys", "C3 C5");
    assert_eq!((params.what.key_low.value(), params.what.key_high.value()), (48, 72));
    desk.type_into("Density", "off");
    assert_eq!(params.settings().what.bounds.density, f32::INFINITY);
    desk.click("Let notes end");
    assert_eq!(params.settings().when.yields, segue_realtime::between::settings::Yield::LetEnd);
    desk.click("Follow pedal");
    assert!(params.settings().sound.follow_pedal);
    desk.click("Grid");
    desk.click("1/8 T");
    assert_eq!(params.when.grid.value(), crate::params::choices::Grid::EighthTriplet);
    let (begun, ended) = *desk.gestures.lock().expect("no test falls holding it");
    assert!(begun == ended && begun >= 7, "{begun} gestures begun, {ended} ended");
}

#[test]
fn a_length_is_stepped_dragged_and_typed_and_continue_has_the_latch() {
    let mut desk = Desk::new((SIZE.width, SIZE.height));
    let params = desk.view.params.clone();
    let middle = desk.find("2 bars");
    let step = vec2(78.0, 0.0);
    for (at, bars) in [(middle - step, 1), (middle - step, 1), (middle + step, 2), (middle + step, 3)] {
        desk.time += 1.0;
        desk.click_at(at, PointerButton::Primary);
        assert_eq!(params.when.length.value(), bars);
    }
    desk.type_into("3 bars", "1 bar");
    assert!(desk.shows("1 bar"), "one is not many");
    desk.drag("Length", 200.0);
    assert_eq!(params.when.length.value(), 16);
    desk.double_click("Length");
    assert_eq!(params.when.length.value(), 2);
    desk.view.status.set_mode(Mode::Continue);
    assert!(!desk.shows("Length"));
    desk.click("Latch");
    assert!(params.settings().when.latch && desk.shows("On"));
    desk.click("Latch");
    assert!(!params.settings().when.latch);
}

#[test]
fn modes_are_chosen_even_against_a_trigger() {
    let mut desk = Desk::new((SIZE.width, SIZE.height));
    let params = desk.view.params.clone();
    desk.click("Duet");
    assert_eq!(params.settings().mode, Mode::Duet);
    // A trigger made it Trade, with the parameter at Duet; the player wants Duet.
    desk.view.status.set_mode(Mode::Trade);
    desk.click("Duet");
    assert_eq!(params.settings().mode, Mode::Trade, "moved, so that the next move is one");
    std::thread::sleep(Duration::from_millis(250));
    desk.frame(vec![]);
    assert_eq!(params.settings().mode, Mode::Duet);
}

#[test]
fn triggers_are_learnt() {
    let mut desk = Desk::with_all_controls((SIZE.width, SIZE.height));
    let (params, status) = (desk.view.params.clone(), desk.view.status.clone());
    desk.click("Latch trigger");
    assert!(status.learn.load(Ordering::Relaxed));
    assert!(desk.shows("play it"));
    status.set_learned(Trigger::Control(64));
    desk.frame(vec![]);
    assert_eq!(params.settings().when.latch_trigger, Some(Trigger::Control(64)));
    assert_eq!(params.settings().when.mode_trigger, None);
    desk.click("Mode trigger");
    desk.click("Mode trigger");
    assert!(!status.learn.load(Ordering::Relaxed), "called off");
    desk.click("Mode trigger");
    desk.frame(vec![pressed(Key::Escape, Modifiers::NONE)]);
    assert!(!status.learn.load(Ordering::Relaxed) && !desk.shows("play it"), "Esc calls it off, too");
    desk.click("Mode trigger");
    drop(desk);
    assert!(!status.learn.load(Ordering::Relaxed), "nobody is there to learn");
}

#[test]
fn reasons_notices_and_buttons_reach_their_readers() {
    let mut desk = Desk::new((SIZE.width, SIZE.height));
    desk.view.status.note("no key is left");
    desk.view.params.state.set_refusal(Some("there is no model mine".to_owned()));
    for notice in ["no key is left", "there is no model mine"] {
        assert!(desk.shows(notice), "{notice}");
    }
    desk.click("Forget the jam");
    assert!(matches!(desk.asked.try_recv(), Ok(Command::Forget)));
    desk.click("All notes off");
    assert!(desk.view.status.panic.load(Ordering::Relaxed));
    desk.click("Play");
    assert!(!desk.view.params.settings().on);
}

#[test]
fn a_hint_says_what_lies_under_the_pointer_and_is_never_cut_off() {
    for size in SIZES {
        let mut desk = Desk::with_all_controls(size);
        let rest = desk.hint_at(Pos2::ZERO);
        assert!(rest.starts_with("Point at a control") || rest.starts_with("No room for"), "{rest}");
        let words = desk.frame(vec![]);
        let names: Vec<_> = words
            .into_iter()
            .filter(|(text, place, seen)| seen.contains(place.center()) && !text.starts_with(&rest))
            .collect();
        assert!(names.len() > 20);
        let mut hints = std::collections::HashSet::new();
        for (name, place, _) in names {
            let hint = desk.hint_at(place.center());
            assert!(!hint.ends_with('…'), "the hint of {name} is cut off in {size:?}: {hint}");
            hints.insert(hint);
        }
        assert!(hints.len() >= 12, "{} hints in {size:?}: {hints:?}", hints.len());
    }
    let mut desk = Desk::new((SIZE.width, SIZE.height));
    desk.view.status.set_mode(Mode::Duet);
    let at = desk.find("Daring");
    let hint = desk.hint_at(at);
    assert!(hint.starts_with("Low plays the likely") && hint.contains("calls it Temperature"), "{hint}");
    let at = desk.find("Patience");
    let hint = desk.hint_at(at);
    assert!(hint.contains("No effect now: it is for Answer."), "{hint}");
}

#[test]
fn a_band_has_strips() {
    let mut desk = Desk::new((SIZE.width, SIZE.height));
    let params = desk.view.params.clone();
    desk.view.status.set_model("a band", &[], true);
    desk.view.panels.toggle(Panel::Band, false);
    // Its keys have letters on them.
    desk.view.panels.toggle(Panel::Keys, true);
    for name in ["Keys", "M", "S"] {
        desk.click(name);
    }
    let strip = params.band.strip(segue_music::Part::Keys);
    let is_on = [&strip.plays, &strip.mute, &strip.solo].map(|switch| switch.value());
    assert_eq!(is_on, [true; 3]);
    let words = desk.frame(vec![]);
    assert!(words.iter().any(|(text, ..)| text == "Bass"), "{words:?}");
    legible(&words, "a band");
}
