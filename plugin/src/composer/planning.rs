//! What the composer decides at a tick, and the notes it plans for it.

use std::sync::atomic::Ordering;

use segue_model::{Limits, NoteRequest, Rest};
use segue_music::{ContextNote, Note, PitchClasses, Role, heard_scale};

use super::*;
use crate::composer::answer::{is_late, span};
use crate::composer::journal::Origin;
use segue_realtime::between::limits::{DUET_HORIZON, HORIZON, KEPT_UP_TICKS, OPENING, REPLAN_TICKS};
use segue_realtime::between::planned::Planned;
use segue_realtime::between::settings::ScaleLock;
use segue_realtime::between::span::Span;

impl Composer {
    /// Decides whose time it is. Returns whether notes are to be planned.
    pub(super) fn decide(&mut self, tick: &Tick) -> bool {
        let settings = &tick.settings;
        if settings.mode != self.settings.mode {
            self.turns.reset();
        }
        self.latched = settings.latch.then(|| self.latched.unwrap_or(tick.at));
        self.do_as_asked(tick);
        if !settings.on {
            self.phrase.close();
            // What was asked for is played all the same.
            if !self.answer.as_ref().is_some_and(PlannedAnswer::is_asked_for) {
                return false;
            }
        }
        let terms = self.terms(tick);
        if let Some(answer) = &mut self.answer {
            if settings.mode == Mode::Duet && !answer.is_asked_for() {
                // As long as the player goes on, and so many bars more.
                let last = self.spacing.last().unwrap_or(answer.from);
                answer.until = answer.until.max(last + terms.length);
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
            if settings.mode == Mode::Answer
                && is_late(&self.phrase, answer.from.max(answer.opening.unwrap_or(earliest)), &terms)
            {
                self.status.late_starts.fetch_add(1, Ordering::Relaxed);
            }
            self.phrase.close();
        }
        if settings.on && self.answer.as_ref().is_none_or(|answer| !answer.committed) {
            self.look_ahead(&terms, settings);
        }
        self.replan(tick, earliest);
        self.answer.is_some()
    }

    /// The first position that a plan made now reaches in time. Only where we do not keep up does it depend on how late it is, and on
    /// how long a note takes.
    pub(super) fn earliest(&self, tick: &Tick) -> Beats {
        // A note may take a tick more than the one before it.
        let note = if self.note_ticks > 0 { self.note_ticks + 1 } else { 0 };
        let late = self.end.ticks_since(tick.number) + note;
        let late = if late > KEPT_UP_TICKS && !self.end.is_waited_for() { late } else { 0 };
        tick.at + tick.lead + tick.step.times(i64::try_from(late).unwrap_or(0))
    }

    /// An answer that still may move begins where the player's last deeds put it.
    fn look_ahead(&mut self, terms: &Terms, settings: &Settings) {
        let span = span(settings.mode, &self.phrase, &self.spacing, &self.turns, self.latched, terms);
        let planned = self.answer.as_ref().map(|answer| answer.from);
        if span.map(|span| span.from) == planned {
            return;
        }
        if let Some(from) = planned {
            self.withdraw(from);
            self.answer = None;
            self.tell(Change::Withdraw { from });
        }
        if let Some(Span { from, until }) = span {
            self.answer = Some(PlannedAnswer {
                number: self.announce(settings.mode, settings.seed, Origin::Jam),
                source: Source::Jam,
                from,
                until,
                phrase: self.phrase,
                committed: false,
                opening: None,
                frontier: from,
                floor: from,
                complete: false,
            });
            self.tell(Change::Turn { from, until });
        }
    }

    /// Where a parameter has moved since the plans were made, those beyond the commit point are made anew.
    fn replan(&mut self, tick: &Tick, earliest: Beats) {
        let sound = |settings: &Settings| {
            let Settings { grid, temperature, top_p, seed, style, bounds, quantise, .. } = *settings;
            (grid, temperature, top_p, seed, style, bounds, quantise)
        };
        let (settings, replanned) = &self.planned_with;
        if sound(settings) == sound(&tick.settings) {
            return;
        }
        let replays = |answer: &&PlannedAnswer| matches!(answer.source, Source::Replay { .. });
        if let Some(answer) = self.answer.as_ref().filter(|answer| !replays(answer)) {
            if tick.number < replanned + REPLAN_TICKS {
                return;
            }
            let from = earliest.max(answer.from);
            self.withdraw(from);
            self.tell(Change::Withdraw { from });
        }
        self.planned_with = (tick.settings, tick.number);
    }

    /// What was answered is over.
    fn finish(&mut self) {
        if let Some(answer) = self.answer.take() {
            self.generator.cut(Role::Segue, tick_at(answer.until));
            self.status.clear_notice();
        }
    }

    /// Plans one note on; false where nothing more is to be planned at this tick.
    pub(super) fn plan_note(&mut self, tick: &Tick) -> bool {
        let earliest = self.earliest(tick);
        let settings = &tick.settings;
        let Some(answer) = &self.answer else { return false };
        if matches!(answer.source, Source::Replay { .. }) {
            return !self.end.stops() && self.replay_note(tick);
        }
        let horizon = match settings.mode {
            // While keys are down the answer will still move: only what opens it is kept ready.
            _ if !answer.committed && self.phrase.is_held() && answer.opening.is_some() => return false,
            Mode::Duet => tick.at + DUET_HORIZON,
            _ => (tick.at + HORIZON).max(answer.from + OPENING),
        };
        if answer.complete || answer.frontier >= horizon || self.end.stops() {
            return false;
        }
        let duet = settings.mode == Mode::Duet && !answer.is_asked_for();
        let (ahead, seed) = match answer.source {
            Source::Another { ahead, seed, .. } => (ahead, seed),
            _ => (Beats::ZERO, settings.seed),
        };
        let ask = NoteRequest {
            grid: settings.grid,
            at_once: answer.opening.is_none(),
            temperature: settings.temperature,
            top_p: settings.top_p,
            seed,
            ignore_other_role: duet,
            limits: self.limits(settings),
            ..NoteRequest::new(Role::Segue, answer.next_from(earliest) + ahead, answer.until + ahead)
        };
        let (opens, until, number) = (answer.opening.is_none(), answer.until, answer.number);
        let next = match self.answer.as_mut().map(|answer| &mut answer.source) {
            Some(Source::Another { generator, .. }) => generator.next(&ask),
            _ => self.generator.next(&ask),
        };
        match next {
            Ok(next) => {
                let mut note = Note { onset: next.note.onset - ahead, ..next.note };
                if self.answer.as_ref().is_some_and(PlannedAnswer::is_asked_for) {
                    self.generator.hear(ContextNote::whole(&note, Role::Segue));
                }
                note.duration = note.duration.min(until - note.onset);
                let groove = self.groove.shift(note.onset, settings.grid, settings.quantise);
                let shift = groove.max(earliest.min(note.onset) - note.onset);
                if let Some(shortened) = next.shortened {
                    // Before the note that takes its place sounds, which may be a little early.
                    let at = shortened.end() - ahead + shift.min(Beats::ZERO);
                    self.tell(Change::End { key: shortened.key, at });
                }
                if let Some(answer) = &mut self.answer {
                    answer.frontier = note.onset;
                    answer.opening = answer.opening.or(Some(note.onset));
                }
                if opens {
                    self.opened(number, note.onset);
                }
                self.tell(Change::Play(Planned { note, shift, opens, answer: number, as_heard: false }));
                true
            }
            Err(rest) => {
                self.rest(rest);
                false
            }
        }
    }

    /// There is no next note.
    fn rest(&mut self, rest: Rest) {
        let opened = self.answer.as_ref().is_some_and(|answer| answer.opening.is_some());
        if let Some(answer) = &mut self.answer {
            answer.complete = true;
        }
        match rest {
            Rest::After | Rest::Unheard => {}
            // At the end of an answer there may just be no room for one note more.
            Rest::Limits(_) if opened => {}
            Rest::Limits(_) => self.status.note(&rest.to_string()),
            Rest::NotFinite => {
                self.broken = true;
                self.status.fail(&rest.to_string());
            }
        }
    }

    fn limits(&self, settings: &Settings) -> Limits {
        let bounds = &settings.bounds;
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
        }
    }
}
