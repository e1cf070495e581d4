//! The modes as large buttons, and beside them the control that counts most in each.

use std::time::{Duration, Instant};

use egui::{Align2, Rect, Response, Sense, Ui, vec2};
use nice_plug::prelude::{Param, ParamSetter};
use segue_realtime::between::settings;

use super::choice::lit;
use super::hint::hint;
use super::slider::set;
use super::{labels, primary, theme};
use crate::params::SegueParams;
use crate::params::choices::Chosen;
use crate::status::Status;

/// Within this time the audio thread has seen a change, at any block size.
const A_BLOCK: Duration = Duration::from_millis(200);

/// Height of the buttons, with and without an explanation.
const HEIGHT: (f32, f32) = (50.0, 36.0);

/// The smallest width with room for explanations.
const WIDE: f32 = 820.0;

/// The smallest height below the header with room for explanations.
const HIGH: f32 = 440.0;

const SPACE: f32 = 6.0;

/// A trigger changes the mode, not the parameter. To pick the mode that the parameter already has,
/// it is moved away and, after [`A_BLOCK`], back.
#[derive(Default)]
pub struct ModeSwitch {
    wanted: Option<(settings::Mode, Instant)>,
}

impl ModeSwitch {
    /// Draws the buttons.
    pub fn show(&mut self, ui: &mut Ui, setter: &ParamSetter<'_>, params: &SegueParams, status: &Status) {
        let held = status.mode();
        let choose = |mode: settings::Mode| set(setter, &params.mode, Chosen(mode));
        if let Some((mode, _)) = self.wanted.filter(|(_, since)| since.elapsed() > A_BLOCK) {
            self.wanted = None;
            choose(mode);
        }
        let has_room = ui.available_width() >= WIDE && ui.available_height() >= HIGH;
        let height = if has_room { HEIGHT.0 } else { HEIGHT.1 };
        let frame = ui.allocate_exact_size(vec2(ui.available_width(), height), Sense::hover()).0;
        let count = settings::Mode::ALL.len();
        let width = (frame.width() + SPACE) / (count + 1) as f32;
        let cell = |index: usize| {
            let corner = frame.left_top() + vec2(width * index as f32, 0.0);
            Rect::from_min_size(corner, vec2(width - SPACE, height))
        };
        for (index, mode) in settings::Mode::ALL.into_iter().enumerate() {
            let response = ui.interact(cell(index), ui.scope_id().with(("mode", index)), Sense::click());
            if response.double_clicked() {
                set(setter, &params.mode, params.mode.default_plain_value());
            } else if response.clicked() && mode != held {
                if params.mode.value().0 == mode {
                    choose(held);
                    self.wanted = Some((mode, Instant::now()));
                } else {
                    choose(mode);
                }
            }
            let bars = params.when.length.value().clamp(1, 16) as u8;
            let meaning = labels::meaning(mode, bars);
            hint(
                &response,
                format!("{}: {meaning}.", mode.name()),
                "Double-click to reset; a key or controller can step through the modes: Mode trigger.",
            );
            paint(ui, &response, mode.name(), has_room.then_some(meaning), mode == held);
        }
        primary::show(ui, setter, params, held, cell(count), has_room);
    }
}

fn paint(ui: &Ui, response: &Response, name: &str, meaning: Option<String>, is_on: bool) {
    let rect = response.rect;
    let painter = ui.painter_at(rect);
    let (fill, title, small) = if is_on {
        (theme::RAISED, theme::TEXT, theme::TEXT)
    } else {
        (theme::PANEL, theme::DIM, theme::DIM)
    };
    painter.rect_filled(rect, theme::ROUND_PANEL, lit(fill, response.hovered() && !is_on));
    if is_on {
        let line = rect.with_min_y(rect.bottom() - 3.0).shrink2(vec2(theme::ROUND_PANEL, 0.0));
        painter.rect_filled(line, 1.5, theme::ON);
    }
    let up = if meaning.is_some() { 9.0 } else { 0.0 };
    let at = rect.center() - vec2(0.0, up);
    painter.text(at, Align2::CENTER_CENTER, name, theme::font(18.0), title);
    if let Some(meaning) = meaning {
        let at = rect.center() + vec2(0.0, 12.0);
        painter.text(at, Align2::CENTER_CENTER, meaning, theme::font(12.0), small);
    }
}
