//! The keys of a piano.

use segue_music::Key;

/// From A0 to C8.
pub const KEYS: std::ops::RangeInclusive<Key> = 21..=108;

/// Whether a key is a white one.
pub fn is_white(key: Key) -> bool {
    !matches!(key % 12, 1 | 3 | 6 | 8 | 10)
}
