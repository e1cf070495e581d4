//! Notes by chance.

use rand::RngExt;
use rand_pcg::Pcg64Mcg;
use segue_music::{ContextNote, Role, Tick};

/// A note of anybody's at an onset, shorter than `longest`; some of it is unknown.
pub fn any_note(random: &mut Pcg64Mcg, onset: Tick, longest: Tick) -> ContextNote {
    let duration = random.random_range(1..longest);
    ContextNote {
        onset,
        key: random.random_range(40..80),
        velocity: random.random::<bool>().then_some(random.random_range(1..128)),
        end: Some(onset + duration),
        shown: random.random::<bool>().then_some(duration),
        role: Role::ALL[random.random_range(0..2)],
    }
}
