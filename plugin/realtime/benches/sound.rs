//! What the built-in sound costs: the share of one core at 48 kHz. `cargo bench -p segue-realtime
//! --bench sound`.

use std::time::Instant;

use segue_music::Role;
use segue_realtime::audio::sound::Sound;
use segue_realtime::audio::voices::Address;

const RATE: f32 = 48_000.0;
const BLOCK: usize = 256;

/// A second of audio.
const BLOCKS: usize = RATE as usize / BLOCK;

fn main() {
    for voices in [0u8, 1, 8, 16, 32] {
        // The best of many: whatever else the machine does only adds to it.
        let share = (0..20).map(|_| share(voices)).fold(f64::INFINITY, f64::min);
        println!("{voices:2} voices: {:.2} % of one core", share * 100.0);
    }
}

/// The time that the first second of this many struck keys takes, as a share of its length.
fn share(voices: u8) -> f64 {
    let mut sound = Sound::new(RATE);
    for voice in 0..voices {
        let role = Role::ALL[usize::from(voice) % 2];
        sound.note_on(Address { channel: 0, key: 30 + 2 * voice }, role, 0.8);
    }
    let (mut left, mut right) = ([0.0; BLOCK], [0.0; BLOCK]);
    let start = Instant::now();
    for _ in 0..BLOCKS {
        sound.render(&mut left, &mut right, [0.5, 0.5]);
    }
    start.elapsed().as_secs_f64() * f64::from(RATE) / (BLOCKS * BLOCK) as f64
}
