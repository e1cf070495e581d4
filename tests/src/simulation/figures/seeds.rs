//! R6, and every other invariant: seeds.

use std::sync::atomic::{AtomicU64, Ordering};

use anyhow::Result;

use super::{Figure, on_two_threads};
use crate::simulation::seeded::{self, Breach, Tally};

/// Plays seeds, prints those that fail.
///
/// # Errors
/// Where a model cannot be loaded.
pub fn play(first: u64, count: u64) -> Result<(Tally, Vec<Breach>)> {
    let seeds: Vec<u64> = (first..first + count).collect();
    let done = AtomicU64::new(0);
    let results = on_two_threads(&seeds, |&seed| {
        let result = seeded::play(seed, false);
        let done = done.fetch_add(1, Ordering::Relaxed) + 1;
        if done.is_multiple_of(1000) {
            println!("  {done} seeds");
        }
        if let Ok(Err(breach)) = &result {
            println!("  {breach}\n    again: in-time --seed {seed}");
        }
        result
    });
    let (mut tally, mut breaches) = (Tally::default(), Vec::new());
    for result in results {
        match result? {
            Ok(more) => tally.add(&more),
            Err(breach) => breaches.push(breach),
        }
    }
    Ok((tally, breaches))
}

/// Seeds that fail.
///
/// # Errors
/// Where a model cannot be loaded.
pub fn measure(count: u64) -> Result<Figure> {
    let (tally, breaches) = play(0, count)?;
    let what = format!(
        "seeds with a note or a pedal stuck, or one orphaned, or another invariant broken ({} blocks, {} notes, {} pedals, {} cues)",
        tally.blocks, tally.notes, tally.pedals, tally.cues
    );
    Ok(Figure::most("R6", breaches.len() as f64, 0.0, count, what))
}
