//! What trains on an NVIDIA card computes the same as what trains on the CPU. Needs a card, and the
//! feature `cuda`.
#![cfg(feature = "cuda")]

use candle_core::Device;
use segue_model::Config;
use segue_network::{Batch, Network};

#[path = "common/learned.rs"]
mod learned;
#[path = "common/music.rs"]
mod music;

use learned::{differences, learn};
use music::sequences;

#[test]
fn the_whole_network_learns_the_same_on_a_card() {
    let device = Device::new_cuda(0).unwrap();
    let wide = Config { dim: 256, hidden: 704, layers: 2, window: 70, copy_window: 100, ..Config::tiny() };
    for (config, parts) in [(Config::tiny(), 1), (wide, 2)] {
        let network = Network::random(&config, 1).unwrap();
        let long = 2 * config.window.max(config.copy_window);
        let music = [sequences(1, parts, long), sequences(2, parts, long / 2)].concat();
        let batch = Batch::new(&music, network.config(), network.vocabulary());
        let here = learn(&network, &batch);
        let there = learn(&network.on(&device).unwrap(), &batch);
        let differences = differences(&here, &there);
        assert!(differences.is_empty(), "{}", differences.join("\n"));
    }
}
