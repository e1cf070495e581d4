//! Strings that are plucked, and bars that are struck: bass, guitar, vibraphone.
//!
//! A string that is plucked at a place has the partials that do not rest there. A finger is longer
//! on the string the softer it plays, which makes it duller.

use segue_music::Part;

use super::modes::{MODES, Mode, Modes};

/// What is plucked or struck.
#[derive(Clone, Copy, Debug, PartialEq)]
struct Body {
    /// Its partials.
    partials: Partials,
    /// Seconds to 1/e at `middle`, and by how many octaves that falls with an octave of pitch.
    seconds: f32,
    shorter: f32,
    middle: f32,
    /// Seconds that a soft and a hard blow last.
    blows: [f32; 2],
    /// Seconds to 1/e once it is released.
    damp: f32,
    /// The level of the hardest blow, and by how many octaves it falls with an octave of pitch.
    level: f32,
    even: f32,
}

#[derive(Clone, Copy, Debug, PartialEq)]
enum Partials {
    /// Of a string: where it is plucked, how stiff it is, how much sooner high partials end, and
    /// how much of the wood is heard.
    Of { place: f32, stiff: f32, sooner: f32, wood: f32 },
    /// Given: ratio, level, share of the first one's time.
    Bars(&'static [(f32, f32, f32)]),
}

const BASS: Body = Body {
    partials: Partials::Of { place: 0.21, stiff: 4e-5, sooner: 0.22, wood: 0.0 },
    seconds: 1.5,
    shorter: 0.35,
    middle: 36.0,
    blows: [0.0026, 0.0008],
    damp: 0.045,
    level: 0.42,
    even: 0.3,
};

const GUITAR: Body = Body {
    partials: Partials::Of { place: 0.17, stiff: 6e-5, sooner: 0.16, wood: 0.12 },
    seconds: 1.1,
    shorter: 0.45,
    middle: 52.0,
    blows: [0.0007, 0.00025],
    damp: 0.06,
    level: 0.38,
    even: 0.25,
};

const MALLETS: Body = Body {
    partials: Partials::Bars(&[(1.0, 1.0, 1.0), (3.98, 0.3, 0.3), (9.9, 0.14, 0.09), (17.2, 0.05, 0.05)]),
    seconds: 1.3,
    shorter: 0.5,
    middle: 60.0,
    blows: [0.0016, 0.0005],
    damp: 0.09,
    level: 0.34,
    even: 0.35,
};

/// Resonances of a guitar's wood: frequency, and a level.
const WOOD: [(f32, f32); 2] = [(104.0, 1.0), (207.0, 0.7)];

/// The modes of a voice that is plucked.
#[derive(Clone, Copy)]
pub struct Plucked {
    modes: Modes,
    damp: f32,
    lifted: bool,
}

impl Plucked {
    /// At rest.
    pub fn new() -> Self {
        Self { modes: Modes::default(), damp: 0.05, lifted: false }
    }

    /// Plucks, 0 to 1 hard.
    pub fn strike(&mut self, part: Part, key: f32, velocity: f32, sample_rate: f32) {
        let body = match part {
            Part::Bass => &BASS,
            Part::Mallets => &MALLETS,
            _ => &GUITAR,
        };
        let hertz = 440.0 * ((key - 69.0) / 12.0).exp2();
        let height = (key - body.middle) / 12.0;
        let first = (body.seconds * (-body.shorter * height).exp2()).clamp(0.05, 6.0);
        let [soft, hard] = body.blows;
        // Longer than half a period, it would damp what it is to set in motion.
        let blow = (soft + (hard - soft) * velocity).min(0.5 / hertz);
        let mut modes = [Mode::default(); MODES];
        match body.partials {
            Partials::Of { place, stiff, sooner, .. } => {
                for (index, mode) in modes.iter_mut().enumerate() {
                    let n = (index + 1) as f32;
                    mode.hertz = hertz * n * ((1.0 + stiff * n * n) / (1.0 + stiff)).sqrt();
                    mode.level = (std::f32::consts::PI * n * place).sin() / n;
                    mode.seconds = first / (1.0 + sooner * (n - 1.0));
                }
            }
            Partials::Bars(bars) => {
                for (mode, &(ratio, level, share)) in modes.iter_mut().zip(bars) {
                    *mode = Mode { hertz: ratio * hertz, level, seconds: share * first };
                }
            }
        }
        // As loud as each other, whatever the blow leaves of the partials.
        let power: f32 = modes.iter().map(|mode| (mode.level * left_by(blow * mode.hertz)).powi(2)).sum();
        let even = (-body.even * height).exp2().clamp(0.5, 1.5);
        let level = body.level * even * (0.08 + 0.92 * velocity.powf(1.5)) / power.max(1e-6).sqrt();
        for mode in &mut modes {
            mode.level *= level;
        }
        if let Partials::Of { wood, .. } = body.partials
            && wood > 0.0
        {
            let places = modes.iter_mut().rev();
            for (mode, (hertz, part)) in places.zip(WOOD) {
                *mode = Mode { hertz, level: wood * part * level, seconds: 0.05 };
            }
        }
        self.modes.strike(modes, blow, sample_rate);
        self.damp = body.damp * (-0.2 * height).exp2();
        self.lifted = false;
    }

    /// A hand lies down on it.
    pub fn release(&mut self, sample_rate: f32) {
        if !self.lifted {
            self.lifted = true;
            self.modes.damp(self.damp, sample_rate);
        }
    }

    /// What rings.
    pub fn modes(&mut self) -> &mut Modes {
        &mut self.modes
    }

    /// How loud it is or is about to be.
    pub fn loud(&self) -> f32 {
        self.modes.loud()
    }
}

/// What a rounded push leaves of a mode that turns so many times meanwhile.
fn left_by(turns: f32) -> f32 {
    let angle = std::f32::consts::PI * turns;
    if (turns - 1.0).abs() < 1e-3 {
        return 0.5;
    }
    if angle < 1e-3 { 1.0 } else { angle.sin() / (angle * (1.0 - turns * turns)) }
}
