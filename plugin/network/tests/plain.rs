//! What trains on other devices computes the same as what trains on the CPU, held to it on the CPU.

use candle_core::Tensor;
use segue_model::Config;
use segue_network::ops::plain;
use segue_network::{Batch, Network};

#[path = "common/learned.rs"]
mod learned;
#[path = "common/music.rs"]
mod music;

use learned::{differences, learn};
use music::sequences;

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
    let differences = differences(&fused, &plain);
    assert!(differences.is_empty(), "{}", differences.join("\n"));
}

#[test]
fn it_is_another_computation() {
    let x = Tensor::new(&[[0.3_f32, -1.7, 0.02, 1.1]], &candle_core::Device::Cpu).unwrap();
    assert!(!plain::serves(&x));
    assert!(plain::everywhere(|| plain::serves(&x)));
    assert!(!plain::serves(&x), "for as long as it was asked for");
}
