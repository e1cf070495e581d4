//! The built-in sound: a plain struck tone, so that one hears something at once. Not meant to replace an instrument.
//!
//! A voice reads two single-cycle tables, a bright and a round one, and fades from the first to the second as it
//! decays. Envelopes go on from where they are when a key is struck again, and every change of gain is a ramp, so nothing
//! clicks. Written here rather than taken from a DSP crate, as fundsp's live envelope restarts at zero (a click on a
//! repeated key) and is sampled every 2 ms.
//!
//! Cost: two table reads a voice and sample; ten voices are about 1 % of one core at 48 kHz.

use segue_music::{Key, Role};

use crate::limits::SOUND_VOICES;
use crate::voices::Address;

const TABLE: usize = 1024;

/// Partials of the bright and the round table.
const BRIGHT: &[f32] = &[1.0, 0.5, 0.3, 0.18, 0.1, 0.06];
const ROUND: &[f32] = &[1.0, 0.16, 0.04];

#[derive(Clone, Copy, PartialEq)]
enum Phase {
    Idle,
    Attack,
    Decay,
    Release,
}

#[derive(Clone, Copy)]
struct Tone {
    address: Address,
    role: Role,
    phase: Phase,
    /// The key is up, but the pedal holds the tone.
    sustained: bool,
    angle: f32,
    step: f32,
    /// Where the attack leads.
    peak: f32,
    gain: f32,
    /// How bright the strike is, and how bright the tone is now.
    strike: f32,
    bright: f32,
    decay: f32,
}

/// The sound of one instance. Allocates in `new`, then never.
pub struct Sound {
    tones: Vec<Tone>,
    bright: Vec<f32>,
    round: Vec<f32>,
    sample_rate: f32,
    attack: f32,
    release: f32,
    darken: f32,
    smooth: f32,
    level: f32,
    pedal: bool,
}

fn table(partials: &[f32]) -> Vec<f32> {
    let total: f32 = partials.iter().sum();
    (0..=TABLE)
        .map(|i| {
            let angle = i as f32 / TABLE as f32 * std::f32::consts::TAU;
            partials.iter().zip(1..).map(|(gain, n)| gain * (angle * n as f32).sin()).sum::<f32>() / total
        })
        .collect()
}

/// The factor a sample for falling to 1/e in so many seconds.
fn fall(seconds: f32, sample_rate: f32) -> f32 {
    (-1.0 / (seconds * sample_rate)).exp()
}

impl Sound {
    /// Silence at a sample rate.
    pub fn new(sample_rate: f32) -> Self {
        let idle = Tone {
            address: Address { channel: 0, key: 0 },
            role: Role::Player,
            phase: Phase::Idle,
            sustained: false,
            angle: 0.0,
            step: 0.0,
            peak: 0.0,
            gain: 0.0,
            strike: 0.0,
            bright: 0.0,
            decay: 1.0,
        };
        Self {
            tones: vec![idle; SOUND_VOICES],
            bright: table(BRIGHT),
            round: table(ROUND),
            sample_rate,
            attack: 1.0 / (0.004 * sample_rate),
            release: fall(0.06, sample_rate),
            darken: fall(0.35, sample_rate),
            smooth: 1.0 - fall(0.01, sample_rate),
            level: 0.0,
            pedal: false,
        }
    }

    /// A key is struck; `velocity` is 0 to 1.
    ///
    /// # Real-time safety
    /// Neither allocates nor waits.
    pub fn on(&mut self, address: Address, role: Role, velocity: f32) {
        let found = self.tones.iter().position(|tone| tone.phase != Phase::Idle && tone.address == address);
        let quietest = || {
            let gain = |tone: &Tone| if tone.phase == Phase::Idle { -1.0 } else { tone.gain };
            (0..self.tones.len()).min_by(|&a, &b| gain(&self.tones[a]).total_cmp(&gain(&self.tones[b])))
        };
        let Some(place) = found.or_else(quietest) else { return };
        let hertz = 440.0 * ((f32::from(address.key) - 69.0) / 12.0).exp2();
        // Low tones ring for seconds, high ones for tenths.
        let seconds = 2.4 * (-(f32::from(address.key) - 48.0) / 30.0).exp2().clamp(0.1, 2.0);
        let tone = &mut self.tones[place];
        if tone.phase == Phase::Idle {
            tone.angle = 0.0;
            tone.gain = 0.0;
            tone.bright = 0.0;
        }
        tone.address = address;
        tone.role = role;
        tone.phase = Phase::Attack;
        tone.sustained = false;
        tone.step = (hertz / self.sample_rate).min(0.5);
        tone.peak = velocity.clamp(0.0, 1.0).powf(1.5);
        // Above the sixth octave the bright table's partials would fold back.
        tone.strike = if address.key > 96 { 0.0 } else { velocity.clamp(0.0, 1.0) };
        tone.decay = fall(seconds, self.sample_rate);
    }

    /// A key comes up.
    ///
    /// # Real-time safety
    /// Neither allocates nor waits.
    pub fn off(&mut self, address: Address) {
        let pedal = self.pedal;
        for tone in self.tones.iter_mut().filter(|tone| tone.address == address && tone.phase != Phase::Idle)
        {
            if pedal && tone.role == Role::Player {
                tone.sustained = true;
            } else {
                tone.phase = Phase::Release;
            }
        }
    }

    /// The player's pedal goes down or comes up. Our own notes do not hang on it.
    ///
    /// # Real-time safety
    /// Neither allocates nor waits.
    pub fn pedal(&mut self, down: bool) {
        self.pedal = down;
        if !down {
            for tone in self.tones.iter_mut().filter(|tone| tone.sustained) {
                tone.sustained = false;
                tone.phase = Phase::Release;
            }
        }
    }

    /// Lets everything fade.
    ///
    /// # Real-time safety
    /// Neither allocates nor waits.
    pub fn fade(&mut self) {
        for tone in self.tones.iter_mut().filter(|tone| tone.phase != Phase::Idle) {
            tone.sustained = false;
            tone.phase = Phase::Release;
        }
    }

    /// Whether something sounds, apart from the last of a fade.
    pub fn is_silent(&self) -> bool {
        self.tones.iter().all(|tone| tone.phase == Phase::Idle)
    }

    /// Writes the next samples; the player a little left, Segue a little right.
    ///
    /// # Real-time safety
    /// Neither allocates nor waits.
    pub fn render(&mut self, left: &mut [f32], right: &mut [f32], level: f32) {
        left.fill(0.0);
        right.fill(0.0);
        for tone in self.tones.iter_mut().filter(|tone| tone.phase != Phase::Idle) {
            let (to_left, to_right) = match tone.role {
                Role::Player => (0.8, 0.6),
                Role::Segue => (0.6, 0.8),
            };
            for (l, r) in left.iter_mut().zip(right.iter_mut()) {
                match tone.phase {
                    Phase::Attack => {
                        // From wherever the gain is, in a straight line, up or down.
                        let rest = tone.peak - tone.gain;
                        tone.gain += rest.clamp(-self.attack, self.attack);
                        tone.bright += (tone.strike - tone.bright).clamp(-self.attack, self.attack);
                        if rest.abs() <= self.attack {
                            tone.phase = Phase::Decay;
                        }
                    }
                    Phase::Decay => tone.gain *= tone.decay,
                    Phase::Release => tone.gain *= self.release,
                    Phase::Idle => break,
                }
                // -90 dB.
                if tone.phase != Phase::Attack && tone.gain < 3e-5 {
                    tone.phase = Phase::Idle;
                    break;
                }
                let place = tone.angle * TABLE as f32;
                let (index, part) = ((place as usize).min(TABLE - 1), place.fract());
                let read = |table: &[f32]| table[index] + (table[index + 1] - table[index]) * part;
                let round = read(&self.round);
                let value = tone.gain * (round + (read(&self.bright) - round) * tone.bright);
                tone.bright *= self.darken;
                tone.angle = (tone.angle + tone.step).fract();
                *l += value * to_left;
                *r += value * to_right;
            }
        }
        for (l, r) in left.iter_mut().zip(right.iter_mut()) {
            self.level += (level - self.level) * self.smooth;
            *l *= self.level;
            *r *= self.level;
        }
    }

    /// The keys whose tones sound, for tests.
    pub fn keys(&self) -> impl Iterator<Item = Key> {
        self.tones.iter().filter(|tone| tone.phase != Phase::Idle).map(|tone| tone.address.key)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const RATE: f32 = 48_000.0;
    const C: Address = Address { channel: 0, key: 60 };

    fn render(sound: &mut Sound, samples: usize) -> Vec<f32> {
        let (mut left, mut right) = (vec![0.0; samples], vec![0.0; samples]);
        sound.render(&mut left, &mut right, 1.0);
        left
    }

    #[test]
    fn a_key_sounds_and_fades() {
        let mut sound = Sound::new(RATE);
        render(&mut sound, 4800);
        sound.on(C, Role::Player, 0.8);
        let peak = render(&mut sound, 4800).iter().fold(0.0f32, |peak, sample| peak.max(sample.abs()));
        assert!(peak > 0.2 && peak < 1.0, "{peak}");
        sound.off(C);
        render(&mut sound, 48_000);
        assert!(sound.is_silent());
        assert!(render(&mut sound, 64).iter().all(|&sample| sample == 0.0));
    }

    #[test]
    fn nothing_clicks() {
        // The steepest slope of a full tone at this pitch is far below a jump of the signal.
        let mut sound = Sound::new(RATE);
        let mut all = render(&mut sound, 4800);
        for step in 0..20 {
            sound.on(C, Role::Player, if step % 2 == 0 { 1.0 } else { 0.2 });
            all.extend(render(&mut sound, 701));
            sound.off(C);
            all.extend(render(&mut sound, 311));
        }
        let steepest = all.windows(2).map(|pair| (pair[1] - pair[0]).abs()).fold(0.0, f32::max);
        assert!(steepest < 0.12, "{steepest}");
    }

    #[test]
    fn the_pedal_holds_the_players_tones_only() {
        let mut sound = Sound::new(RATE);
        sound.on(C, Role::Player, 0.8);
        sound.on(Address { channel: 1, key: 67 }, Role::Segue, 0.8);
        sound.pedal(true);
        sound.off(C);
        sound.off(Address { channel: 1, key: 67 });
        render(&mut sound, 48_000);
        assert_eq!(sound.keys().collect::<Vec<_>>(), [60]);
        sound.pedal(false);
        render(&mut sound, 48_000);
        assert!(sound.is_silent());
    }
}
