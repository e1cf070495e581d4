//! The drum kit: what each of General MIDI's percussion keys is made of.

use segue_music::Key;

use super::modes::Mode;

/// A skin: a sine whose pitch falls after the blow.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Skin {
    pub hertz: f32,
    /// How much higher it begins, as a share, and the seconds in which that is lost.
    pub rise: f32,
    pub bend: f32,
    /// Seconds to 1/e.
    pub seconds: f32,
    pub level: f32,
}

/// A hiss between two frequencies: snares, cymbals, seeds, the stick.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Hiss {
    pub from: f32,
    pub to: f32,
    pub attack: f32,
    pub seconds: f32,
    pub level: f32,
    /// Bursts before the last one: hands do not clap at one time.
    pub claps: u8,
}

/// A mode: its frequency, level and seconds to 1/e.
const fn mode(hertz: f32, level: f32, seconds: f32) -> Mode {
    Mode { hertz, level, seconds }
}

/// An instrument of the kit.
#[derive(Clone, Copy, Debug)]
pub struct Drum {
    pub skin: Option<Skin>,
    pub modes: &'static [Mode],
    /// Seconds that a stick lies on what has modes.
    pub blow: f32,
    pub hiss: Option<Hiss>,
    /// Left is -1, right is 1, as the drummer sits.
    pub pan: f32,
    /// Those of one group end each other.
    pub group: Option<Group>,
}

/// What cannot sound at once.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Group {
    /// A hi-hat is open or closed.
    HiHat,
    /// A hand is on the triangle or not.
    Triangle,
}

const NONE: Drum = Drum { skin: None, modes: &[], blow: 0.0006, hiss: None, pan: 0.0, group: None };

const KICK: Drum = Drum {
    skin: Some(Skin { hertz: 51.0, rise: 2.4, bend: 0.022, seconds: 0.15, level: 0.62 }),
    hiss: Some(Hiss { from: 900.0, to: 3_200.0, attack: 0.0008, seconds: 0.009, level: 0.3, claps: 0 }),
    ..NONE
};

const SNARE: Drum = Drum {
    skin: Some(Skin { hertz: 178.0, rise: 0.35, bend: 0.02, seconds: 0.075, level: 0.3 }),
    modes: &[
        mode(286.0, 0.14, 0.06),
        mode(343.0, 0.13, 0.05),
        mode(432.0, 0.1, 0.04),
        mode(655.0, 0.07, 0.03),
    ],
    hiss: Some(Hiss { from: 1_300.0, to: 8_500.0, attack: 0.0012, seconds: 0.09, level: 0.4, claps: 0 }),
    ..NONE
};

const SIDE_STICK: Drum = Drum {
    modes: &[mode(410.0, 0.12, 0.02), mode(1_680.0, 0.25, 0.018), mode(2_540.0, 0.12, 0.012)],
    blow: 0.0003,
    hiss: Some(Hiss { from: 1_500.0, to: 7_000.0, attack: 0.0006, seconds: 0.006, level: 0.25, claps: 0 }),
    pan: -0.1,
    ..NONE
};

const CLAP: Drum = Drum {
    hiss: Some(Hiss { from: 800.0, to: 3_400.0, attack: 0.0015, seconds: 0.075, level: 0.6, claps: 3 }),
    pan: 0.1,
    ..NONE
};

const TOM: Drum = Drum {
    skin: Some(Skin { hertz: 100.0, rise: 0.4, bend: 0.05, seconds: 0.22, level: 0.45 }),
    modes: &[mode(159.0, 0.08, 0.1), mode(214.0, 0.05, 0.08)],
    blow: 0.0015,
    hiss: Some(Hiss { from: 500.0, to: 3_000.0, attack: 0.001, seconds: 0.012, level: 0.15, claps: 0 }),
    ..NONE
};

/// What bronze rings like: no two in a simple ratio.
const CLOSED_HAT: Drum = Drum {
    modes: &HAT,
    blow: 0.0002,
    hiss: Some(Hiss { from: 6_500.0, to: 13_000.0, attack: 0.0006, seconds: 0.028, level: 0.5, claps: 0 }),
    pan: -0.3,
    group: Some(Group::HiHat),
    ..NONE
};

const HAT: [Mode; 8] = [
    mode(3_170.0, 0.02, 0.03),
    mode(4_085.0, 0.025, 0.035),
    mode(5_235.0, 0.03, 0.035),
    mode(6_410.0, 0.03, 0.03),
    mode(7_720.0, 0.03, 0.03),
    mode(8_930.0, 0.025, 0.03),
    mode(10_340.0, 0.02, 0.025),
    mode(11_870.0, 0.02, 0.02),
];

const PEDAL_HAT: Drum = Drum {
    hiss: Some(Hiss { from: 5_000.0, to: 10_000.0, attack: 0.004, seconds: 0.03, level: 0.3, claps: 0 }),
    ..CLOSED_HAT
};

const OPEN_HAT: Drum = Drum {
    modes: &[
        mode(3_170.0, 0.015, 0.25),
        mode(4_085.0, 0.02, 0.3),
        mode(5_235.0, 0.025, 0.3),
        mode(6_410.0, 0.025, 0.28),
        mode(7_720.0, 0.025, 0.26),
        mode(8_930.0, 0.02, 0.24),
        mode(10_340.0, 0.018, 0.2),
        mode(11_870.0, 0.015, 0.18),
    ],
    hiss: Some(Hiss { from: 6_000.0, to: 13_000.0, attack: 0.001, seconds: 0.22, level: 0.3, claps: 0 }),
    ..CLOSED_HAT
};

const RIDE: Drum = Drum {
    modes: &[
        mode(412.0, 0.02, 0.5),
        mode(731.0, 0.02, 0.7),
        mode(1_187.0, 0.025, 0.9),
        mode(1_753.0, 0.03, 1.0),
        mode(2_390.0, 0.035, 1.0),
        mode(3_110.0, 0.045, 0.9),
        mode(3_745.0, 0.05, 0.8),
        mode(4_630.0, 0.05, 0.7),
        mode(5_480.0, 0.04, 0.6),
        mode(6_590.0, 0.035, 0.5),
        mode(7_930.0, 0.03, 0.4),
        mode(9_410.0, 0.02, 0.3),
    ],
    blow: 0.0002,
    hiss: Some(Hiss { from: 4_500.0, to: 11_000.0, attack: 0.001, seconds: 0.25, level: 0.09, claps: 0 }),
    pan: 0.35,
    ..NONE
};

const RIDE_BELL: Drum = Drum {
    modes: &[
        mode(788.0, 0.08, 0.9),
        mode(1_610.0, 0.09, 0.9),
        mode(2_437.0, 0.07, 0.8),
        mode(3_310.0, 0.06, 0.7),
        mode(4_790.0, 0.04, 0.5),
        mode(6_120.0, 0.03, 0.4),
    ],
    hiss: Some(Hiss { from: 4_500.0, to: 11_000.0, attack: 0.001, seconds: 0.12, level: 0.05, claps: 0 }),
    ..RIDE
};

const CRASH: Drum = Drum {
    modes: &[
        mode(389.0, 0.02, 0.6),
        mode(617.0, 0.02, 0.7),
        mode(963.0, 0.02, 0.8),
        mode(1_391.0, 0.025, 0.8),
        mode(1_987.0, 0.025, 0.8),
        mode(2_711.0, 0.025, 0.8),
        mode(3_433.0, 0.025, 0.7),
        mode(4_219.0, 0.025, 0.7),
        mode(5_171.0, 0.025, 0.6),
        mode(6_389.0, 0.02, 0.5),
        mode(7_753.0, 0.02, 0.4),
        mode(9_127.0, 0.02, 0.4),
    ],
    blow: 0.0004,
    hiss: Some(Hiss { from: 2_800.0, to: 12_000.0, attack: 0.003, seconds: 0.5, level: 0.26, claps: 0 }),
    pan: -0.4,
    ..NONE
};

const SPLASH: Drum = Drum {
    hiss: Some(Hiss { from: 3_800.0, to: 13_000.0, attack: 0.002, seconds: 0.18, level: 0.3, claps: 0 }),
    modes: &HAT,
    ..CRASH
};

const TAMBOURINE: Drum = Drum {
    modes: &[
        mode(4_630.0, 0.03, 0.08),
        mode(5_870.0, 0.04, 0.1),
        mode(7_210.0, 0.05, 0.1),
        mode(8_640.0, 0.05, 0.09),
        mode(9_980.0, 0.04, 0.08),
        mode(11_420.0, 0.03, 0.06),
    ],
    blow: 0.0002,
    hiss: Some(Hiss { from: 5_500.0, to: 13_000.0, attack: 0.002, seconds: 0.05, level: 0.3, claps: 1 }),
    pan: 0.25,
    ..NONE
};

const COWBELL: Drum = Drum {
    modes: &[
        mode(562.0, 0.2, 0.09),
        mode(845.0, 0.16, 0.11),
        mode(1_240.0, 0.05, 0.06),
        mode(1_690.0, 0.06, 0.05),
        mode(2_535.0, 0.05, 0.04),
        mode(3_820.0, 0.03, 0.03),
    ],
    blow: 0.0004,
    pan: 0.2,
    ..NONE
};

const SHAKER: Drum = Drum {
    hiss: Some(Hiss { from: 4_800.0, to: 11_000.0, attack: 0.018, seconds: 0.035, level: 0.36, claps: 0 }),
    pan: 0.4,
    ..NONE
};

const SCRAPER: Drum = Drum {
    hiss: Some(Hiss { from: 1_800.0, to: 6_000.0, attack: 0.004, seconds: 0.04, level: 0.5, claps: 4 }),
    pan: -0.35,
    ..NONE
};

const CONGA: Drum = Drum {
    skin: Some(Skin { hertz: 196.0, rise: 0.12, bend: 0.03, seconds: 0.16, level: 0.4 }),
    modes: &[mode(431.0, 0.08, 0.06), mode(640.0, 0.05, 0.04)],
    blow: 0.001,
    hiss: Some(Hiss { from: 700.0, to: 3_500.0, attack: 0.0008, seconds: 0.008, level: 0.14, claps: 0 }),
    pan: 0.3,
    ..NONE
};

const MUTE_CONGA: Drum =
    Drum { skin: Some(Skin { hertz: 260.0, rise: 0.2, bend: 0.02, seconds: 0.04, level: 0.4 }), ..CONGA };

const CLAVES: Drum = Drum {
    modes: &[mode(2_480.0, 0.32, 0.035), mode(5_310.0, 0.06, 0.012)],
    blow: 0.0002,
    pan: -0.25,
    ..NONE
};

const TRIANGLE: Drum = Drum {
    modes: &[
        mode(1_635.0, 0.03, 0.9),
        mode(3_960.0, 0.07, 1.1),
        mode(5_270.0, 0.06, 1.0),
        mode(6_815.0, 0.05, 0.9),
        mode(8_450.0, 0.035, 0.8),
        mode(10_320.0, 0.025, 0.6),
    ],
    blow: 0.0002,
    pan: 0.3,
    group: Some(Group::Triangle),
    ..NONE
};

const MUTE_TRIANGLE: Drum = Drum {
    modes: &[
        mode(1_635.0, 0.03, 0.06),
        mode(3_960.0, 0.07, 0.08),
        mode(5_270.0, 0.06, 0.07),
        mode(6_815.0, 0.05, 0.06),
    ],
    ..TRIANGLE
};

/// The instrument of a key, and by what its frequencies are multiplied. What we have not is the
/// nearest of what we have.
pub fn drum(key: Key) -> (&'static Drum, f32) {
    match key {
        35 => (&KICK, 0.92),
        36 => (&KICK, 1.0),
        37 => (&SIDE_STICK, 1.0),
        38 => (&SNARE, 1.0),
        39 => (&CLAP, 1.0),
        40 => (&SNARE, 1.14),
        41 => (&TOM, 0.72),
        43 => (&TOM, 0.84),
        45 => (&TOM, 1.0),
        47 => (&TOM, 1.2),
        48 => (&TOM, 1.42),
        50 => (&TOM, 1.68),
        22 | 42 => (&CLOSED_HAT, 1.0),
        44 => (&PEDAL_HAT, 1.0),
        26 | 46 => (&OPEN_HAT, 1.0),
        49 => (&CRASH, 1.0),
        52 => (&CRASH, 0.8),
        57 => (&CRASH, 1.12),
        55 => (&SPLASH, 1.0),
        51 => (&RIDE, 1.0),
        59 => (&RIDE, 1.1),
        53 => (&RIDE_BELL, 1.0),
        54 => (&TAMBOURINE, 1.0),
        56 => (&COWBELL, 1.0),
        67 => (&COWBELL, 1.42),
        68 => (&COWBELL, 1.12),
        // A vibraslap rattles; a cabasa and maracas hiss.
        58 | 73 | 74 => (&SCRAPER, 1.0),
        69 => (&SHAKER, 0.85),
        70 | 82 => (&SHAKER, 1.0),
        60 => (&CONGA, 2.1),
        61 => (&CONGA, 1.55),
        62 => (&MUTE_CONGA, 1.0),
        63 => (&CONGA, 1.12),
        64 => (&CONGA, 0.84),
        65 => (&TOM, 2.6),
        66 => (&TOM, 2.0),
        75 => (&CLAVES, 1.0),
        76 => (&CLAVES, 0.5),
        77 => (&CLAVES, 0.38),
        78 => (&MUTE_CONGA, 1.5),
        79 => (&CONGA, 1.4),
        // Whistles: nothing of ours is nearer.
        71 | 72 | 80 => (&MUTE_TRIANGLE, 1.0),
        81 => (&TRIANGLE, 1.0),
        0..=34 => (&KICK, 1.0),
        83.. => (&SHAKER, 1.0),
    }
}
