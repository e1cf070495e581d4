//! R8: the same again, and again after a reload.

use anyhow::Result;
use bundler::{Event, Host};
use segue_music::{Beats, Tempo};

use super::{Figure, on_two_threads, scripts};
use crate::simulation::models;
use crate::simulation::performance::{Cut, Script};
use crate::simulation::virtual_composer::Cost;
use crate::{Format, PLAYER_CHANNEL, parameter, perform_on, phrase};

/// Differences between three runs.
///
/// # Errors
/// Where the model cannot be loaded.
pub fn measure() -> Result<Vec<Figure>> {
    let model = models::shipped()?;
    let all: Vec<Script> = scripts::steady().into_iter().chain(scripts::eventful()).collect();
    let runs: Vec<(&Script, usize)> =
        all.iter().flat_map(|script| (0..3).map(move |run| (script, run))).collect();
    let hashes = on_two_threads(&runs, |(script, _)| {
        script.perform(&model, 48_000.0, Cut::Of(256), Cost::Nothing).map(|performance| performance.hash())
    });
    let hashes = hashes.into_iter().collect::<Result<Vec<u64>, String>>().map_err(anyhow::Error::msg)?;
    let differ = hashes.chunks(3).filter(|runs| runs.iter().any(|hash| *hash != runs[0])).count();
    let (reloads, notes) = reloads()?;
    let reloaded = format!("reloads of one saved state that differ, in the built plugin ({notes} notes)");
    Ok(vec![
        Figure::most("R8", differ as f64, 0.0, hashes.len() as u64, "performances whose three runs differ"),
        Figure::most("R8 reload", reloads as f64, 0.0, notes, reloaded),
    ])
}

/// Plays with the built plugin, saves it, and loads that into two new ones: how many of the formats
/// tell the two apart, and how many notes they played.
fn reloads() -> Result<(usize, u64)> {
    let (mut differ, mut notes) = (0, 0);
    for format in Format::ALL {
        let mut first = format.open()?;
        answered(first.as_mut(), &[("Seed", "77"), ("Temperature", "1.2")])?;
        let state = first.save()?;
        let reload = || -> Result<(Vec<Event>, usize)> {
            let mut host = format.open()?;
            host.load(&state)?;
            answered(host.as_mut(), &[])
        };
        let (one, other) = (reload()?, reload()?);
        differ += usize::from(one.0 != other.0);
        notes += one.1 as u64;
    }
    Ok((differ, notes))
}

/// Plays the phrase to an instance, with these parameters; what it sent, and how many notes of its
/// own.
fn answered(host: &mut dyn Host, changes: &[(&str, &str)]) -> Result<(Vec<Event>, usize)> {
    let mut script =
        bundler::Script::new(Tempo::DEFAULT, Beats::ratio(24, 1)).phrase(PLAYER_CHANNEL, &phrase());
    for (name, text) in changes {
        script.messages.push((Beats::ZERO, parameter(host, name, text)?));
    }
    let (performance, notes) = perform_on(host, &script)?;
    Ok((performance.events, notes.len()))
}
