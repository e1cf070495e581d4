//! What the built-in sound costs: the share of one core at 48 kHz. `cargo bench -p segue-realtime
//! --bench sound`.

use std::time::Instant;

use segue_music::{Part, Role};
use segue_realtime::audio::sound::{Levels, Sound};
use segue_realtime::audio::voices::Address;
use segue_realtime::between::convert;

const RATE: f32 = 48_000.0;
const BLOCK: usize = 256;

/// A second of audio.
const BLOCKS: usize = convert::place(RATE) / BLOCK;

fn main() {
    for voices in [0u8, 1, 8, 16, 32] {
        println!("{voices:2} keys: {:.2} % of one core", 100.0 * best(|| keys(voices)));
    }
    for part in Part::ALL {
        println!("16 of {part}: {:.2} % of one core", 100.0 * best(|| chord(part)));
    }
    let share = 100.0 * best(band);
    println!("keys, bass, drums, guitar and strings, 16 notes a beat at 120: {share:.2} % of one core");
}

/// The best of many: whatever else the machine does only adds to it.
fn best(share: impl Fn() -> f64) -> f64 {
    (0..20).map(|_| share()).fold(f64::INFINITY, f64::min)
}

/// The time that a second takes, as a share of its length. Each block begins with `act`.
fn share(mut act: impl FnMut(&mut Sound, usize)) -> f64 {
    let mut sound = Sound::new(RATE);
    let (mut left, mut right) = ([0.0; BLOCK], [0.0; BLOCK]);
    let levels = Levels::new(0.5, 0.5);
    let start = Instant::now();
    for block in 0..BLOCKS {
        act(&mut sound, block);
        sound.render(&mut left, &mut right, &levels);
    }
    start.elapsed().as_secs_f64() * f64::from(RATE) / (BLOCKS * BLOCK) as f64
}

/// The first second of this many struck keys.
fn keys(voices: u8) -> f64 {
    share(|sound, block| {
        for voice in (0..voices).filter(|_| block == 0) {
            let role = Role::ALL[usize::from(voice) % 2];
            sound.note_on(Address { channel: 0, key: 30 + 2 * voice }, role, None, 0.8);
        }
    })
}

/// The first second of sixteen voices of a part.
fn chord(part: Part) -> f64 {
    share(|sound, block| {
        for voice in (0..16).filter(|_| block == 0) {
            sound.note_on(Address { channel: 0, key: 35 + 2 * voice }, Role::Segue, Some(part), 0.8);
        }
    })
}

/// A band: at each sixteenth two drums, a bass and a key; at each eighth a guitar, and on the
/// beats a chord of strings.
fn band() -> f64 {
    let sixteenth = BLOCKS / 8;
    share(|sound, block| {
        if block % sixteenth != 0 {
            return;
        }
        let step = u8::try_from(block / sixteenth).unwrap_or(u8::MAX);
        let mut play = |channel, key, part| {
            sound.note_on(Address { channel, key }, Role::Segue, Some(part), 0.7);
        };
        play(9, if step.is_multiple_of(2) { 42 } else { 46 }, Part::Drums);
        play(9, [36, 51, 38, 49][usize::from(step % 4)], Part::Drums);
        play(2, 31 + step % 7, Part::Bass);
        play(1, 60 + 2 * (step % 8), Part::Keys);
        if step.is_multiple_of(2) {
            play(3, 52 + 3 * (step % 5), Part::Guitar);
        }
        if step.is_multiple_of(4) {
            [55, 59, 62].into_iter().for_each(|key| play(4, key + step / 4, Part::Strings));
        }
    })
}
