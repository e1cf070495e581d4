//! A model ten times too slow: what the player sees and hears of it.

use anyhow::Result;
use segue::between::settings::{Mode, Settings, What, When};

use super::Figure;
use super::scripts::phrase;
use crate::simulation::models;
use crate::simulation::performance::{Cut, Script};
use crate::simulation::virtual_composer::Cost;

/// How many times the price of a note is multiplied. Here a note costs a fifth of a millisecond:
/// ten times as much changes nothing, and with a thousand times as much no sixteenth at 200 BPM can
/// be kept up with.
const FACTORS: [f64; 4] = [1.0, 10.0, 100.0, 1000.0];

/// The lag shown, and what is late, bunched or stuck; an answer at full speed and one at a tenth
/// are printed side by side.
///
/// # Errors
/// Where the model cannot be loaded, or something does not hold that always must.
pub fn measure() -> Result<Vec<Figure>> {
    let model = models::shipped()?;
    let (mut late, mut bunched, mut notes) = (0, 0, 0);
    for (mode, factor) in [Mode::Answer, Mode::Trade, Mode::Duet]
        .into_iter()
        .flat_map(|mode| FACTORS.map(|factor| (mode, factor)))
    {
        // 200 BPM, on triplets of sixteenths, wild: as many notes as there may be.
        let settings = Settings {
            mode,
            when: When { bars: 4, ..When::default() },
            what: What { grid: segue_music::Beats::ratio(1, 12), temperature: 1.4, ..What::default() },
            ..Settings::default()
        };
        let played = phrase(0.1, 60, 0.1);
        let script =
            Script { name: "slow", seconds: 30.0, tempo: 200.0, settings, notes: played, cues: Vec::new() };
        let (performance, lag) = script
            .perform_seeing(&model, 48_000.0, Cut::Of(256), Cost::Cpu(factor), |host| host.status.lag_ms())
            .map_err(anyhow::Error::msg)?;
        let ours = &performance.ours;
        let is_late =
            |note: &&crate::simulation::witness::Sounded| note.error.is_some_and(|error| error > 1.0);
        let late_here = ours.iter().filter(is_late).count();
        // Notes that were to begin apart and did together.
        let together = |pair: &[crate::simulation::witness::Sounded]| {
            pair[0].on == pair[1].on && pair[0].planned.note.onset != pair[1].planned.note.onset
        };
        let bunched_here = ours.windows(2).filter(|pair| together(pair)).count();
        let latest = ours.iter().filter_map(|note| note.error).fold(0.0, f64::max) / 48.0;
        println!(
            "  slow {mode:?} x {factor}: {} notes, lag {:.0} ms at most, {late_here} late by {latest:.1} ms at most, {bunched_here} bunched",
            ours.len(),
            lag.into_iter().fold(0.0, f32::max),
        );
        late += late_here;
        bunched += bunched_here;
        notes += ours.len() as u64;
    }
    Ok(vec![
        Figure::most(
            "slow late",
            // A note that takes longer than the one before it may come a little late; one later
            // than 10 ms is not played.
            late as f64 / notes.max(1) as f64,
            0.02,
            notes,
            "share of notes off their beat while the model is up to a thousand times slower",
        ),
        Figure::most(
            "slow bunched",
            bunched as f64,
            0.0,
            notes,
            "notes that were to begin apart and began together there",
        ),
    ])
}
