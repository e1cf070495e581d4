//! A stretch of a piece, as examples for the model and as notes for the counting models.

use segue_model::Sequence;
use segue_music::{BarPosition, Context, TICKS_PER_BEAT, Tick, Token, Tokenizer};

use crate::record::{Cast, Record, sounding};

/// A place in a bar: the tick in it, and how many ticks it has.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Place {
    tick: Tick,
    bar: Tick,
}

impl Place {
    fn of(position: BarPosition) -> Self {
        let ticks = |beats: usize| beats as Tick * TICKS_PER_BEAT;
        Self { tick: ticks(position.beat) + position.phase as Tick, bar: ticks(position.beats.max(1)) }
    }

    /// The place this many ticks later, as a number other than zero.
    pub fn number(self, later: Tick) -> u64 {
        ((1 << 40) + (self.bar << 16) + (self.tick + later) % self.bar) as u64
    }
}

/// One note of a passage.
#[derive(Clone, Copy, Debug)]
pub struct PassageNote {
    /// Its symbols.
    pub token: Token,
    /// The place in the bar of the note before; `None` without a metre.
    pub position: Option<Place>,
    /// Ticks since the note before it.
    pub gap: Tick,
    /// Whether it is scored, and not only context.
    pub scored: bool,
    /// Whether its velocity is known.
    pub dynamic: bool,
}

/// A stretch of a piece.
#[derive(Clone, Debug)]
pub struct Passage {
    /// The kind of music.
    pub kind: String,
    /// Whether the passage before is of the same piece, and ends where this one's scored notes
    /// begin.
    pub goes_on: bool,
    /// As the model reads it.
    pub sequence: Sequence,
    /// The targets, in the order of the sequence's examples.
    pub notes: Vec<PassageNote>,
}

impl Passage {
    /// Of the notes in a context; `scores` decides by a note's place whether it is scored.
    pub fn of(
        tokenizer: &Tokenizer,
        context: &Context,
        kind: &str,
        goes_on: bool,
        scores: impl Fn(usize) -> bool,
    ) -> Self {
        let notes = context
            .notes()
            .windows(2)
            .enumerate()
            .map(|(place, pair)| PassageNote {
                token: tokenizer.token(&pair[1], pair[0].onset),
                position: context.bar_position(pair[0].onset).map(Place::of),
                gap: pair[1].onset - pair[0].onset,
                scored: scores(place + 1),
                dynamic: pair[1].velocity.is_some(),
            })
            .collect();
        let sequence = Sequence::of(tokenizer, context, scores);
        Self { kind: kind.to_owned(), goes_on, sequence, notes }
    }

    /// How many notes are scored.
    pub fn scored(&self) -> usize {
        self.notes.iter().filter(|note| note.scored).count()
    }
}

impl Record {
    /// Where in its bar a tick lies; `None` without a metre.
    pub fn place_in_bar(&self, tick: Tick) -> Option<Place> {
        self.bars().bar_position(tick).map(Place::of)
    }

    fn bars(&self) -> Context {
        let mut bars = Context::new();
        for &(change, meter) in &self.meters {
            bars.meter(change, Some(meter));
        }
        bars
    }

    /// All its notes but the first.
    pub fn passage_notes(&self) -> Vec<PassageNote> {
        let (tokenizer, bars) = (Tokenizer::new(), self.bars());
        sounding(&self.notes)
            .windows(2)
            .map(|pair| PassageNote {
                token: tokenizer.token(&pair[1].told(Cast::PLAYER), pair[0].onset),
                position: bars.bar_position(pair[0].onset).map(Place::of),
                gap: pair[1].onset - pair[0].onset,
                scored: true,
                dynamic: pair[1].velocity.is_some(),
            })
            .collect()
    }
}
