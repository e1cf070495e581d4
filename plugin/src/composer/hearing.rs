//! What the composer hears, and what that does to what it had planned.

use segue_music::{Beats, ContextNote, Key, Role, TICK, Velocity, tick_at};

use super::*;
use segue_realtime::between::heard::{Jump, Stays};

impl Composer {
    /// Of what we had still to say, so much stays; the rest is forgotten, as nobody heard it.
    pub(super) fn keep(&mut self, at: Beats, stays: Stays) {
        match stays {
            Stays::Nothing => {
                self.answer = None;
                self.generator.cut(Role::Segue, tick_at(at));
            }
            Stays::Sounding => {
                self.answer = None;
                self.withdraw(at);
            }
            Stays::Until(commit) => self.withdraw(commit),
        }
    }

    /// Forgets what was planned from a position on, to be planned anew.
    pub(super) fn withdraw(&mut self, from: Beats) {
        self.generator.withdraw(Role::Segue, from.ceil_to(TICK).div_floor(TICK));
        if let Some(answer) = &mut self.answer {
            answer.withdraw(from);
        }
    }

    pub(super) fn strike(&mut self, at: Beats, key: Key, velocity: Velocity) {
        self.generator.hear(ContextNote::held(tick_at(at), key, velocity, Role::Player));
        self.phrase.strike(key, at);
        self.spacing.strike(at);
        self.turns.strike(at, self.bar, self.bar.times(i64::from(self.settings.bars)));
        self.groove.hear(at, self.settings.grid);
    }

    pub(super) fn lift(&mut self, at: Beats, key: Key) {
        self.generator.release(key, Role::Player, tick_at(at));
        self.phrase.lift(key, at);
    }

    pub(super) fn pedal(&mut self, at: Beats, down: bool) {
        self.generator.pedal(tick_at(at), down);
    }

    /// Messages were lost: what is held now was struck at some time, and what is not was released.
    pub(super) fn resync(&mut self, at: Beats, held: u128) {
        self.keep(at, Stays::Nothing);
        let known = self.phrase.held().fold(0u128, |keys, key| keys | 1 << key);
        for key in 0..128u8 {
            let (was, is) = (known >> key & 1 == 1, held >> key & 1 == 1);
            if was && !is {
                self.lift(at, key);
            } else if is && !was {
                // How hard, nobody knows any more; the middle of MIDI's range.
                self.strike(at, key, 64);
            }
        }
    }

    /// The song jumped. A phrase that a loop's end came into is still answered; one before a start or a stop is not.
    pub(super) fn jump(&mut self, from: Beats, to: Beats, jump: Jump, stays: Stays) {
        if stays != Stays::Nothing {
            // A loop that is whole bars long: what sounded has ended, and the music goes on as planned.
            self.generator.release_all(Role::Segue, tick_at(from));
            return;
        }
        self.generator.cut(Role::Segue, tick_at(from));
        if let Some(answer) = self.answer.take()
            && (answer.from >= from || answer.opening.is_none())
        {
            self.phrase.reopen(&answer.phrase);
        }
        match jump {
            Jump::Moved => {
                self.phrase.shift(to - from);
                self.spacing.shift(to - from);
            }
            Jump::Started | Jump::Stopped => self.phrase.close(),
        }
        self.turns.reset();
        self.latched = self.latched.map(|_| to);
    }

    pub(super) fn change_meter(&mut self, tick: &Tick) {
        // Bar lines are multiples of the bar; the one before now is where this metre's bars are counted from.
        let from = if tick.meter.is_some() { tick.at.floor_to(tick.bar) } else { tick.at };
        self.generator.meter(tick_at(from), tick.meter);
    }
}
