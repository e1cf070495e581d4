//! The controls, in three groups: when Segue plays, what, and how it sounds.

use egui::{Frame, RichText, Ui};
use nice_plug::prelude::ParamSetter;
use segue_realtime::between::settings;

use super::choice::{list, segments, switch};
use super::learn::{Learning, trigger};
use super::slider::slider;
use super::span::span;
use super::style::style;
use super::theme;
use crate::params::SegueParams;
use crate::params::choices::Grid;
use crate::params::scale::Scale;
use crate::status::Status;

const MARGIN: f32 = 8.0;

/// Height of a group: eight rows, its name, and margins.
pub const HEIGHT: f32 = 8.0 * (theme::ROW + theme::GAP) + 18.0 + 2.0 * MARGIN;

/// As high as a group, and as wide as there is room.
pub fn panel(ui: &mut Ui, contents: impl FnOnce(&mut Ui)) {
    Frame::new().fill(theme::PANEL).corner_radius(6.0).inner_margin(MARGIN).show(ui, |ui| {
        ui.set_width(ui.available_width());
        ui.set_min_height(HEIGHT - 2.0 * MARGIN);
        ui.set_max_height(HEIGHT - 2.0 * MARGIN);
        contents(ui);
    });
}

/// The name of a group.
pub fn name(ui: &mut Ui, name: &str) {
    ui.label(RichText::new(name).font(theme::font(14.0)).color(theme::SEGUE));
}

/// A group with its name above.
pub fn group(ui: &mut Ui, title: &str, contents: impl FnOnce(&mut Ui)) {
    panel(ui, |ui| {
        name(ui, title);
        contents(ui);
    });
}

/// When Segue plays.
pub fn when(
    ui: &mut Ui,
    setter: &ParamSetter<'_>,
    params: &SegueParams,
    status: &Status,
    learning: &mut Option<Learning>,
) {
    let (when, mode) = (&params.when, status.mode());
    let only = |modes: &[settings::Mode], why: &'static str| (!modes.contains(&mode)).then_some(why);
    slider(
        ui,
        setter,
        &when.patience,
        "How long you are silent before Segue answers, as a multiple of the time between your notes.",
        only(&[settings::Mode::Answer], "it is for Answer"),
    );
    slider(
        ui,
        setter,
        &when.length,
        "Bars of an answer or of a turn; in a duet, how long Segue goes on alone.",
        only(
            &[settings::Mode::Answer, settings::Mode::Trade, settings::Mode::Duet],
            "Continue lasts as long as the latch",
        ),
    );
    switch(
        ui,
        setter,
        &when.latch,
        "While it is on, Segue plays on from you.",
        only(&[settings::Mode::Continue], "it is for Continue"),
    );
    segments(
        ui,
        setter,
        &when.yields,
        "What Segue's sounding notes do when you come in: end at once, or where they were to end.",
        only(
            &[settings::Mode::Answer, settings::Mode::Trade, settings::Mode::Continue],
            "in a duet nobody makes way",
        ),
    );
    list(ui, setter, &when.grid, ui.available_width(), "Segue's notes begin on these lines.");
    slider(
        ui,
        setter,
        &when.quantise,
        "How straight Segue plays on the grid: 100 % is straight, 0 % has your own groove.",
        (when.grid.value() == Grid::Off).then_some("there is no grid"),
    );
    let seen = (params, status);
    trigger(
        ui,
        setter,
        seen,
        (Learning::Latch, learning),
        "A key or controller that holds the latch. It is not heard as music.",
    );
    trigger(
        ui,
        setter,
        seen,
        (Learning::Mode, learning),
        "A key or controller that steps through the modes. It is not heard as music.",
    );
}

/// What Segue plays.
pub fn what(ui: &mut Ui, setter: &ParamSetter<'_>, params: &SegueParams) {
    let what = &params.what;
    slider(ui, setter, &what.temperature, "How daring: low plays the likely, high the surprising.", None);
    ui.columns(2, |columns| {
        if let [left, right] = columns {
            let tip = "Surprise: how much of what is possible is considered at all, the likeliest first.";
            slider(left, setter, &what.top_p, tip, None);
            let tip = "Another number, another answer; the same number, the same one.";
            slider(right, setter, &what.seed, tip, None);
        }
    });
    slider(ui, setter, &what.density, "Notes a beat, at most.", None);
    slider(ui, setter, &what.polyphony, "Notes that sound at once, at most.", None);
    span(
        ui,
        setter,
        "Keys",
        &what.key_low,
        &what.key_high,
        "The lowest and the highest key Segue plays; for your DAW, Lowest key and Highest key.",
    );
    span(
        ui,
        setter,
        "Velocity",
        &what.velocity_low,
        &what.velocity_high,
        "The softest and the hardest note Segue plays; for your DAW, Softest and Hardest.",
    );
    ui.horizontal(|ui| {
        let width = ui.available_width();
        let rooted = !matches!(what.scale.value(), Scale::Off | Scale::Follow);
        let tip = "The notes Segue may use: all, those of the scale you play in, or those of one you choose.";
        list(ui, setter, &what.scale, if rooted { width * 0.66 } else { width }, tip);
        if rooted {
            list(ui, setter, &what.root, ui.available_width(), "The note the scale begins on.");
        }
    });
    style(ui, setter, &what.style, &what.styles);
}

/// How it sounds.
pub fn sound(ui: &mut Ui, setter: &ParamSetter<'_>, params: &SegueParams) {
    let tone = &params.tone;
    slider(
        ui,
        setter,
        &tone.level,
        "How loud the built-in electric piano plays your notes; at the lowest it is off.",
        None,
    );
    slider(
        ui,
        setter,
        &tone.segue_level,
        "How loud the built-in electric piano plays Segue's notes; at the lowest they are only sent.",
        None,
    );
    slider(ui, setter, &tone.channel, "The MIDI channel of Segue's notes; yours keep theirs.", None);
    switch(ui, setter, &tone.pass, "Whether your own notes go on to the output.", None);
    switch(ui, setter, &tone.follow_pedal, "Whether your sustain pedal also moves on Segue's channel.", None);
}
