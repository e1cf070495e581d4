//! The band: a strip a part. Its switch, mute, solo and level always; channel, keys and density of
//! the parts that play with *All controls*.

use egui::{Align2, Rect, Sense, Ui, pos2, vec2};
use nice_plug::prelude::{BoolParam, ParamSetter};
use segue_music::Part;

use super::caption::Caption;
use super::choice::{lit, toggle};
use super::groups::Controls;
use super::hint::hint;
use super::slider::{paint_body, slider};
use super::span::span;
use super::theme;
use crate::params::band::{Strip, label};

/// Width of a part's name, and of mute and solo.
const NAME: f32 = 84.0;
const SMALL: f32 = 24.0;

/// Width of the meter at the left of a name.
const METER: f32 = 4.0;

/// Share of a meter that is left after a second.
const FALL: f32 = 0.02;

const HOW: &str = "Click to switch, double-click to reset.";

impl Controls<'_> {
    /// The strips of the band.
    pub fn band(&self, ui: &mut Ui) {
        let idle = (!self.status.knows_parts()).then_some("this model knows no parts");
        for (part, strip) in Part::ALL.into_iter().zip(&self.params.band.strips) {
            ui.push_id(part.name(), |ui| {
                self.strip(ui, part, strip, idle);
                if self.all && strip.plays.value() {
                    self.details(ui, part, strip, idle);
                }
            });
        }
    }

    fn strip(&self, ui: &mut Ui, part: Part, strip: &Strip, idle: Option<&str>) {
        let name = label(part);
        ui.horizontal(|ui| {
            let plays = format!("Whether Segue plays {part}.");
            let switch = Switch { width: NAME, colour: theme::part(part) };
            let place = switch.show(ui, self.setter, &strip.plays, Caption::new(&name, &plays).idle(idle));
            self.meter(ui, part, place);
            for (word, param, what) in [
                ("M", &strip.mute, "Mute: its notes do not go out. The others play as if they did."),
                ("S", &strip.solo, "Solo: only its notes go out, and those of other parts with a solo."),
            ] {
                let switch = Switch { width: SMALL, colour: theme::ON };
                switch.show(ui, self.setter, param, Caption::new(word, what).idle(idle));
            }
            let what = format!("How loud the built-in sound plays {part}; at the lowest it is only sent.");
            let level = Caption::new("", &what).colour(theme::part(part)).idle(idle);
            slider(ui, self.setter, &strip.level, level);
        });
    }

    /// What is less often changed.
    fn details(&self, ui: &mut Ui, part: Part, strip: &Strip, idle: Option<&str>) {
        let named = |what: &str| format!("{} {what}", label(part));
        let (channel, keys, density) = (named("channel"), named("keys"), named("density"));
        let hint =
            format!("The MIDI channel of {part}. What comes in there on another track is heard as {part}.");
        slider(ui, self.setter, &strip.channel, Caption::new(&channel, &hint).idle(idle));
        let hint = format!("The lowest and the highest key of {part}.");
        let unpitched = (!part.is_pitched()).then_some("a drum has no pitch");
        let range = Caption::new(&keys, &hint).idle(idle.or(unpitched));
        span(ui, self.setter, &strip.key_low, &strip.key_high, range);
        let hint = format!("At most so many notes of {part} a beat.");
        slider(ui, self.setter, &strip.density, Caption::new(&density, &hint).idle(idle));
    }

    /// How hard a part has just struck, falling.
    fn meter(&self, ui: &Ui, part: Part, place: Rect) {
        let id = ui.scope_id().with("meter");
        let strokes = self.status.strokes(part);
        let (before, level) = ui.data(|data| data.get_temp(id)).unwrap_or((strokes, 0.0f32));
        let passed = ui.input(|input| input.stable_dt).min(0.1);
        let level = if before == strokes { level * FALL.powf(passed) } else { strokes.loudness() };
        ui.data_mut(|data| data.insert_temp(id, (strokes, level)));
        let bar = place.with_max_x(place.left() + METER);
        let lit = bar.with_min_y(bar.bottom() - bar.height() * level.clamp(0.0, 1.0));
        ui.painter().rect_filled(lit, 1.0, theme::TEXT);
    }
}

/// A switch that is lit as a whole.
struct Switch {
    width: f32,
    colour: egui::Color32,
}

impl Switch {
    fn show(&self, ui: &mut Ui, setter: &ParamSetter<'_>, param: &BoolParam, caption: Caption<'_>) -> Rect {
        let (rect, response) = ui.allocate_exact_size(vec2(self.width, theme::ROW), Sense::click());
        hint(&response, caption.hint(), HOW);
        toggle(setter, param, &response);
        let painter = ui.painter_at(rect);
        let (on, idle) = (param.value(), caption.idle.is_some());
        paint_body(&painter, rect, idle);
        if on && !idle {
            painter.rect_filled(rect, theme::ROUND, lit(self.colour, response.hovered()));
        }
        let colour = match (on, idle) {
            (true, false) => theme::GROUND,
            (true, true) => theme::TEXT,
            (false, _) => theme::DIM,
        };
        let (at, align) = match self.width > NAME - 1.0 {
            true => (pos2(rect.left() + METER + 6.0, rect.center().y), Align2::LEFT_CENTER),
            false => (rect.center(), Align2::CENTER_CENTER),
        };
        painter.text(at, align, caption.name, theme::font(13.5), colour);
        rect
    }
}
