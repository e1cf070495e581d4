//! A slot for a voice: what sounds, for whom, where and how loud.

use segue_music::{Part, Role};

use super::drum::Stroke;
use super::envelope::SILENT;
use super::kit;
use super::levels::{GROUPS, group};
use super::plucked::Plucked;
use super::sustained::Sustained;
use super::timbre::Timbre;
use super::tone::Tone;
use crate::audio::voices::Address;
use crate::between::convert;

/// Samples rendered at once at most, so that the buses fit on the stack.
pub const CHUNK: usize = 64;

/// Seconds in which a stolen voice fades.
const FADE_SECONDS: f32 = 0.004;

/// Samples of a voice between two looks at what moves slowly. Counted from its strike, so that it
/// sounds the same in any blocks.
const TICK: u32 = 32;

/// Which way a voice goes to the output.
#[derive(Clone, Copy, PartialEq, Eq)]
pub enum Bus {
    /// Through chorus and amplifier.
    Wide,
    /// Through the amplifier alone: a chorus makes low notes unsteady.
    Plain,
    /// Neither: a loudspeaker for keys has no cymbals.
    Dry,
}

impl Bus {
    /// How many there are.
    pub const COUNT: usize = 3;
}

/// Left and right.
type Stereo = [[f32; CHUNK]; 2];

/// What sounds.
#[derive(Clone, Copy)]
enum Source {
    Keys(Tone),
    Plucked(Plucked),
    Sustained(Sustained),
    Drum(Stroke),
}

#[derive(Clone, Copy, PartialEq)]
enum Phase {
    Idle,
    Sounds,
    /// Samples until another voice takes the slot.
    Stolen(u32),
}

/// A slot for a voice.
#[derive(Clone, Copy)]
pub struct Voice {
    /// The channel and key.
    pub address: Address,
    /// Who played it.
    pub role: Role,
    /// What it is of an ensemble.
    pub part: Option<Part>,
    /// The key is up, but the pedal holds the voice.
    pub sustained: bool,
    lifted: bool,
    phase: Phase,
    source: Source,
    /// Samples until the next tick.
    until_tick: u32,
    left: f32,
    right: f32,
}

/// A blow on a key.
#[derive(Clone, Copy)]
pub struct Strike {
    /// The channel and key.
    pub address: Address,
    /// Who plays.
    pub role: Role,
    /// What of an ensemble; `None` is a keyboard.
    pub part: Option<Part>,
    /// How hard, 0 to 1.
    pub velocity: f32,
    /// Differs from strike to strike, so that no two hisses are the same.
    pub seed: u32,
}

impl Strike {
    /// Whether it is one on a drum.
    pub fn is_drum(&self) -> bool {
        self.part == Some(Part::Drums)
    }
}

impl Voice {
    /// An empty slot.
    pub const IDLE: Self = Self {
        address: Address { channel: 0, key: 0 },
        role: Role::Player,
        part: None,
        sustained: false,
        lifted: false,
        phase: Phase::Idle,
        source: Source::Keys(Tone::IDLE),
        until_tick: TICK,
        left: 0.0,
        right: 0.0,
    };

    /// Whether the slot is empty.
    pub fn is_idle(&self) -> bool {
        self.phase == Phase::Idle
    }

    /// Whether the voice of a key is here, and not just the end of a stolen one.
    pub fn sounds(&self) -> bool {
        self.phase == Phase::Sounds
    }

    /// Whether it is the voice that this strike strikes again.
    pub fn is_struck_by(&self, strike: &Strike) -> bool {
        self.sounds() && (self.address, self.role, self.part) == (strike.address, strike.role, strike.part)
    }

    /// Whether it is a drum, which rings out by itself.
    pub fn is_drum(&self) -> bool {
        matches!(self.source, Source::Drum(_))
    }

    /// Which level it has.
    pub fn group(&self) -> usize {
        group(self.role, self.part) % GROUPS
    }

    /// Which way it goes.
    pub fn bus(&self) -> Bus {
        match self.source {
            Source::Drum(_) => Bus::Dry,
            Source::Plucked(_) if self.part == Some(Part::Bass) => Bus::Plain,
            _ => Bus::Wide,
        }
    }

    /// Whether it has not started to sound.
    pub fn is_unheard(&self) -> bool {
        match &self.source {
            Source::Keys(tone) => tone.heard() < SILENT,
            Source::Sustained(voice) => voice.heard() < SILENT,
            Source::Plucked(_) | Source::Drum(_) => self.loud() < SILENT,
        }
    }

    fn loud(&self) -> f32 {
        match &self.source {
            Source::Keys(tone) => tone.loud(),
            Source::Plucked(voice) => voice.loud(),
            Source::Sustained(voice) => voice.loud(),
            Source::Drum(stroke) => stroke.loud(),
        }
    }

    /// How much it would be missed: held before released, then by its level or the level it is
    /// rising to.
    pub fn worth(&self) -> f32 {
        if self.lifted { self.loud() } else { 1.0 + self.loud() }
    }

    /// Strikes. What sounds here already goes on from its current level.
    pub fn start(&mut self, strike: &Strike, sample_rate: f32) {
        let Strike { address, role, part, velocity, seed } = *strike;
        if self.is_idle() {
            *self = Self { source: source(part, address.key, seed, sample_rate), ..Self::IDLE };
        }
        (self.address, self.role, self.part) = (address, role, part);
        (self.sustained, self.lifted, self.phase) = (false, false, Phase::Sounds);
        let key = f32::from(address.key);
        // Low keys on the left, as at the piano; bass and guitar stand where they stand.
        let spreads = matches!(part, None | Some(Part::Keys | Part::Mallets));
        let mut side = if spreads { (0.09 * (key - 60.0) / 12.0).clamp(-0.3, 0.3) } else { 0.0 };
        match (&mut self.source, part) {
            (Source::Keys(tone), _) => tone.strike(key, velocity, sample_rate),
            (Source::Plucked(voice), part) => {
                voice.strike(part.unwrap_or(Part::Guitar), key, velocity, sample_rate);
            }
            (Source::Sustained(voice), _) => voice.strike(key, velocity, TICK as f32, sample_rate),
            (Source::Drum(stroke), _) => {
                let (drum, pitch) = kit::drum(address.key);
                side = drum.pan;
                stroke.strike(pitch, velocity, sample_rate);
            }
        }
        // The player slightly left, Segue slightly right, a band around them.
        side += match (role, part) {
            (Role::Player, _) => -0.12,
            (Role::Segue, None) => 0.12,
            (Role::Segue, Some(part)) => place(part),
        };
        let turn = (1.0 + side.clamp(-0.8, 0.8)) * std::f32::consts::FRAC_PI_4;
        (self.left, self.right) =
            (turn.cos() * std::f32::consts::SQRT_2, turn.sin() * std::f32::consts::SQRT_2);
    }

    /// Releases the key. A drum rings on.
    pub fn release(&mut self, sample_rate: f32) {
        (self.sustained, self.lifted) = (false, true);
        match &mut self.source {
            Source::Keys(tone) => tone.release(),
            Source::Plucked(voice) => voice.release(sample_rate),
            Source::Sustained(voice) => voice.release(sample_rate),
            Source::Drum(_) => {}
        }
    }

    /// Lets it fade, whatever it is.
    pub fn stop(&mut self, sample_rate: f32) {
        self.release(sample_rate);
        if let Source::Drum(stroke) = &mut self.source {
            stroke.stop(sample_rate);
        }
    }

    /// A stroke elsewhere on the same instrument ends this one: a hi-hat that is open and closes.
    pub fn make_way(&mut self, strike: &Strike, sample_rate: f32) {
        let Source::Drum(stroke) = &mut self.source else { return };
        let group = kit::drum(strike.address.key).0.group;
        if strike.is_drum()
            && group.is_some()
            && stroke.group() == group
            && self.role == strike.role
            && self.address.key != strike.address.key
        {
            stroke.choke(sample_rate);
        }
    }

    /// Fades out to make room.
    pub fn steal(&mut self, sample_rate: f32) {
        self.phase = Phase::Stolen(convert::count(FADE_SECONDS * sample_rate).max(1));
    }

    /// Ends at once.
    pub fn end(&mut self) {
        self.phase = Phase::Idle;
    }

    /// Adds the next samples to both sides, each times its gain. At most a chunk.
    ///
    /// # Real-time safety
    /// Allocates nothing and never waits.
    pub fn render(&mut self, gains: &[f32; CHUNK], [left, right]: &mut Stereo, samples: usize, rate: f32) {
        let mut all = [0.0; CHUNK];
        let mut rest = &mut all[..samples.min(CHUNK)];
        while !rest.is_empty() && self.phase != Phase::Idle {
            let (now, later) = rest.split_at_mut((self.until_tick as usize).min(rest.len()));
            match &mut self.source {
                Source::Keys(tone) => tone.run(now),
                Source::Plucked(voice) => voice.modes().run(now),
                Source::Sustained(voice) => voice.run(now),
                Source::Drum(stroke) => stroke.run(now, rate),
            }
            self.fade(now, rate);
            self.until_tick -= convert::short(now.len());
            if self.until_tick == 0 {
                self.tick(rate);
            }
            rest = later;
        }
        for (((l, r), sample), gain) in left.iter_mut().zip(right).zip(all).zip(gains) {
            let sample = sample * gain;
            *l += sample * self.left;
            *r += sample * self.right;
        }
    }

    /// The end of a stolen voice.
    fn fade(&mut self, samples: &mut [f32], rate: f32) {
        let Phase::Stolen(left) = &mut self.phase else { return };
        let step = 1.0 / (FADE_SECONDS * rate).max(1.0);
        for sample in samples {
            *sample *= step * *left as f32;
            *left = left.saturating_sub(1);
        }
        if *left == 0 {
            self.phase = Phase::Idle;
        }
    }

    fn tick(&mut self, rate: f32) {
        self.until_tick = TICK;
        let ended = match &mut self.source {
            Source::Keys(tone) => tone.is_idle(),
            Source::Plucked(voice) => voice.modes().ends(),
            Source::Sustained(voice) => {
                voice.tick(TICK as f32, rate);
                voice.ends()
            }
            Source::Drum(stroke) => stroke.ends(),
        };
        if ended {
            self.phase = Phase::Idle;
        }
    }
}

/// What sounds for a part.
fn source(part: Option<Part>, key: u8, seed: u32, sample_rate: f32) -> Source {
    match part {
        None | Some(Part::Keys) => Source::Keys(Tone::IDLE),
        Some(Part::Bass | Part::Guitar | Part::Mallets) => Source::Plucked(Plucked::new()),
        Some(Part::Drums) => Source::Drum(Stroke::new(kit::drum(key).0, seed)),
        Some(
            part @ (Part::Strings
            | Part::Voice
            | Part::Brass
            | Part::Reeds
            | Part::Flutes
            | Part::Lead
            | Part::Pad
            | Part::Organ),
        ) => Source::Sustained(Sustained::new(Timbre::of(part), seed, sample_rate)),
    }
}

/// Where a part of the band stands: left is -1, right is 1.
fn place(part: Part) -> f32 {
    match part {
        Part::Bass | Part::Drums | Part::Pad => 0.0,
        Part::Lead => 0.05,
        Part::Keys => 0.12,
        Part::Flutes => 0.15,
        Part::Voice => 0.2,
        Part::Brass | Part::Guitar => 0.3,
        Part::Reeds => -0.15,
        Part::Strings => -0.25,
        Part::Mallets | Part::Organ => -0.3,
    }
}
