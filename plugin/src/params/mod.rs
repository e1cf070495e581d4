//! The parameters as the host sees them, in the groups in which the editor shows them, and what is
//! saved with them. Shared by the host's threads, the editor and the composer. The audio thread may
//! only read values, which are atomics: state, presets and the names of styles are behind locks or
//! in files.

pub mod band;
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
use segue_realtime::between::settings::{Mode, Settings};

use crate::params::state::State;
use band::Band;
use choices::Chosen;
use tone::Tone;
use what::What;
use when::When;

/// All parameters, and what is saved with them. Projects refer to identifiers, so those never
/// change.
#[derive(Params)]
pub struct SegueParams {
    /// What is saved besides the parameters.
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
    pub mode: EnumParam<Chosen<Mode>>,
    /// When it plays.
    #[nested(group = "When")]
    pub when: When,
    /// What it plays.
    #[nested(group = "What")]
    pub what: What,
    /// The parts it plays.
    #[nested(group = "Band")]
    pub band: Band,
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
            mode: EnumParam::new("Mode", Chosen(Mode::default())),
            when: When::default(),
            what: What::default(),
            tone: Tone::default(),
            band: Band::default(),
        }
    }
}

impl SegueParams {
    /// The current values.
    ///
    /// # Real-time safety
    /// Reads atomics.
    pub fn settings(&self) -> Settings {
        Settings {
            on: self.on.value(),
            bypass: self.bypass.value(),
            mode: self.mode.value().0,
            when: self.when.settings(),
            what: self.what.settings(self.when.onsets(), self.band.settings()),
            sound: self.tone.settings(self.band.sounds()),
            generation: self.state.loads(),
        }
    }
}

#[cfg(test)]
mod tests {
    use std::collections::HashSet;

    use segue_realtime::between::settings::{Bounds, Sound, Trigger};

    use super::*;

    #[test]
    fn defaults_agree_with_the_settings() {
        let level = util::db_to_gain(-12.0);
        let sound = Sound { level, segue_level: level, ..Sound::default() };
        let expected = Settings { sound, ..Settings::default() };
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
        assert_eq!(settings.mode, Mode::Duet);
        assert_eq!(settings.when.yields, segue_realtime::between::settings::Yield::LetEnd);
        assert_eq!(settings.when.latch_trigger, Some(Trigger::Note(48)));
        assert_eq!(settings.when.mode_trigger, Some(Trigger::Control(64)));
        assert_eq!((settings.when.patience, settings.what.quantise), (0.5, 0.25));
        assert!((settings.sound.level - 0.1).abs() < 1e-3, "{}", settings.sound.level);
        assert_eq!(settings.sound.segue_level, 0.0);
        assert_eq!(settings.what.style, Some(2), "the third, counted from 0");
        let scale = segue_realtime::between::settings::ScaleLock::To(0b1010_1011_0101);
        let expected = Bounds { keys: (48, 72), velocities: (20, 100), polyphony: 3, density: 2.0, scale };
        assert_eq!(settings.what.bounds, expected);
        set(&params, "dens", "off");
        assert_eq!(params.settings().what.bounds.density, f32::INFINITY);
    }

    #[test]
    fn every_parameter_reaches_the_settings() {
        for (id, ..) in SegueParams::default().param_map() {
            let params = SegueParams::default();
            // A root is one of a scale.
            set(&params, "scale", "Minor");
            let (_, param, _) = params.param_map().into_iter().find(|(it, ..)| *it == id).expect("it exists");
            let differ = [0.0, 0.5, 1.0].map(|value| {
                // SAFETY: the pointers of the map live as long as `params`.
                unsafe { param._internal_set_normalized_value(value) };
                params.settings()
            });
            assert!(differ[0] != differ[1] || differ[1] != differ[2], "{id}: moves, and no setting does");
        }
    }

    #[test]
    fn what_is_no_number_is_the_default() {
        let params = SegueParams::default();
        for (_, param, _) in params.param_map() {
            // SAFETY: the pointers of the map live as long as `params`.
            unsafe { param._internal_set_normalized_value(f32::NAN) };
        }
        let (settings, default) = (params.settings(), Settings::default());
        assert_eq!(settings.what.temperature, default.what.temperature);
        assert_eq!(settings.when.patience, default.when.patience);
        assert!(settings.sound.level.is_finite() && settings.sound.segue_level.is_finite());
        assert!(settings.what.bounds.density >= 0.25);
        assert!(settings.what.bounds.keys.0 <= settings.what.bounds.keys.1);
    }

    #[test]
    fn every_value_survives_its_text_and_no_text_falls() {
        let params = SegueParams::default();
        let is_switch = |id: &str| {
            let of_a_part = ["play", "mute", "solo"].iter().any(|end| id.len() == 6 && id.ends_with(end));
            of_a_part || ["on", "bypass", "latch", "pass", "pedal"].contains(&id)
        };
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
                    assert!(!text.starts_with("-0.0"), "{id}: {text}");
                }
            }
            let nonsense =
                ["", "é", "♯♯", "-", "9999999999999999999", "C", "cc", "C2147483647", "-2147483648"];
            for nonsense in nonsense.into_iter().chain(["2147483647", "B178956969", "style -2147483648"]) {
                // SAFETY: as above.
                let value = unsafe { param.string_to_normalized_value(nonsense) };
                assert!(
                    value.is_none_or(|value| (0.0..=1.0).contains(&value)),
                    "{id}: {nonsense}: {value:?}"
                );
            }
            // A switch takes every text for off or on.
            for nothing in ["NaN", "nan %", "inf", "-inf dB", "1e39"].iter().filter(|_| !is_switch(&id)) {
                // SAFETY: as above.
                assert_eq!(unsafe { param.string_to_normalized_value(nothing) }, None, "{id}: {nothing}");
            }
        }
    }
}
