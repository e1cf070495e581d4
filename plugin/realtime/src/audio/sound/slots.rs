//! The slots for voices, and who gets which.

use super::voice::{Strike, Voice};
use crate::between::limits::{SOUND_DRUMS, SOUND_VOICES};

/// Twice the voices, as each may be fading to make room for another.
const SLOTS: usize = 2 * (SOUND_VOICES + SOUND_DRUMS);

const _: () = assert!(SLOTS <= u128::BITS as usize, "a bit each");

/// The slots. Allocates in `new` only.
pub struct Slots {
    voices: Vec<Voice>,
    /// Those that are not idle, a bit each. The others are not even looked at: once another thread
    /// had its turn, fetching memory is most of what a block costs.
    live: u128,
}

impl Slots {
    /// All of them empty.
    pub fn new() -> Self {
        Self { voices: vec![Voice::IDLE; SLOTS], live: 0 }
    }

    /// The voices that are not idle.
    pub fn live(&self) -> impl Iterator<Item = &Voice> {
        places(self.live).filter_map(|place| self.voices.get(place))
    }

    /// The same, to be changed. What ends is still live until [`Self::free_ended`].
    pub fn live_mut(&mut self) -> impl Iterator<Item = &mut Voice> {
        let live = self.live;
        // The lowest slots are taken first, so few are passed over.
        let voices = self.voices.iter_mut().enumerate().take(within(live));
        voices.filter(move |(place, _)| live >> place & 1 == 1).map(|(_, voice)| voice)
    }

    /// Frees the slots of the voices that have ended.
    pub fn free_ended(&mut self) {
        for place in places(self.live) {
            if self.voices.get(place).is_none_or(Voice::is_idle) {
                self.live &= !(1 << place);
            }
        }
    }

    /// Whether all are idle.
    pub fn are_idle(&self) -> bool {
        self.live == 0
    }

    /// Strikes a key: its voice again, or one in a free slot.
    pub fn strike(&mut self, strike: &Strike, sample_rate: f32) {
        let mut place = None;
        for index in places(self.live) {
            let Some(voice) = self.voices.get_mut(index).filter(|voice| voice.sounds()) else { continue };
            if voice.is_struck_by(strike) {
                place = Some(index);
            } else if voice.address == strike.address {
                // The other player's voice ends, at their level and side.
                voice.release(sample_rate);
            } else {
                voice.make_way(strike, sample_rate);
            }
        }
        let Some(place) = place.or_else(|| self.room(strike, sample_rate)) else { return };
        if let Some(voice) = self.voices.get_mut(place) {
            voice.start(strike, sample_rate);
            self.live |= 1 << place;
        }
    }

    /// A free slot, for a drum or for another voice. If all of these sound, the one that is missed
    /// least fades: released and quiet ones first. `None` if as many are already fading, which
    /// takes dozens of steals within 4 ms.
    fn room(&mut self, strike: &Strike, sample_rate: f32) -> Option<usize> {
        let drum = strike.is_drum();
        let most = if drum { SOUND_DRUMS } else { SOUND_VOICES };
        let alike = |voice: &&mut Voice| voice.sounds() && voice.is_drum() == drum;
        if self.live_mut().filter(alike).count() >= most {
            let least = self.live_mut().filter(alike).min_by(|a, b| a.worth().total_cmp(&b.worth()))?;
            if least.is_unheard() {
                least.end();
                self.free_ended();
            } else {
                least.steal(sample_rate);
            }
        }
        Some(self.live.trailing_ones() as usize).filter(|&place| place < SLOTS)
    }
}

/// The places of the bits that are set, the lowest first.
fn places(mut bits: u128) -> impl Iterator<Item = usize> {
    std::iter::from_fn(move || {
        let place = bits.trailing_zeros();
        bits &= bits.wrapping_sub(1);
        (place < u128::BITS).then_some(place as usize)
    })
}

/// How many places there are up to the highest bit that is set.
fn within(bits: u128) -> usize {
    (u128::BITS - bits.leading_zeros()) as usize
}
