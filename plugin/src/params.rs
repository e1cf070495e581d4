//! The parameters as the host sees them.

use nice_plug::prelude::*;
use segue_music::Beats;

use crate::settings::Settings;
use crate::state::State;

/// The grid on which onsets lie.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Enum)]
pub enum Grid {
    /// Free.
    #[id = "off"]
    #[name = "Off"]
    Off,
    /// Quarters.
    #[id = "1/4"]
    #[name = "1/4"]
    Quarter,
    /// Eighths.
    #[id = "1/8"]
    #[name = "1/8"]
    Eighth,
    /// Eighth triplets.
    #[id = "1/8t"]
    #[name = "1/8 T"]
    EighthTriplet,
    /// Sixteenths.
    #[id = "1/16"]
    #[name = "1/16"]
    Sixteenth,
    /// Sixteenth triplets.
    #[id = "1/16t"]
    #[name = "1/16 T"]
    SixteenthTriplet,
    /// Thirty-seconds.
    #[id = "1/32"]
    #[name = "1/32"]
    ThirtySecond,
}

impl Grid {
    /// The distance of its lines; zero is free.
    pub const fn beats(self) -> Beats {
        match self {
            Self::Off => Beats::ZERO,
            Self::Quarter => Beats::ONE,
            Self::Eighth => Beats::ratio(1, 2),
            Self::EighthTriplet => Beats::ratio(1, 3),
            Self::Sixteenth => Beats::ratio(1, 4),
            Self::SixteenthTriplet => Beats::ratio(1, 6),
            Self::ThirtySecond => Beats::ratio(1, 8),
        }
    }
}

/// All parameters, and what is saved with them. An identifier never changes: projects refer to it.
#[derive(Params)]
pub struct SegueParams {
    /// Beside the parameters.
    #[persist = "segue"]
    pub state: State,
    /// Whether Segue answers.
    #[id = "on"]
    pub on: BoolParam,
    /// The host's bypass.
    #[id = "bypass"]
    pub bypass: BoolParam,
    /// Beats of silence before the answer.
    #[id = "patien"]
    pub patience: FloatParam,
    /// Bars of an answer.
    #[id = "length"]
    pub length: IntParam,
    /// The grid on which it lies.
    #[id = "grid"]
    pub grid: EnumParam<Grid>,
    /// How daring.
    #[id = "temper"]
    pub temperature: FloatParam,
    /// How much of the unlikely is left out.
    #[id = "top_p"]
    pub top_p: FloatParam,
    /// Another seed, another answer.
    #[id = "seed"]
    pub seed: IntParam,
    /// The MIDI channel of our notes, from 1.
    #[id = "chanel"]
    pub channel: IntParam,
    /// Whether what comes in also goes out.
    #[id = "pass"]
    pub pass: BoolParam,
    /// The built-in sound, in decibels; the lowest is silent.
    #[id = "level"]
    pub level: FloatParam,
}

/// Below this the sound is off.
const SILENT_DB: f32 = -60.0;

impl Default for SegueParams {
    fn default() -> Self {
        Self {
            state: State::default(),
            on: BoolParam::new("Answer", true),
            bypass: BoolParam::new("Bypass", false).make_bypass(),
            patience: FloatParam::new("Patience", 1.0, FloatRange::Linear { min: 0.25, max: 8.0 })
                .with_step_size(0.25)
                .with_unit(" beats"),
            length: IntParam::new("Length", 2, IntRange::Linear { min: 1, max: 16 }).with_unit(" bars"),
            grid: EnumParam::new("Grid", Grid::Sixteenth),
            temperature: FloatParam::new("Temperature", 0.9, FloatRange::Linear { min: 0.1, max: 1.5 })
                .with_step_size(0.01),
            top_p: FloatParam::new("Top-p", 0.95, FloatRange::Linear { min: 0.1, max: 1.0 })
                .with_step_size(0.01),
            seed: IntParam::new("Seed", 1, IntRange::Linear { min: 0, max: 9999 }),
            channel: IntParam::new("MIDI channel", 2, IntRange::Linear { min: 1, max: 16 }),
            pass: BoolParam::new("Pass through", true),
            level: FloatParam::new("Sound", -12.0, FloatRange::Linear { min: SILENT_DB, max: 0.0 })
                .with_step_size(0.5)
                .with_unit(" dB"),
        }
    }
}

impl SegueParams {
    /// As they are now.
    ///
    /// # Real-time safety
    /// Reads atomics.
    pub fn settings(&self) -> Settings {
        let level = self.level.value();
        Settings {
            on: self.on.value(),
            bypass: self.bypass.value(),
            patience: Beats::from_f64(f64::from(self.patience.value())),
            bars: self.length.value().clamp(1, 16) as u8,
            grid: self.grid.value().beats(),
            temperature: self.temperature.value(),
            top_p: self.top_p.value(),
            seed: u64::from(self.seed.value().unsigned_abs()),
            channel: (self.channel.value() - 1).clamp(0, 15) as u8,
            pass: self.pass.value(),
            level: if level <= SILENT_DB { 0.0 } else { util::db_to_gain(level) },
            generation: self.state.loads(),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn defaults_agree_with_the_settings() {
        let level = util::db_to_gain(-12.0);
        assert_eq!(SegueParams::default().settings(), Settings { level, ..Settings::default() });
    }

    #[test]
    fn every_grid_divides_a_bar() {
        for index in 0..Grid::variants().len() {
            let grid = Grid::from_index(index).beats();
            assert_eq!(Beats::ratio(4, 1) % grid, Beats::ZERO, "{index}");
        }
    }
}
