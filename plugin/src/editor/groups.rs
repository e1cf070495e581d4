//! The controls in groups: when Segue plays, what, and how it sounds; the band is in `strips`.
//! Those used most come first; the others are shown with *All controls*.

use egui::{Frame, RichText, ScrollArea, Ui};
use nice_plug::prelude::ParamSetter;
use segue_realtime::between::settings::Mode;

use super::caption::Caption;
use super::choice::{list, segments, switch};
use super::learn::{Learning, trigger};
use super::panels::Panel;
use super::slider::slider;
use super::span::span;
use super::theme;
use crate::params::SegueParams;
use crate::params::choices::Grid;
use crate::params::scale::Scale;
use crate::status::Status;

/// Space within a panel, at its edges.
pub const MARGIN: f32 = 8.0;

/// Height of a group's name.
const NAME: f32 = 20.0;

/// What the groups read and change.
pub struct Controls<'a> {
    /// Changes parameters.
    pub setter: &'a ParamSetter<'a>,
    /// The parameters.
    pub params: &'a SegueParams,
    /// What the instance does.
    pub status: &'a Status,
    /// Whether to show all controls, or only those used most.
    pub all: bool,
}

/// Number of rows of a group: those used most, and all.
const fn rows(panel: Panel) -> (usize, usize) {
    match panel {
        Panel::When => (4, 7),
        Panel::What => (4, 9),
        Panel::Band => (5, 13),
        Panel::Sound => (4, 9),
        Panel::Keys | Panel::Takes => (0, 0),
    }
}

/// Height of a group.
pub fn height(panel: Panel, all: bool) -> f32 {
    let (most_used, every) = rows(panel);
    let rows = if all { every } else { most_used } as f32;
    2.0 * MARGIN + NAME + rows * (theme::ROW + theme::GAP)
}

/// A panel that fills the available space.
pub fn panel(ui: &mut Ui, contents: impl FnOnce(&mut Ui)) {
    let height = ui.available_height() - 2.0 * MARGIN;
    let frame = Frame::new().fill(theme::PANEL).corner_radius(theme::ROUND_PANEL).inner_margin(MARGIN);
    frame.show(ui, |ui| {
        ui.set_width(ui.available_width());
        ui.set_min_height(height);
        ui.set_max_height(height);
        contents(ui);
    });
}

/// The name of a panel.
pub fn name(ui: &mut Ui, name: &str) {
    ui.spacing_mut().interact_size.y = NAME - theme::GAP;
    ui.label(RichText::new(name).font(theme::font(15.0)).color(theme::TEXT));
    ui.spacing_mut().interact_size.y = theme::ROW;
}

/// A group with its name above. It scrolls if it does not fit.
pub fn group(ui: &mut Ui, which: Panel, contents: impl FnOnce(&mut Ui)) {
    panel(ui, |ui| {
        name(ui, which.name());
        let area = ScrollArea::vertical().id_salt(which.name()).auto_shrink(false);
        area.min_scrolled_height(0.0).show(ui, contents);
    });
}

impl Controls<'_> {
    /// `why` if the current mode is none of `modes`: the control has no effect then.
    fn only<'b>(&self, modes: &[Mode], why: &'b str) -> Option<&'b str> {
        (!modes.contains(&self.status.mode())).then_some(why)
    }

    /// When Segue plays.
    pub fn when(&self, ui: &mut Ui, learning: &mut Option<Learning>) {
        let (setter, when) = (self.setter, &self.params.when);
        let patience = Caption::new(
            "Patience",
            "How long you are silent before Segue answers, as a multiple of the time between your notes.",
        );
        slider(ui, setter, &when.patience, patience.idle(self.only(&[Mode::Answer], "it is for Answer")));
        let grid = Caption::new("Grid", "Segue's notes begin on these lines.");
        list(ui, setter, &when.grid, ui.available_width(), grid);
        let quantise = Caption::new(
            "Quantise",
            "How straight Segue plays on the grid: 100 % is straight, 0 % has your own groove.",
        );
        let free = (when.grid.value() == Grid::Off).then_some("there is no grid");
        slider(ui, setter, &when.quantise, quantise.idle(free));
        let yields = Caption::new(
            "Yield",
            "What Segue's sounding notes do when you come in: end at once, or where they were to end.",
        );
        let makes_way = [Mode::Answer, Mode::Trade, Mode::Continue];
        segments(ui, setter, &when.yields, yields.idle(self.only(&makes_way, "in a duet nobody makes way")));
        if !self.all {
            return;
        }
        let entry = Caption::new("Comes in", "When Segue comes in once you have begun to play.");
        let along = entry.idle(self.only(&[Mode::Duet], "it is for a duet"));
        list(ui, setter, &when.entry, ui.available_width(), along);
        let latch = "A key or controller that holds the latch. It is not heard as music.";
        let mode = "A key or controller that steps through the modes. It is not heard as music.";
        for (which, what) in [(Learning::Latch, latch), (Learning::Mode, mode)] {
            trigger(ui, setter, (self.params, self.status), (which, learning), what);
        }
    }

    /// What Segue plays.
    pub fn what(&self, ui: &mut Ui, style: impl FnOnce(&mut Ui)) {
        let (setter, what) = (self.setter, &self.params.what);
        style(ui);
        let daring = Caption::new("Daring", "Low plays the likely, high the surprising.").term("Temperature");
        slider(ui, setter, &what.temperature, daring);
        slider(ui, setter, &what.density, Caption::new("Density", "At most so many notes a beat."));
        self.scale(ui);
        if !self.all {
            return;
        }
        let surprises = Caption::new(
            "Surprises",
            "How much of what is unlikely may happen at all: less leaves the odd notes out.",
        );
        slider(ui, setter, &what.top_p, surprises.term("Top-p"));
        slider(ui, setter, &what.polyphony, Caption::new("Polyphony", "At most so many notes at once."));
        let variation =
            Caption::new("Variation", "Another number, another answer; the same number, the same one.");
        slider(ui, setter, &what.seed, variation.term("Seed"));
        let keys = Caption::new(
            "Keys",
            "The lowest and the highest key Segue plays. Your DAW calls them Lowest key and Highest key.",
        );
        span(ui, setter, &what.key_low, &what.key_high, keys);
        let velocity = Caption::new(
            "Velocity",
            "The softest and the hardest note Segue plays. Your DAW calls them Softest and Hardest.",
        );
        span(ui, setter, &what.velocity_low, &what.velocity_high, velocity);
    }

    fn scale(&self, ui: &mut Ui) {
        let (setter, what) = (self.setter, &self.params.what);
        ui.horizontal(|ui| {
            let width = ui.available_width();
            let rooted = !matches!(what.scale.value(), Scale::Off | Scale::Follow);
            let scale = Caption::new(
                "Scale",
                "The notes Segue may use: all, those of the scale you play in, or those of one you choose.",
            );
            list(ui, setter, &what.scale, if rooted { width * 0.66 } else { width }, scale);
            if rooted {
                let root = Caption::new("Root", "The note the scale begins on.");
                list(ui, setter, &what.root, ui.available_width(), root);
            }
        });
    }

    /// How it sounds.
    pub fn sound(&self, ui: &mut Ui, model: impl FnOnce(&mut Ui), sound: impl FnOnce(&mut Ui)) {
        let (setter, tone) = (self.setter, &self.params.tone);
        let yours = Caption::new(
            "Your level",
            "How loud the sound in here plays your notes; at the lowest it is off.",
        );
        slider(ui, setter, &tone.level, yours.colour(theme::PLAYER));
        let segue = Caption::new(
            "Segue level",
            "How loud the sound in here plays Segue's notes; at the lowest they are only sent.",
        );
        slider(ui, setter, &tone.segue_level, segue.colour(theme::SEGUE));
        let channel = Caption::new("MIDI channel", "The channel of Segue's notes; yours keep theirs.");
        slider(ui, setter, &tone.channel, channel);
        model(ui);
        if !self.all {
            return;
        }
        sound(ui);
        let player = Caption::new(
            "Your channel",
            "The MIDI channel you play on. What comes in on others is other tracks: Segue hears them, plays to them, and passes none of them on.",
        );
        slider(ui, setter, &tone.player, player);
        let pass = Caption::new("Pass through", "Whether your own notes go on to the output.");
        let pedal = Caption::new("Follow pedal", "Whether your sustain pedal also moves on Segue's channel.");
        switch(ui, setter, &tone.pass, pass);
        switch(ui, setter, &tone.follow_pedal, pedal);
    }
}
