//! What the sustained voices differ in: strings, voices, brass, reeds, flutes, lead, pad, organ.

use segue_music::Part;

/// A sustained voice: two oscillators through a low-pass that follows the strike and the key, and
/// a resonance of its body.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Timbre {
    /// How much of a square wave there is in the saw.
    pub square: f32,
    /// The second oscillator's pitch as a multiple, and its distance from it in cents.
    pub second: f32,
    pub cents: f32,
    /// Seconds of the attack and the release.
    pub attack: f32,
    pub release: f32,
    /// Seconds in which it falls to a share of the attack's level while it is held.
    pub fades: f32,
    pub held: f32,
    /// The low-pass at middle C, the octaves it follows with an octave of pitch, the octaves that
    /// it opens at a hard attack, and the seconds in which they close again.
    pub corner: f32,
    pub tracks: f32,
    pub opens: f32,
    pub closes: f32,
    /// Its resonance.
    pub q: f32,
    /// Breath or bow: noise beside the oscillators.
    pub breath: f32,
    /// Vibrato in cents.
    pub vibrato: f32,
    /// A resonance of the body: frequency and decibels.
    pub body: Option<(f32, f64)>,
    /// The level of the hardest strike.
    pub level: f32,
}

const STRINGS: Timbre = Timbre {
    square: 0.0,
    second: 1.0,
    cents: 8.0,
    attack: 0.11,
    release: 0.16,
    fades: 1.0,
    held: 0.9,
    corner: 2_100.0,
    tracks: 0.45,
    opens: 0.5,
    closes: 0.8,
    q: 0.6,
    breath: 0.02,
    vibrato: 5.0,
    body: Some((480.0, 3.0)),
    level: 0.1,
};

const VOICE: Timbre = Timbre {
    cents: 10.0,
    attack: 0.14,
    release: 0.2,
    corner: 1_150.0,
    tracks: 0.2,
    opens: 0.3,
    breath: 0.04,
    vibrato: 9.0,
    body: Some((780.0, 9.0)),
    level: 0.078,
    ..STRINGS
};

const BRASS: Timbre = Timbre {
    cents: 5.0,
    attack: 0.04,
    release: 0.08,
    fades: 0.5,
    held: 0.8,
    corner: 900.0,
    tracks: 0.5,
    opens: 1.6,
    closes: 0.35,
    q: 0.8,
    breath: 0.01,
    vibrato: 3.0,
    body: Some((1_200.0, 3.0)),
    level: 0.15,
    ..STRINGS
};

const REEDS: Timbre = Timbre {
    square: 0.6,
    cents: 3.0,
    attack: 0.035,
    release: 0.07,
    fades: 0.6,
    held: 0.85,
    corner: 1_500.0,
    tracks: 0.4,
    opens: 0.8,
    closes: 0.4,
    q: 0.7,
    breath: 0.03,
    vibrato: 6.0,
    body: Some((1_350.0, 5.0)),
    level: 0.105,
    ..STRINGS
};

const FLUTES: Timbre = Timbre {
    square: 0.3,
    cents: 2.0,
    attack: 0.05,
    release: 0.09,
    held: 0.95,
    corner: 480.0,
    tracks: 0.9,
    opens: 0.4,
    closes: 0.2,
    q: 0.6,
    breath: 0.07,
    vibrato: 8.0,
    body: None,
    level: 0.2,
    ..STRINGS
};

const LEAD: Timbre = Timbre {
    square: 0.35,
    cents: 9.0,
    attack: 0.008,
    release: 0.09,
    fades: 0.4,
    held: 0.8,
    corner: 1_900.0,
    tracks: 0.5,
    opens: 1.2,
    closes: 0.25,
    q: 1.0,
    breath: 0.0,
    vibrato: 6.0,
    body: None,
    level: 0.13,
    ..STRINGS
};

const PAD: Timbre = Timbre {
    square: 0.2,
    cents: 13.0,
    attack: 0.4,
    release: 0.5,
    held: 0.95,
    corner: 950.0,
    tracks: 0.35,
    opens: 0.4,
    closes: 2.0,
    breath: 0.0,
    vibrato: 2.0,
    body: None,
    level: 0.115,
    ..STRINGS
};

const ORGAN: Timbre = Timbre {
    square: 1.0,
    second: 2.0,
    cents: 1.0,
    attack: 0.008,
    release: 0.04,
    fades: 1.0,
    held: 1.0,
    corner: 1_500.0,
    tracks: 0.3,
    opens: 0.5,
    closes: 0.06,
    q: 0.6,
    breath: 0.0,
    vibrato: 2.0,
    body: None,
    level: 0.085,
};

impl Timbre {
    /// That of a part.
    pub fn of(part: Part) -> &'static Self {
        match part {
            Part::Voice => &VOICE,
            Part::Brass => &BRASS,
            Part::Reeds => &REEDS,
            Part::Flutes => &FLUTES,
            Part::Lead => &LEAD,
            Part::Pad => &PAD,
            Part::Organ => &ORGAN,
            Part::Strings | Part::Keys | Part::Mallets | Part::Guitar | Part::Bass | Part::Drums => &STRINGS,
        }
    }
}
