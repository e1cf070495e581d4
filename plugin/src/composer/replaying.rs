//! Commands about takes: replay, another answer, undo. They are carried out at ticks, like every
//! decision.

use segue_music::{ContextNote, Note, Role};
use segue_realtime::between::limits::{HORIZON, OPENING, REQUESTS};
use segue_realtime::between::planned::Planned;
use segue_realtime::between::settings::Mode;
use segue_realtime::between::sounded::Sounded;

use super::*;
use crate::composer::journal::Origin;
use crate::composer::phrase::Phrase;
use crate::composer::planned_answer::{Source, Undone};
use crate::takes::{Take, TakeNote};

impl Composer {
    /// Queues a command for the next tick.
    pub(super) fn request(&mut self, command: Command) {
        // No player gives more commands within a tick.
        if self.requests.len() < REQUESTS {
            self.requests.push_back(command);
        }
    }

    /// Carries out the queued commands.
    pub(super) fn do_as_requested(&mut self, tick: &Tick) {
        while let Some(command) = self.requests.pop_front() {
            match command {
                // While bypassed, no note of Segue's is played.
                Command::Replay(_) | Command::Another(_) if tick.settings.bypass => {}
                Command::Replay(id) => self.replay(tick, id),
                Command::Another(id) => self.another(tick, id),
                Command::StopReplay => {
                    if self.answer.as_ref().is_some_and(PlannedAnswer::is_asked_for) {
                        self.hush(tick);
                    }
                }
                Command::Undo => self.undo(tick),
                Command::Redo => self.redo(),
                Command::Remember(name) => self.remember(tick, name),
                Command::Recall(memory) => self.recall(tick, &memory),
                Command::Forget | Command::Play(_) => {}
            }
        }
    }

    fn replay(&mut self, tick: &Tick, id: u64) {
        let Some(take) = self.status.takes.get(id) else { return };
        let from = entry(tick, &take, self.earliest(tick));
        let later = from - take.onset();
        let moved = |own: &TakeNote| Note { onset: own.note.onset + later, ..own.note };
        let notes = take.notes.iter().map(|own| TakeNote { note: moved(own), ..*own }).collect();
        let until = take.end() + later;
        self.clear_the_way(tick, from);
        let origin = Origin::Replay(take.name, take.mode);
        self.open(from, until, Source::Replay { take: id, notes, next: 0 }, (take.mode, take.seed, origin));
    }

    fn another(&mut self, tick: &Tick, id: u64) {
        let Some(take) = self.status.takes.get(id) else { return };
        let Some(first) = take.prompt.first() else {
            self.status.note(
                "that take answers nothing that you had played; play something, and it can be answered",
            );
            return;
        };
        // The generator needs time to read the prompt, too.
        let from = entry(tick, &take, self.earliest(tick) + OPENING);
        let later = from - take.onset();
        let shifted =
            |by: Beats| take.prompt.iter().map(move |note| Note { onset: note.onset + by, ..*note });
        let ahead = (-(first.onset + later)).max(Beats::ZERO).ceil_to(tick.bar);
        self.clear_the_way(tick, from);
        let mut generator = Box::new(Generator::new(self.generator.model().clone()));
        // Our notes in the jam count for the limits, but are not continued.
        for (key, onset) in (0..128).zip(self.generator.context().onsets(Role::Segue)) {
            let onset = onset + tick_at(ahead);
            generator
                .hear(ContextNote { end: Some(onset + 1), ..ContextNote::held(onset, key, 1, Role::Segue) });
        }
        generator.forget();
        let begins = first.onset + later + ahead;
        let line = tick.line + (begins - tick.line).floor_to(tick.bar);
        generator.meter(tick_at(line), tick.meter);
        generator.form(tick_at(line));
        generator.style(tick_at(line), self.latest.style);
        for note in shifted(later + ahead) {
            generator.hear(ContextNote::whole(&note, Role::Player));
        }
        if self.generator.context().uses_pedal(Role::Player) {
            // When it moved is not kept; that the player uses one is what counts.
            let begins = tick_at(begins);
            generator.pedal(Role::Player, begins, true);
            generator.pedal(Role::Player, begins + 1, false);
        }
        let until = from + tick.bar.times(i64::from(tick.settings.when.bars));
        // The seed of the next candidate, so that the same settings give another answer.
        let candidates = self.status.takes.candidates(take.name.group) as u64;
        let seed = tick.settings.what.seed.wrapping_add(candidates.wrapping_mul(0x9e37_79b9_7f4a_7c15));
        let prompt = shifted(later).collect();
        let origin = Origin::Another { group: take.name.group, prompt };
        let source = Source::Another { generator, ahead, seed };
        self.open(from, until, source, (tick.settings.mode, seed, origin));
    }

    /// Clears the way for a command: drops the plans, lets what sounds end by `from`, and closes
    /// the phrase.
    fn clear_the_way(&mut self, tick: &Tick, from: Beats) {
        let earliest = self.earliest(tick);
        self.retract(earliest);
        self.answer = None;
        self.player.phrase.close();
        self.end_sounding(tick_at(from), from);
    }

    /// Ends at `at` what is planned and would sound at tick `sounds`.
    fn end_sounding(&mut self, sounds: segue_music::Tick, at: Beats) {
        let sounding = self.generator.context().sounding(Role::Segue, sounds);
        let ends: Vec<_> = sounding.map(|(_, note)| (note.part, note.key)).collect();
        for (part, key) in ends {
            self.send(Change::End { part, key, at });
        }
        self.send(Change::Lift { at });
        self.generator.cut(Role::Segue, tick_at(at));
    }

    fn open(&mut self, from: Beats, until: Beats, source: Source, (mode, seed, origin): (Mode, u64, Origin)) {
        let number = self.history.announce(mode, seed, origin);
        self.answer = Some(PlannedAnswer::new(number, source, (from, until), Phrase::default()));
        self.send(Change::Turn { from, until });
    }

    /// Sends the next note of a replay. Returns false if there is no more to send at this tick.
    pub(super) fn replay_note(&mut self, tick: &Tick) -> bool {
        let Some(answer) = &mut self.answer else { return false };
        let Source::Replay { notes, next, .. } = &mut answer.source else { return false };
        let Some(&TakeNote { note, part, pedal }) = notes.get(*next) else {
            answer.complete = true;
            return false;
        };
        if note.onset >= (tick.at + HORIZON).max(answer.from + OPENING) {
            return false;
        }
        *next += 1;
        let (opens, number) = (answer.opening.is_none(), answer.number);
        answer.frontier = note.onset;
        answer.opening = answer.opening.or(Some(note.onset));
        let shift = Beats::ZERO;
        let planned = Planned { note, part, pedal, shift, opens, answer: number, as_heard: true };
        self.send(Change::Play(planned));
        self.generator.hear(ContextNote::played(&note, part, Role::Segue));
        true
    }

    /// Stops at once.
    fn hush(&mut self, tick: &Tick) {
        // A take names its parts; the context of a model that knows none does not.
        if let Some(Source::Replay { notes, next, .. }) = self.answer.take().map(|answer| answer.source) {
            for TakeNote { note, part, .. } in notes.into_iter().take(next) {
                if note.end() > tick.at {
                    self.send(Change::End { part, key: note.key, at: tick.at });
                }
            }
        }
        self.send(Change::Withdraw { from: Beats::MIN });
        // Also what has started since the tick.
        self.end_sounding(tick_at(tick.at + tick.lead), tick.at);
    }

    /// Undoes the last answer that was heard, together with everything of Segue's after it.
    fn undo(&mut self, tick: &Tick) {
        let Some((number, onset)) = self.history.last() else {
            self.status.note("no answer has been heard since the project was opened that is not undone");
            return;
        };
        // What is planned continues it, or is it.
        if let Some(answer) = &self.answer {
            let (phrase, sounds) = (answer.phrase, answer.number == number || answer.is_asked_for());
            if sounds {
                self.hush(tick);
            } else {
                self.withdraw(tick.at);
                self.answer = None;
                self.send(Change::Withdraw { from: Beats::MIN });
                self.player.phrase.reopen(&phrase);
            }
        }
        let from = tick_at(onset);
        let ours = |note: &&ContextNote| note.role == Role::Segue && note.onset >= from;
        let notes = self.generator.context().notes().iter().filter(ours).copied().collect();
        self.generator.withdraw(Role::Segue, from);
        self.history.undo(Undone { number, notes });
    }

    fn redo(&mut self) {
        let Some(Undone { notes, .. }) = self.history.redo() else {
            self.status.note("nothing was undone since the last answer that could be redone");
            return;
        };
        for note in notes {
            self.generator.hear(note);
        }
    }

    /// Receives the reports of what sounded.
    pub(super) fn listen_back(&mut self) {
        while let Ok(sounded) = self.end.sounded.pop() {
            if let Sounded::Lost { count, .. } = sounded {
                self.status.unreported.fetch_add(count, Ordering::Relaxed);
            }
            self.history.journal.hear(sounded);
        }
    }

    /// Turns what has ended into takes, and shows which take is being replayed.
    pub(super) fn keep_takes(&mut self) {
        self.listen_back();
        self.history.journal.settle(self.answer.as_ref().map(|answer| answer.number));
        let replaying = self.answer.as_ref().and_then(|answer| match answer.source {
            Source::Replay { take, .. } => Some(take),
            _ => None,
        });
        if self.history.set_replaying(replaying) {
            self.status.takes.set_replaying(replaying);
        }
    }
}

/// Where a take may begin again: at its place in the bar, as soon as that comes.
fn entry(tick: &Tick, take: &Take, earliest: Beats) -> Beats {
    let place = take.onset() % take.meter.bar();
    earliest + (place - (earliest - tick.line)) % tick.bar
}
