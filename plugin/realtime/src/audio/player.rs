//! What the player holds: keys, pedals and the wheel, by channel.

use segue_music::{Channel, Key};

/// Keys down and pedals down, as they came in.
pub struct Player {
    /// For each key the channels on which it is held.
    keys: [u16; 128],
    /// The channels whose pedal is down.
    pedals: u16,
    /// The channels whose pitch wheel is away from its middle.
    bent: u16,
}

impl Player {
    /// Hands off.
    pub fn new() -> Self {
        Self { keys: [0; 128], pedals: 0, bent: 0 }
    }

    /// A key goes down.
    pub fn press(&mut self, channel: Channel, key: Key) {
        self.keys[usize::from(key % 128)] |= 1 << (channel % 16);
    }

    /// A key comes up. False where it was not down: such a release matches nothing that we sent or heard.
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

    /// A bit for each key that is down on any channel.
    pub fn keys(&self) -> u128 {
        (0..128).filter(|&key| self.holds(key)).fold(0, |keys, key| keys | 1 << key)
    }

    /// All keys up. The pedals stay: a foot does not move when the transport does.
    pub fn release_all(&mut self) {
        self.keys = [0; 128];
    }

    /// A pedal moves. Whether any is down is returned where that changed.
    pub fn pedal(&mut self, channel: Channel, down: bool) -> Option<bool> {
        let before = self.pedals != 0;
        let bit = 1 << (channel % 16);
        if down {
            self.pedals |= bit
        } else {
            self.pedals &= !bit
        }
        let now = self.pedals != 0;
        (now != before).then_some(now)
    }

    /// The wheel moves; 0.5 is its middle. False where it was there and is there: nobody moved it.
    pub fn bend(&mut self, channel: Channel, value: f32) -> bool {
        let (bit, away) = (1 << (channel % 16), value != 0.5);
        let moved = away || self.bent & bit != 0;
        self.bent = if away { self.bent | bit } else { self.bent & !bit };
        moved
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
