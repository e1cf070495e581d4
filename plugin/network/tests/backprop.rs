//! The pass by hand learns what candle's forward and backward say, in f32 and in bf16.

use std::collections::BTreeMap;

use candle_core::Tensor;
use rand::RngExt;
use rand_pcg::Pcg64Mcg;
use segue_model::{Config, Field, Sequence};
use segue_music::{Context, ContextNote, Part, Role, Tokenizer};
use segue_network::backprop::{Arithmetic, Gradients, Pass, Weights};
use segue_network::{Batch, Network};

#[path = "common/music.rs"]
mod music;

use music::sequences;

fn numbers(tensor: &Tensor) -> Vec<f32> {
    tensor.flatten_all().unwrap().to_vec1().unwrap()
}

/// Nats and gradients by candle, each field at its own weight.
fn by_candle(
    network: &Network,
    music: &[Sequence],
    scales: [f32; Field::COUNT],
) -> (Vec<f64>, BTreeMap<String, Vec<f32>>) {
    let batch = Batch::new(music, network.config(), network.vocabulary());
    let nats: Vec<Tensor> =
        network.nats(&batch).unwrap().iter().map(|nats| nats.sum_all().unwrap()).collect();
    let loss = nats
        .iter()
        .zip(scales)
        .map(|(nats, scale)| (nats * f64::from(scale)).unwrap())
        .reduce(|a, b| (a + b).unwrap())
        .unwrap();
    let gradients = loss.backward().unwrap();
    let gradient =
        |(name, var): (&String, &candle_core::Var)| (name.clone(), numbers(gradients.get(var).unwrap()));
    (
        nats.iter().map(|nats| f64::from(nats.to_scalar::<f32>().unwrap())).collect(),
        network.variables().iter().map(gradient).collect(),
    )
}

/// How far `ours` is from `theirs`, relative to its length.
fn distance(ours: &[f32], theirs: &[f32]) -> f64 {
    assert_eq!(ours.len(), theirs.len());
    let length = |x: &mut dyn Iterator<Item = f64>| x.map(|x| x * x).sum::<f64>().sqrt();
    let difference = length(&mut ours.iter().zip(theirs).map(|(a, b)| f64::from(a - b)));
    difference / length(&mut theirs.iter().map(|&x| f64::from(x)))
}

/// A band: like [`sequences`], every note by some part or by nobody knows whom, drums among them.
fn band(seed: u64, notes: usize) -> Vec<Sequence> {
    let mut random = Pcg64Mcg::new(u128::from(seed) << 1 | 1);
    let (mut context, mut onset) = (Context::new(), 0);
    for _ in 0..notes {
        onset += random.random_range(0..4) * 6;
        let part = Part::ALL.get(random.random_range(0..2 * Part::COUNT)).copied();
        context.pedal(Role::ALL[random.random_range(0..2)], onset, random.random());
        context.hear(ContextNote {
            onset,
            key: random.random_range(36..60),
            velocity: Some(random.random_range(1..128)),
            end: Some(onset + random.random_range(1..60)),
            shown: None,
            role: Role::ALL[random.random_range(0..2)],
            part,
        });
    }
    vec![Sequence::of(&Tokenizer::new(), &context, |_| true)]
}

fn check(config: &Config, seed: u64, lengths: &[usize]) {
    let network = Network::random(config, seed).unwrap();
    let play = |seed: u64, length: usize| {
        if config.parts { band(seed, length) } else { sequences(seed, 1, length) }
    };
    let music: Vec<Sequence> = (seed..).zip(lengths).flat_map(|(seed, &length)| play(seed, length)).collect();
    let scales = [0.7, 1.0, 1.3, 0.4, 0.9, 1.1];
    let (nats, theirs) = by_candle(&network, &music, scales);
    for arithmetic in Arithmetic::all() {
        let mut weights = Weights::new(arithmetic);
        weights.read(&network).unwrap();
        let (mut pass, mut gradients) = (Pass::new(config), Gradients::new(&network));
        // A pass before: nothing of it may be left.
        let other = Batch::new(&play(seed + 7, 45), config, network.vocabulary());
        pass.learn(&weights, &other, scales, &mut gradients).unwrap();
        gradients.clear();
        let mut sums = [0.0; Field::COUNT];
        for sequence in &music {
            let batch = Batch::new(std::slice::from_ref(sequence), config, network.vocabulary());
            let learnt = pass.learn(&weights, &batch, scales, &mut gradients).unwrap();
            sums.iter_mut().zip(learnt).for_each(|(sum, nats)| *sum += nats);
        }
        let f32 = arithmetic == Arithmetic::F32;
        for (ours, theirs) in sums.iter().zip(&nats) {
            let error = (ours - theirs).abs() / theirs;
            println!("{} nats: {error:.1e}", arithmetic.name());
            assert!(error < if f32 { 1e-5 } else { 2e-3 }, "{arithmetic:?}: nats {ours} for {theirs}");
        }
        let mut count = 0;
        for (name, ours) in gradients.by_name() {
            let error = distance(ours, &theirs[name]);
            println!("{} {name}: {error:.1e}", arithmetic.name());
            assert!(
                error < if f32 { 1e-4 } else { 2e-2 },
                "{arithmetic:?}: the gradient of {name} is {error} off"
            );
            count += 1;
        }
        assert_eq!(count, theirs.len());
    }
}

#[test]
fn it_learns_what_candle_learns_beyond_both_windows() {
    check(&Config::tiny(), 1, &[130, 75, 1]);
}

#[test]
fn it_learns_the_parts_that_candle_learns() {
    check(&Config::tiny_ensemble(), 3, &[130, 75]);
    check(&Config::tiny_with_pedal(), 4, &[90]);
}

#[test]
fn it_learns_what_candle_learns_at_odd_sizes() {
    check(
        &Config { dim: 128, layers: 1, hidden: 100, window: 70, copy_window: 33, ..Config::tiny() },
        2,
        &[150],
    );
}
