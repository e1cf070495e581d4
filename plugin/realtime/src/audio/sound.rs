//! The built-in sound: an electric piano, and a small band around it, good enough to jam with.
//!
//! A voice per key, a level for the player, one for Segue and one for each part, a chorus and an
//! amplifier. The part says which voice: keys are an electric piano by phase modulation; bass,
//! guitar and mallets are plucked or struck (modes of a string or a bar); strings, voices, winds,
//! leads, pads and organ are two oscillators through a filter; drums are skins, modes and noise. A
//! key that is struck again continues from its current level, stolen voices fade, and levels are
//! smoothed, so nothing clicks.
//!
//! The filters are those of the biquad crate. We tried fundsp: its envelope restarts at zero, a
//! click on every repeated key, and is sampled only every 2 ms. For the rest, a chorus, it brings a
//! dozen crates with it, an FFT and a resampler among them.
//!
//! Cost, by `cargo bench -p segue-realtime --bench sound`, at 48 kHz, in shares of a core of a busy
//! AMD EPYC server (a quiet one needs two thirds): 16 keys 0.7 %, 32 keys 1.6 %; 16 voices of bass,
//! guitar or mallets 0.8 %, of the sustained ones 0.9 to 1.8 %, 16 drums 1.0 to 1.5 %; a band of
//! five with sixteen notes a beat, held until they are stolen, 1.9 %. No cost while it is silent or
//! off.

mod amplifier;
mod chorus;
mod drum;
mod envelope;
mod filter;
mod guest;
mod kit;
mod levels;
mod modes;
mod noise;
mod plucked;
mod sine;
mod slots;
mod sustained;
#[cfg(test)]
mod tests;
mod timbre;
mod tone;
mod voice;

use segue_music::{Key, Part, Role, has_pedal};

use crate::audio::voices::Address;
use crate::between::convert;
use crate::between::instrument::Stage;
use amplifier::{Amplifier, round_off};
use chorus::Chorus;
use envelope::fall;
use guest::Guest;
use levels::GROUPS;
pub use levels::Levels;
use slots::Slots;
use voice::{Bus, CHUNK, Strike};

/// How long the chorus and the filters sound on after the last voice.
const TAIL_SECONDS: f32 = 0.05;

/// A falling level below this is zero: -100 dB.
const LEVEL_OFF: f32 = 1e-5;

/// The sound of one instance. Allocates in `new` and `activate` only.
pub struct Sound {
    /// What plays in place of the voices, if anything does.
    guest: Guest,
    slots: Slots,
    chorus: Chorus,
    amplifiers: [Amplifier; 2],
    sample_rate: f32,
    smooth: f32,
    /// The smoothed levels; `None` where nothing sounds, as they may jump there.
    levels: [Option<f32>; GROUPS],
    /// Samples until the tail has ended.
    tail: usize,
    /// Whose pedal is down, by role.
    pedals: [bool; 2],
    /// Strikes so far.
    strikes: u32,
}

impl Sound {
    /// Silence at a sample rate.
    pub fn new(sample_rate: f32) -> Self {
        let sample_rate =
            if sample_rate.is_finite() { sample_rate.clamp(1_000.0, 1_000_000.0) } else { 48_000.0 };
        Self {
            guest: Guest::new(sample_rate),
            slots: Slots::new(),
            chorus: Chorus::new(sample_rate),
            amplifiers: [Amplifier::new(sample_rate), Amplifier::new(sample_rate)],
            sample_rate,
            smooth: 1.0 - fall(0.01, sample_rate),
            levels: [None; GROUPS],
            tail: 0,
            pedals: [false; 2],
            strikes: 0,
        }
    }

    /// Instruments that are to play in place of the voices come by this way. Not while processing.
    pub fn listen_to(&mut self, stage: Stage) {
        self.guest.enter_by(stage);
    }

    /// Starts over at a sample rate. Allocates.
    pub fn activate(&mut self, sample_rate: f32) {
        let new = Self::new(sample_rate);
        let mut before = std::mem::replace(self, new);
        before.guest.activate(self.sample_rate);
        self.guest = before.guest;
    }

    /// Strikes a key; `velocity` is 0 to 1. The part says which voice; `None` is a keyboard.
    ///
    /// # Real-time safety
    /// Allocates nothing and never waits.
    pub fn note_on(&mut self, address: Address, role: Role, part: Option<Part>, velocity: f32) {
        let velocity = if velocity.is_nan() { 0.0 } else { velocity.clamp(0.0, 1.0) };
        self.strikes = self.strikes.wrapping_add(1);
        let strike = Strike { address, role, part, velocity, seed: self.strikes };
        let rate = self.sample_rate;
        if self.guest.note_on(address, role, part, velocity) {
            let here = self.slots.live_mut().filter(|voice| voice.address == address && voice.sounds());
            here.for_each(|voice| voice.release(rate));
            return;
        }
        self.slots.strike(&strike, rate);
    }

    /// Releases a key. Drums ring out.
    ///
    /// # Real-time safety
    /// Allocates nothing and never waits.
    pub fn note_off(&mut self, address: Address) {
        self.guest.note_off(address);
        let (pedals, rate) = (self.pedals, self.sample_rate);
        for voice in self.slots.live_mut().filter(|voice| voice.address == address && voice.sounds()) {
            if pedals[voice.role.index()] && (voice.role == Role::Player || has_pedal(voice.part)) {
                voice.sustained = true;
            } else {
                voice.release(rate);
            }
        }
    }

    /// Moves somebody's pedal. It holds nobody else's notes, and of ours those of a keyboard.
    ///
    /// # Real-time safety
    /// Allocates nothing and never waits.
    pub fn pedal(&mut self, role: Role, down: bool) {
        self.pedals[role.index()] = down;
        self.guest.pedal(role, down);
        if !down {
            let rate = self.sample_rate;
            let held = self.slots.live_mut().filter(|voice| voice.sustained && voice.role == role);
            held.for_each(|voice| voice.release(rate));
        }
    }

    /// Lets everything fade.
    ///
    /// # Real-time safety
    /// Allocates nothing and never waits.
    pub fn fade(&mut self) {
        self.guest.fade();
        let rate = self.sample_rate;
        self.slots.live_mut().filter(|voice| voice.sounds()).for_each(|voice| voice.stop(rate));
    }

    /// Whether no voice sounds. The chorus may.
    pub fn is_silent(&self) -> bool {
        self.slots.are_idle()
    }

    /// Writes the next samples. A level of 0 ends the voices that it is for.
    ///
    /// # Real-time safety
    /// Allocates nothing and never waits.
    pub fn render(&mut self, left: &mut [f32], right: &mut [f32], levels: &Levels) {
        let targets = levels.groups();
        for (left, right) in left.chunks_mut(CHUNK).zip(right.chunks_mut(CHUNK)) {
            let length = left.len().min(right.len());
            self.chunk(&mut left[..length], &mut right[..length], &targets);
        }
    }

    fn chunk(&mut self, left: &mut [f32], right: &mut [f32], targets: &[f32; GROUPS]) {
        let Self { guest, slots, chorus, amplifiers, sample_rate, smooth, levels, .. } = self;
        let mut curves: [Option<[f32; CHUNK]>; GROUPS] = [None; GROUPS];
        let mut buses = [[[0.0; CHUNK]; 2]; Bus::COUNT];
        let dry = &mut buses[Bus::Dry as usize];
        let mut sounds = guest.render(dry, left.len(), targets, *smooth);
        for voice in slots.live_mut() {
            let group = voice.group();
            let level = levels[group].get_or_insert(targets[group]);
            if targets[group] == 0.0 && *level == 0.0 && curves[group].is_none() {
                voice.end();
                continue;
            }
            let curve =
                curves[group].get_or_insert_with(|| curve(level, targets[group], *smooth, left.len()));
            voice.render(curve, &mut buses[voice.bus() as usize], left.len(), *sample_rate);
            sounds = true;
        }
        slots.free_ended();
        for (level, curve) in levels.iter_mut().zip(&curves) {
            if curve.is_none() {
                *level = None;
            }
        }
        if sounds {
            self.tail = convert::place(TAIL_SECONDS * *sample_rate);
        } else if self.tail == 0 {
            left.fill(0.0);
            right.fill(0.0);
            amplifiers.iter_mut().for_each(Amplifier::rest);
            return;
        } else {
            self.tail = self.tail.saturating_sub(left.len());
        }
        let [wide, plain, dry] = &buses;
        for (index, (l, r)) in left.iter_mut().zip(right).enumerate() {
            let (wet_left, wet_right) = chorus.next(wide[0][index], wide[1][index]);
            *l = round_off(amplifiers[0].next(wet_left + plain[0][index]) + dry[0][index]);
            *r = round_off(amplifiers[1].next(wet_right + plain[1][index]) + dry[1][index]);
        }
    }

    /// The keys whose voices sound, for tests.
    pub fn keys(&self) -> impl Iterator<Item = Key> {
        self.slots.live().filter(|voice| voice.sounds()).map(|voice| voice.address.key)
    }
}

/// The next gains of a level on its way to where it is set.
fn curve(level: &mut f32, target: f32, smooth: f32, samples: usize) -> [f32; CHUNK] {
    let mut gains = [0.0; CHUNK];
    for gain in gains.iter_mut().take(samples) {
        *level += (target - *level) * smooth;
        *gain = *level;
    }
    if target == 0.0 && *level < LEVEL_OFF {
        *level = 0.0;
    }
    gains
}
