//! The keys in the window, by mouse and by letters.

use segue_realtime::between::message::Message;

use super::*;

/// The keys that went down and up since the last question.
pub(super) fn played(desk: &mut Desk) -> Vec<(bool, u8, f32)> {
    let mut played = Vec::new();
    for _block in 0..8 {
        desk.touches.begin();
        while let Some(message) = desk.touches.receive() {
            played.push(match message {
                Message::On { channel: 0, key, velocity, .. } => (true, key, velocity),
                Message::Off { channel: 0, key, .. } => (false, key, 0.0),
                other => panic!("{other:?}"),
            });
        }
    }
    played
}

fn keys(played: &[(bool, u8, f32)]) -> Vec<(bool, u8)> {
    played.iter().map(|&(down, key, _)| (down, key)).collect()
}

#[test]
fn the_keys_are_played_by_the_mouse() {
    let mut desk = Desk::new((SIZE.width, SIZE.height));
    // The name of a key stands near its front.
    let words = desk.frame(vec![]);
    let c4 = words.iter().rfind(|(text, ..)| text == "C4").expect("it is shown").1.center();
    let white = (SIZE.width - 24.0) / 52.0;
    desk.button(c4, PointerButton::Primary, true);
    let low = played(&mut desk);
    assert_eq!(keys(&low), [(true, 60)]);
    for step in 1..=8 {
        desk.frame(vec![Event::PointerMoved(c4 + vec2(white * step as f32 / 4.0, 0.0))]);
    }
    assert_eq!(keys(&played(&mut desk)), [(false, 60), (true, 62), (false, 62), (true, 64)], "a glissando");
    desk.button(c4 + vec2(white * 2.0, 0.0), PointerButton::Primary, false);
    assert_eq!(keys(&played(&mut desk)), [(false, 64)]);
    // Further up a key is softer, and above the white ones' fronts lie the black ones.
    desk.time += 1.0;
    desk.click_at(c4 - vec2(0.0, 12.0), PointerButton::Primary);
    let high = played(&mut desk);
    assert!(high[0].2 < low[0].2 - 0.1 && high[0].2 > 0.1, "{high:?} {low:?}");
    assert_eq!(keys(&high), [(true, 60), (false, 60)]);
    desk.time += 1.0;
    desk.click_at(c4 + vec2(white / 2.0, -40.0), PointerButton::Primary);
    assert_eq!(keys(&played(&mut desk)), [(true, 61), (false, 61)]);
    // Down and up between two pictures.
    desk.time += 1.0;
    let press = |pressed| Event::PointerButton {
        pos: c4,
        button: PointerButton::Primary,
        pressed,
        modifiers: Modifiers::NONE,
    };
    desk.frame(vec![Event::PointerMoved(c4), press(true), press(false)]);
    desk.frame(vec![]);
    assert_eq!(keys(&played(&mut desk)), [(true, 60), (false, 60)]);
}

fn letter(key: Key, pressed: bool, modifiers: Modifiers) -> Event {
    Event::Key { key, physical_key: None, pressed, repeat: false, modifiers }
}

#[test]
fn the_keys_are_played_by_letters_and_never_stick() {
    let mut desk = Desk::new((SIZE.width, SIZE.height));
    let none = Modifiers::NONE;
    desk.frame(vec![letter(Key::A, true, none), letter(Key::E, true, none)]);
    assert_eq!(keys(&played(&mut desk)), [(true, 60), (true, 63)]);
    // Another octave while a key is down.
    desk.frame(vec![letter(Key::X, true, none), letter(Key::X, false, none), letter(Key::A, false, none)]);
    desk.frame(vec![letter(Key::K, true, none)]);
    assert_eq!(keys(&played(&mut desk)), [(false, 60), (true, 84)]);
    desk.frame(vec![Event::WindowFocused(false)]);
    let mut ends = keys(&played(&mut desk));
    ends.sort_unstable();
    assert_eq!(ends, [(false, 63), (false, 84)], "the window lost the focus");
    // Shortcuts are not music.
    desk.frame(vec![letter(Key::A, true, Modifiers::COMMAND)]);
    assert_eq!(played(&mut desk), []);
    // Held, a letter comes again and again.
    desk.frame(vec![letter(Key::G, true, none), letter(Key::G, true, none)]);
    desk.frame(vec![letter(Key::G, true, none), letter(Key::G, false, none)]);
    assert_eq!(keys(&played(&mut desk)), [(true, 79), (false, 79)]);
    // The release comes under another name once Shift is down.
    desk.frame(vec![letter(Key::A, true, none)]);
    desk.frame(vec![Event::ModifiersChanged(Modifiers::SHIFT)]);
    assert_eq!(keys(&played(&mut desk)), [(true, 72), (false, 72)]);
    desk.frame(vec![Event::ModifiersChanged(none)]);
    // A release that never comes.
    desk.frame(vec![letter(Key::A, true, none)]);
    desk.time += 30.0;
    desk.frame(vec![]);
    assert_eq!(keys(&played(&mut desk)), [(true, 72), (false, 72)]);
    // Who types a value plays nothing.
    desk.type_into("Daring", "1.2");
    let at = desk.find("Daring");
    desk.time += 1.0;
    desk.click_at(at, PointerButton::Secondary);
    desk.frame(vec![]);
    desk.frame(vec![letter(Key::A, true, none), Event::Text("a".to_owned())]);
    assert_eq!(played(&mut desk), []);
    desk.frame(vec![letter(Key::Escape, true, none)]);
    desk.frame(vec![]);
    // The window closes with a key down.
    desk.frame(vec![letter(Key::S, true, none)]);
    let Desk { view, mut touches, .. } = desk;
    drop(view);
    touches.begin();
    assert!(matches!(touches.receive(), Some(Message::On { key: 74, .. })));
    assert_eq!(touches.receive(), None);
    touches.begin();
    assert!(matches!(touches.receive(), Some(Message::Off { key: 74, .. })));
    assert_eq!(touches.receive(), None);
}
