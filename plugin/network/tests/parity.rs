//! The playing forward is the training forward.

use std::sync::Arc;

use rand::RngExt;
use rand_pcg::Pcg64Mcg;
use segue_model::{Checkpoint, Config, Cpu, Field, Generator, Model, Resolution, Sequence, SequenceDecoder};
use segue_music::{Context, ContextNote, Meter, Role, Tokenizer, Vocabulary};
use segue_network::{Batch, Network};

#[path = "../../model/tests/common/made_up.rs"]
mod made_up;

use made_up::{any_note, band, notes};

fn close(a: &[f32], b: &[f32]) -> bool {
    a.len() == b.len() && a.iter().zip(b).all(|(a, b)| (a - b).abs() <= 2e-4 * (1.0 + a.abs()))
}

fn sequence(seed: u64, count: i64) -> Sequence {
    let mut random = Pcg64Mcg::new(u128::from(seed) << 1 | 1);
    let mut context = Context::new();
    context.meter(0, Some(Meter::COMMON));
    context.form(192);
    for place in 0..count {
        let onset = place * 12 + random.random_range(0..3) * 4;
        context.hear(any_note(&mut random, onset, 60));
    }
    Sequence::of(&Tokenizer::new(), &context, |_| true)
}

fn checkpoint(config: Config, seed: u64) -> Checkpoint {
    let mut checkpoint = Checkpoint::random(&config, seed);
    // What begins near silence in training is given a voice, so that a mistake in it is heard.
    for (name, numbers) in &mut checkpoint.numbers {
        if name.ends_with(".out") && !name.contains("attention") && !name.contains("forward") {
            numbers.iter_mut().for_each(|number| *number *= 10.0);
        }
    }
    checkpoint
}

fn rms(numbers: impl Iterator<Item = f32>) -> f32 {
    let (mut sum, mut count) = (0.0f64, 0);
    for number in numbers {
        sum += f64::from(number * number);
        count += 1;
    }
    (sum / f64::from(count)).sqrt() as f32
}

#[test]
fn the_playing_forward_is_the_training_forward() {
    // Longer than both windows (24 and 40) and than the ring (80): the mask is banded and the ring
    // wraps.
    plays_as_trained(&Config::tiny(), &notes(1, 200));
    plays_as_trained(&Config::tiny_ensemble(), &band(1, 200));
    plays_as_trained(&Config::tiny_with_pedal(), &band(2, 200));
}

fn plays_as_trained(config: &Config, notes: &[ContextNote]) {
    let checkpoint = Checkpoint::random(config, 1);
    let network = Network::with_numbers(&checkpoint.config, &checkpoint.numbers).unwrap();
    // In two bytes a number, to tell a wrong forward from a coarse one.
    let model = Arc::new(Model::at_resolution(checkpoint, Resolution::TwoBytes).unwrap());
    let tokenizer = Tokenizer::new();
    let mut context = Context::new();
    context.meter(0, Some(Meter::COMMON));
    context.form(192);
    let pedal = || {
        let changes = (0..90).map(|change| (change * 31, change % 3 != 0));
        changes.flat_map(|(at, down)| Role::ALL.map(|role| (role, at, down)))
    };
    pedal().for_each(|(role, at, down)| _ = context.pedal(role, at, down));
    notes.iter().for_each(|&note| _ = context.hear(note));
    let batch =
        Batch::new(&[Sequence::of(&tokenizer, &context, |_| true)], network.config(), network.vocabulary());
    let trained: Vec<Vec<Vec<f32>>> =
        network.logits(&batch).unwrap().iter().map(|logits| logits.to_vec2().unwrap()).collect();

    let mut generator = Generator::new(model);
    generator.meter(0, Some(Meter::COMMON));
    generator.form(192);
    pedal().for_each(|(role, at, down)| generator.pedal(role, at, down));
    for (place, pair) in context.notes().windows(2).enumerate() {
        let (before, next) = (&pair[0], &pair[1]);
        // In training the context knows how every note ends; a step learns it only once it has
        // happened.
        generator.hear(*before);
        let mut token = tokenizer.token(next, before.onset);
        if let Some(velocity) = next.velocity {
            token.velocity = Vocabulary::velocity_symbol(velocity);
        }
        for &field in Field::of_model(config) {
            if field == Field::Duration && next.velocity.is_none() {
                continue; // asked with the velocity unknown, which playing never is
            }
            let played = generator.logits(field, next.role, token).unwrap();
            assert!(close(&trained[field as usize][place], &played), "{} at {place}", field.name());
        }
    }
}

#[test]
fn two_bytes_are_the_training_forward_and_one_is_near() {
    // Beyond both windows and the ring: the masks and the wrap are the same ones.
    let checkpoint = checkpoint(Config::tiny(), 3);
    let sequence = sequence(3, 200);
    let network = Network::with_numbers(&checkpoint.config, &checkpoint.numbers).unwrap();
    let batch = Batch::new(std::slice::from_ref(&sequence), network.config(), network.vocabulary());
    let trained: Vec<Vec<Vec<f32>>> =
        network.logits(&batch).unwrap().iter().map(|logits| logits.to_vec2().unwrap()).collect();
    // (resolution, most that one logit may be off, root mean square of all against that of the
    // logits)
    for (resolution, most, share) in [(Resolution::TwoBytes, 2e-3, 2e-4), (Resolution::Byte, 0.15, 0.015)] {
        let model = Model::at_resolution(checkpoint.clone(), resolution).unwrap();
        let (mut errors, mut all) = (Vec::new(), Vec::new());
        SequenceDecoder::new(&model, Cpu::best()).logits(&sequence, |place, field: Field, logits| {
            for (&exact, &played) in trained[field as usize][place].iter().zip(logits) {
                errors.push(played - exact);
                all.push(exact);
            }
        });
        let worst = errors.iter().fold(0.0f32, |worst, error| error.abs().max(worst));
        let relative = rms(errors.into_iter()) / rms(all.into_iter());
        println!("{resolution:?}: at most {worst}, {relative} of the logits");
        assert!(worst <= most && relative <= share, "{resolution:?}: {worst}, {relative}");
    }
}
