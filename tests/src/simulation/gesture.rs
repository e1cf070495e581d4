//! Odd things that come in: floods of controllers, pedals, chokes, our own notes come back.

use rand::RngExt;
use rand_pcg::Pcg64Mcg;
use segue::between::message::{Event, Message};
use segue_music::{Channel, Key};

/// The 2,080 hidden parameters of a VST3, restored in one block: at rest, or all the way down where
/// `moved`.
pub fn controllers(moved: bool) -> Vec<Event> {
    let value = if moved { 0.25 } else { 0.5 };
    let of = |channel: Channel, controller: u8| match controller {
        128 => Message::Pressure { channel, value: 0.0 },
        129 => Message::Bend { channel, value: 0.5 },
        // Those that end everything are another matter.
        controller if controller >= 120 => Message::Control { channel, controller, value: 0.5 },
        controller => Message::Control { channel, controller, value },
    };
    let all = (0..16).flat_map(|channel| (0..130).map(move |controller| of(channel, controller)));
    all.map(|message| Event { time: 0, message }).collect()
}

/// A foot on the pedal of the player's keys. It draws numbers of its own, so that seeds from before
/// there was one play what they played.
#[derive(Debug)]
pub struct Foot {
    random: Pcg64Mcg,
    down: bool,
    /// How often it moves in a second.
    often: f64,
}

impl Foot {
    /// Of four players in five.
    pub fn new(seed: u64) -> Self {
        let mut random = Pcg64Mcg::new((u128::from(seed) << 1 | 1).wrapping_mul(0x2545_f491_4f6c_dd1d_9e37));
        let often = if random.random_bool(0.8) { 1.5 } else { 0.0 };
        Self { random, down: false, often }
    }

    /// What it does at the start of a block of so many seconds.
    pub fn act(&mut self, seconds: f64) -> Option<Event> {
        if !self.random.random_bool((self.often * seconds).min(1.0)) {
            return None;
        }
        self.down = !self.down;
        let value = f32::from(u8::from(self.down));
        Some(Event { time: 0, message: Message::Control { channel: 0, controller: Message::PEDAL, value } })
    }
}

/// A few messages at the start of a block. `ours` is a key of ours that sounds, and its channel.
pub fn random(random: &mut Pcg64Mcg, ours: Option<(Channel, Key)>) -> Vec<Event> {
    let channel = random.random_range(0..16);
    let value = random.random::<f32>();
    let message = match random.random_range(0..9) {
        0 => return controllers(false),
        1 => return controllers(true),
        2 => Message::Control { channel, controller: Message::PEDAL, value: value.round() },
        3 => Message::Control { channel, controller: Message::ALL_NOTES_OFF, value: 0.0 },
        4 => Message::Choke { channel: None, key: None },
        5 => Message::Choke { channel: Some(channel), key: Some(random.random_range(0..128)) },
        6 => Message::On { id: Some(-1), channel, key: random.random_range(0..128), velocity: 0.0 },
        7 => Message::Control { channel, controller: random.random_range(0..120), value },
        _ => match ours {
            // What a host's routing brings back.
            Some((channel, key)) => Message::On { id: Some(-2), channel, key, velocity: 0.5 },
            None => Message::Bend { channel, value },
        },
    };
    vec![Event { time: 0, message }]
}
