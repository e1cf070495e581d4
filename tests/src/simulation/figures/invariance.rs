//! R1: the same input makes the same samples in any blocks, and the same music at any rate.

use anyhow::Result;

use super::{Figure, on_two_threads, scripts};
use crate::simulation::models;
use crate::simulation::mutation::RATES;
use crate::simulation::performance::{Cut, Performance, Script};
use crate::simulation::virtual_composer::Cost;

const CUTS: [Cut; 10] = [
    Cut::Of(512),
    Cut::Of(1),
    Cut::Of(16),
    Cut::Of(32),
    Cut::Of(64),
    Cut::Of(128),
    Cut::Of(256),
    Cut::Of(1024),
    Cut::Of(2048),
    Cut::Random,
];

/// Differences found, and how many comparisons were made.
///
/// # Errors
/// Where the model cannot be loaded.
pub fn measure() -> Result<Figure> {
    let model = models::shipped()?;
    let (steady, eventful) = (scripts::steady(), scripts::eventful());
    let mut runs = Vec::new();
    for (script, across) in steady.iter().map(|it| (it, true)).chain(eventful.iter().map(|it| (it, false))) {
        runs.extend(RATES.map(|rate| (script, across, rate)));
    }
    let performed = on_two_threads(&runs, |&(script, _, rate)| {
        let perform = |cut| script.perform(&model, rate, cut, Cost::Nothing);
        let whole = perform(CUTS[0])?;
        let mut differences = Vec::new();
        for &cut in &CUTS[1..] {
            differences.extend(difference(script, rate, cut, &whole, &perform(cut)?));
        }
        Ok::<_, String>((whole, differences))
    });
    let (mut count, mut found, mut notes) = (0, Vec::new(), 0);
    let mut reference = None;
    for ((script, across, rate), result) in runs.iter().zip(performed) {
        let (whole, differences) = match result {
            Ok(performed) => performed,
            Err(what) => {
                found.push(what);
                continue;
            }
        };
        count += CUTS.len() as u64 - 1;
        notes += whole.ours.len();
        found.extend(differences);
        if *rate == RATES[0] {
            reference = Some(whole.score());
        } else if *across {
            count += 1;
            if reference.as_ref() != Some(&whole.score()) {
                found.push(format!("{}: another score at {rate} Hz than at {}", script.name, RATES[0]));
            }
        }
    }
    found.iter().for_each(|what| println!("  R1: {what}"));
    let what = format!("differences in blocks of 1 to 2048 and at random, and across rates ({notes} notes)");
    let figure = Figure::most("R1", found.len() as f64, 0.0, count, what);
    Ok(Figure { pass: figure.pass && notes > 300, ..figure })
}

fn difference(
    script: &Script,
    rate: f64,
    cut: Cut,
    whole: &Performance,
    other: &Performance,
) -> Option<String> {
    if whole.out == other.out {
        return None;
    }
    let differ = whole.out.iter().zip(&other.out).position(|(a, b)| a != b);
    let at = differ.unwrap_or(whole.out.len().min(other.out.len()));
    let (a, b) = (whole.out.get(at), other.out.get(at));
    Some(format!("{} at {rate} Hz, {cut:?}: {b:?} is not {a:?}", script.name))
}
