//! What a head is asked about the next note, and the rows that tell it.

use segue_music::{BarPosition, Context, Tick, Token, Vocabulary, beats_at};

use crate::decoding::lookback::Lookback;
use crate::shape::parameters::Field;
use crate::shape::rows::{Rows, TableRows};
use crate::shape::target::{Left, Target};

/// What the head of a field is asked about the next note.
#[derive(Clone, Copy, Debug)]
pub struct HeadQuery {
    /// Which next note.
    pub target: Target,
    /// Where in the bar it begins, if that is known.
    pub position: Option<BarPosition>,
    /// What is known of it: the fields before the one to predict.
    pub token: Token,
    /// Its onset, rounded as its gap's symbol is.
    pub onset: Tick,
    /// Whether the pedal of whoever plays it is down by then.
    pub pedal_is_down: bool,
}

impl HeadQuery {
    /// A query about a note that is otherwise unknown.
    pub fn new(target: Target) -> Self {
        let token = Token { gap: 0, part: 0, key: 0, velocity: 0, duration: 0, pedal: 0 };
        Self { target, position: None, token, onset: 0, pedal_is_down: false }
    }

    /// A query about a note that is known, after one that began at `before`.
    pub fn about(
        context: &Context,
        vocabulary: &Vocabulary,
        target: Target,
        (before, token): (Tick, Token),
    ) -> Self {
        let onset = before + vocabulary.gaps.value(token.gap);
        let pedal_is_down = context.pedal_holds(target.role, before);
        Self { target, position: context.bar_position(onset), token, onset, pedal_is_down }
    }

    /// The rows that tell the head of one field about its target; `velocity` is its symbol, if
    /// known.
    pub fn rows_of(
        &self,
        field: Field,
        (vocabulary, rows): (&Vocabulary, &Rows),
        velocity: Option<usize>,
        lookback: Option<&Lookback<'_>>,
    ) -> TableRows {
        let (target, position, token) = (self.target, self.position, &self.token);
        let mut told = match field {
            Field::Gap => rows.for_gap(target),
            Field::Part => rows.for_part(target, position, token.gap),
            Field::Key => rows.for_key(target, position, token),
            Field::Velocity => rows.for_velocity(target, position, token),
            Field::Duration => rows.for_duration(target, position, token, velocity),
            Field::Pedal => rows.for_pedal(target, position, token, self.pedal_is_down),
        };
        if let Some(lookback) = lookback {
            lookback.add_rows(field, vocabulary, (token, self.onset), rows, &mut told);
        }
        told
    }

    /// The same for each field.
    pub fn rows(
        &self,
        vocabulary: &Vocabulary,
        rows: &Rows,
        velocity: Option<usize>,
        lookback: Option<&Lookback<'_>>,
    ) -> [TableRows; Field::COUNT] {
        Field::WITH_PEDAL.map(|field| self.rows_of(field, (vocabulary, rows), velocity, lookback))
    }
}

/// How long a turn that ends at `end` still lasts at a tick; `None` without a metre.
pub fn left_at(context: &Context, at: Tick, end: Tick) -> Option<Left> {
    let (_, meter) = context.meter_at(at)?;
    Some(Left::of(beats_at(end - at), meter.bar()))
}
