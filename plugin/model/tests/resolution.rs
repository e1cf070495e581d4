//! What bytes cost: the playing forward against a finer one, and one processor's instructions
//! against another's.

#[path = "common/made_up.rs"]
#[expect(dead_code, reason = "shared with tests of whole jams")]
mod made_up;

use made_up::any_note;
use rand::RngExt;
use rand_pcg::Pcg64Mcg;
use segue_model::{Checkpoint, Config, Cpu, Model, Precision, Resolution, Sequence, SequenceDecoder};
use segue_music::{Context, Meter, Tokenizer};

fn sequence(seed: u64, count: i64) -> Sequence {
    let mut random = Pcg64Mcg::new(u128::from(seed) << 1 | 1);
    let mut context = Context::new();
    context.meter(0, Some(Meter::COMMON));
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

fn logits(model: &Model, cpu: Cpu, sequence: &Sequence) -> Vec<f32> {
    let mut all = Vec::new();
    SequenceDecoder::new(model, cpu).logits(sequence, |_, _, logits| all.extend_from_slice(logits));
    all
}

#[test]
fn every_processor_plays_the_same_bits() {
    for (config, seed) in [(Config::tiny(), 1), (Config { window: 70, ..Config::tiny() }, 2)] {
        let model = Model::from_checkpoint(checkpoint(config, seed)).unwrap();
        let sequence = sequence(seed, 200);
        let mut all = Cpu::all().into_iter().map(|cpu| (cpu, logits(&model, cpu, &sequence)));
        let (_, best) = all.next().unwrap();
        assert!(best.iter().all(|logit| logit.is_finite()));
        for (cpu, other) in all {
            let same = best.iter().zip(&other).all(|(a, b)| a.to_bits() == b.to_bits());
            assert!(same && best.len() == other.len(), "{cpu:?}");
        }
    }
}

#[test]
fn bits_of_the_shipped_model_hardly_change() {
    let bytes = include_bytes!("../../../assets/segue.safetensors");
    let checkpoint = Checkpoint::from_bytes(bytes).unwrap();
    let sequence = sequence(4, 300);
    let bits = |resolution| {
        let model = Model::at_resolution(checkpoint.clone(), resolution).unwrap();
        let nats = SequenceDecoder::new(&model, Cpu::best()).nats(&sequence);
        nats.iter().flatten().map(|&nats| f64::from(nats)).sum::<f64>() / std::f64::consts::LN_2 / 299.0
    };
    let (fine, coarse) = (bits(Resolution::TwoBytes), bits(Resolution::Byte));
    println!("{fine} and {coarse} bits a note");
    // For music the bound is 0.01 on average; random notes are harder, and few.
    assert!((fine - coarse).abs() < 0.02, "{fine} and {coarse} bits a note");
}

#[test]
fn a_model_stored_in_halves_plays_as_one_stored_in_singles() {
    let checkpoint = checkpoint(Config::tiny(), 5);
    let halves = Checkpoint::from_bytes(&checkpoint.to_bytes(Precision::Half).unwrap()).unwrap();
    let again = Checkpoint::from_bytes(&halves.to_bytes(Precision::Single).unwrap()).unwrap();
    let sequence = sequence(5, 60);
    let play = |checkpoint| logits(&Model::from_checkpoint(checkpoint).unwrap(), Cpu::best(), &sequence);
    assert_eq!(play(halves), play(again));
}
