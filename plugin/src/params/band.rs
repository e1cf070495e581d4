//! The parts of the band: a strip of parameters each.
//!
//! A strip's parameters are named after its part, so that a list of hundreds still says what is
//! what. In hosts each strip is a group within *Band*.

use std::sync::Arc;

use nice_plug::prelude::*;
use segue_music::{Part, PartSet};
use segue_realtime::between::settings::{self, PartLimits, PartSound};

use super::text::integer;
use super::tone::{gain, level};
use super::what::{density, key, most_a_beat};

/// The group that the strips are in.
pub const GROUP: &str = "Band";

/// What of a strip is about the music, by the end of its identifier: presets set it.
const OF_THE_MUSIC: [&str; 4] = [PLAYS, "low", "high", "dens"];

/// The end of the identifier of a part's switch.
const PLAYS: &str = "play";

/// The parameters of the group *Band*.
pub struct Band {
    /// A strip a part, by its index.
    pub strips: [Strip; Part::COUNT],
}

/// The parameters of one part.
pub struct Strip {
    /// Whether Segue plays it.
    pub plays: BoolParam,
    /// Level in the built-in sound, in decibels; the lowest is silent.
    pub level: FloatParam,
    /// Its notes do not go out.
    pub mute: BoolParam,
    /// Only its notes go out, and those of others with a solo.
    pub solo: BoolParam,
    /// The MIDI channel of its notes, from 1.
    pub channel: IntParam,
    /// The lowest key.
    pub key_low: IntParam,
    /// The highest key.
    pub key_high: IntParam,
    /// Notes a beat at most.
    pub density: FloatParam,
}

/// A part's name, as players see it.
pub fn label(part: Part) -> String {
    let name = part.name();
    name[..1].to_uppercase() + &name[1..]
}

/// What the identifiers of a part's parameters begin with: two letters, as the framework keeps only
/// short ones apart.
fn code(part: Part) -> &'static str {
    &part.name()[..2]
}

/// The identifier of the switch of a part.
pub fn plays(part: Part) -> String {
    code(part).to_owned() + PLAYS
}

/// Whether presets set a parameter of the band.
pub fn is_of_the_music(id: &str) -> bool {
    OF_THE_MUSIC.iter().any(|end| id.len() == 2 + end.len() && id.ends_with(end))
}

impl Strip {
    /// As it is before anybody changes it.
    fn new(part: Part) -> Self {
        let label = label(part);
        let named = |what: &str| format!("{label} {what}");
        let usual = i32::from(part.usual_channel()) + 1;
        let (lowest, highest) = part.keys();
        Self {
            plays: BoolParam::new(label.clone(), false),
            level: level(&named("level"), 0.0),
            mute: BoolParam::new(named("mute"), false),
            solo: BoolParam::new(named("solo"), false),
            channel: IntParam::new(named("channel"), usual, IntRange::Linear { min: 1, max: 16 })
                .with_string_to_value(Arc::new(|text| integer(text, ""))),
            key_low: key(&named("lowest key"), lowest.into()),
            key_high: key(&named("highest key"), highest.into()),
            density: density(&named("density")),
        }
    }

    /// Its parameters, each with the end of its identifier. Projects save identifiers, so those
    /// never change.
    fn parameters(&self) -> [(&'static str, ParamPtr); 8] {
        [
            (PLAYS, self.plays.as_ptr()),
            ("lev", self.level.as_ptr()),
            ("mute", self.mute.as_ptr()),
            ("solo", self.solo.as_ptr()),
            ("chan", self.channel.as_ptr()),
            ("low", self.key_low.as_ptr()),
            ("high", self.key_high.as_ptr()),
            ("dens", self.density.as_ptr()),
        ]
    }
}

impl Default for Band {
    fn default() -> Self {
        Self { strips: Part::ALL.map(Strip::new) }
    }
}

impl Band {
    /// The strip of a part.
    pub fn strip(&self, part: Part) -> &Strip {
        &self.strips[part.index()]
    }

    /// What each part may play.
    ///
    /// # Real-time safety
    /// Reads atomics.
    pub fn settings(&self) -> settings::Band {
        let plays = |part: &Part| self.strip(*part).plays.value();
        let limits = |part: Part| {
            let strip = self.strip(part);
            let key = |key: &IntParam| key.value().clamp(0, 127) as u8;
            let (a, b) = (key(&strip.key_low), key(&strip.key_high));
            PartLimits { keys: (a.min(b), a.max(b)), density: most_a_beat(&strip.density) }
        };
        let parts: PartSet = Part::ALL.into_iter().filter(plays).collect();
        settings::Band { parts, limits: Part::ALL.map(limits) }
    }

    /// Where each part's notes go.
    ///
    /// # Real-time safety
    /// Reads atomics.
    pub fn sounds(&self) -> [PartSound; Part::COUNT] {
        let alone = self.strips.iter().any(|strip| strip.solo.value());
        Part::ALL.map(|part| {
            let strip = self.strip(part);
            PartSound {
                channel: (strip.channel.value() - 1).clamp(0, 15) as u8,
                level: gain(&strip.level),
                heard: !strip.mute.value() && (!alone || strip.solo.value()),
            }
        })
    }
}

// SAFETY: the pointers are to fields of `self`, which the framework keeps behind an `Arc` for as
// long as it has them.
unsafe impl Params for Band {
    fn param_map(&self) -> Vec<(String, ParamPtr, String)> {
        let strips = Part::ALL.into_iter().zip(&self.strips);
        strips
            .flat_map(|(part, strip)| {
                let of = move |(end, pointer)| (format!("{}{end}", code(part)), pointer, label(part));
                strip.parameters().into_iter().map(of)
            })
            .collect()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_parameter_is_named_after_its_part() {
        let band = Band::default();
        let map = band.param_map();
        assert_eq!(map.len(), 8 * Part::COUNT);
        for (id, param, group) in map {
            // SAFETY: the pointers live as long as `band`.
            let name = unsafe { param.name() }.to_owned();
            assert!(name.starts_with(&group) && group.to_lowercase().starts_with(&id[..2]), "{id}: {name}");
        }
        assert!(is_of_the_music("baplay") && is_of_the_music("drdens"));
        assert!(!is_of_the_music("bachan") && !is_of_the_music("drmute"));
    }
}
