//! What the draws of one note's fields share.

use rand::RngExt;
use rand_pcg::Pcg64Mcg;
use segue_music::{Context, ContextNote, Key, Part, Role, TICK, Tick};

use crate::playing::guards::Situation;
use crate::playing::request::{NoteRequest, Rest};

/// What the draws of one note's fields share.
pub(crate) struct Draw<'a> {
    /// What is asked for.
    pub request: &'a NoteRequest,
    /// The newest note before it.
    pub last: ContextNote,
    /// Its random numbers.
    pub random: Pcg64Mcg,
}

/// Why no note was drawn.
#[derive(Debug)]
pub(crate) enum Stop {
    /// There is none.
    Rest(Rest),
    /// None can begin with the newest; a later one may.
    Full,
}

impl From<Rest> for Stop {
    fn from(rest: Rest) -> Self {
        Self::Rest(rest)
    }
}

impl Draw<'_> {
    /// What the guards read.
    pub fn situation<'b>(&self, context: &'b Context) -> Situation<'b> {
        let until = self.request.until.div_floor(TICK);
        Situation { context, role: self.request.role, last: self.last.onset, until }
    }

    /// Whether what sounds with the newest note of a band is complete, at an onset drawn: of a
    /// symbol's probability `share` is left by the order of steps.
    ///
    /// A chord is told part by part and upwards. A model that says "one more now" and means a key
    /// below the newest contradicts itself; that key cannot come any more. Drawn among the few that
    /// can, chords rose to the highest key and every stroke of a drummer ended on the triangle. So
    /// the contradiction is drawn as often as the model is in it, and then the next note is later.
    pub fn is_full(&mut self, onset: Tick, share: impl FnOnce() -> f32) -> bool {
        let together = onset == self.last.onset && !self.request.at_once;
        together && !self.request.parts.is_empty() && self.random.random::<f32>() >= share()
    }
}

/// The shortest duration that is no accident: 31 ms at 120 BPM. A model sometimes draws 1 or 2
/// ticks, from releases of performances; nobody means them. Where the player's notes are as short,
/// nobody hears the difference.
pub(crate) const SHORTEST: Tick = 3;

/// Whether a role has struck a drum so lately that no hand or foot is there again: within 3 ticks,
/// 31 ms at 120 BPM.
pub(crate) fn was_just_struck(
    context: &Context,
    role: Role,
    part: Option<Part>,
    key: Key,
    onset: Tick,
) -> bool {
    const AGAIN: Tick = 3;
    let lately = context.notes().iter().rev().take_while(|note| note.onset >= onset - AGAIN);
    let strokes = lately.filter(|note| note.is_drum() && note.role == role && note.onset < onset);
    part == Some(Part::Drums) && strokes.into_iter().any(|note| note.key == key)
}

/// Keys that sound are left alone where this share of the model's belief is in others.
///
/// Nobody strikes a key that is down, and in all music that is learned from a note ends where its
/// key is struck again. A model believes so, too, but not firmly: of its own notes 24 % of those
/// whose key came again ended with the new stroke, of people's 11 %, and half a note less sounded
/// on.
/// Where it is sure, it means to strike again, and the note before was meant shorter.
pub(crate) const OTHERS: f32 = 0.2;

/// The keys of a part's notes that sound on beyond an onset, by more than a sixth of their length,
/// a bit each. A note that is nearly over may be struck again.
pub(crate) fn sounding_keys(context: &Context, role: Role, part: Option<Part>, onset: Tick) -> u128 {
    let beyond = |note: &ContextNote| {
        note.end.is_none_or(|end| end > onset + ((end - note.onset) / 6).max(SHORTEST - 1))
    };
    let sounding = context.sounding(role, onset).map(|(_, note)| note);
    sounding
        .filter(|note| note.part == part && note.onset < onset && beyond(note))
        .fold(0, |keys, note| keys | 1 << (note.key & 127))
}

/// The part of a symbol, `None` for 0.
pub(crate) fn part_of(symbol: usize) -> Option<Part> {
    symbol.checked_sub(1).and_then(|index| Part::ALL.get(index).copied())
}

/// Times of one class sound alike: within a quarter of each other, a third of an octave.
pub(crate) fn time_class(ticks: Tick) -> usize {
    if ticks <= 0 { 0 } else { 1 + (3.0 * (ticks as f32).log2()) as usize }
}
