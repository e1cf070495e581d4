//! The editor without a window: what is drawn where, and what clicks, drags and typing do.

mod complete;
mod keys;
mod pages;
mod takes;

use std::sync::Mutex;

use crossbeam_channel::{Receiver, bounded};
use egui::{Event, Key, Modifiers, PointerButton, Pos2, RawInput, Rect, Shape, vec2};
use nice_plug::context::PluginApi;
use nice_plug::context::gui::GuiContextInner;
use nice_plug::params::internals::ParamPtr;
use nice_plug::prelude::PluginState;
use segue_realtime::between::meters::Doing;
use segue_realtime::between::settings::{Mode, Trigger};
use segue_realtime::between::touch::{Touches, touch};

use super::window::{SIZE, SMALLEST};
use super::*;

/// A host that does what the editor asks for, and counts gestures: begun, ended.
#[derive(Default)]
struct Host(Arc<Mutex<(usize, usize)>>);

impl GuiContextInner for Host {
    fn plugin_api(&self) -> PluginApi {
        PluginApi::Clap
    }
    unsafe fn raw_begin_set_parameter(&self, _param: ParamPtr) {
        self.0.lock().expect("no test falls holding it").0 += 1;
    }
    unsafe fn raw_set_parameter_normalized(&self, param: ParamPtr, normalized: f32) {
        // SAFETY: the editor's parameters outlive the call.
        unsafe { param._internal_set_normalized_value(normalized) };
    }
    unsafe fn raw_end_set_parameter(&self, _param: ParamPtr) {
        self.0.lock().expect("no test falls holding it").1 += 1;
    }
    fn get_state(&self) -> PluginState {
        let (version, params, fields) = Default::default();
        PluginState { version, params, fields }
    }
    fn set_state(&self, _state: PluginState) {}
    fn request_restart(&self) {}
}

/// Some words, where they are, and what can be seen of that place.
type Words = (String, Rect, Rect);

struct Desk {
    context: egui::Context,
    view: EditorView,
    touches: Touches,
    wishes: Receiver<Wish>,
    gestures: Arc<Mutex<(usize, usize)>>,
    size: (f32, f32),
    time: f64,
    /// What went onto the clipboard last.
    copied: Option<String>,
}

impl Desk {
    fn new(size: (f32, f32)) -> Self {
        let context = egui::Context::default();
        theme::apply(&context);
        let (wish, wishes) = bounded(4);
        let (fingers, touches) = touch();
        let params = Arc::<SegueParams>::default();
        params.state.set_helped();
        let (status, fingers) = (Arc::default(), Arc::new(parking_lot::Mutex::new(fingers)));
        let unfolded = Arc::default();
        let mut view = EditorView::new(Instance { params, status, wish, fingers, unfolded });
        let host = Host::default();
        let gestures = host.0.clone();
        view.host = Some(GuiContext::new(Arc::new(host)));
        let mut desk = Self { context, view, touches, wishes, gestures, size, time: 0.0, copied: None };
        // The first frame measures.
        desk.frame(vec![]);
        desk
    }

    /// Draws once, with this input, and gives the words that are seen.
    fn frame(&mut self, events: Vec<Event>) -> Vec<Words> {
        self.time += 0.02;
        let screen = Rect::from_min_size(Pos2::ZERO, vec2(self.size.0, self.size.1));
        let input =
            RawInput { screen_rect: Some(screen), time: Some(self.time), events, ..Default::default() };
        let mut words = Vec::new();
        let mut output = self.context.run_ui(input, |ui| self.view.show(ui));
        for command in &output.platform_output.commands {
            if let egui::OutputCommand::CopyText(text) = command {
                self.copied = Some(text.clone());
            }
        }
        // Nobody paints.
        output.textures_delta.clear();
        for clipped in output.shapes {
            collect(&clipped.shape, clipped.clip_rect.intersect(screen), &mut words);
        }
        for (text, ..) in &words {
            let written = self.context.fonts_mut(|fonts| fonts.has_glyphs(&theme::font(13.0), text));
            assert!(written, "{text:?} has letters that the fonts lack");
        }
        words
    }

    /// Where a control with that name is.
    fn find(&mut self, name: &str) -> Pos2 {
        let words = self.frame(vec![]);
        let found = words.iter().find(|(text, ..)| text == name);
        found.unwrap_or_else(|| panic!("{name} is not shown: {words:?}")).1.center()
    }

    fn button(&mut self, at: Pos2, button: PointerButton, pressed: bool) {
        let press = Event::PointerButton { pos: at, button, pressed, modifiers: Modifiers::NONE };
        self.frame(vec![Event::PointerMoved(at), press]);
    }

    fn click_at(&mut self, at: Pos2, button: PointerButton) {
        self.button(at, button, true);
        self.button(at, button, false);
    }

    fn click(&mut self, name: &str) {
        let at = self.find(name);
        // Long after the one before, or it is a double click.
        self.time += 1.0;
        self.click_at(at, PointerButton::Primary);
        self.frame(vec![]);
    }

    fn double_click(&mut self, name: &str) {
        self.click(name);
        let at = self.find(name);
        self.click_at(at, PointerButton::Primary);
    }

    fn drag(&mut self, name: &str, by: f32) {
        let at = self.find(name);
        self.time += 1.0;
        self.button(at, PointerButton::Primary, true);
        for step in 1..=10 {
            self.frame(vec![Event::PointerMoved(at + vec2(by * step as f32 / 10.0, 0.0))]);
        }
        self.button(at + vec2(by, 0.0), PointerButton::Primary, false);
    }

    fn type_into(&mut self, name: &str, text: &str) {
        let at = self.find(name);
        self.time += 1.0;
        self.click_at(at, PointerButton::Secondary);
        self.frame(vec![]);
        let key =
            |key, modifiers| Event::Key { key, physical_key: None, pressed: true, repeat: false, modifiers };
        self.frame(vec![key(Key::A, Modifiers::COMMAND)]);
        self.frame(vec![Event::Text(text.to_owned())]);
        self.frame(vec![key(Key::Enter, Modifiers::NONE)]);
        self.frame(vec![]);
    }
}

fn collect(shape: &Shape, seen: Rect, words: &mut Vec<Words>) {
    match shape {
        Shape::Vec(shapes) => shapes.iter().for_each(|shape| collect(shape, seen, words)),
        Shape::Text(text) if !text.galley.text().trim().is_empty() => {
            let end = if text.galley.elided { "…" } else { "" };
            words.push((text.galley.text().to_owned() + end, text.visual_bounding_rect(), seen));
        }
        _ => {}
    }
}

#[test]
fn nothing_is_cut_off_or_written_over_at_any_size_in_any_mode() {
    for (width, height) in [(SMALLEST.width, SMALLEST.height), (SIZE.width, SIZE.height), (1600.0, 1000.0)] {
        for mode in Mode::ALL {
            let mut desk = Desk::new((width, height));
            desk.view.status.set_mode(mode);
            let doing = if mode == Mode::Continue { Doing::Hearing } else { Doing::YourTurn };
            desk.view.status.set_doing(doing, 0.9);
            let long = "there is much to say of this, more than a line of the window has room for".repeat(3);
            desk.view.status.note(&long);
            desk.view.params.state.set_refusal(Some(long));
            desk.view.status.set_beats_left(3.6);
            (60..72).for_each(|key| desk.view.status.struck(key));
            desk.view.params.what.styles.set(&["of a long name that nobody would choose".to_owned()]);
            for (name, value) in [
                ("Style", "1"),
                ("Scale", "Harmonic minor"),
                ("Latch trigger", "CC 127"),
                ("Density", "3.25 a beat"),
                ("Length", "16 bars"),
            ] {
                set(&desk, name, value);
            }
            let words = desk.frame(vec![]);
            for name in [
                "Answer",
                "Trade",
                "Continue",
                "Duet",
                "Temperature",
                "Velocity",
                "Forget the jam",
                "lag 0 ms",
            ] {
                assert!(words.iter().any(|(text, ..)| text == name), "{name} is not shown");
            }
            legible(&words, &format!("{mode:?} in {width} x {height}"));
        }
    }
}

/// No words are cut off, or written over others.
fn legible(words: &[Words], which: &str) {
    for (text, place, seen) in words {
        // The names of keys roll out of sight with their keys; what lies further down in a list is not seen at all.
        let is_key = text.len() == 2 && text.starts_with('C');
        let is_seen = place.intersect(*seen).is_positive();
        let inside = seen.expand(1.0).contains_rect(*place);
        assert!(inside || is_key || !is_seen, "{text:?} at {place:?} of {seen:?}; {which}");
    }
    for (i, (a, first, seen)) in words.iter().enumerate() {
        for (b, second, also) in &words[i + 1..] {
            let first = first.shrink(1.5).intersect(*seen);
            let shared = first.intersect(second.shrink(1.5)).intersect(*also);
            assert!(!shared.is_positive(), "{a:?} and {b:?} overlap; {which}");
        }
    }
}

/// Sets a parameter by its name, from text.
fn set(desk: &Desk, name: &str, text: &str) {
    use nice_plug::prelude::Params;
    for (_, param, _) in desk.view.params.param_map() {
        // SAFETY: the pointers of the map live as long as the parameters.
        unsafe {
            if param.name() == name {
                let value = param.string_to_normalized_value(text).expect(text);
                param._internal_set_normalized_value(value);
                return;
            }
        }
    }
    panic!("there is no parameter {name}");
}

#[test]
fn controls_are_dragged_reset_and_typed() {
    let mut desk = Desk::new((SIZE.width, SIZE.height));
    let params = desk.view.params.clone();
    desk.drag("Temperature", 60.0);
    let dragged = params.what.temperature.value();
    assert!(dragged > 1.05 && dragged < 1.5, "{dragged}");
    desk.double_click("Temperature");
    assert_eq!(params.what.temperature.value(), 1.0);
    desk.type_into("Temperature", "1.2");
    assert!((params.what.temperature.value() - 1.2).abs() < 1e-5);
    desk.type_into("Temperature", "much");
    assert!((params.what.temperature.value() - 1.2).abs() < 1e-5, "nonsense changes nothing");
    desk.type_into("Keys", "C3 C5");
    assert_eq!((params.what.key_low.value(), params.what.key_high.value()), (48, 72));
    desk.type_into("Density", "off");
    assert_eq!(params.settings().what.bounds.density, f32::INFINITY);
    desk.click("Let notes end");
    assert_eq!(params.settings().when.yields, segue_realtime::between::settings::Yield::LetEnd);
    desk.click("Follow pedal");
    assert!(params.settings().sound.follow_pedal);
    let (begun, ended) = *desk.gestures.lock().expect("no test falls holding it");
    assert!(begun == ended && begun >= 7, "{begun} gestures begun, {ended} ended");
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
    let mut desk = Desk::new((SIZE.width, SIZE.height));
    let (params, status) = (desk.view.params.clone(), desk.view.status.clone());
    desk.click("Latch trigger");
    assert!(status.learn.load(Ordering::Relaxed));
    assert!(desk.frame(vec![]).iter().any(|(text, ..)| text == "play it"));
    status.set_learned(Trigger::Control(64));
    desk.frame(vec![]);
    assert_eq!(params.settings().when.latch_trigger, Some(Trigger::Control(64)));
    assert_eq!(params.settings().when.mode_trigger, None);
    desk.click("Mode trigger");
    desk.click("Mode trigger");
    assert!(!status.learn.load(Ordering::Relaxed), "called off");
    desk.click("Mode trigger");
    drop(desk);
    assert!(!status.learn.load(Ordering::Relaxed), "nobody is there to learn");
}

#[test]
fn reasons_notices_and_buttons_reach_their_readers() {
    let mut desk = Desk::new((SIZE.width, SIZE.height));
    desk.view.status.note("no key is left");
    desk.view.params.state.set_refusal(Some("there is no model mine".to_owned()));
    let words = desk.frame(vec![]);
    for notice in ["no key is left", "there is no model mine"] {
        assert!(words.iter().any(|(text, ..)| text == notice), "{notice}");
    }
    desk.click("Forget the jam");
    assert!(matches!(desk.wishes.try_recv(), Ok(Wish::Forget)));
    desk.click("All notes off");
    assert!(desk.view.status.panic.load(Ordering::Relaxed));
    desk.click("On");
    assert!(!desk.view.params.settings().on);
    desk.click("About");
    assert!(desk.frame(vec![]).iter().any(|(text, ..)| text == header::CREDITS));
}
