//! R2: every onset lies where it was planned.

use anyhow::Result;
use segue::between::settings::{Mode, Settings, When};

use super::scripts::phrase;
use super::{Figure, on_two_threads};
use crate::simulation::cue::Cue;
use crate::simulation::models;
use crate::simulation::mutation::RATES;
use crate::simulation::performance::{Cut, Script};
use crate::simulation::virtual_composer::Cost;

/// The largest error on steady tempos in samples, the largest on ramps in milliseconds, and what
/// came late.
///
/// # Errors
/// Where the model cannot be loaded.
pub fn measure() -> Result<Vec<Figure>> {
    let model = models::shipped()?;
    let mut runs = Vec::new();
    for rate in RATES {
        for cut in [Cut::Of(64), Cut::Of(512), Cut::Of(2048), Cut::Random] {
            // (tempo, where it goes to): over 10 s, from two seconds on
            for (tempo, to) in [
                (40.0, None),
                (97.3, None),
                (133.7, None),
                (300.0, None),
                (40.0, Some(300.0)),
                (300.0, Some(40.0)),
                (120.0, Some(150.0)),
            ] {
                runs.push((rate, cut, tempo, to));
            }
        }
    }
    let results = on_two_threads(&runs, |&(rate, cut, tempo, to)| {
        let settings =
            Settings { mode: Mode::Duet, when: When { bars: 16, ..When::default() }, ..Settings::default() };
        let cues = to.map(|to| (2.0, Cue::Ramp(to, 10.0))).into_iter().collect();
        let notes = phrase(0.3, 6, 0.3);
        let script = Script { name: "grid", seconds: 14.0, tempo, settings, notes, cues };
        script.perform(&model, rate, cut, Cost::Nothing).map(|performance| (rate, performance.ours))
    });
    let (mut steady, mut ramps, mut late) = ((0.0f64, 0), (0.0f64, 0), 0);
    for result in results {
        let (rate, ours) = result.map_err(anyhow::Error::msg)?;
        for (error, is_steady) in ours.iter().filter_map(|note| Some((note.error?, note.steady))) {
            if is_steady {
                steady = (steady.0.max(error.abs()), steady.1 + 1);
                late += u64::from(error > 1.0);
            } else {
                ramps = (ramps.0.max(error.abs() / rate * 1000.0), ramps.1 + 1);
            }
        }
    }
    Ok(vec![
        Figure::most("R2", steady.0, 1.0, steady.1, "samples between an onset and its beat, steady tempo"),
        Figure::most(
            "R2 ramps",
            ramps.0,
            1.0,
            ramps.1,
            "milliseconds between them on ramps of 3 to 26 BPM a second",
        ),
        Figure::most("R2 late", late as f64, 0.0, steady.1, "onsets late by more than a sample"),
    ])
}
