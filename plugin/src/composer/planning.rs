//! What the composer decides at a tick, and the notes it plans then.

use std::sync::atomic::Ordering;

use segue_model::{Limits, Next, NoteRequest, PartLimits, Rest};
use segue_music::{ContextNote, Note, Part, PitchClasses, Role, heard_scale};
use segue_realtime::between::limits::{KEPT_UP_TICKS, REPLAN_TICKS};
use segue_realtime::between::planned::Planned;
use segue_realtime::between::settings::ScaleLock;
use segue_realtime::between::span::Span;

use super::*;
use crate::composer::answer::is_late;
use crate::composer::journal::Origin;
use crate::composer::planned_answer::Source;

impl Composer {
    /// Decides whose time it is. Returns whether to plan notes.
    pub(super) fn decide(&mut self, tick: &Tick) -> bool {
        let settings = &tick.settings;
        if settings.mode != self.latest.settings.mode {
            self.player.turns.reset();
        }
        self.player.set_latch(settings.when.latch, tick.at);
        self.do_as_requested(tick);
        if !settings.on {
            self.player.phrase.close();
            // What the player asked for is played all the same.
            if !self.answer.as_ref().is_some_and(PlannedAnswer::is_asked_for) {
                return false;
            }
        }
        let terms = self.terms(tick);
        let has_band = !self.parts(settings).is_empty();
        if let Some(answer) = &mut self.answer {
            if settings.mode.lasts_with_player() && !answer.is_asked_for() {
                // As long as the player plays, and an answer's length more.
                let last = self.player.spacing.last().unwrap_or(answer.from);
                answer.until = answer.until.max(ends(last + terms.length, has_band, &terms));
            }
            if tick.at >= answer.until {
                self.finish();
            }
        }
        let earliest = self.earliest(tick);
        if let Some(answer) = &mut self.answer
            && !answer.committed
            && answer.from < earliest
        {
            answer.committed = true;
            if settings.mode.begins_on_silence()
                && is_late(&self.player.phrase, answer.from.max(answer.opening.unwrap_or(earliest)), &terms)
            {
                self.status.late_starts.fetch_add(1, Ordering::Relaxed);
            }
            self.player.phrase.close();
        }
        if settings.on && self.answer.as_ref().is_none_or(|answer| !answer.committed) {
            self.look_ahead(&terms, settings);
        }
        self.replan(tick, earliest);
        self.answer.is_some()
    }

    /// The first position that a plan made now can reach in time. If we keep up, that is the lead;
    /// otherwise it depends on how late we are, and on how long a note takes.
    pub(super) fn earliest(&self, tick: &Tick) -> Beats {
        let late = self.end.ticks_since(tick.number) + self.work.expected_ticks();
        let late = if late > KEPT_UP_TICKS && !self.end.is_waited_for() { late } else { 0 };
        tick.at + tick.lead + tick.step.times(i64::try_from(late).unwrap_or(0))
    }

    /// Moves an answer that has not started to where the player's latest notes put it.
    fn look_ahead(&mut self, terms: &Terms, settings: &Settings) {
        let span = settings.mode.span(&self.player.situation(terms));
        let planned = self.answer.as_ref().map(|answer| answer.from);
        if span.map(|span| span.from) == planned {
            return;
        }
        if let Some(from) = planned {
            self.retract(from);
            self.answer = None;
        }
        if let Some(Span { from, mut until }) = span {
            let count = self.count_in(settings, terms.bar);
            if settings.mode.lasts_with_player() {
                until = ends(until + count, !self.parts(settings).is_empty(), terms);
            }
            let number = self.history.announce(settings.mode, settings.what.seed, Origin::Jam);
            let answer = PlannedAnswer::new(number, Source::Jam, (from, until), self.player.phrase);
            self.answer = Some(answer.counted_in(count));
            self.send(Change::Turn { from, until });
        }
    }

    /// If a parameter has changed since the plans were made, plans again from the commit point on.
    fn replan(&mut self, tick: &Tick, earliest: Beats) {
        let (what, replanned) = self.planned_with;
        if what == tick.settings.what {
            return;
        }
        let replays = |answer: &&PlannedAnswer| matches!(answer.source, Source::Replay { .. });
        if let Some(answer) = self.answer.as_ref().filter(|answer| !replays(answer)) {
            if tick.number < replanned + REPLAN_TICKS {
                return;
            }
            let from = earliest.max(answer.from);
            self.retract(from);
            if let Some(answer) = &mut self.answer {
                // They were chosen with other settings, perhaps another seed.
                answer.chosen.clear();
            }
        }
        self.planned_with = (tick.settings.what, tick.number);
    }

    /// The answer is over.
    fn finish(&mut self) {
        if let Some(answer) = self.answer.take() {
            self.generator.cut(Role::Segue, tick_at(answer.until));
            self.status.clear_notice();
        }
    }

    /// Plans one more note. Returns false if there is no more to plan at this tick.
    pub(super) fn plan_note(&mut self, tick: &Tick) -> bool {
        let earliest = self.earliest(tick);
        let settings = &tick.settings;
        let Some(answer) = &self.answer else { return false };
        if matches!(answer.source, Source::Replay { .. }) {
            return !self.end.stops() && self.replay_note(tick);
        }
        // While keys are down the answer will still move, so only its opening is kept ready.
        if !answer.committed && self.player.phrase.is_held() && answer.opening.is_some() {
            return false;
        }
        let horizon = settings.mode.horizon(tick.at, answer.from);
        if answer.complete || answer.frontier >= horizon || self.end.stops() {
            return false;
        }
        if let Some(answer) = &mut self.answer {
            answer.choose();
        }
        let Some(answer) = &self.answer else { return false };
        let ahead = answer.ahead();
        let ask = self.ask(tick, answer, answer.seed(settings.what.seed));
        let ask = NoteRequest { from: answer.next_from(earliest) + ahead, ..ask };
        let (opens, until, number) = (answer.opening.is_none(), answer.until, answer.number);
        let next = match ask.parts.is_empty() {
            true => self.next_note(&ask).map(Some),
            false => self.next_of_the_band(&ask, tick, horizon),
        };
        match next {
            Ok(None) => false,
            Ok(Some(next)) => {
                let mut note = Note { onset: next.note.onset - ahead, ..next.note };
                if self.answer.as_ref().is_some_and(PlannedAnswer::is_asked_for) {
                    self.generator.hear(ContextNote::played(&note, next.part, Role::Segue));
                }
                if next.part.is_some_and(Part::is_pitched) && note.onset >= self.closing(tick) {
                    note.duration = until - note.onset;
                }
                note.duration = note.duration.min(until - note.onset);
                let groove = self.player.groove.shift(note.onset, settings.what.grid, settings.what.quantise);
                let shift = groove.max(earliest.min(note.onset) - note.onset);
                if let Some((part, shortened)) = next.shortened {
                    // It ends before the note that takes its voice, which may sound slightly early.
                    let at = shortened.end() - ahead + shift.min(Beats::ZERO);
                    self.send(Change::End { part, key: shortened.key, at });
                }
                if let Some(answer) = &mut self.answer {
                    answer.frontier = note.onset;
                    answer.opening = answer.opening.or(Some(note.onset));
                }
                if opens {
                    self.history.open(number, note.onset);
                }
                let part = next.part;
                let planned =
                    Planned { note, part, pedal: next.pedal, shift, opens, answer: number, as_heard: false };
                self.send(Change::Play(planned));
                true
            }
            Err(rest) => {
                self.rest(rest);
                false
            }
        }
    }

    /// What an answer's next note is asked for with.
    pub(super) fn ask(&self, tick: &Tick, answer: &PlannedAnswer, seed: u64) -> NoteRequest {
        let (settings, ahead) = (&tick.settings, answer.ahead());
        NoteRequest {
            grid: settings.what.grid,
            at_once: answer.opening.is_none(),
            temperature: settings.what.temperature,
            top_p: settings.what.top_p,
            seed,
            ignore_other_role: settings.mode.has_own_part() && !answer.is_asked_for(),
            parts: self.parts(settings),
            pedal: !settings.sound.follow_pedal,
            end: self.end_to_lead_to(tick).map(|end| end + ahead),
            limits: self.limits(settings),
            ..NoteRequest::new(Role::Segue, answer.floor + ahead, answer.until + ahead)
        }
    }

    /// Where the music leads to: the end of an answer. What lasts with the player has none until it
    /// closes.
    fn end_to_lead_to(&self, tick: &Tick) -> Option<Beats> {
        let answer = self.answer.as_ref()?;
        let goes_on = tick.settings.mode.lasts_with_player()
            && !answer.is_asked_for()
            && answer.frontier < self.closing(tick);
        (!goes_on).then_some(answer.until)
    }

    /// Asks the generator that the answer comes from for a note.
    pub(super) fn next_note(&mut self, request: &NoteRequest) -> Result<Next, Rest> {
        match self.answer.as_mut().map(|answer| &mut answer.source) {
            Some(Source::Another { generator, .. }) => generator.next(request),
            _ => self.generator.next(request),
        }
    }

    /// The generator has no next note.
    fn rest(&mut self, rest: Rest) {
        let opened = self.answer.as_ref().is_some_and(|answer| answer.opening.is_some());
        if let Some(answer) = &mut self.answer {
            answer.complete = true;
        }
        match rest {
            Rest::After | Rest::Unheard => {}
            // At the end of an answer there may just be no room for one more note.
            Rest::Limits(_) if opened => {}
            Rest::Limits(_) => self.status.note(&rest.to_string()),
            Rest::NotFinite => {
                self.model_failed = true;
                self.status.fail(&rest.to_string());
            }
        }
    }

    pub(super) fn limits(&self, settings: &Settings) -> Limits {
        let bounds = &settings.what.bounds;
        let scale = match bounds.scale {
            ScaleLock::Off => PitchClasses::ALL,
            ScaleLock::Follow => heard_scale(self.generator.context().notes()),
            ScaleLock::To(classes) => PitchClasses(classes),
        };
        Limits {
            keys: bounds.keys,
            velocities: bounds.velocities,
            polyphony: usize::from(bounds.polyphony),
            density: bounds.density,
            scale,
            parts: settings
                .what
                .band
                .limits
                .map(|part| PartLimits { keys: part.keys, density: part.density }),
        }
    }
}

/// Where a stretch ends that lasts with the player: a band ends on a bar line.
fn ends(at: Beats, has_band: bool, terms: &Terms) -> Beats {
    if has_band { terms.next_bar_line(at) } else { at }
}
