//! A trigger: shows which key or controller it is, and learns another.

use std::sync::atomic::Ordering;

use egui::{Align2, Key, Rect, Sense, Ui, vec2};
use nice_plug::prelude::{IntParam, Param, ParamSetter};

use super::caption::Caption;
use super::choice::lit;
use super::hint::hint;
use super::slider::{paint_body, paint_name, set, typed_value};
use super::theme;
use crate::params::SegueParams;
use crate::status::Status;

/// Which trigger waits for a key or a controller.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Learning {
    /// The latch trigger.
    Latch,
    /// The mode trigger.
    Mode,
}

impl Learning {
    fn param(self, params: &SegueParams) -> &IntParam {
        match self {
            Self::Latch => &params.when.latch_trigger,
            Self::Mode => &params.when.mode_trigger,
        }
    }
}

/// Ends learning: takes over what the audio thread has learnt, or stops at Esc.
pub fn settle(
    ui: &Ui,
    learning: &mut Option<Learning>,
    status: &Status,
    setter: &ParamSetter<'_>,
    params: &SegueParams,
) {
    if let Some(number) = status.take_learned()
        && let Some(which) = learning.take()
    {
        set(setter, which.param(params), number);
    }
    if learning.is_some() && ui.input(|input| input.key_pressed(Key::Escape)) {
        *learning = None;
        status.learn.store(false, Ordering::Relaxed);
    }
}

/// The control of one trigger.
pub fn trigger(
    ui: &mut Ui,
    setter: &ParamSetter<'_>,
    (params, status): (&SegueParams, &Status),
    (which, learning): (Learning, &mut Option<Learning>),
    what: &str,
) {
    let param = which.param(params);
    let (rect, response) = ui.allocate_exact_size(vec2(ui.available_width(), theme::ROW), Sense::click());
    let waits = *learning == Some(which);
    let how = if waits {
        "Press a key or move a controller now; Esc or a click ends it."
    } else {
        "Click, then press a key or move a controller. Double-click for none, right-click to type it."
    };
    hint(&response, what, how);
    if typed_value(ui, setter, param, &response) {
        return;
    }
    if response.double_clicked() {
        *learning = None;
        status.learn.store(false, Ordering::Relaxed);
        set(setter, param, param.default_plain_value());
    } else if response.clicked() {
        *learning = (!waits).then_some(which);
        // Drop what was learnt after learning was called off.
        let _ = status.take_learned();
        status.learn.store(!waits, Ordering::Relaxed);
    }
    let painter = ui.painter_at(rect);
    paint_body(&painter, rect, false);
    paint_name(&painter, rect, Caption::new(param.name(), what));
    let button = Rect::from_min_max(rect.right_top() - vec2(58.0, 0.0), rect.right_bottom()).shrink(3.0);
    // Blue, because it waits for the player.
    let (fill, word, colour) =
        if waits { (theme::PLAYER, "play it", theme::GROUND) } else { (theme::LINE, "learn", theme::TEXT) };
    painter.rect_filled(button, theme::ROUND, lit(fill, response.hovered()));
    painter.text(button.center(), Align2::CENTER_CENTER, word, theme::font(12.5), colour);
    let value = button.left_center() - vec2(8.0, 0.0);
    painter.text(value, Align2::RIGHT_CENTER, param.to_string(), theme::font(13.5), theme::TEXT);
}
