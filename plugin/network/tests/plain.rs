//! What trains on other devices computes the same as what trains on the CPU, held to it on the CPU.

use std::collections::BTreeMap;

use candle_core::Tensor;
use segue_model::Config;
use segue_network::ops::plain;
use segue_network::{Batch, Network};

#[path = "common/music.rs"]
mod music;

use music::sequences;

fn numbers(tensor: &Tensor) -> Vec<f32> {
    tensor.flatten_all().unwrap().to_vec1().unwrap()
}

/// Nats of every field, and the gradient of every parameter.
fn learn(network: &Network, batch: &Batch) -> BTreeMap<String, Vec<f32>> {
    let nats = network.nats(batch).unwrap();
    let sum = nats.iter().map(|nats| nats.sum_all().unwrap()).reduce(|a, b| (a + b).unwrap()).unwrap();
    let gradients = sum.backward().unwrap();
    let nats = (0..).zip(&nats).map(|(field, nats)| (format!("nats {field}"), numbers(nats)));
    let gradient = |(name, var): (&String, &candle_core::Var)| {
        let gradient = gradients.get(var).unwrap_or_else(|| panic!("{name} got no gradient"));
        (name.clone(), numbers(gradient))
    };
    nats.chain(network.variables().iter().map(gradient)).collect()
}

#[test]
fn the_whole_network_learns_the_same() {
    let network = Network::random(&Config::tiny(), 1).unwrap();
    // Sequences of two lengths, longer than both windows: the shorter is filled up.
    let long = 2 * Config::tiny().window.max(Config::tiny().copy_window);
    let music = [sequences(1, 1, long), sequences(2, 1, long / 2)].concat();
    let batch = Batch::new(&music, network.config(), network.vocabulary());
    let fused = learn(&network, &batch);
    let plain = plain::everywhere(|| learn(&network, &batch));
    assert_eq!(fused.len(), network.variables().len() + 4);
    for (name, fused) in &fused {
        let (plain, size) = (&plain[name], fused.iter().map(|x| x.abs()).fold(0.0, f32::max));
        assert_eq!(fused.len(), plain.len(), "{name}");
        assert!(size > 0.0, "{name} is nothing");
        let furthest = fused.iter().zip(plain).map(|(a, b)| (a - b).abs()).fold(0.0, f32::max);
        assert!(furthest <= 2e-4 * (1.0 + size), "{name}: {furthest} of {size}");
    }
}

#[test]
fn it_is_another_computation() {
    let x = Tensor::new(&[[0.3_f32, -1.7, 0.02, 1.1]], &candle_core::Device::Cpu).unwrap();
    assert!(!plain::serves(&x));
    assert!(plain::everywhere(|| plain::serves(&x)));
    assert!(!plain::serves(&x), "for as long as it was asked for");
}
