//! What the player holds: keys, pedals and pitch wheels, by channel.

use segue_music::{Channel, Key};

/// The keys and pedals that are down.
pub struct Player {
    /// For each key, the channels on which it is held, one bit each.
    keys: [u16; 128],
    /// The channels whose pedal is down, one bit each.
    pedals: u16,
    /// The channels whose pitch wheel is off centre, one bit each.
    bent: u16,
    /// The channels that a key or a pedal of the player's was ever on.
    channels: u16,
}

impl Player {
    /// Nothing is held.
    pub fn new() -> Self {
        Self { keys: [0; 128], pedals: 0, bent: 0, channels: 0 }
    }

    /// Presses a key.
    pub fn press(&mut self, channel: Channel, key: Key) {
        self.keys[usize::from(key % 128)] |= 1 << (channel % 16);
        self.channels |= 1 << (channel % 16);
    }

    /// Releases a key. Returns false if it was not down: such a release matches no note that we
    /// sent or heard.
    pub fn release(&mut self, channel: Channel, key: Key) -> bool {
        let channels = &mut self.keys[usize::from(key % 128)];
        let bit = 1 << (channel % 16);
        let held = *channels & bit != 0;
        *channels &= !bit;
        held
    }

    /// Whether a key is down on any channel.
    pub fn holds(&self, key: Key) -> bool {
        self.keys[usize::from(key % 128)] != 0
    }

    /// Whether a key is down on a channel.
    pub fn holds_on(&self, channel: Channel, key: Key) -> bool {
        self.keys[usize::from(key % 128)] >> (channel % 16) & 1 == 1
    }

    /// The keys that are down on any channel, one bit each.
    pub fn keys(&self) -> u128 {
        (0..128).filter(|&key| self.holds(key)).fold(0, |keys, key| keys | 1 << key)
    }

    /// Releases all keys. Pedals stay: a foot does not move when the transport does.
    pub fn release_all(&mut self) {
        self.keys = [0; 128];
    }

    /// Moves a pedal. Returns whether any pedal is down, if that changed.
    pub fn pedal(&mut self, channel: Channel, down: bool) -> Option<bool> {
        let before = self.pedals != 0;
        let bit = 1 << (channel % 16);
        if down {
            // One that comes up alone is a host that sets it at rest.
            self.channels |= bit;
            self.pedals |= bit;
        } else {
            self.pedals &= !bit;
        }
        let now = self.pedals != 0;
        (now != before).then_some(now)
    }

    /// Whether the pedal is down on a channel.
    pub fn holds_pedal_on(&self, channel: Channel) -> bool {
        self.pedals >> (channel % 16) & 1 == 1
    }

    /// Whether the pitch wheel is off centre on a channel.
    pub fn bends_on(&self, channel: Channel) -> bool {
        self.bent >> (channel % 16) & 1 == 1
    }

    /// Moves the pitch wheel; 0.5 is its centre. Returns false if it was and is centred: nobody
    /// moved it.
    pub fn bend(&mut self, channel: Channel, value: f32) -> bool {
        let (bit, away) = (1 << (channel % 16), value != 0.5);
        let moved = away || self.bent & bit != 0;
        self.bent = if away { self.bent | bit } else { self.bent & !bit };
        moved
    }

    /// A channel is not the player's until a key or a pedal goes down on it again.
    pub fn leaves(&mut self, channel: Channel) {
        self.channels &= !(1 << (channel % 16));
    }

    /// Whether a channel is one that the player plays on: what we would send there is the player's
    /// to send.
    pub fn plays_on(&self, channel: Channel) -> bool {
        self.channels >> (channel % 16) & 1 == 1
    }

    /// Whether any key is down on a channel.
    pub fn holds_any_on(&self, channel: Channel) -> bool {
        self.keys.iter().any(|channels| channels >> (channel % 16) & 1 == 1)
    }

    /// Whether any pedal is down.
    pub fn pedal_is_down(&self) -> bool {
        self.pedals != 0
    }
}

impl Default for Player {
    fn default() -> Self {
        Self::new()
    }
}
