//! A count-in: sticks mark the beats of the bar before a band comes in.

use segue_model::Next;
use segue_music::{ContextNote, Key, Note, Part, PedalMove, Role, Velocity};
use segue_realtime::between::settings::Entry;

use super::*;

/// General MIDI's side stick, and how hard it is struck: louder on the one.
const STICK: Key = 37;
const STRUCK: (Velocity, Velocity) = (100, 80);
/// How long a stroke is written; it rings as long as it likes.
const STROKE: Beats = Beats::ratio(1, 8);

impl Composer {
    /// How long is counted before a band comes in. Without a drummer nobody counts.
    pub(super) fn count_in(&self, settings: &Settings, bar: Beats) -> Beats {
        let counts = settings.mode.lasts_with_player()
            && settings.when.entry == Entry::CountIn
            && self.parts(settings).contains(Part::Drums);
        if counts { bar } else { Beats::ZERO }
    }

    /// The next stroke of the count, if it is still going on. Like every note of Segue's it is in
    /// the context then.
    pub(super) fn next_count(&mut self, tick: &Tick) -> Option<Next> {
        let earliest = self.earliest(tick);
        let answer = self.answer.as_mut()?;
        let (from, at) = (answer.from, answer.counted.max(earliest));
        let onset = from + (at - from).ceil_to(tick.meter.unwrap_or_default().beat());
        if answer.counted >= answer.enters || onset >= answer.enters {
            return None;
        }
        answer.counted = onset + Beats::from_parts(1);
        let (softest, hardest) = tick.settings.what.bounds.velocities;
        let velocity = if onset == from { STRUCK.0 } else { STRUCK.1 };
        let velocity = velocity.min(hardest).max(softest);
        let note = Note { onset, key: STICK, duration: STROKE, velocity };
        self.generator.hear(ContextNote::played(&note, Some(Part::Drums), Role::Segue));
        Some(Next { note, part: Some(Part::Drums), pedal: PedalMove::Stay, shortened: None })
    }
}

impl PlannedAnswer {
    /// The same, its band coming in this much later than it begins.
    pub(super) fn counted_in(mut self, count: Beats) -> Self {
        self.enters = self.from + count;
        (self.floor, self.lined) = (self.enters, self.enters);
        self
    }
}
