//! Made-up music.

use rand::RngExt;
use rand_pcg::Pcg64Mcg;
use segue_model::Sequence;
use segue_music::{Context, ContextNote, Meter, Role, Tokenizer};

/// Music with repeats, chords, hidden durations and both roles.
pub fn sequences(seed: u64, count: usize, notes: usize) -> Vec<Sequence> {
    let mut random = Pcg64Mcg::new(u128::from(seed) << 1 | 1);
    (0..count)
        .map(|_| {
            let mut context = Context::new();
            context.meter(0, Some(Meter::COMMON));
            for (change, role) in (0..20).zip(Role::ALL.into_iter().cycle()) {
                context.pedal(role, 30 + 37 * change, change % 3 != 1);
            }
            let mut onset = 0;
            for _ in 0..notes {
                onset += random.random_range(0..4) * 6;
                let duration = random.random_range(1..60);
                context.hear(ContextNote {
                    onset,
                    key: random.random_range(50..64),
                    velocity: random.random::<bool>().then_some(random.random_range(1..128)),
                    end: Some(onset + duration),
                    shown: random.random::<bool>().then_some(duration),
                    role: Role::ALL[random.random_range(0..2)],
                    part: None,
                });
            }
            Sequence::of(&Tokenizer::new(), &context, |_| true)
        })
        .collect()
}
