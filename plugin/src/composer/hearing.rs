//! What the composer hears, and what that does to its plans.

use segue_music::{ContextNote, Key, Part, Role, TICK, Velocity, form_begins};
use segue_realtime::between::heard::Jump;
use segue_realtime::between::survival::Survives;

use super::*;
use crate::composer::planned_answer::Source;

impl Composer {
    /// Keeps what survives of our plans. The rest is removed from the context, as nobody heard it.
    pub(super) fn keep(&mut self, at: Beats, survives: Survives) {
        match survives {
            Survives::Nothing => {
                self.answer = None;
                self.generator.cut(Role::Segue, first_tick(at));
            }
            Survives::Sounding => {
                self.answer = None;
                self.withdraw(at);
                self.lift_pedal(at);
            }
            Survives::Until(commit) => self.withdraw(commit),
        }
    }

    /// Our foot has come up.
    fn lift_pedal(&mut self, at: Beats) {
        let at = first_tick(at);
        if self.generator.context().pedal_holds(Role::Segue, at) {
            self.generator.pedal(Role::Segue, at, false);
        }
    }

    /// Forgets what was planned from a position on. The audio thread already knows; use
    /// [`Self::retract`] if it does not.
    pub(super) fn withdraw(&mut self, from: Beats) {
        self.generator.withdraw(Role::Segue, first_tick(from));
        if let Some(answer) = &mut self.answer {
            answer.withdraw(from);
        }
    }

    pub(super) fn note_on(&mut self, at: Beats, key: Key, velocity: Velocity) {
        self.begin_form(at);
        // The context holds a key of no part once. It is the player's now, who ends it.
        self.tracks.retain(|&(part, struck)| part.is_some() || struck != key);
        self.generator.hear(ContextNote::held(tick_at(at), key, velocity, Role::Player));
        self.player.note_on(key, at, (self.latest.line, self.latest.bar), &self.latest.settings);
    }

    pub(super) fn note_off(&mut self, at: Beats, key: Key) {
        self.generator.release(None, key, Role::Player, tick_at(at));
        self.player.note_off(key, at);
    }

    /// The first note since a start begins a form, whose bars the model counts.
    fn begin_form(&mut self, at: Beats) {
        if !std::mem::replace(&mut self.form_has_begun, true) {
            self.generator.form(tick_at(form_begins(at, self.latest.line, self.latest.bar)));
        }
    }

    /// A note of another track. A model that knows no parts hears what has a pitch, as it hears a
    /// keyboard.
    pub(super) fn track_on(&mut self, at: Beats, part: Option<Part>, key: Key, velocity: Velocity) {
        self.begin_form(at);
        let at = tick_at(at);
        let knows_parts = self.generator.model().config().parts;
        if part == Some(Part::Drums) {
            if knows_parts {
                self.generator.hear(ContextNote::drum(at, key, Some(velocity), Role::Player));
            }
            return;
        }
        let part = part.filter(|_| knows_parts);
        if part.is_none() && self.player.phrase.held().any(|held| held == key) {
            // In unison with the player there is nothing more to hear, nor to end.
            return;
        }
        self.generator.hear(ContextNote { part, ..ContextNote::held(at, key, velocity, Role::Player) });
        self.tracks.push((part, key));
    }

    /// A note of another track ends.
    pub(super) fn track_off(&mut self, at: Beats, part: Option<Part>, key: Key) {
        // The model may have been changed for one that knows parts, or knows none, since it began.
        let began =
            |&(began, struck): &(Option<Part>, Key)| struck == key && (began == part || began.is_none());
        let Some(place) = self.tracks.iter().rposition(began) else { return };
        let (part, key) = self.tracks.remove(place);
        self.generator.release(part, key, Role::Player, tick_at(at));
    }

    /// Messages were lost: brings the context in line with the keys that are held now.
    pub(super) fn resync(&mut self, at: Beats, held: u128) {
        self.keep(at, Survives::Nothing);
        // Which notes of other tracks have ended is not known.
        for (part, key) in std::mem::take(&mut self.tracks) {
            self.generator.release(part, key, Role::Player, tick_at(at));
        }
        let known = self.player.phrase.held().fold(0u128, |keys, key| keys | 1 << key);
        for key in 0..128u8 {
            let (was, is) = (known >> key & 1 == 1, held >> key & 1 == 1);
            if was && !is {
                self.note_off(at, key);
            } else if is && !was {
                // The velocity is lost, so the middle of MIDI's range.
                self.note_on(at, key, 64);
            }
        }
    }

    /// The song jumped. A phrase before the end of a loop is still answered; one before a start or
    /// a stop is not.
    pub(super) fn jump(&mut self, from: Beats, to: Beats, jump: Jump, survives: Survives) {
        if survives != Survives::Nothing {
            // A loop that is whole bars long: what sounded has ended, and the music goes on as
            // planned.
            self.generator.release_all(Role::Segue, tick_at(from));
            self.lift_pedal(from);
            return;
        }
        self.generator.cut(Role::Segue, first_tick(from));
        if let Some(answer) = self.answer.take()
            && (answer.from >= from || answer.opening.is_none())
        {
            self.player.phrase.reopen(&answer.phrase);
        }
        match jump {
            Jump::Moved => self.player.shift(to - from),
            Jump::Started | Jump::Stopped => {
                self.player.phrase.close();
                self.form_has_begun = false;
            }
        }
        self.player.turns.reset();
        self.player.latched = self.player.latched.map(|_| to);
    }

    /// Bars have another metre. What is planned but not yet on its way is planned again in it.
    pub(super) fn change_meter(&mut self, tick: &Tick) {
        let played = |answer: &&PlannedAnswer| !matches!(answer.source, Source::Replay { .. });
        if let Some(answer) = self.answer.as_ref().filter(played) {
            self.retract(self.earliest(tick).max(answer.from));
        }
        let from = if tick.meter.is_some() { tick.line } else { tick.at };
        self.generator.meter(tick_at(from), tick.meter);
    }
}

/// The first tick at or after a position: a note at a tick before it has sounded, and stays known.
/// The nearest tick may lie before the position; what sounded on it would be forgotten, and the
/// density limit would not count it.
fn first_tick(at: Beats) -> segue_music::Tick {
    at.ceil_to(TICK).div_floor(TICK)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_has_sounded_lies_before_the_first_tick() {
        let tick = |hundredths| Beats::ratio(hundredths, 4800);
        // (position in hundredths of a tick, first tick at or after it)
        for (at, first) in [(30_000, 300), (30_001, 301), (30_049, 301), (30_050, 301), (30_100, 301)] {
            assert_eq!(first_tick(tick(at)), first, "{at}");
        }
    }
}
