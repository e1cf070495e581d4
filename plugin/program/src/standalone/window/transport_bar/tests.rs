use egui::{Context, Event, Modifiers, PointerButton, Pos2, RawInput, Rect, Shape};

use super::*;
use crate::standalone::transport::handle::{CommandReceiver, transport_channel};

/// The row by itself, and the receiver of its commands.
struct Row {
    context: Context,
    transport: TransportHandle,
    sound: SoundStatus,
    receiver: CommandReceiver,
}

impl Row {
    fn new(beat: Option<u8>, metronome: bool) -> Self {
        let (transport, receiver) = transport_channel();
        receiver.publish(Tempo::new(96.5), Meter::COMMON, beat, metronome);
        let mut row =
            Self { context: Context::default(), transport, sound: SoundStatus::default(), receiver };
        // egui measures in the first frame.
        row.frame(vec![]);
        row
    }

    /// Draws once. Returns the words that are shown, and where.
    fn frame(&mut self, events: Vec<Event>) -> Vec<(String, Pos2)> {
        let screen_rect = Some(Rect::from_min_size(Pos2::ZERO, vec2(900.0, 400.0)));
        let (transport, sound) = (self.transport.clone(), self.sound.clone());
        let mut output = self.context.run_ui(RawInput { screen_rect, events, ..Default::default() }, |ui| {
            transport_bar(ui, &transport, &sound)
        });
        // There is no painter to take them.
        output.textures_delta.clear();
        let word = |shape: &Shape| match shape {
            Shape::Text(text) => Some((text.galley.text().to_owned(), text.visual_bounding_rect().center())),
            _ => None,
        };
        output.shapes.iter().filter_map(|clipped| word(&clipped.shape)).collect()
    }

    /// Clicks on a word, down and up within one frame if `at_once`. Returns the commands sent.
    fn click(&mut self, name: &str, at_once: bool) -> Vec<Command> {
        let words = self.frame(vec![]);
        let found = words.iter().find(|(word, _)| word == name);
        let pos = found.unwrap_or_else(|| panic!("{name} is not shown: {words:?}")).1;
        let press = |pressed| Event::PointerButton {
            pos,
            button: PointerButton::Primary,
            pressed,
            modifiers: Modifiers::NONE,
        };
        self.frame(vec![Event::PointerMoved(pos)]);
        if at_once {
            self.frame(vec![press(true), press(false)]);
        } else {
            self.frame(vec![press(true)]);
            self.frame(vec![]);
            self.frame(vec![press(false)]);
        }
        self.frame(vec![]);
        std::iter::from_fn(|| self.receiver.next()).collect()
    }
}

#[test]
fn buttons_send_commands() {
    // (the beat, whether the metronome is on, the button, the command)
    for (beat, metronome, name, expected) in [
        (None, false, "Start", Command::Start),
        (Some(2), false, "Stop", Command::Stop),
        (None, false, "Metronome", Command::Metronome(true)),
        (Some(1), true, "Metronome", Command::Metronome(false)),
    ] {
        for at_once in [false, true] {
            assert_eq!(Row::new(beat, metronome).click(name, at_once), [expected], "{name}");
        }
    }
}

#[test]
fn a_tap_is_one_tap_however_short() {
    for at_once in [false, true] {
        let commands = Row::new(None, false).click("Tap", at_once);
        assert!(matches!(commands[..], [Command::Tap(_)]), "{commands:?}");
    }
}

#[test]
fn a_metre_is_chosen_from_a_list() {
    let mut row = Row::new(Some(1), false);
    assert_eq!(row.click("4/4", false), []);
    assert_eq!(row.click("6/8", false), [Command::Meter(Meter::new(6, 8).expect("a metre"))]);
}

#[test]
fn the_tempo_is_shown() {
    let words = Row::new(None, false).frame(vec![]);
    assert!(words.iter().any(|(word, _)| word == "96.5"), "{words:?}");
}

#[test]
fn missing_sound_is_shown_until_it_is_back() {
    let mut row = Row::new(None, false);
    for reason in [None, Some("the card is gone"), None] {
        row.sound.set(reason.map(str::to_owned));
        let shown = row.frame(vec![]).iter().any(|(word, _)| word == "No sound");
        assert_eq!(shown, reason.is_some(), "{reason:?}");
    }
}
