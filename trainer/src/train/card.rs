//! Training on a card: candle finds the gradients there, and the weights and moments stay there
//! between two evaluations.

use std::thread::available_parallelism;

use anyhow::{Result, ensure};
use candle_core::{Device, Tensor};
use segue_model::{Field, Sequence};
use segue_network::Network;

use super::feed::{Feed, Prepared};
use super::lessons::{Lessons, Pace};
use crate::example::Examples;
use crate::optimizer::CardAdamW;

impl Lessons<'_> {
    /// Trains on a device other than the CPU, which makes the batches meanwhile.
    pub fn on_a_card(mut self, examples: &Examples, device: &Device) -> Result<()> {
        let network = self.network.on(device)?;
        let mut optimizer = CardAdamW::from_cpu(&self.optimizer, &network)?;
        let (train, mut pace) = (self.train, Pace::new(self.train, &self.run));
        // One thread launches what the card computes.
        let threads = available_parallelism().map_or(1, usize::from).saturating_sub(1).max(1);
        let make = |step| {
            let draw = |number| train.draw(examples, step, number);
            Prepared::new(&network, &(0..train.batch.into()).map(draw).collect::<Vec<Sequence>>())
        };
        Feed::run(threads, self.run.step, make, |feed| {
            while !pace.ends(self.run.notes) {
                let prepared = feed.take()?;
                let bits = step(&network, &mut optimizer, &prepared, pace.rate(self.run.notes))?;
                train.silence(&network)?;
                self.advance(prepared.notes, bits);
                self.run.seconds = pace.learned();
                let (evaluates, saves) = (pace.evaluates(self.run.notes), pace.saves());
                if evaluates || saves {
                    self.network = network.on(&Device::Cpu)?;
                    self.optimizer = optimizer.to_cpu(&network)?;
                }
                if evaluates {
                    self.evaluate()?;
                } else if saves {
                    self.save(&self.checkpoint()?)?;
                }
            }
            Ok(())
        })?;
        self.progress.finish();
        Ok(())
    }
}

/// A step along a batch's gradient; its bits a note.
fn step(network: &Network, optimizer: &mut CardAdamW, prepared: &Prepared, rate: f32) -> Result<f64> {
    let loss = loss(network, prepared)?;
    let length = optimizer.step(network, &loss.backward()?, rate)?;
    // Everything was asked of the card before the first answer is waited for.
    let bits = f64::from(loss.to_scalar::<f32>()?) / std::f64::consts::LN_2;
    let length = length.to_scalar::<f32>()?;
    ensure!(length.is_finite(), "the gradient is no number any more; train again with a smaller --rate");
    Ok(bits)
}

/// The loss to descend: nats, each field's mean over the answers that count.
fn loss(network: &Network, prepared: &Prepared) -> Result<Tensor> {
    let nats = network.nats(&prepared.batch)?;
    let mut losses = Vec::new();
    for &field in Field::of_model(network.config()) {
        let count = prepared.scored[field as usize].max(1);
        losses.push((nats[field as usize].sum_all()? / count as f64)?);
    }
    Ok(losses.iter().skip(1).try_fold(losses[0].clone(), |sum, loss| sum + loss)?)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::optimizer::AdamW;
    use crate::parallel::Learner;
    use crate::record::Record;
    use rand_pcg::Pcg64Mcg;
    use segue_model::Config;
    use segue_music::{Beats, Meter, Note, Piece, Tempo, Track};
    use segue_network::backprop::Arithmetic;

    /// Forty notes of two voices.
    fn piece(number: i64) -> Record {
        let eighth = Beats::ratio(1, 2);
        let voice = |low: i64| {
            let note = |index: i64| Note {
                onset: eighth.times(index),
                key: (low + index * (number + 2) % 12) as u8,
                duration: eighth,
                velocity: 60 + (index * 7 % 40) as u8,
            };
            Track { notes: (0..40).map(note).collect(), ..Track::default() }
        };
        let piece = Piece {
            tracks: vec![voice(60), voice(40)],
            tempos: vec![(Beats::ZERO, Tempo::new(120.0))],
            meters: vec![(Beats::ZERO, Meter::COMMON)],
            end: eighth.times(40),
            ..Piece::default()
        };
        Record::from_piece("".into(), "".into(), &piece).unwrap()
    }

    #[test]
    fn a_card_learns_what_a_cpu_learns() {
        let records: Vec<_> = (0..6).map(piece).collect();
        let examples = Examples::new(&records, &[], &[], 48);
        let config = Config { parts: true, pedal: true, ..Config::tiny() };
        let here = Network::random(&config, 5).unwrap();
        let there = here.on(&Device::Cpu).unwrap();
        let (mut plain, mut optimizer) =
            (AdamW::default(), CardAdamW::from_cpu(&AdamW::default(), &there).unwrap());
        let mut learner = Learner::new(&here, Arithmetic::F32, 1);
        for round in 0..4_u128 {
            let draw = |number| examples.draw(&mut Pcg64Mcg::new(8 * round + 2 * number + 1));
            let sequences: Vec<_> = (0..3_u128).map(draw).collect();
            let bits = learner.learn(&here, &sequences).unwrap();
            plain.step(&here, learner.gradients(), 0.01, 1).unwrap();
            let other = step(&there, &mut optimizer, &Prepared::new(&there, &sequences), 0.01).unwrap();
            assert!((bits - other).abs() < 2e-3 * bits, "round {round}: {bits} and {other} bits");
        }
        assert_eq!(optimizer.to_cpu(&there).unwrap().steps(), plain.steps());
        let (here, there) = (here.numbers().unwrap(), there.numbers().unwrap());
        for (name, numbers) in &here {
            let apart = numbers.iter().zip(&there[name]).map(|(a, b)| (a - b).abs()).sum::<f32>();
            assert!(apart / (numbers.len() as f32) < 1e-3, "{name} is {apart} apart");
        }
    }

    #[test]
    fn batches_come_in_the_order_of_their_steps() {
        let network = Network::random(&Config::tiny(), 1).unwrap();
        let make = |step| {
            std::thread::sleep(std::time::Duration::from_millis(step % 3));
            Prepared { notes: step, ..Prepared::new(&network, &[]) }
        };
        let take = |feed: &mut Feed| (0..20).map(|_| Ok(feed.take()?.notes)).collect::<Result<Vec<u64>>>();
        assert_eq!(Feed::run(3, 5, make, take).unwrap(), (5..25).collect::<Vec<u64>>());
    }
}
