//! What a host hands over from files and from people, changed at random: states of projects, and
//! texts of parameters.

use anyhow::{Context, Result, ensure};
use bundler::Script;
use rand::{RngExt, SeedableRng};
use rand_pcg::Pcg64Mcg;
use segue_music::{Beats, Tempo};
use tests::{Format, PLAYER_CHANNEL, perform_on, phrase};

/// Changed states, and texts for each parameter; `MUTATIONS` in the environment says another
/// number.
const RUNS: u64 = 600;
/// The first of their seeds; `SEED` in the environment says another one.
const FIRST: u64 = 0;

/// Pieces that texts and states are made from.
const PIECES: [&str; 30] = [
    "",
    "0",
    "1",
    "-1",
    "1e999",
    "-0.0",
    "NaN",
    "inf",
    "2147483647",
    "18446744073709551615",
    "C",
    "B",
    "#",
    "b",
    "CC ",
    " key",
    "Off",
    "1/",
    "8T",
    " bars",
    "%",
    " dB",
    "st",
    "é",
    "\u{0}",
    "\n",
    "\"",
    "[[",
    "}",
    "null",
];

fn from_environment(name: &str, otherwise: u64) -> u64 {
    std::env::var(name).map_or(otherwise, |text| text.parse().expect("a number"))
}

#[test]
fn a_changed_state_leaves_an_instance_that_plays() -> Result<()> {
    let (first, runs) = (from_environment("SEED", FIRST), from_environment("MUTATIONS", RUNS));
    for format in Format::ALL {
        let mut host = format.open()?;
        let script = || Script::new(Tempo::DEFAULT, Beats::ratio(20, 1)).phrase(PLAYER_CHANNEL, &phrase());
        // With a take in it.
        script().play(host.as_mut())?;
        let whole = host.save()?;
        let fresh = format.open()?.parameters()?;
        for seed in first..first + runs {
            let mut random = Pcg64Mcg::seed_from_u64(seed);
            let mut state = whole.clone();
            for _ in 0..random.random_range(1..5) {
                let place = random.random_range(0..state.len());
                let piece = PIECES[random.random_range(0..PIECES.len())].as_bytes();
                match random.random_range(0..4) {
                    0 => state[place] ^= 1 << random.random_range(0..8),
                    1 => drop(state.splice(place..place, piece.iter().copied())),
                    2 => {
                        let end = (place + piece.len()).min(state.len());
                        state.splice(place..end, piece.iter().copied());
                    }
                    _ if state.len() > 64 => state.truncate(place.max(32)),
                    _ => {}
                }
            }
            // CLAP's state has its length before it; with a wrong one its text would not be read.
            if format == Format::Clap && state.len() > 8 && random.random_bool(0.8) {
                let length = (state.len() - 8) as u64;
                state[..8].copy_from_slice(&length.to_le_bytes());
            }
            let _refusal = host.load(&state);
            for parameter in host.parameters()? {
                ensure!(
                    parameter.value.is_finite(),
                    "{format:?}, seed {seed}: {} is {}",
                    parameter.name,
                    parameter.value
                );
            }
        }
        let sound = format.open()?.save()?;
        host.load(&sound)?;
        assert_eq!(host.parameters()?, fresh, "{format:?}: as new");
        Script::new(Tempo::DEFAULT, Beats::ONE).play(host.as_mut())?;
        let (_, answer) = perform_on(host.as_mut(), &script()).with_context(|| format!("{format:?}"))?;
        ensure!(!answer.is_empty(), "{format:?}: no answer");
    }
    Ok(())
}

#[test]
fn any_text_is_a_value_or_refused() -> Result<()> {
    let (first, runs) = (from_environment("SEED", FIRST), from_environment("MUTATIONS", RUNS));
    for format in Format::ALL {
        let mut host = format.open()?;
        for parameter in host.parameters()? {
            for seed in first..first + runs {
                let mut random = Pcg64Mcg::seed_from_u64(seed);
                let count = random.random_range(1..4);
                let text: String = (0..count).map(|_| PIECES[random.random_range(0..PIECES.len())]).collect();
                let text = text.replace('\u{0}', "");
                if let Ok(value) = host.parse(parameter.id, &text) {
                    ensure!(value.is_finite(), "{format:?}, {}: {text:?} is {value}", parameter.name);
                }
            }
        }
    }
    Ok(())
}
