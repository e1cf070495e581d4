//! The keyboard below the roll: played with the mouse and with the computer's keys, and showing who
//! plays which key.

use std::sync::Arc;

use egui::{Align2, Color32, Event, Key as Letter, Pos2, Rect, Response, Sense, Ui, pos2, vec2};
use parking_lot::Mutex;
use segue_music::{Key, Role};
use segue_realtime::between::touch::Fingers;

use super::hint::hint;
use super::keyboard::{KEYS, is_white};
use super::theme;
use crate::params::text::key_name;
use crate::status::Status;

/// Height of the keys, and in a low window.
pub const HEIGHT: f32 = 62.0;
pub const LOW: f32 = 46.0;

/// Depth and width of a black key, as shares of a white one's.
const BLACK: (f32, f32) = (0.6, 0.62);

/// The computer's keys as a piano: the row of A has the white keys, the row above the black ones.
const LETTERS: [(Letter, Key, &str); 16] = [
    (Letter::A, 0, "A"),
    (Letter::W, 1, "W"),
    (Letter::S, 2, "S"),
    (Letter::E, 3, "E"),
    (Letter::D, 4, "D"),
    (Letter::F, 5, "F"),
    (Letter::T, 6, "T"),
    (Letter::G, 7, "G"),
    (Letter::Y, 8, "Y"),
    (Letter::H, 9, "H"),
    (Letter::U, 10, "U"),
    (Letter::J, 11, "J"),
    (Letter::K, 12, "K"),
    (Letter::O, 13, "O"),
    (Letter::L, 14, "L"),
    (Letter::P, 15, "P"),
];

/// Keys narrower than this have no room for a letter.
const LETTER: f32 = 10.0;

/// Velocity of the computer's keys: mezzo-forte.
const TYPED: f32 = 0.65;

/// Seconds after which a letter is released even if no release arrived, as happens when Caps Lock
/// is pressed meanwhile.
const LONGEST: f64 = 20.0;

/// The number of white keys.
const WHITE: f32 = 52.0;

/// The keys of one window.
pub struct Piano {
    fingers: Arc<Mutex<Fingers>>,
    /// The key under the mouse's button.
    clicked: Option<Key>,
    /// The letters that are down, what each plays, and since when.
    typed: Vec<(Letter, Key, f64)>,
    /// The key of the letter A.
    base: Key,
}

impl Piano {
    /// With no key down.
    pub fn new(fingers: Arc<Mutex<Fingers>>) -> Self {
        Self { fingers, clicked: None, typed: Vec::new(), base: 60 }
    }

    /// Releases every key.
    pub fn leave(&mut self) {
        self.clicked = None;
        self.typed.clear();
        self.fingers.lock().lift_all();
    }

    /// Draws it, and plays what is clicked.
    pub fn show(&mut self, ui: &Ui, rect: Rect, status: &Status) {
        let response = ui.interact(rect, ui.scope_id().with("keys"), Sense::click_and_drag());
        self.read_pointer(&response, rect);
        let painter = ui.painter_at(rect);
        painter.rect_filled(rect, theme::ROUND, theme::PANEL);
        // Black keys are painted over white ones.
        for black in [false, true] {
            for key in KEYS.filter(|&key| is_white(key) != black) {
                self.paint(ui, place(rect, key), key, status, rect.height() >= HEIGHT);
            }
        }
        hint(
            &response,
            "Click or drag to play; lower on a key is louder.",
            "The letters A to L play too, and W to P the black keys; Z and X move them an octave.",
        );
    }

    /// The keys are no longer shown: releases the one under the mouse.
    pub fn hide(&mut self) {
        self.clicked.take().into_iter().for_each(|key| self.fingers.lock().lift(key));
    }

    fn read_pointer(&mut self, response: &Response, rect: Rect) {
        let at = response.interact_pointer_pos().filter(|_| response.is_pointer_button_down_on());
        let mut fingers = self.fingers.lock();
        let Some(at) = at else {
            self.clicked.take().into_iter().for_each(|key| fingers.lift(key));
            // A click that began and ended between two frames.
            if let Some((key, velocity)) =
                response.interact_pointer_pos().filter(|_| response.clicked()).and_then(|at| struck(rect, at))
                && !self.was_held(response)
                && fingers.press(key, velocity)
            {
                fingers.lift(key);
            }
            return;
        };
        let now = struck(rect, at);
        if self.clicked == now.map(|(key, _)| key) {
            return;
        }
        self.clicked.take().into_iter().for_each(|key| fingers.lift(key));
        self.clicked = now.filter(|&(key, velocity)| fingers.press(key, velocity)).map(|(key, _)| key);
        response.ctx.data_mut(|data| data.insert_temp(response.id, true));
    }

    /// Whether a frame saw the button down before it came up. Asking clears it.
    fn was_held(&self, response: &Response) -> bool {
        response.ctx.data_mut(|data| data.remove_temp::<bool>(response.id)).unwrap_or(false)
    }

    /// Plays what is typed, also while the keys are folded.
    pub fn read_letters(&mut self, ui: &Ui) {
        let (events, now) = ui.input(|input| (input.events.clone(), input.time));
        let writes = ui.ctx().egui_wants_keyboard_input();
        for event in events {
            match event {
                Event::WindowFocused(false) => self.leave(),
                Event::Key { key, pressed: true, repeat, modifiers, .. }
                    if !writes && modifiers.is_none() =>
                {
                    self.press(key, repeat, now);
                }
                Event::Key { key, pressed: false, .. } => self.lift(|&(letter, ..)| letter == key),
                _ => {}
            }
        }
        // With a modifier a release arrives under another name.
        let renamed = ui.input(|input| input.modifiers.any());
        self.lift(|&(.., since)| renamed || writes || now - since > LONGEST);
    }

    /// A letter is pressed, or repeated while it is held. After a lost release even a first press
    /// arrives as a repetition.
    fn press(&mut self, letter: Letter, repeat: bool, now: f64) {
        match letter {
            Letter::Z | Letter::X if repeat => {}
            Letter::Z => self.base = (self.base - 12).max(24),
            Letter::X => self.base = (self.base + 12).min(84),
            _ => {
                let Some((_, step, _)) = LETTERS.iter().find(|(it, ..)| *it == letter) else { return };
                let key = self.base + step;
                let held = self.typed.iter().any(|&(it, ..)| it == letter);
                if !held && self.fingers.lock().press(key, TYPED) {
                    self.typed.push((letter, key, now));
                }
            }
        }
    }

    fn lift(&mut self, which: impl Fn(&(Letter, Key, f64)) -> bool) {
        let mut fingers = self.fingers.lock();
        self.typed.retain(|typed| {
            let ends = which(typed);
            if ends {
                fingers.lift(typed.1);
            }
            !ends
        });
    }

    fn paint(&self, ui: &Ui, place: Rect, key: Key, status: &Status, has_letters: bool) {
        let painter = ui.painter();
        let (white, line) = (is_white(key), Color32::from_gray(60));
        let shrunk = place.shrink2(vec2(0.5, 0.0));
        let (fill, ink) = match (status.key(Role::Player, key), status.key(Role::Segue, key), white) {
            (true, ..) => (theme::PLAYER, theme::GROUND),
            (_, true, _) => (theme::SEGUE, theme::GROUND),
            (.., true) => (Color32::from_gray(206), line),
            (.., false) => (Color32::from_gray(34), Color32::from_gray(170)),
        };
        painter.rect_filled(shrunk, 2.0, fill);
        let at = place.center_bottom();
        if white && key.is_multiple_of(12) {
            let name = key_name(key);
            let size = (place.width() * 0.78).min(10.0);
            painter.text(at - vec2(0.0, 6.0), Align2::CENTER_CENTER, name, theme::font(size), ink);
        }
        let letter = LETTERS.iter().find(|(_, step, _)| self.base + step == key);
        if let Some((.., letter)) = letter.filter(|_| has_letters && place.width() >= LETTER) {
            let up = if white { 18.0 } else { 9.0 };
            painter.text(at - vec2(0.0, up), Align2::CENTER_CENTER, letter, theme::font(10.5), ink);
        }
    }
}

/// Where a key lies.
fn place(rect: Rect, key: Key) -> Rect {
    let width = rect.width() / WHITE;
    let before = (*KEYS.start()..key).filter(|&key| is_white(key)).count() as f32;
    let left = rect.left() + before * width;
    if is_white(key) {
        return Rect::from_min_size(pos2(left, rect.top()), vec2(width, rect.height()));
    }
    let (depth, share) = BLACK;
    Rect::from_center_size(
        pos2(left, rect.top() + rect.height() * depth / 2.0),
        vec2(width * share, rect.height() * depth),
    )
}

/// The key at a point and the velocity there: lower is louder.
pub fn struck(rect: Rect, at: Pos2) -> Option<(Key, f32)> {
    let lies = |white: bool| {
        KEYS.filter(move |&key| is_white(key) == white).find(|&key| place(rect, key).contains(at))
    };
    let key = lies(false).or_else(|| lies(true))?;
    let place = place(rect, key);
    let depth = ((at.y - place.top()) / place.height()).clamp(0.0, 1.0);
    Some((key, 0.2 + 0.8 * depth))
}
