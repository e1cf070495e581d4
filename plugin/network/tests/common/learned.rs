//! What a network learns from a batch, to compare two ways of computing it.

use std::collections::BTreeMap;

use candle_core::{Tensor, Var};
use segue_network::{Batch, Network};

fn numbers(tensor: &Tensor) -> Vec<f32> {
    tensor.flatten_all().unwrap().to_vec1().unwrap()
}

/// Nats of every field, and the gradient of every parameter.
pub fn learn(network: &Network, batch: &Batch) -> BTreeMap<String, Vec<f32>> {
    let nats = network.nats(batch).unwrap();
    let sum = nats.iter().map(|nats| nats.sum_all().unwrap()).reduce(|a, b| (a + b).unwrap()).unwrap();
    let gradients = sum.backward().unwrap();
    let nats = (0..).zip(&nats).map(|(field, nats)| (format!("nats {field}"), numbers(nats)));
    let gradient = |(name, var): (&String, &Var)| {
        let gradient = gradients.get(var).unwrap_or_else(|| panic!("{name} got no gradient"));
        (name.clone(), numbers(gradient))
    };
    nats.chain(network.variables().iter().map(gradient)).collect()
}

/// What is further apart than rounding explains, in words.
pub fn differences(one: &BTreeMap<String, Vec<f32>>, other: &BTreeMap<String, Vec<f32>>) -> Vec<String> {
    assert_eq!(one.len(), other.len());
    let apart = |(name, one): (&String, &Vec<f32>)| {
        let (other, size) = (&other[name], one.iter().map(|x| x.abs()).fold(0.0, f32::max));
        assert_eq!(one.len(), other.len(), "{name}");
        assert!(size > 0.0, "{name} is nothing");
        // Not `f32::max`, which passes over what is no number.
        let furthest = one
            .iter()
            .zip(other)
            .map(|(a, b)| (a - b).abs())
            .fold(0.0, |a: f32, b| if b <= a { a } else { b });
        let explained = furthest <= 2e-4 * (1.0 + size);
        (!explained).then(|| format!("{name}: {furthest} of {size}"))
    };
    one.iter().filter_map(apart).collect()
}
