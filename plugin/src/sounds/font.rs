//! A SoundFont that was read: its samples, and which of its presets plays which part.

use std::io::{self, BufReader, Read, Seek};
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::Arc;

use rustysynth::{InstrumentRegion, LoopMode, Preset, PresetRegion, SoundFont};
use segue_music::{Key, Part};

use crate::sounds::riff;

/// The bank of drum kits.
const DRUM_BANK: i32 = 128;

/// The lowest sample rate that we play at; the lower it is, the larger are the steps through a
/// sample.
const SLOWEST: f32 = 16_000.0;

/// Why a file is no SoundFont that can be played. It follows the file's name.
#[derive(Debug, thiserror::Error)]
pub enum FontError {
    /// Reading failed.
    #[error("cannot be read: {0}")]
    Read(#[from] io::Error),
    /// Not the chunks of a SoundFont, or cut off.
    #[error("is no SoundFont, or is damaged")]
    Damaged,
    /// The library refuses it.
    #[error("is no SoundFont that can be played: {0}")]
    Refused(String),
    /// It has no preset for any part.
    #[error("has no sound in it")]
    Empty,
}

/// The preset of a part, and the keys that it has a sound for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Program {
    /// Its bank.
    pub bank: i32,
    /// Its program, counted from 0.
    pub number: i32,
    /// One bit a key.
    keys: u128,
}

impl Program {
    /// Whether it has a sound for a key.
    ///
    /// # Real-time safety
    /// Arithmetic only.
    pub fn has(&self, key: Key) -> bool {
        self.keys >> (key % 128) & 1 == 1
    }
}

/// A SoundFont.
pub struct Font {
    samples: Arc<SoundFont>,
    programs: [Option<Program>; Part::COUNT],
}

impl Font {
    /// Reads one.
    ///
    /// # Errors
    /// What it is instead.
    pub fn read(mut file: impl Read + Seek) -> Result<Self, FontError> {
        if !riff::is_whole(&mut file)? {
            return Err(FontError::Damaged);
        }
        // The library indexes with numbers of the file, and a few of them panic.
        let read = catch_unwind(AssertUnwindSafe(|| SoundFont::new(&mut BufReader::new(file))));
        let samples = match read {
            Ok(Ok(samples)) => Arc::new(samples),
            Ok(Err(error)) => return Err(FontError::Refused(error.to_string())),
            Err(_) => return Err(FontError::Damaged),
        };
        let programs = Part::ALL.map(|part| program(&samples, part));
        if programs.iter().all(Option::is_none) {
            return Err(FontError::Empty);
        }
        Ok(Self { samples, programs })
    }

    /// The samples.
    pub fn samples(&self) -> &Arc<SoundFont> {
        &self.samples
    }

    /// What plays each part, by [`Part::index`].
    pub fn programs(&self) -> [Option<Program>; Part::COUNT] {
        self.programs
    }
}

/// What plays a part: its General MIDI program, or else the first of its family. A SoundFont of a
/// single instrument is meant for the keys.
fn program(font: &SoundFont, part: Part) -> Option<Program> {
    let of_bank = |bank: i32| {
        let mut presets: Vec<_> =
            font.get_presets().iter().filter(|preset| preset.get_bank_number() == bank).collect();
        presets.sort_by_key(|preset| preset.get_patch_number());
        presets
    };
    let (drums, pitched) = (of_bank(DRUM_BANK), of_bank(0));
    let family = |preset: &&&Preset| {
        u8::try_from(preset.get_patch_number()).is_ok_and(|number| Part::of_program(number) == part)
    };
    let meant = |preset: &&&Preset| Some(preset.get_patch_number()) == part.program().map(i32::from);
    let preset = match part {
        Part::Drums => drums.first(),
        part => {
            let any = pitched.first().filter(|_| part == Part::Keys);
            pitched.iter().find(meant).or_else(|| pitched.iter().find(family)).or(any)
        }
    }?;
    let keys = (0..128).filter(|&key| has(font, preset, key)).fold(0, |keys, key| keys | 1 << key);
    let (bank, number) = (preset.get_bank_number(), preset.get_patch_number());
    (keys != 0).then_some(Program { bank, number, keys })
}

/// Whether a preset has a sound for a key, and one that the library can play without a panic.
fn has(font: &SoundFont, preset: &Preset, key: i32) -> bool {
    let within = |from: i32, to: i32| (from..=to).contains(&key);
    let mut sounds = false;
    let regions = preset.get_regions().iter();
    for outer in regions.filter(|it| within(it.get_key_range_start(), it.get_key_range_end())) {
        let Some(instrument) = font.get_instruments().get(outer.get_instrument_id()) else { return false };
        let regions = instrument.get_regions().iter();
        for inner in regions.filter(|it| within(it.get_key_range_start(), it.get_key_range_end())) {
            if !is_safe(font, outer, inner, key) {
                return false;
            }
            sounds |= outer.get_velocity_range_start().max(inner.get_velocity_range_start())
                <= outer.get_velocity_range_end().min(inner.get_velocity_range_end());
        }
    }
    sounds
}

/// Whether a sample is never read beyond its end: a loop is only known to be left once a step, so
/// no step may be longer than it.
fn is_safe(font: &SoundFont, outer: &PresetRegion, inner: &InstrumentRegion, key: i32) -> bool {
    let Some(sample) = font.get_sample_headers().get(inner.get_sample_id()) else { return false };
    let scale = (outer.get_scale_tuning() + inner.get_scale_tuning()) as f32 / 100.0;
    let tune = (outer.get_coarse_tune() + inner.get_coarse_tune()) as f32
        + (outer.get_fine_tune() + inner.get_fine_tune()) as f32 / 100.0;
    let swings = [
        outer.get_modulation_lfo_to_pitch() + inner.get_modulation_lfo_to_pitch(),
        outer.get_vibrato_lfo_to_pitch() + inner.get_vibrato_lfo_to_pitch(),
        outer.get_modulation_envelope_to_pitch() + inner.get_modulation_envelope_to_pitch(),
    ];
    let swing: f32 = swings.iter().map(|cents| cents.abs() as f32 / 100.0).sum();
    let above = scale * (key - inner.get_root_key()) as f32 + tune + scale.abs() * swing;
    let step = sample.get_sample_rate() as f32 / SLOWEST * (above / 12.0).exp2();
    let (from, to) = (inner.get_sample_start_loop(), inner.get_sample_end_loop());
    let loops = inner.get_sample_modes() != LoopMode::NoLoop && from < to;
    // The length is in whole samples; a step beyond a million is nonsense in itself.
    let longest = if loops { (to - from - 1) as f32 } else { 1e6 };
    sample.get_sample_rate() > 0 && step > 0.0 && step <= longest
}
