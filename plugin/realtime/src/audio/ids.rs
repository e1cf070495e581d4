//! Which note a release means, where a host numbers its notes.
//!
//! A key that is struck again before it came up ends the note before, and its own release comes
//! later with that note's id: it must not end the new one. Ids that were never heard end what
//! sounds, as some hosts number releases anew.

use crate::audio::voices::Address;
use crate::between::limits::ADDRESSES;

/// No id.
const NONE: i32 = i32::MIN;

/// Releases that may be on their way at once.
const ENDED: usize = 64;

/// The ids of the player's notes. Allocates in `new` only.
pub struct NoteIds {
    /// The id of the note that is held, by address.
    held: Vec<i32>,
    /// Notes that ended when their key was struck again, and whose release is still to come.
    ended: [(Address, i32); ENDED],
    next: usize,
}

impl NoteIds {
    /// Nothing is held.
    pub fn new() -> Self {
        let never = (Address { channel: 0, key: 0 }, NONE);
        Self { held: vec![NONE; ADDRESSES], ended: [never; ENDED], next: 0 }
    }

    /// A note begins.
    ///
    /// # Real-time safety
    /// Wait-free.
    pub fn strikes(&mut self, address: Address, id: Option<i32>) {
        let Some(held) = self.held.get_mut(address.index()) else { return };
        let before = std::mem::replace(held, id.unwrap_or(NONE));
        if before != NONE && Some(before) != id {
            self.ended[self.next % ENDED] = (address, before);
            self.next = (self.next + 1) % ENDED;
        }
    }

    /// Whether a release ends what is held.
    ///
    /// # Real-time safety
    /// Looks through 64 notes.
    pub fn releases(&mut self, address: Address, id: Option<i32>) -> bool {
        let Some(held) = self.held.get_mut(address.index()) else { return true };
        if let Some(id) = id.filter(|id| *id != *held)
            && let Some(ended) = self.ended.iter_mut().find(|ended| **ended == (address, id))
        {
            ended.1 = NONE;
            return false;
        }
        *held = NONE;
        true
    }

    /// Nothing is held any more.
    ///
    /// # Real-time safety
    /// Writes fixed memory.
    pub fn forget(&mut self) {
        self.held.fill(NONE);
        self.ended.iter_mut().for_each(|ended| ended.1 = NONE);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const C: Address = Address { channel: 0, key: 60 };

    #[test]
    fn a_release_means_its_own_note() {
        // (struck before, the release, does it end the last of them?)
        for (struck, release, ends) in [
            (&[Some(1)][..], Some(1), true),
            (&[Some(1), Some(2)], Some(1), false),
            (&[Some(1), Some(2)], Some(2), true),
            (&[Some(1), Some(2)], None, true),
            // A host that numbers its releases anew, or only them.
            (&[Some(1), Some(2)], Some(7), true),
            (&[None, None], Some(7), true),
            (&[Some(1), None], Some(1), false),
        ] {
            let mut ids = NoteIds::new();
            struck.iter().for_each(|&id| ids.strikes(C, id));
            assert!(ids.releases(Address { key: 61, ..C }, Some(1)), "another key");
            assert_eq!(ids.releases(C, release), ends, "{struck:?} {release:?}");
            assert!(ids.releases(C, release), "once");
        }
    }

    #[test]
    fn nothing_is_held_back_for_good() {
        let mut ids = NoteIds::new();
        (0..1000).for_each(|id| ids.strikes(C, Some(id)));
        assert_eq!((0..999).filter(|&id| !ids.releases(C, Some(id))).count(), ENDED);
        ids.strikes(C, Some(1));
        ids.strikes(C, Some(2));
        ids.forget();
        assert!(ids.releases(C, Some(1)));
    }
}
