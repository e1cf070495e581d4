//! Model files changed at random: each is refused with one line, or is a model that plays or says
//! why it does not.

use std::sync::Arc;

use rand::{RngExt, SeedableRng};
use rand_pcg::Pcg64Mcg;
use segue_model::{Checkpoint, Config, Generator, Model, NoteRequest, Precision};
use segue_music::{Beats, ContextNote, Role};

/// This many changed files; `MUTATIONS` in the environment says another number.
const RUNS: u64 = 10_000;
/// The first of their seeds; `SEED` in the environment says another one.
const FIRST: u64 = 0;

fn from_environment(name: &str, otherwise: u64) -> u64 {
    std::env::var(name).map_or(otherwise, |text| text.parse().expect("a number"))
}

/// Changes some bytes. Most lie in the header, where a byte means more than in a matrix.
fn change(bytes: &mut Vec<u8>, random: &mut Pcg64Mcg) {
    let header = 8 + u64::from_le_bytes(bytes[..8].try_into().expect("eight bytes")) as usize;
    for _ in 0..random.random_range(1..6) {
        let within = if random.random_bool(0.8) { header.min(bytes.len()) } else { bytes.len() };
        let place = random.random_range(0..within.max(1));
        match random.random_range(0..5) {
            0 => bytes[place] = random.random(),
            1 => bytes[place] ^= 1 << random.random_range(0..8),
            // A digit for a digit: shapes and offsets that are still JSON.
            2 => {
                let digits = |byte: &u8| byte.is_ascii_digit();
                if let Some(after) = bytes[place..within].iter().position(digits) {
                    bytes[place + after] = b'0' + random.random_range(0..10);
                }
            }
            3 => drop(bytes.remove(place)),
            _ => bytes.truncate(place.max(8)),
        }
        if bytes.len() < 9 {
            return;
        }
    }
}

#[test]
fn a_changed_model_is_refused_with_one_line_or_plays() {
    let (first, runs) = (from_environment("SEED", FIRST), from_environment("MUTATIONS", RUNS));
    let mut checkpoint = Checkpoint::random(&Config::tiny_ensemble(), 3);
    checkpoint.styles = vec!["waltz".to_owned()];
    let whole = checkpoint.to_bytes(Precision::Half).unwrap();
    let mut read = 0;
    for seed in first..first + runs {
        let mut bytes = whole.clone();
        change(&mut bytes, &mut Pcg64Mcg::seed_from_u64(seed));
        match Checkpoint::from_bytes(&bytes) {
            Ok(checkpoint) => {
                read += 1;
                let Ok(model) = Model::from_checkpoint(checkpoint) else { continue };
                let mut generator = Generator::new(Arc::new(model));
                for place in 0..8 {
                    generator.hear(ContextNote::held(24 * place, 60 + place as u8, 80, Role::Player));
                }
                let request = NoteRequest::new(Role::Segue, Beats::ratio(4, 1), Beats::ratio(64, 1));
                for _ in 0..4 {
                    let _rest = generator.next(&request);
                }
            }
            Err(error) => {
                let line = error.to_string();
                assert!(!line.contains('\n') && line.len() < 400, "seed {seed}: {line}");
            }
        }
    }
    assert!(runs < 100 || (runs / 50 < read && read < runs), "{read} of {runs} were read: too few or all");
}
