//! What Segue plays.

use std::sync::Arc;

use nice_plug::prelude::*;
use segue_realtime::between::settings::{self, Band, Bounds};

use super::number::number;
use super::scale::Scale;
use super::styles::{self, Styles};
use super::text::{NAMES, class_of, count_of, counted, decimal, integer, key_name, key_of};
use segue_music::Beats;

/// The parameters of the group *What*, in the window's order, which hosts list them in.
#[derive(Params)]
pub struct What {
    /// One of the model's styles by its number from 1; 0 is none.
    #[id = "style"]
    pub style: IntParam,
    /// How daring.
    #[id = "temper"]
    pub temperature: FloatParam,
    /// Notes a beat at most.
    #[id = "dens"]
    pub density: FloatParam,
    /// Which pitch classes.
    #[id = "scale"]
    pub scale: EnumParam<Scale>,
    /// The scale's root.
    #[id = "root"]
    pub root: IntParam,
    /// How much of the unlikely is left out.
    #[id = "top_p"]
    pub top_p: FloatParam,
    /// Notes at once at most.
    #[id = "poly"]
    pub polyphony: IntParam,
    /// Another seed, another answer.
    #[id = "seed"]
    pub seed: IntParam,
    /// The lowest key.
    #[id = "keylo"]
    pub key_low: IntParam,
    /// The highest key.
    #[id = "keyhi"]
    pub key_high: IntParam,
    /// The softest note.
    #[id = "vello"]
    pub velocity_low: IntParam,
    /// The hardest note.
    #[id = "velhi"]
    pub velocity_high: IntParam,
    /// What the model calls its styles.
    pub styles: Styles,
}

/// The top of the density's range stands for no limit.
const NO_LIMIT: f32 = 16.0;

/// A key by its name.
pub(super) fn key(name: &str, default: i32) -> IntParam {
    IntParam::new(name, default, IntRange::Linear { min: 21, max: 108 })
        .with_value_to_string(Arc::new(|key| key_name(key.clamp(0, 127) as u8)))
        .with_string_to_value(Arc::new(|text| key_of(text).map(i32::from)))
}

/// Its text is what the model that plays calls it.
fn style(styles: &Styles) -> IntParam {
    let (names, numbers) = (styles.clone(), styles.clone());
    IntParam::new("Style", 0, IntRange::Linear { min: 0, max: styles::MOST as i32 })
        .with_value_to_string(Arc::new(move |number| names.name(number)))
        .with_string_to_value(Arc::new(move |text| numbers.number(text)))
}

fn velocity(name: &str, default: i32) -> IntParam {
    IntParam::new(name, default, IntRange::Linear { min: 1, max: 127 })
        .with_string_to_value(Arc::new(|text| integer(text, "")))
}

/// How many notes begin a beat at most.
pub(super) fn density(name: &str) -> FloatParam {
    let range = FloatRange::Skewed { min: 0.25, max: NO_LIMIT, factor: FloatRange::skew_factor(-1.0) };
    FloatParam::new(name, NO_LIMIT, range)
        .with_step_size(0.25)
        .with_value_to_string(Arc::new(|notes| {
            if notes >= NO_LIMIT { "off".to_owned() } else { format!("{notes:.2} a beat") }
        }))
        .with_string_to_value(Arc::new(|text| {
            let text = text.trim();
            if text.eq_ignore_ascii_case("off") {
                return Some(NO_LIMIT);
            }
            decimal(text, "a beat")
        }))
}

/// The notes a beat that a density allows.
///
/// # Real-time safety
/// Reads an atomic.
pub(super) fn most_a_beat(density: &FloatParam) -> f32 {
    let density = number(density);
    if density >= NO_LIMIT { f32::INFINITY } else { density }
}

impl Default for What {
    fn default() -> Self {
        let styles = Styles::shipped();
        Self {
            temperature: FloatParam::new("Temperature", 1.0, FloatRange::Linear { min: 0.1, max: 1.5 })
                .with_step_size(0.01)
                .with_string_to_value(Arc::new(|text| decimal(text, ""))),
            top_p: FloatParam::new("Top-p", 0.95, FloatRange::Linear { min: 0.1, max: 1.0 })
                .with_step_size(0.01)
                .with_string_to_value(Arc::new(|text| decimal(text, ""))),
            seed: IntParam::new("Seed", 1, IntRange::Linear { min: 0, max: 9999 })
                .with_string_to_value(Arc::new(|text| integer(text, ""))),
            density: density("Density"),
            polyphony: IntParam::new("Polyphony", 16, IntRange::Linear { min: 1, max: 16 })
                .with_value_to_string(Arc::new(|notes| counted(notes, "note")))
                .with_string_to_value(Arc::new(|text| count_of(text, "note"))),
            key_low: key("Lowest key", 21),
            key_high: key("Highest key", 108),
            velocity_low: velocity("Softest", 1),
            velocity_high: velocity("Hardest", 127),
            scale: EnumParam::new("Scale", Scale::Off),
            root: IntParam::new("Root", 0, IntRange::Linear { min: 0, max: 11 })
                .with_value_to_string(Arc::new(|root| NAMES[root.clamp(0, 11) as usize].to_owned()))
                .with_string_to_value(Arc::new(|text| class_of(text).map(i32::from))),
            style: style(&styles),
            styles,
        }
    }
}

impl What {
    /// As they are now, with the grid and the quantise amount of [`super::when::When::onsets`], and
    /// what each part may play.
    ///
    /// # Real-time safety
    /// Reads atomics.
    pub fn settings(&self, (grid, quantise): (Beats, f32), band: Band) -> settings::What {
        // By name, so that a parameter without a setting is a warning.
        let Self {
            temperature,
            top_p,
            seed,
            density,
            polyphony,
            key_low,
            key_high,
            velocity_low,
            velocity_high,
            scale,
            root,
            style,
            styles: _,
        } = self;
        // A lowest above the highest is the two the other way round.
        let sorted = |low: &IntParam, high: &IntParam| {
            let (a, b) = (low.value().clamp(0, 127) as u8, high.value().clamp(0, 127) as u8);
            (a.min(b), a.max(b))
        };
        settings::What {
            grid,
            quantise,
            bounds: Bounds {
                keys: sorted(key_low, key_high),
                velocities: sorted(velocity_low, velocity_high),
                polyphony: polyphony.value().clamp(1, 16) as u8,
                density: most_a_beat(density),
                scale: scale.value().lock(root.value().clamp(0, 11) as u8),
            },
            band,
            temperature: number(temperature),
            top_p: number(top_p),
            seed: u64::from(seed.value().unsigned_abs()),
            style: u8::try_from(style.value() - 1).ok(),
        }
    }
}
