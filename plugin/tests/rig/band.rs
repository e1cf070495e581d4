//! A jam with a band: an untrained model that knows parts, a tempo, and who plays to it.

use std::collections::HashSet;

use segue::between::message::Message;
use segue::between::settings::{Mode, Settings};
use segue_model::{Checkpoint, Config, Model};
use segue_music::{Channel, Key, Part};

use super::{Rig, Song};

pub const RATE: f64 = 48_000.0;
pub const TEMPO: f64 = 120.0;
/// Samples in a beat.
pub const BEAT: u64 = 24_000;

pub const BASS: Channel = 2;

/// An untrained model that knows parts.
pub fn model() -> Model {
    Model::from_checkpoint(checkpoint(&Config::tiny_ensemble())).expect("a sound model")
}

/// Numbers of a model of this size that plays many notes.
pub fn checkpoint(config: &Config) -> Checkpoint {
    let mut checkpoint = Checkpoint::random(config, 3);
    checkpoint.numbers.values_mut().flatten().for_each(|number| *number *= 0.3);
    let bias = checkpoint.numbers.get_mut("onset.out.bias").expect("a head");
    (0..).zip(bias).for_each(|(symbol, bias)| *bias -= 0.1 * symbol as f32);
    checkpoint
}

/// One that moves the pedal, too, and often.
pub fn model_with_pedal() -> Model {
    Model::from_checkpoint(checkpoint(&Config::tiny_with_pedal())).expect("a sound model")
}

pub fn rig(parts: &[Part], change: impl Fn(&mut Settings)) -> Rig {
    rig_of(model(), parts, change)
}

/// The same with another model.
pub fn rig_of(model: Model, parts: &[Part], change: impl Fn(&mut Settings)) -> Rig {
    let mut rig = Rig::of(model, RATE, Song::Plays(0.0, TEMPO));
    rig.settings.mode = Mode::Duet;
    rig.settings.when.bars = 2;
    rig.settings.what.band.parts = parts.iter().copied().collect();
    change(&mut rig.settings);
    rig
}

/// Quarters on a channel from one beat to another.
pub fn quarters(channel: Channel, keys: &[Key], from: u64, until: u64) -> Vec<(u64, Message)> {
    (from..until)
        .zip(keys.iter().cycle())
        .flat_map(|(beat, &key)| {
            let down = Message::On { id: None, channel, key, velocity: 0.7 };
            let up = Message::Off { id: None, channel, key, velocity: 0.0 };
            [(beat * BEAT, down), (beat * BEAT + BEAT / 2, up)]
        })
        .collect()
}

pub fn player(from: u64, until: u64) -> Vec<(u64, Message)> {
    quarters(0, &[60, 64, 67, 72], from, until)
}

/// The channels of what came out but the player's.
pub fn channels(rig: &Rig) -> HashSet<Channel> {
    let of = |(_, message): &(u64, Message)| match message {
        Message::On { channel, .. } if *channel != 0 => Some(*channel),
        _ => None,
    };
    rig.out.iter().filter_map(of).collect()
}
