//! The name of a take in the editor, in markers and in files.

use segue_realtime::between::settings::Mode;

/// The largest id and the largest number of a take: what every reader of JSON keeps whole. A
/// project that names a larger one is damaged, and the counters do not go beyond.
pub(super) const LAST: u64 = 1 << 53;

/// What a take is called.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Name {
    /// For whoever asks for it; not used again before all others were.
    pub id: u64,
    /// The number of the answer, from 1.
    pub number: usize,
    /// The same for all candidates for one prompt: the id of the first.
    pub group: u64,
    /// Which candidate it is, from A.
    pub letter: char,
}

/// The text of a marker.
pub(super) fn label(Name { number, letter, .. }: Name, mode: Mode) -> String {
    let mode = mode.name();
    if letter == 'A' {
        format!("Answer {number} ({mode})")
    } else {
        format!("Answer {number} {letter} ({mode})")
    }
}

/// The letter of the next candidate. As there are more takes than letters, Z follows Z.
pub(super) fn next_letter(letter: char) -> char {
    ('A'..='Z').find(|&next| next > letter).unwrap_or('Z')
}
