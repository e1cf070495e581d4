//! A trigger: shows which key or controller it is, and learns another.

use std::sync::atomic::Ordering;

use egui::{Align2, Rect, Sense, Ui, vec2};
use nice_plug::prelude::{IntParam, Param, ParamSetter};

use super::slider::{begin_typing, set, tip, typed};
use super::theme;
use crate::params::SegueParams;
use crate::status::Status;

/// Which trigger waits for a key or a controller.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Learning {
    /// The latch's.
    Latch,
    /// The one that steps through the modes.
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

/// Gives what the audio thread has learnt to whom it is for.
pub fn settle(
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
    let id = response.id;
    if typed(ui, id, rect, |text| {
        if let Some(value) = param.string_to_normalized_value(text) {
            set(setter, param, param.preview_plain(value));
        }
    }) {
        return;
    }
    let waits = *learning == Some(which);
    if response.double_clicked() {
        *learning = None;
        status.learn.store(false, Ordering::Relaxed);
        set(setter, param, param.default_plain_value());
    } else if response.clicked() {
        *learning = (!waits).then_some(which);
        // What was learnt for nobody is forgotten.
        let _ = status.take_learned();
        status.learn.store(!waits, Ordering::Relaxed);
    }
    if response.secondary_clicked() {
        begin_typing(ui, id, param.to_string());
    }
    let painter = ui.painter_at(rect);
    painter.rect_filled(rect, theme::ROUND, theme::TRACK);
    let text = rect.shrink2(vec2(8.0, 0.0));
    painter.text(text.left_center(), Align2::LEFT_CENTER, param.name(), theme::font(13.0), theme::DIM);
    let button = Rect::from_min_max(rect.right_top() - vec2(58.0, 0.0), rect.right_bottom()).shrink(3.0);
    let fill = if waits { theme::SEGUE } else { theme::LINE };
    painter.rect_filled(button, theme::ROUND, super::choice::lit(fill, response.hovered()));
    let (word, colour) = if waits { ("play it", theme::GROUND) } else { ("learn", theme::TEXT) };
    painter.text(button.center(), Align2::CENTER_CENTER, word, theme::font(12.0), colour);
    let value = button.left_center() - vec2(8.0, 0.0);
    painter.text(value, Align2::RIGHT_CENTER, param.to_string(), theme::font(13.5), theme::TEXT);
    let how =
        "Click, then press a key or move a controller. Double-click switches it off, right-click types it.";
    response.on_hover_text(tip(what, None, how));
}
