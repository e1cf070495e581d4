use egui::{Context, Event, Modifiers, PointerButton, Pos2, RawInput, Rect, Shape};

use super::super::cue::{Cues, baton};
use super::*;

/// The row by itself, and who takes its cues.
struct Row {
    context: Context,
    baton: Baton,
    cues: Cues,
}

impl Row {
    fn new(beat: Option<u8>, clicks: bool) -> Self {
        let (baton, cues) = baton();
        cues.show(Tempo::new(96.5), Meter::COMMON, beat, clicks);
        let mut row = Self { context: Context::default(), baton, cues };
        // The first frame measures.
        row.frame(vec![]);
        row
    }

    /// Draws once: the words that are seen, and where.
    fn frame(&mut self, events: Vec<Event>) -> Vec<(String, Pos2)> {
        let screen_rect = Some(Rect::from_min_size(Pos2::ZERO, vec2(900.0, 400.0)));
        let baton = self.baton.clone();
        let mut output = self
            .context
            .run_ui(RawInput { screen_rect, events, ..Default::default() }, |ui| strip(ui, &baton));
        // Nobody paints.
        output.textures_delta.clear();
        let word = |shape: &Shape| match shape {
            Shape::Text(text) => Some((text.galley.text().to_owned(), text.visual_bounding_rect().center())),
            _ => None,
        };
        output.shapes.iter().filter_map(|clipped| word(&clipped.shape)).collect()
    }

    /// Clicks on a word, down and up within a frame or not: what cues come of it.
    fn click(&mut self, name: &str, at_once: bool) -> Vec<Cue> {
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
        std::iter::from_fn(|| self.cues.next()).collect()
    }
}

#[test]
fn buttons_are_cues() {
    // (the beat, whether it clicks, the button, the cue)
    for (beat, clicks, name, expected) in [
        (None, false, "Start", Cue::Start),
        (Some(2), false, "Stop", Cue::Stop),
        (None, false, "Metronome", Cue::Click(true)),
        (Some(1), true, "Metronome", Cue::Click(false)),
    ] {
        for at_once in [false, true] {
            assert_eq!(Row::new(beat, clicks).click(name, at_once), [expected], "{name}");
        }
    }
}

#[test]
fn a_tap_is_one_tap_however_short() {
    for at_once in [false, true] {
        let cues = Row::new(None, false).click("Tap", at_once);
        assert!(matches!(cues[..], [Cue::Tap(_)]), "{cues:?}");
    }
}

#[test]
fn a_metre_is_chosen_from_a_list() {
    let mut row = Row::new(Some(1), false);
    assert_eq!(row.click("4/4", false), []);
    assert_eq!(row.click("6/8", false), [Cue::Meter(Meter::new(6, 8).expect("a metre"))]);
}

#[test]
fn the_tempo_can_be_read() {
    let words = Row::new(None, false).frame(vec![]);
    assert!(words.iter().any(|(word, _)| word == "96.5"), "{words:?}");
}
