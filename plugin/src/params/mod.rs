//! The parameters as the host sees them, in the groups in which the editor shows them, and what is saved with them. Shared by
//! the host's threads, the editor and the composer. The audio thread may read values, which are atomics, and no more: state,
//! presets and the names of styles are behind locks or in files.

pub mod choices;
pub mod number;
pub mod presets;
pub mod ranges;
pub mod scale;
pub mod state;
pub mod styles;
pub mod text;
pub mod tone;
pub mod what;
pub mod when;

use nice_plug::prelude::*;

use crate::params::state::State;
use choices::Mode;
use number::number;
use segue_realtime::between::settings::Settings;
use text::trigger_of;
use tone::Tone;
use what::What;
use when::When;

/// All parameters, and what is saved with them. An identifier never changes: projects refer to it.
#[derive(Params)]
pub struct SegueParams {
    /// Beside the parameters.
    #[persist = "segue"]
    pub state: State,
    /// Whether Segue plays.
    #[id = "on"]
    pub on: BoolParam,
    /// The host's bypass.
    #[id = "bypass"]
    pub bypass: BoolParam,
    /// How we play together.
    #[id = "mode"]
    pub mode: EnumParam<Mode>,
    /// When it plays.
    #[nested(group = "When")]
    pub when: When,
    /// What it plays.
    #[nested(group = "What")]
    pub what: What,
    /// Where its notes go.
    #[nested(group = "Sound")]
    pub tone: Tone,
}

impl Default for SegueParams {
    fn default() -> Self {
        Self {
            state: State::default(),
            on: BoolParam::new("Play", true),
            bypass: BoolParam::new("Bypass", false).make_bypass(),
            mode: EnumParam::new("Mode", Mode::Answer),
            when: When::default(),
            what: What::default(),
            tone: Tone::default(),
        }
    }
}

impl SegueParams {
    /// As they are now.
    ///
    /// # Real-time safety
    /// Reads atomics.
    pub fn settings(&self) -> Settings {
        let Self { when, what, tone, .. } = self;
        Settings {
            on: self.on.value(),
            bypass: self.bypass.value(),
            mode: self.mode.value().into(),
            latch: when.latch.value(),
            yields: when.yields.value().into(),
            latch_trigger: trigger_of(when.latch_trigger.value()),
            mode_trigger: trigger_of(when.mode_trigger.value()),
            patience: number(&when.patience),
            bars: when.length.value().clamp(1, 16) as u8,
            grid: when.grid.value().beats(),
            quantise: number(&when.quantise),
            bounds: what.bounds(),
            follow_pedal: tone.follow_pedal.value(),
            temperature: number(&what.temperature),
            top_p: number(&what.top_p),
            seed: u64::from(what.seed.value().unsigned_abs()),
            style: u8::try_from(what.style.value() - 1).ok(),
            channel: (tone.channel.value() - 1).clamp(0, 15) as u8,
            pass: tone.pass.value(),
            level: tone::gain(&tone.level),
            segue_level: tone::gain(&tone.segue_level),
            generation: self.state.loads(),
        }
    }
}

#[cfg(test)]
mod tests {
    use std::collections::HashSet;

    use super::*;
    use segue_realtime::between::settings::{Bounds, Trigger};

    #[test]
    fn defaults_agree_with_the_settings() {
        let level = util::db_to_gain(-12.0);
        let expected = Settings { level, segue_level: level, ..Settings::default() };
        assert_eq!(SegueParams::default().settings(), expected);
    }

    /// Sets a parameter as a host does, from text.
    fn set(params: &SegueParams, id: &str, text: &str) {
        let (_, param, _) = params.param_map().into_iter().find(|(it, ..)| it == id).expect("it exists");
        // SAFETY: the pointers of the map live as long as `params`.
        unsafe {
            let value = param.string_to_normalized_value(text).unwrap_or_else(|| panic!("{id}: {text}"));
            param._internal_set_normalized_value(value);
        }
    }

    #[test]
    fn what_is_set_is_what_is_read() {
        let params = SegueParams::default();
        for (id, text) in [
            ("mode", "Duet"),
            ("yield", "Let notes end"),
            ("lattrg", "C3 key"),
            ("modtrg", "CC 64"),
            ("patien", "0.5 x"),
            ("quant", "25 %"),
            ("keylo", "C5"),
            ("keyhi", "C3"),
            ("vello", "100"),
            ("velhi", "20"),
            ("dens", "2 a beat"),
            ("poly", "3 notes"),
            ("scale", "Minor"),
            ("root", "A"),
            ("style", "style 3"),
            ("level", "-20 dB"),
            ("seglev", "-60 dB"),
        ] {
            set(&params, id, text);
        }
        let settings = params.settings();
        assert_eq!(settings.mode, segue_realtime::between::settings::Mode::Duet);
        assert_eq!(settings.yields, segue_realtime::between::settings::Yield::LetEnd);
        assert_eq!(settings.latch_trigger, Some(Trigger::Note(48)));
        assert_eq!(settings.mode_trigger, Some(Trigger::Control(64)));
        assert_eq!((settings.patience, settings.quantise), (0.5, 0.25));
        assert!((settings.level - 0.1).abs() < 1e-3, "{}", settings.level);
        assert_eq!(settings.segue_level, 0.0);
        assert_eq!(settings.style, Some(2), "the third, counted from 0");
        let scale = segue_realtime::between::settings::ScaleLock::To(0b1010_1011_0101);
        let expected = Bounds { keys: (48, 72), velocities: (20, 100), polyphony: 3, density: 2.0, scale };
        assert_eq!(settings.bounds, expected);
        set(&params, "dens", "off");
        assert_eq!(params.settings().bounds.density, f32::INFINITY);
    }

    #[test]
    fn what_is_no_number_is_the_default() {
        let params = SegueParams::default();
        for (_, param, _) in params.param_map() {
            // SAFETY: the pointers of the map live as long as `params`.
            unsafe { param._internal_set_normalized_value(f32::NAN) };
        }
        let (settings, default) = (params.settings(), Settings::default());
        assert_eq!(settings.temperature, default.temperature);
        assert_eq!(settings.patience, default.patience);
        assert!(settings.level.is_finite() && settings.segue_level.is_finite());
        assert!(settings.bounds.density >= 0.25);
        assert!(settings.bounds.keys.0 <= settings.bounds.keys.1);
    }

    #[test]
    fn every_value_survives_its_text_and_no_text_falls() {
        let params = SegueParams::default();
        let map = params.param_map();
        let ids: HashSet<_> = map.iter().map(|(id, ..)| id.clone()).collect();
        assert_eq!(ids.len(), map.len(), "two parameters of one name");
        for (id, param, _) in map {
            assert!(id.len() <= 6, "{id}: too long for the framework to keep apart");
            for step in 0..=64 {
                // SAFETY: the pointers of the map live as long as `params`.
                unsafe {
                    let text = param.normalized_value_to_string(step as f32 / 64.0, true);
                    let back =
                        param.string_to_normalized_value(&text).unwrap_or_else(|| panic!("{id}: {text}"));
                    assert_eq!(param.normalized_value_to_string(back, true), text, "{id}");
                }
            }
            for nonsense in ["", "é", "♯♯", "-", "9999999999999999999", "NaN", "C", "cc", "inf"] {
                // SAFETY: as above.
                unsafe { param.string_to_normalized_value(nonsense) };
            }
        }
    }
}
