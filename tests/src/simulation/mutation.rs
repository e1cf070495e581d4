//! What changes next, by chance: everything that a host, a project or a player can do to us.

use rand::RngExt;
use rand::seq::IndexedRandom;
use rand_pcg::Pcg64Mcg;
use segue::between::choice::Choice;
use segue::between::settings::{Bounds, Entry, Mode, ScaleLock, Settings, Trigger, Yield};
use segue_music::{Beats, Meter, Part, PitchClasses, Scale};

use super::cue::{Asked, Cue};
use super::song::{Nonsense, Song, State};

/// The sample rates.
pub const RATES: [f64; 3] = [44_100.0, 48_000.0, 96_000.0];

/// What is asked for of the takes, by how often.
const ASKED: [Asked; 8] = [
    Asked::Replay,
    Asked::Replay,
    Asked::Replay,
    Asked::Another,
    Asked::Another,
    Asked::StopReplay,
    Asked::Undo,
    Asked::Redo,
];

/// The next thing that happens.
pub fn cue(random: &mut Pcg64Mcg, song: &Song, settings: &Settings) -> Cue {
    match random.random_range(0..26) {
        0..=1 => Cue::Transport(State::Plays),
        2 => Cue::Transport(State::Stands),
        3 => Cue::Transport(State::Absent),
        4..=5 => Cue::Seek(seek(random, song.at)),
        6 => Cue::Tempo(random.random_range(40.0..300.0)),
        7 => Cue::Ramp(random.random_range(40.0..300.0), random.random_range(4.0..12.0)),
        8 => meter(random),
        9..=10 => cycle(random, song),
        11 => nonsense(random),
        12 => Cue::Reset,
        13 => Cue::Restart(pick(random, &RATES)),
        14 => Cue::Load,
        15 => Cue::Panic,
        16 => Cue::Stall(random.random_range(0.0..4.0)),
        17 => Cue::Room(if random.random_bool(0.7) { usize::MAX } else { random.random_range(0..40) }),
        18 => Cue::Forget,
        19 => Cue::Swap,
        _ => Cue::Settings(Box::new(one_setting(random, settings))),
    }
}

/// Something is asked for of the takes.
pub fn wish(random: &mut Pcg64Mcg) -> Cue {
    Cue::Ask(pick(random, &ASKED), random.random_range(0..4))
}

fn pick<T: Copy>(random: &mut Pcg64Mcg, from: &[T]) -> T {
    *from.choose(random).unwrap_or(&from[0])
}

/// Some bars away, before the start of the song now and then.
fn seek(random: &mut Pcg64Mcg, at: f64) -> f64 {
    let to = random.random_range(-8.0..64.0);
    // A jump by less than a 64th is none: hosts round.
    if f64::abs(to - at) < 0.1 { to + 0.5 } else { to }
}

fn meter(random: &mut Pcg64Mcg) -> Cue {
    let meters = [(4, 4), (3, 4), (6, 8), (7, 8), (5, 4), (2, 2)];
    let (numerator, denominator) = pick(random, &meters);
    Cue::Meter(Meter::new(numerator, denominator).unwrap_or_default())
}

/// One, two or four bars, or less than the lead.
fn cycle(random: &mut Pcg64Mcg, song: &Song) -> Cue {
    let bars = pick(random, &[0.0, 1.0, 1.0, 2.0, 4.0, 0.02, 0.01]);
    let from = (song.at / song.bar()).floor() * song.bar();
    Cue::Cycle((bars > 0.0).then(|| (from, from + bars * song.bar())))
}

fn nonsense(random: &mut Pcg64Mcg) -> Cue {
    let all = [
        None,
        None,
        Some(Nonsense::Tempo(0.0)),
        Some(Nonsense::Tempo(f64::NAN)),
        Some(Nonsense::Tempo(-120.0)),
        Some(Nonsense::Tempo(f64::INFINITY)),
        Some(Nonsense::Position(f64::NAN)),
        Some(Nonsense::Position(1e300)),
        Some(Nonsense::Position(f64::NEG_INFINITY)),
    ];
    Cue::Nonsense(pick(random, &all))
}

/// All parameters at random.
pub fn settings(random: &mut Pcg64Mcg) -> Settings {
    (0..6).fold(Settings::default(), |settings, _| one_setting(random, &settings))
}

/// One parameter moves.
fn one_setting(random: &mut Pcg64Mcg, settings: &Settings) -> Settings {
    let mut new = *settings;
    match random.random_range(0..24) {
        // What silences us is undone more often than done.
        0 => new.on = random.random_bool(0.8),
        1 => new.bypass = random.random_bool(0.15),
        2..=3 => new.mode = pick(random, &Mode::ALL),
        4 => new.when.latch = !new.when.latch,
        5 => new.when.yields = pick(random, &[Yield::AtOnce, Yield::LetEnd]),
        6 => new.when.latch_trigger = trigger(random),
        7 => new.when.mode_trigger = trigger(random),
        8 => new.when.patience = random.random_range(0.25..3.0),
        9 => new.when.bars = random.random_range(1..9),
        10 => {
            let grids = [Beats::ZERO, Beats::ratio(1, 4), Beats::ratio(1, 2), Beats::ratio(1, 3), Beats::ONE];
            new.what.grid = pick(random, &grids);
        }
        11 => new.what.quantise = random.random::<f32>(),
        12..=13 => new.what.bounds = bounds(random),
        14 => new.sound.follow_pedal = random.random_bool(0.5),
        15 => {
            new.what.temperature = pick(random, &[0.0, 0.7, 0.9, 1.2, 3.0, f32::NAN]);
            new.what.top_p = pick(random, &[0.0, 0.5, 0.95, 1.0]);
        }
        16 => new.what.seed = random.random(),
        17..=20 => band(random, &mut new),
        21 => new.when.entry = Entry::at(random.random_range(0..Entry::ALL.len())),
        22 => new.sound.player = random.random_bool(0.4).then(|| random.random_range(0..3)),
        _ => {
            new.sound.channel = random.random_range(0..16);
            new.sound.pass = random.random_bool(0.8);
            new.sound.level = random.random::<f32>();
        }
    }
    new
}

/// Parts come in or rest, are muted, limited, or move to another channel.
fn band(random: &mut Pcg64Mcg, new: &mut Settings) {
    let part = pick(random, &Part::ALL);
    let (limits, sound) = (&mut new.what.band.limits[part.index()], &mut new.sound.parts[part.index()]);
    match random.random_range(0..8) {
        0..=2 => {
            let some = (0..random.random_range(0..6)).map(|_| pick(random, &Part::ALL));
            new.what.band.parts = some.collect();
        }
        3..=4 => sound.heard = random.random_bool(0.6),
        5 => sound.channel = random.random_range(0..16),
        6 => {
            let low = random.random_range(21..90);
            limits.keys = (low, low + random.random_range(0..30));
        }
        _ => limits.density = pick(random, &[f32::INFINITY, 0.25, 1.0, 4.0]),
    }
}

fn trigger(random: &mut Pcg64Mcg) -> Option<Trigger> {
    match random.random_range(0..6) {
        0 => Some(Trigger::Note(random.random_range(36..96))),
        1 => Some(Trigger::Control(random.random_range(0..120))),
        _ => None,
    }
}

/// Limits, some of which leave no note.
fn bounds(random: &mut Pcg64Mcg) -> Bounds {
    let mut bounds = Bounds::default();
    for _ in 0..random.random_range(0..4) {
        match random.random_range(0..6) {
            0 => {
                let low = random.random_range(21..100);
                bounds.keys = (low, low + random.random_range(0..30));
            }
            1 => {
                let soft = random.random_range(1..120);
                bounds.velocities = (soft, (soft + random.random_range(0..60)).min(127));
            }
            2 => bounds.polyphony = random.random_range(1..6),
            3 => bounds.density = pick(random, &[0.2, 0.5, 1.0, 2.0, 3.5, 8.0]),
            4 => {
                let root = random.random_range(0..12);
                bounds.scale = ScaleLock::To(PitchClasses::of(root, pick(random, &Scale::ALL)).0);
            }
            _ => bounds.scale = pick(random, &[ScaleLock::Follow, ScaleLock::Off, ScaleLock::To(0)]),
        }
    }
    bounds
}
