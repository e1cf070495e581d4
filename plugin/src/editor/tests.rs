//! The editor without a window: what is drawn where, and what clicks, drags and typing do.

mod complete;
mod contrast;
mod controls;
mod files;
mod keys;
mod pages;
mod panels;
mod styles;
mod takes;

use std::sync::Mutex;

use crossbeam_channel::{Receiver, bounded};
use egui::epaint::ClippedShape;
use egui::{Event, Key, Modifiers, PointerButton, Pos2, RawInput, Rect, Shape, vec2};
use nice_plug::context::PluginApi;
use nice_plug::context::gui::GuiContextInner;
use nice_plug::params::internals::ParamPtr;
use nice_plug::prelude::PluginState;
use segue_realtime::between::meters::Doing;
use segue_realtime::between::settings::{Mode, Trigger};
use segue_realtime::between::touch::{Touches, touch};

use super::memory::Remembered;
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

/// A text, where it is, and what can be seen of that place.
type Words = (String, Rect, Rect);

/// What a player remembers who has seen the help.
fn experienced() -> Remembered {
    Remembered { help_seen: true, ..Remembered::default() }
}

struct Desk {
    context: egui::Context,
    view: EditorView,
    touches: Touches,
    asked: Receiver<Command>,
    gestures: Arc<Mutex<(usize, usize)>>,
    size: (f32, f32),
    time: f64,
    /// What went onto the clipboard last.
    copied: Option<String>,
    /// What was drawn last.
    shapes: Vec<ClippedShape>,
}

impl Desk {
    fn new(size: (f32, f32)) -> Self {
        Self::remembering(size, experienced())
    }

    /// With all controls shown.
    fn with_all_controls(size: (f32, f32)) -> Self {
        let mut remembered = experienced();
        remembered.panels.all_controls = true;
        Self::remembering(size, remembered)
    }

    fn remembering(size: (f32, f32), remembered: Remembered) -> Self {
        let memory = Arc::new(Memory::in_file(None));
        memory.change(|it| *it = remembered);
        Self::with(size, memory)
    }

    fn with(size: (f32, f32), memory: Arc<Memory>) -> Self {
        let context = egui::Context::default();
        theme::apply(&context);
        let (commands, asked) = bounded(4);
        let (fingers, touches) = touch();
        let params = Arc::<SegueParams>::default();
        let (status, fingers) = (Arc::default(), Arc::new(parking_lot::Mutex::new(fingers)));
        let mut view = EditorView::new(Instance { params, status, commands, fingers, memory });
        let host = Host::default();
        let gestures = host.0.clone();
        view.host = Some(GuiContext::new(Arc::new(host)));
        let (time, copied, shapes) = Default::default();
        let mut desk = Self { context, view, touches, asked, gestures, size, time, copied, shapes };
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
        self.shapes = output.shapes;
        for clipped in &self.shapes {
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

    /// Whether such a text is shown.
    fn shows(&mut self, wanted: &str) -> bool {
        self.frame(vec![]).iter().any(|(text, ..)| text == wanted)
    }

    /// The hint of what lies there.
    fn hint_at(&mut self, at: Pos2) -> String {
        self.frame(vec![Event::PointerMoved(at)]);
        let words = self.frame(vec![]);
        let seen = words.iter().filter(|(_, place, seen)| seen.contains(place.center()));
        let lowest = seen.max_by(|a, b| a.1.center().y.total_cmp(&b.1.center().y));
        lowest.map(|(text, ..)| text.clone()).unwrap_or_default()
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
        self.frame(vec![pressed(Key::A, Modifiers::COMMAND)]);
        self.frame(vec![Event::Text(text.to_owned())]);
        self.frame(vec![pressed(Key::Enter, Modifiers::NONE)]);
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

/// The smallest window, the first one, and a large one.
const SIZES: [(f32, f32); 4] =
    [(SMALLEST.width, SMALLEST.height), (760.0, 590.0), (SIZE.width, SIZE.height), (1600.0, 1000.0)];

/// As much as there can be to say.
fn busy(desk: &mut Desk, mode: Mode) {
    let view = &desk.view;
    view.status.set_mode(mode);
    let doing = if mode == Mode::Continue { Doing::Hearing } else { Doing::YourTurn };
    view.status.set_doing(doing, 0.9);
    let long = "there is much to say of this, more than a line of the window has room for".repeat(3);
    view.status.note(&long);
    view.params.state.set_refusal(Some(long));
    view.status.set_beats_left(3.6);
    (60..72).for_each(|key| view.status.struck(key));
    view.params.what.styles.set(&["of a long name that nobody would choose".to_owned()]);
    for (name, value) in [
        ("Style", "1"),
        ("Scale", "Harmonic minor"),
        ("Latch trigger", "CC 127"),
        ("Density", "3.25 a beat"),
        ("Length", "16 bars"),
    ] {
        set(desk, name, value);
    }
}

/// No words are cut off, or written over others.
fn legible(words: &[Words], which: &str) {
    for (text, place, seen) in words {
        // The names of keys roll out of sight with their keys; what lies further down in a list is
        // not seen at all.
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

/// A key of the computer goes down.
fn pressed(key: Key, modifiers: Modifiers) -> Event {
    Event::Key { key, physical_key: None, pressed: true, repeat: false, modifiers }
}
