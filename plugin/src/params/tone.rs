//! Where Segue's notes go, and how they sound.

use std::sync::Arc;

use nice_plug::prelude::*;
use segue_music::Part;
use segue_realtime::between::settings::{self, PartSound};

use super::number::number;
use super::text::{channel_name, channel_of, decimal, integer};

/// The parameters of the group *Sound*, in the window's order, which hosts list them in.
#[derive(Params)]
pub struct Tone {
    /// Level of the built-in sound for your notes, in decibels; the lowest is silent.
    #[id = "level"]
    pub level: FloatParam,
    /// The same for Segue's notes.
    #[id = "seglev"]
    pub segue_level: FloatParam,
    /// The MIDI channel of our notes, from 1.
    #[id = "chanel"]
    pub channel: IntParam,
    /// The MIDI channel that you are on, from 1; 0 is any.
    #[id = "yourch"]
    pub player: IntParam,
    /// Whether the input is passed on.
    #[id = "pass"]
    pub pass: BoolParam,
    /// Whether your pedal moves on our channel, too.
    #[id = "pedal"]
    pub follow_pedal: BoolParam,
}

/// Below this the sound is off.
const SILENT_DB: f32 = -60.0;

/// A level in decibels.
pub(super) fn level(name: &str, default: f32) -> FloatParam {
    FloatParam::new(name, default, FloatRange::Linear { min: SILENT_DB, max: 0.0 })
        .with_step_size(0.5)
        .with_unit(" dB")
        // The framework's own rounding writes "-0.0".
        .with_value_to_string(formatters::v2s_f32_rounded(1))
        .with_string_to_value(Arc::new(|text| decimal(text, "dB")))
}

impl Default for Tone {
    fn default() -> Self {
        Self {
            level: level("Your level", -12.0),
            segue_level: level("Segue level", -12.0),
            channel: IntParam::new("MIDI channel", 2, IntRange::Linear { min: 1, max: 16 })
                .with_string_to_value(Arc::new(|text| integer(text, ""))),
            player: IntParam::new("Your channel", 0, IntRange::Linear { min: 0, max: 16 })
                .with_value_to_string(Arc::new(channel_name))
                .with_string_to_value(Arc::new(channel_of)),
            pass: BoolParam::new("Pass through", true),
            follow_pedal: BoolParam::new("Follow pedal", false),
        }
    }
}

impl Tone {
    /// The current values, with where the notes of each part go.
    ///
    /// # Real-time safety
    /// Reads atomics.
    pub fn settings(&self, parts: [PartSound; Part::COUNT]) -> settings::Sound {
        // By name, so that a parameter without a setting is a warning.
        let Self { level, segue_level, channel, player, pass, follow_pedal } = self;
        settings::Sound {
            follow_pedal: follow_pedal.value(),
            channel: (channel.value() - 1).clamp(0, 15) as u8,
            parts,
            player: u8::try_from(player.value() - 1).ok().filter(|&channel| channel < 16),
            pass: pass.value(),
            level: gain(level),
            segue_level: gain(segue_level),
        }
    }
}

/// The gain of a level.
///
/// # Real-time safety
/// Reads an atomic.
pub(super) fn gain(level: &FloatParam) -> f32 {
    let level = number(level);
    if level <= SILENT_DB { 0.0 } else { util::db_to_gain(level) }
}
