//! The piano roll: what was played, and what Segue is about to play, on lines of bars and beats.
//!
//! Time runs to the left. Notes left of the playhead have sounded. Between the playhead and the
//! commit point they will sound for sure; beyond it they may still change, and are drawn faintly.

mod lanes;

use egui::{Align2, Color32, Painter, Rect, Sense, Stroke, StrokeKind, Ui, pos2, vec2};
use segue_music::{ContextNote, Key, Role, heard_scale};
use segue_realtime::between::meters::Doing;

use super::hint::hint;
use super::keyboard::{KEYS, is_white};
use super::{labels, theme};
use crate::params::text::key_name;
use crate::status::Status;
use crate::status::roll::{MIN_BAR, View, span};

/// Height of the line of text above it.
const STRIP: f32 = 24.0;

/// Width of the lag at its right end.
const LAG: f32 = 90.0;

/// In milliseconds. A smaller lag is not audible: Segue plans ahead by about as much.
const UNHEARD_LAG: f32 = 40.0;

/// Width of the longer name in the mark of a turn.
const ROOM: f32 = 50.0;

/// Width of the keys at the left.
const KEYBOARD: f32 = 38.0;

/// Share of the time axis behind the playhead.
const PAST: f64 = 0.66;

/// Fewest and most beats that can be shown.
const ZOOM: (f64, f64) = (4.0, 48.0);

/// Least height of a note.
const THINNEST: f32 = 3.0;

/// Fewest keys that are shown.
const FEWEST_KEYS: f32 = 37.0;

/// The roll of one window.
pub struct RollView {
    view: View,
    /// The position that is shown; it follows the real one smoothly.
    playhead: f64,
    lowest: f32,
    highest: f32,
    beats: f64,
}

impl Default for RollView {
    fn default() -> Self {
        Self { view: View::default(), playhead: 0.0, lowest: 42.0, highest: 85.0, beats: 12.0 }
    }
}

impl RollView {
    /// Draws it.
    pub fn show(&mut self, ui: &Ui, rect: Rect, status: &Status) {
        let response = ui.interact(rect, ui.scope_id().with("roll"), Sense::hover());
        status.roll.watch(true);
        status.roll.look(&mut self.view);
        if response.hovered() {
            let scroll = f64::from(ui.input(|input| input.smooth_scroll_delta().y));
            self.beats = (self.beats * (1.0 - scroll / 400.0)).clamp(ZOOM.0, ZOOM.1);
        }
        self.follow(f64::from(ui.input(|input| input.stable_dt)).min(0.1));
        let painter = ui.painter_at(rect);
        painter.rect_filled(rect, 6.0, theme::PANEL);
        let below = rect.with_min_y(rect.top() + STRIP);
        hint(
            &response,
            "Blue is you, orange is Segue; outlined notes are sure to come, faint ones may still change.",
            "Scroll to zoom.",
        );
        let lag = Rect::from_min_max(pos2(rect.right() - LAG, rect.top()), pos2(rect.right(), below.top()));
        let drums = lanes::height(&self.view.notes);
        let lanes = below.with_min_y(below.bottom() - drums).with_min_x(rect.left() + KEYBOARD);
        let below = below.with_max_y(below.bottom() - drums);
        let keys = below.with_max_x(rect.left() + KEYBOARD);
        let field = below.with_min_x(keys.right());
        let inside = painter.with_clip_rect(field.intersect(painter.clip_rect()));
        self.paint_lines(&inside, field);
        self.paint_turn(&inside, field, status);
        self.paint_notes(&inside, |note| self.key_row(field, note), field, false);
        self.paint_playhead(&inside, field);
        if drums > 0.0 {
            let inside = painter.with_clip_rect(lanes.intersect(painter.clip_rect()));
            lanes::paint(&inside, lanes);
            self.paint_notes(&inside, |note| lanes::row(lanes, note.key).shrink(1.0), lanes, true);
            self.paint_playhead(&inside, lanes);
        }
        self.paint_keys(&painter, keys, status);
        self.paint_heard(&painter, rect.with_max_x(lag.left()), status);
        paint_lag(ui, lag, status);
        if self.view.notes.is_empty() {
            let words = labels::invitation(status.mode());
            let text = painter.layout_no_wrap(words.to_owned(), theme::font(17.0), theme::TEXT);
            // Left of the playhead if it fits there.
            let past = field.width() * PAST as f32;
            let room = if text.size().x + 20.0 < past { past } else { field.width() };
            let at = pos2(field.left() + room / 2.0, field.center().y) - text.size() / 2.0;
            painter.galley(at, text, theme::TEXT);
        }
    }

    /// Moves the shown position and keys towards the real ones.
    fn follow(&mut self, passed: f64) {
        let now = self.view.playhead();
        self.playhead += passed * self.view.speed;
        let off = now - self.playhead;
        // Ticks come in bursts of a block, so small differences are smoothed and jumps are not.
        self.playhead += if off.abs() > 0.5 { off } else { off * (passed * 8.0).min(1.0) };
        let seen = self.playhead - self.beats * PAST;
        let pitched = self.view.notes.iter().filter(|note| !note.is_drum());
        let keys = pitched.filter(|note| span(note, now).1 >= seen).map(|note| f32::from(note.key));
        let (low, high) = keys.fold((f32::MAX, f32::MIN), |(low, high), key| (low.min(key), high.max(key)));
        if low > high {
            return;
        }
        let spare = ((FEWEST_KEYS - (high - low + 5.0)) / 2.0).max(0.0);
        let (low, high) = (low - 2.0 - spare, high + 3.0 + spare);
        let (first, last) = (f32::from(*KEYS.start()), f32::from(*KEYS.end()) + 1.0);
        let slow = (passed as f32 * 4.0).min(1.0);
        self.lowest += (low.max(first) - self.lowest) * slow;
        self.highest += (high.min(last) - self.highest) * slow;
    }

    fn x(&self, field: Rect, beats: f64) -> f32 {
        let share = (beats - self.playhead) / self.beats + PAST;
        field.left() + field.width() * share as f32
    }

    fn y(&self, field: Rect, key: f32) -> f32 {
        let share = (key - self.lowest) / (self.highest - self.lowest).max(1.0);
        field.bottom() - field.height() * share
    }

    /// The row of a key.
    fn row(&self, field: Rect, key: Key) -> egui::Rangef {
        let key = f32::from(key);
        egui::Rangef::new(self.y(field, key + 1.0), self.y(field, key))
    }

    fn paint_lines(&self, painter: &Painter, field: Rect) {
        for key in KEYS.filter(|&key| !is_white(key)) {
            let row = Rect::from_x_y_ranges(field.x_range(), self.row(field, key));
            painter.rect_filled(row, 0.0, theme::GROUND.gamma_multiply(0.45));
        }
        for key in KEYS.filter(|key| key % 12 == 0) {
            painter.hline(
                field.x_range(),
                self.y(field, f32::from(key)),
                Stroke::new(1.0, theme::LINE.gamma_multiply(0.7)),
            );
        }
        let bar = self.view.bar.as_f64().max(MIN_BAR);
        let beat = if self.beats > 28.0 { bar } else { 1.0 };
        let from = self.playhead - self.beats * PAST;
        let mut line = self.view.line_before(from);
        while line < from + self.beats {
            let mut at = line;
            while at < line + bar - 1e-6 {
                let is_bar = at == line;
                let stroke = if is_bar {
                    Stroke::new(1.5, theme::LINE.lerp_to_gamma(Color32::WHITE, 0.12))
                } else {
                    Stroke::new(1.0, theme::LINE.gamma_multiply(0.6))
                };
                painter.vline(self.x(field, at), field.y_range(), stroke);
                at += beat;
            }
            line += bar;
        }
    }

    /// Whose turn comes next, and where.
    fn paint_turn(&self, painter: &Painter, field: Rect, status: &Status) {
        let (name, colour) = match status.doing().0 {
            Doing::YourTurn | Doing::Waiting => ("Segue", theme::SEGUE),
            Doing::Answering => ("You", theme::PLAYER),
            _ => return,
        };
        let at = self.x(field, self.playhead + f64::from(status.beats_left().max(0.0)));
        if at >= field.right() {
            return;
        }
        painter.rect_filled(field.with_min_x(at), 0.0, colour.gamma_multiply(0.07));
        painter.vline(at, field.y_range(), Stroke::new(1.5, colour.gamma_multiply(0.7)));
        // Left of the line if it does not fit at its right.
        let (side, align) =
            if at + ROOM < field.right() { (5.0, Align2::LEFT_CENTER) } else { (-5.0, Align2::RIGHT_CENTER) };
        painter.text(pos2(at + side, field.bottom() - 10.0), align, name, theme::font(12.0), colour);
    }

    /// The row of a note with a pitch. In a low window rows are thin, and notes must still be
    /// visible.
    fn key_row(&self, field: Rect, note: &ContextNote) -> egui::Rangef {
        let row = self.row(field, note.key).expand(-0.5);
        row.expand(((THINNEST - row.span()) / 2.0).max(0.0))
    }

    /// The notes of pitched parts, or the strokes on drums.
    fn paint_notes(
        &self,
        painter: &Painter,
        row_of: impl Fn(&ContextNote) -> egui::Rangef,
        field: Rect,
        drums: bool,
    ) {
        let commit = self.playhead + self.view.lead.as_f64();
        for note in self.view.notes.iter().filter(|note| note.is_drum() == drums) {
            let (from, to) = span(note, self.playhead);
            let (left, right) = (self.x(field, from), self.x(field, to));
            if right < field.left() || left > field.right() {
                continue;
            }
            let row = row_of(note);
            let place = Rect::from_x_y_ranges(left + 0.5..=(right - 0.5).max(left + 2.5), row);
            let colour = match (note.role, note.part) {
                (Role::Player, None) => theme::PLAYER,
                (Role::Player, Some(part)) => theme::part(part).lerp_to_gamma(theme::PLAYER, 0.6),
                (Role::Segue, part) => part.map_or(theme::SEGUE, theme::part),
            };
            let loud = 0.55 + 0.45 * f32::from(note.velocity.unwrap_or(80)) / 127.0;
            let round = (row.span() * 0.3).min(4.0);
            if from > commit {
                painter.rect_filled(place, round, colour.gamma_multiply(0.16));
                painter.rect_stroke(
                    place,
                    round,
                    Stroke::new(1.2, colour.gamma_multiply(0.6)),
                    StrokeKind::Inside,
                );
            } else if from > self.playhead {
                painter.rect_filled(place, round, colour.gamma_multiply(0.6));
                painter.rect_stroke(place, round, Stroke::new(1.2, colour), StrokeKind::Inside);
            } else {
                let sounds = to > self.playhead || note.end.is_none();
                let colour = if sounds {
                    colour.lerp_to_gamma(Color32::WHITE, 0.25)
                } else {
                    colour.gamma_multiply(loud)
                };
                painter.rect_filled(place, round, colour);
            }
        }
    }

    fn paint_playhead(&self, painter: &Painter, field: Rect) {
        let now = self.x(field, self.playhead);
        let commit = self.x(field, self.playhead + self.view.lead.as_f64());
        let sure = Rect::from_x_y_ranges(now..=commit.max(now + 1.0), field.y_range());
        painter.rect_filled(sure, 0.0, theme::TEXT.gamma_multiply(0.10));
        painter.vline(now, field.y_range(), Stroke::new(1.5, theme::TEXT));
    }

    /// What Segue hears: the tempo, the scale, the last keys.
    fn paint_heard(&self, painter: &Painter, frame: Rect, status: &Status) {
        let mut at = frame.left_top() + vec2(10.0, STRIP / 2.0);
        let mut write = |text: &str, colour: Color32| {
            let words = painter.layout_no_wrap(text.to_owned(), theme::font(12.5), colour);
            // The least important comes last, and is left out if it does not fit.
            if at.x + words.size().x < frame.right() {
                painter.galley(at - vec2(0.0, words.size().y / 2.0), words.clone(), colour);
                at.x += words.size().x + 14.0;
            }
        };
        write("You", theme::PLAYER);
        write("Segue", theme::SEGUE);
        write(&format!("{:.0} BPM", self.view.speed * 60.0), theme::TEXT);
        if let Some(scale) = labels::scale(heard_scale(&self.view.notes)) {
            write(&scale, theme::TEXT);
        }
        write(&status.last_heard().map(key_name).collect::<Vec<_>>().join(" "), theme::DIM);
    }

    fn paint_keys(&self, painter: &Painter, keys: Rect, status: &Status) {
        let painter = painter.with_clip_rect(keys.intersect(painter.clip_rect()));
        painter.rect_filled(keys, 0.0, Color32::from_gray(198));
        for key in KEYS {
            let row = self.row(keys, key);
            let held = match (status.key(Role::Player, key), status.key(Role::Segue, key)) {
                (true, _) => Some(theme::PLAYER),
                (_, true) => Some(theme::SEGUE),
                _ => None,
            };
            let depth = if is_white(key) { keys.width() } else { keys.width() * 0.62 };
            let place = Rect::from_x_y_ranges(keys.left()..=keys.left() + depth, row);
            match (held, is_white(key)) {
                (Some(colour), _) => painter.rect_filled(place, 0.0, colour),
                (None, false) => painter.rect_filled(place, 0.0, Color32::from_gray(34)),
                (None, true) => {
                    painter.hline(place.x_range(), row.max, Stroke::new(0.6, Color32::from_gray(150)))
                }
            };
            if key % 12 == 0 && row.span() > 3.0 {
                let at = pos2(keys.right() - 3.0, row.center());
                painter.text(
                    at,
                    Align2::RIGHT_CENTER,
                    key_name(key),
                    theme::font(10.5),
                    Color32::from_gray(50),
                );
            }
        }
    }
}

/// How far Segue lags behind what it hears.
fn paint_lag(ui: &Ui, rect: Rect, status: &Status) {
    let response = ui.interact(rect, ui.scope_id().with("lag"), Sense::hover());
    let what = "How far Segue is behind what it hears. Up to 40 ms nothing of it is heard; beyond, its answers thin out.";
    hint(&response, what, "");
    let lag = status.lag_ms();
    let colour = if lag > UNHEARD_LAG { theme::ALARM } else { theme::DIM };
    let at = rect.right_center() - vec2(10.0, 0.0);
    ui.painter_at(rect).text(at, Align2::RIGHT_CENTER, labels::lag(lag), theme::font(12.5), colour);
}
