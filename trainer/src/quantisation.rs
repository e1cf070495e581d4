//! What quantisation costs: bits of the same notes by the training forward and by the playing one.

use anyhow::Result;
use segue_model::{Checkpoint, Cpu, Field, Model, SequenceDecoder};
use segue_network::Network;
use serde_json::json;

use crate::comparison::LEAST;
use crate::measure::Measure;
use crate::passage::Passage;
use crate::progress_bar::bar;
use crate::score::{self, ByKind};

/// Scores passages both ways and prints them side by side.
pub fn compare(checkpoint: Checkpoint, passages: &[Passage], measure: Measure, as_json: bool) -> Result<()> {
    let name = checkpoint.name.clone();
    let network = Network::with_numbers(&checkpoint.config, &checkpoint.numbers)?;
    let model = Model::from_checkpoint(checkpoint)?;
    let mut played = SequenceDecoder::new(&model, Cpu::best());
    let (mut before, mut after) = (ByKind::new(), ByKind::new());
    let notes = passages.iter().map(Passage::scored).sum::<usize>() as u64;
    let progress = bar(notes, "{bar:30} {human_pos}/{human_len} notes, {per_sec}, {eta} left");
    let values = measure.values();
    for passage in passages {
        let one = std::slice::from_ref(passage);
        for (kind, bits) in score::score(&network, one, measure, |_| ())? {
            before.entry(kind).or_default().merge(&bits);
        }
        let bits = after.entry(passage.kind.clone()).or_default();
        played.logits(&passage.sequence, |question, field, logits| {
            if let Some(symbol) = passage.sequence.target(question, field) {
                let probability = values.probabilities(field, logits)[values.of(field, symbol)];
                bits.add(field, -probability.max(f64::MIN_POSITIVE).ln());
            }
        });
        progress.inc(passage.scored() as u64);
    }
    progress.finish_and_clear();
    let means = [&before, &after].map(|kinds| score::mean_total(kinds, LEAST));
    if as_json {
        let result =
            json!({"model": name, "trained": means[0], "played": means[1], "cost": means[1] - means[0]});
        say!("{}", serde_json::to_string_pretty(&result)?);
        return Ok(());
    }
    say!("bits per note of {name} in training's numbers, and as it plays\n");
    say!("| kind | notes | trained | played | cost | onset | key | velocity | duration |");
    say!("|---|---|---|---|---|---|---|---|---|");
    for (kind, after) in &after {
        let before = &before[kind];
        let (trained, played) = (before.per_note().total, after.per_note().total);
        print!("| {kind} | {} | {trained:.4} | {played:.4} | **{:+.4}** |", after.notes(), played - trained);
        for field in Field::ALL {
            match before.mean_of(field).zip(after.mean_of(field)) {
                Some((trained, played)) => print!(" {:+.4} |", played - trained),
                None => print!(" - |"),
            }
        }
        say!("");
    }
    say!("| mean of kinds | | {:.4} | {:.4} | **{:+.4}** | | | | |", means[0], means[1], means[1] - means[0]);
    Ok(())
}
