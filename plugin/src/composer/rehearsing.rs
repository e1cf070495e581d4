//! Trying several ways to go on before they are due, and keeping the one that the model's critic
//! likes best.
//!
//! A way to go on is a seed: the same music and the same seed give the same notes. So a fork of the
//! generator plays the next phrase with one seed after the other while the planned notes sound, and
//! the answer goes on with the best. It rehearses a few notes a tick, counted and not timed: the
//! choice is the same at every block size. What is not ready when the phrase is due is not chosen,
//! and a computer that falls behind rehearses nothing.

use segue_model::{CANDIDATES, Rest};
use segue_realtime::between::limits::KEPT_UP_TICKS;

use super::*;
use crate::composer::rehearsal::Rehearsal;

impl Composer {
    /// Plays one note of a way to go on. Returns false if there is no more to rehearse at this
    /// tick.
    pub(super) fn rehearse_note(&mut self, tick: &Tick) -> bool {
        let behind = self.end.ticks_since(tick.number) >= KEPT_UP_TICKS && !self.end.is_waited_for();
        if behind || self.end.stops() || !self.begin_rehearsal(tick) {
            return false;
        }
        let Some(answer) = &self.answer else { return false };
        let Some(rehearsal) = &answer.rehearsal else { return false };
        let (fork, candidate) = (rehearsal.fork, rehearsal.candidate());
        let last = rehearsal.trying.as_ref().map_or(answer.frontier, |&(_, last)| last);
        let ask = self.ask(tick, answer, if last < fork.at { rehearsal.seed } else { candidate });
        let trying = self.answer.as_mut().and_then(|answer| answer.rehearsal.as_mut()?.trying.take());
        let mut generator =
            trying.map_or_else(|| Box::new(self.generator.clone()), |(generator, _)| generator);
        let next = generator.next(&ask);
        let Some(rehearsal) = self.answer.as_mut().and_then(|answer| answer.rehearsal.as_mut()) else {
            return false;
        };
        match next {
            Ok(next) if next.note.onset < fork.until => {
                rehearsal.trying = Some((generator, next.note.onset));
                return true;
            }
            // The answer itself comes to the same end, and says why.
            Err(Rest::NotFinite) => return false,
            Ok(_) | Err(Rest::After | Rest::Unheard | Rest::Limits(_)) => {}
        }
        rehearsal.judge(&mut generator);
        rehearsal.tried < CANDIDATES
    }

    /// Whether there is a place ahead from which the answer may go on in several ways. If nothing
    /// was tried yet, this begins to.
    ///
    /// A band's ways are not rehearsed, nor what follows the player, whose next note would change
    /// them.
    fn begin_rehearsal(&mut self, tick: &Tick) -> bool {
        let one_voice = self.parts(&tick.settings).is_empty() && !tick.settings.mode.lasts_with_player();
        let has_critic = self.generator.model().critic().is_some();
        let Some(answer) = self.answer.as_mut().filter(|_| one_voice && has_critic) else {
            return false;
        };
        if !answer.committed || answer.opening.is_none() || answer.complete || answer.is_asked_for() {
            return false;
        }
        if answer.rehearsal.is_none() {
            let seed = answer.seed(tick.settings.what.seed);
            let fork = answer.next_fork(tick.line, tick.bar).filter(|fork| answer.frontier < fork.at);
            answer.rehearsal = fork.map(|fork| Rehearsal::new(fork, seed));
        }
        answer
            .rehearsal
            .as_ref()
            .is_some_and(|rehearsal| rehearsal.tried < CANDIDATES && answer.frontier < rehearsal.fork.at)
    }
}
