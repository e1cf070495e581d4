//! The ways to play together, large.

use std::time::{Duration, Instant};

use egui::{Align2, Rect, Sense, Ui, vec2};
use nice_plug::prelude::{Param, ParamSetter};
use segue_realtime::between::settings;

use super::choice::lit;
use super::slider::set;
use super::{labels, theme};
use crate::params::SegueParams;
use crate::params::choices::Chosen;
use crate::status::Status;

/// The audio thread sees a parameter that moved within this time, whatever the block.
const A_BLOCK: Duration = Duration::from_millis(200);

const HEIGHT: f32 = 54.0;

/// A choice that has to wait: the player's trigger has left the parameter where it was, so setting it to the same again
/// would say nothing. It is moved away and back.
#[derive(Default)]
pub struct ModeSwitch {
    wanted: Option<(settings::Mode, Instant)>,
}

impl ModeSwitch {
    /// Shows the mode that holds, and sets it.
    pub fn show(&mut self, ui: &mut Ui, setter: &ParamSetter<'_>, params: &SegueParams, status: &Status) {
        let held = status.mode();
        let choose = |mode: settings::Mode| set(setter, &params.mode, Chosen(mode));
        if let Some((mode, _)) = self.wanted.filter(|(_, since)| since.elapsed() > A_BLOCK) {
            self.wanted = None;
            choose(mode);
        }
        let frame = ui.allocate_exact_size(vec2(ui.available_width(), HEIGHT), Sense::hover()).0;
        let width = (frame.width() + 6.0) / settings::Mode::ALL.len() as f32;
        for (index, mode) in settings::Mode::ALL.into_iter().enumerate() {
            let rect = Rect::from_min_size(
                frame.left_top() + vec2(width * index as f32, 0.0),
                vec2(width - 6.0, HEIGHT),
            );
            let response = ui.interact(rect, ui.scope_id().with(("mode", index)), Sense::click());
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
            let is_on = mode == held;
            let (fill, title, small) = if is_on {
                (theme::SEGUE, theme::GROUND, theme::GROUND)
            } else {
                (theme::PANEL, theme::TEXT, theme::DIM)
            };
            let painter = ui.painter_at(rect);
            painter.rect_filled(rect, 6.0, lit(fill, response.hovered() && !is_on));
            let name = mode.name();
            painter.text(
                rect.center_top() + vec2(0.0, 19.0),
                Align2::CENTER_CENTER,
                name,
                theme::font(19.0),
                title,
            );
            let bars = params.when.length.value().clamp(1, 16) as u8;
            let meaning = labels::meaning(mode, bars);
            painter.text(
                rect.center_bottom() - vec2(0.0, 14.0),
                Align2::CENTER_CENTER,
                meaning,
                theme::font(12.0),
                small,
            );
            response.on_hover_text(
                "The way to play together. Double-click to reset; a key or controller can step through them.",
            );
        }
    }
}
