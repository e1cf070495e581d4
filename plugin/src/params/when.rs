//! When Segue plays.

use std::sync::Arc;

use nice_plug::prelude::*;

use segue_music::Beats;
use segue_realtime::between::settings::{self, Entry, Yield};

use super::choices::{Chosen, Grid};
use super::number::number;
use super::text::{count_of, counted, decimal, trigger_from, trigger_name, trigger_of};

/// The parameters of the group *When*, in the window's order, which hosts list them in.
#[derive(Params)]
pub struct When {
    /// Bars of an answer or a turn.
    #[id = "length"]
    pub length: IntParam,
    /// Holds Continue.
    #[id = "latch"]
    pub latch: BoolParam,
    /// Silence before an answer.
    #[id = "patien"]
    pub patience: FloatParam,
    /// The grid on which onsets lie.
    #[id = "grid"]
    pub grid: EnumParam<Grid>,
    /// How much of your groove is taken out.
    #[id = "quant"]
    pub quantise: FloatParam,
    /// How our notes make way.
    #[id = "yield"]
    pub yields: EnumParam<Chosen<Yield>>,
    /// When it comes in, in a duet.
    #[id = "entry"]
    pub entry: EnumParam<Chosen<Entry>>,
    /// What holds the latch from the keyboard.
    #[id = "lattrg"]
    pub latch_trigger: IntParam,
    /// What steps through the modes from the keyboard.
    #[id = "modtrg"]
    pub mode_trigger: IntParam,
}

fn trigger(name: &str) -> IntParam {
    IntParam::new(name, -1, IntRange::Linear { min: -1, max: 255 })
        .with_value_to_string(Arc::new(trigger_name))
        .with_string_to_value(Arc::new(trigger_from))
}

impl Default for When {
    fn default() -> Self {
        Self {
            latch: BoolParam::new("Latch", false),
            patience: FloatParam::new("Patience", 1.0, FloatRange::Linear { min: 0.25, max: 4.0 })
                .with_step_size(0.05)
                .with_unit(" x")
                .with_string_to_value(Arc::new(|text| decimal(text, "x"))),
            length: IntParam::new("Length", 2, IntRange::Linear { min: 1, max: 16 })
                .with_value_to_string(Arc::new(|bars| counted(bars, "bar")))
                .with_string_to_value(Arc::new(|text| count_of(text, "bar"))),
            entry: EnumParam::new("Comes in", Chosen(Entry::default())),
            yields: EnumParam::new("Yield", Chosen(Yield::AtOnce)),
            grid: EnumParam::new("Grid", Grid::Sixteenth),
            quantise: FloatParam::new("Quantise", 1.0, FloatRange::Linear { min: 0.0, max: 1.0 })
                .with_step_size(0.01)
                .with_unit(" %")
                .with_value_to_string(formatters::v2s_f32_percentage(0))
                .with_string_to_value(Arc::new(|text| decimal(text, "%").map(|percent| percent / 100.0))),
            latch_trigger: trigger("Latch trigger"),
            mode_trigger: trigger("Mode trigger"),
        }
    }
}

impl When {
    /// As they are now.
    ///
    /// # Real-time safety
    /// Reads atomics.
    pub fn settings(&self) -> settings::When {
        // By name, so that a parameter without a setting is a warning.
        let Self {
            latch,
            patience,
            length,
            entry,
            yields,
            grid: _,
            quantise: _,
            latch_trigger,
            mode_trigger,
        } = self;
        settings::When {
            latch: latch.value(),
            yields: yields.value().0,
            latch_trigger: trigger_of(latch_trigger.value()),
            mode_trigger: trigger_of(mode_trigger.value()),
            patience: number(patience),
            entry: entry.value().0,
            bars: length.value().clamp(1, 16) as u8,
        }
    }

    /// Where onsets lie: the grid, and how much of the player's groove is taken out. Shown with
    /// *When*; where they move, what is planned is planned anew, as with all of *What*.
    ///
    /// # Real-time safety
    /// Reads atomics.
    pub fn onsets(&self) -> (Beats, f32) {
        (self.grid.value().beats(), number(&self.quantise))
    }
}
