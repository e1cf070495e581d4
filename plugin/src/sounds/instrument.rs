//! A SoundFont as an instrument: parts play their programs, each on a channel of its own.

use std::panic::{AssertUnwindSafe, catch_unwind};

use rustysynth::{Synthesizer, SynthesizerSettings};
use segue_music::{Key, Part, Role};
use segue_realtime::between::instrument::Instrument;

use crate::sounds::font::{Font, Program};

/// Samples that the library computes at once. A note begins at the next such block, 0.3 ms late at
/// most; smaller blocks cost more, as envelopes are computed once a block.
pub const BLOCK: usize = 16;

/// Voices: a note may take several.
const VOICES: usize = 96;

/// The channels: one for each part, with drums where the library expects them; one for the
/// player's keys, one for Segue's without a part, and one for the player's drums.
const CHANNELS: usize = 16;
const PLAYER: usize = 13;
const SEGUE: usize = 14;
const PLAYERS_DRUMS: usize = 15;

/// Controllers.
const CONTROL: i32 = 0xB0;
const PROGRAM: i32 = 0xC0;
const BANK: i32 = 0;
const VOLUME: i32 = 7;
const VOLUME_FINE: i32 = 39;
const PEDAL: i32 = 64;

/// The library's volume at a gain of 1. A General MIDI SoundFont is then about as loud as the
/// built-in sound: its parts lie within 8 dB below and 5 dB above ours.
const VOLUME_AT_ONE: f32 = 0.8;

/// The largest gain.
const LOUDEST: f32 = 2.0;

/// Quieter than this, -80 dB, with all keys up, it falls asleep after so many seconds.
const QUIET: f32 = 1e-4;
const SLEEPS_AFTER: f32 = 1.0;

/// Longer than the longest line of the reverb, in seconds.
const PREFAULT: f32 = 0.1;

/// A SoundFont that plays at one sample rate. Allocates in `new` only.
pub struct FontInstrument {
    synthesizer: Synthesizer,
    sample_rate: f32,
    programs: [Option<Program>; CHANNELS],
    /// The gain of each channel.
    volumes: [f32; CHANNELS],
    /// Keys that are down, one bit each.
    down: [u128; CHANNELS],
    pedals: [bool; 2],
    /// Samples of quiet; beyond the limit it is asleep.
    quiet: usize,
    sleeps_after: usize,
    /// The library fell: it plays no more.
    fell: bool,
}

impl FontInstrument {
    /// An instrument of a SoundFont.
    ///
    /// # Errors
    /// The library plays at 16 to 192 kHz alone.
    pub fn new(font: &Font, sample_rate: f32) -> Result<Self, String> {
        let mut settings = SynthesizerSettings::new(sample_rate as i32);
        settings.block_size = BLOCK;
        settings.maximum_polyphony = VOICES;
        let mut synthesizer =
            Synthesizer::new(font.samples(), &settings).map_err(|error| error.to_string())?;
        synthesizer.set_master_volume(VOLUME_AT_ONE * LOUDEST);
        let of = font.programs();
        let mut programs = [None; CHANNELS];
        for part in Part::ALL {
            programs[channel(Role::Segue, Some(part))] = of[part.index()];
        }
        for (channel, part) in [(PLAYER, Part::Keys), (SEGUE, Part::Keys), (PLAYERS_DRUMS, Part::Drums)] {
            programs[channel] = of[part.index()];
        }
        let sleeps_after = (SLEEPS_AFTER * sample_rate) as usize;
        let mut instrument = Self {
            synthesizer,
            sample_rate,
            programs,
            volumes: [0.0; CHANNELS],
            down: [0; CHANNELS],
            pedals: [false; 2],
            quiet: sleeps_after,
            sleeps_after,
            fell: false,
        };
        // Reverb and chorus are run through once, so that no memory is new to the audio thread.
        let mut silence = vec![0.0; (PREFAULT * sample_rate) as usize];
        let mut other = silence.clone();
        instrument.synthesizer.render(&mut silence, &mut other);
        instrument.begin();
        Ok(instrument)
    }

    /// Sets every channel to its program.
    fn begin(&mut self) {
        self.synthesizer.reset();
        for (channel, program) in self.programs.into_iter().enumerate() {
            let Some(program) = program else { continue };
            let at = channel as i32;
            // The library adds 128 to the bank of the drum channel by itself.
            let bank = if channel == Synthesizer::PERCUSSION_CHANNEL { 0 } else { program.bank };
            self.synthesizer.process_midi_message(at, CONTROL, BANK, bank);
            self.synthesizer.process_midi_message(at, PROGRAM, program.number, 0);
            self.set_volume(channel, self.volumes[channel]);
        }
        self.down = [0; CHANNELS];
        self.pedals = [false; 2];
        self.quiet = self.sleeps_after;
    }

    /// Does something that numbers of the file decide. A panic there, which we know no file for,
    /// ends the instrument and not the plugin. Returns whether there was none.
    fn guarded(&mut self, act: impl FnOnce(&mut Synthesizer)) -> bool {
        let synthesizer = &mut self.synthesizer;
        self.fell |= catch_unwind(AssertUnwindSafe(|| act(synthesizer))).is_err();
        !self.fell
    }

    fn set_volume(&mut self, channel: usize, gain: f32) {
        if let Some(volume) = self.volumes.get_mut(channel) {
            *volume = gain;
        }
        let at = channel as i32;
        if gain <= 0.0 {
            self.synthesizer.note_off_all_channel(at, true);
        }
        // The library squares it.
        let value = ((gain / LOUDEST).clamp(0.0, 1.0).sqrt() * 16_383.0) as i32;
        self.synthesizer.process_midi_message(at, CONTROL, VOLUME, value >> 7);
        self.synthesizer.process_midi_message(at, CONTROL, VOLUME_FINE, value & 0x7f);
    }
}

/// The channel of a part.
fn channel(role: Role, part: Option<Part>) -> usize {
    match (role, part) {
        (Role::Player, Some(Part::Drums)) => PLAYERS_DRUMS,
        (Role::Player, _) => PLAYER,
        (Role::Segue, None) => SEGUE,
        (Role::Segue, Some(Part::Drums)) => Synthesizer::PERCUSSION_CHANNEL,
        (Role::Segue, Some(part)) => {
            let index = part.index();
            if index < Synthesizer::PERCUSSION_CHANNEL { index } else { (index + 1) % CHANNELS }
        }
    }
}

impl Instrument for FontInstrument {
    fn sample_rate(&self) -> f32 {
        self.sample_rate
    }

    fn has(&self, role: Role, part: Option<Part>, key: Key) -> bool {
        let program = self.programs.get(channel(role, part)).copied().flatten();
        !self.fell && program.is_some_and(|program| program.has(key))
    }

    fn note_on(&mut self, role: Role, part: Option<Part>, key: Key, velocity: f32) {
        let at = channel(role, part);
        self.quiet = 0;
        if let Some(down) = self.down.get_mut(at) {
            *down |= 1 << (key % 128);
        }
        let velocity = ((velocity * 127.0).round() as i32).clamp(1, 127);
        self.guarded(|synthesizer| synthesizer.note_on(at as i32, i32::from(key), velocity));
    }

    fn note_off(&mut self, role: Role, part: Option<Part>, key: Key) {
        let at = channel(role, part);
        if let Some(down) = self.down.get_mut(at) {
            *down &= !(1 << (key % 128));
        }
        self.synthesizer.note_off(at as i32, i32::from(key));
    }

    fn pedal(&mut self, role: Role, down: bool) {
        self.pedals[role.index()] = down;
        let value = if down { 127 } else { 0 };
        let keyboards: &[usize] = match role {
            Role::Player => &[PLAYER],
            Role::Segue => &[SEGUE, channel(Role::Segue, Some(Part::Keys))],
        };
        for &at in keyboards {
            self.synthesizer.process_midi_message(at as i32, CONTROL, PEDAL, value);
        }
    }

    fn fade(&mut self) {
        self.down = [0; CHANNELS];
        Role::ALL.into_iter().for_each(|role| self.pedal(role, false));
        self.synthesizer.note_off_all(false);
    }

    fn set_gain(&mut self, role: Role, part: Option<Part>, gain: f32) {
        let at = channel(role, part);
        self.set_volume(at, gain);
        if at == PLAYER {
            self.set_volume(PLAYERS_DRUMS, gain);
        }
    }

    fn render(&mut self, left: &mut [f32], right: &mut [f32]) -> bool {
        if self.fell || self.quiet >= self.sleeps_after {
            return false;
        }
        let length = left.len().min(right.len());
        let (left, right) = (&mut left[..length], &mut right[..length]);
        if !self.guarded(|synthesizer| synthesizer.render(left, right)) {
            return false;
        }
        let peak = left.iter().chain(right.iter()).fold(0.0f32, |peak, sample| {
            // A comparison would drop what is no number.
            if sample.is_finite() { peak.max(sample.abs()) } else { f32::INFINITY }
        });
        if peak > QUIET || self.pedals.contains(&true) || self.down.iter().any(|&down| down != 0) {
            self.quiet = 0;
        } else {
            self.quiet += length;
        }
        if !peak.is_finite() {
            // A filter of the file's has run away.
            self.begin();
        } else if self.quiet >= self.sleeps_after {
            // What still sounds is not heard, and need not be computed.
            self.synthesizer.note_off_all(true);
        }
        self.quiet < self.sleeps_after
    }
}
