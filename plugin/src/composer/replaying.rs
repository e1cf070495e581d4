//! What the player asks for of the takes: one again, another one, the last one undone. Done at a tick, like every decision.

use segue_music::{ContextNote, Note, Role, tick_at};

use super::*;
use crate::composer::journal::{Announced, Origin};
use crate::takes::Take;
use segue_realtime::between::limits::{HORIZON, OPENING, TAKES, WISHES};
use segue_realtime::between::planned::Planned;

impl Composer {
    /// The player wants something of the takes.
    pub(super) fn ask(&mut self, wish: Wish) {
        // More than this at one tick is nobody's wish.
        if self.asked.len() < WISHES {
            self.asked.push_back(wish);
        }
    }

    /// Does what was asked for since the last tick.
    pub(super) fn do_as_asked(&mut self, tick: &Tick) {
        while let Some(wish) = self.asked.pop_front() {
            match wish {
                // Bypassed, nothing of ours is played.
                Wish::Replay(_) | Wish::Another(_) if tick.settings.bypass => {}
                Wish::Replay(id) => self.replay(tick, id),
                Wish::Another(id) => self.another(tick, id),
                Wish::StopReplay => {
                    if self.answer.as_ref().is_some_and(PlannedAnswer::is_asked_for) {
                        self.hush(tick);
                    }
                }
                Wish::Undo => self.undo(tick),
                Wish::Redo => self.redo(),
                Wish::Forget | Wish::Play(_) => {}
            }
        }
    }

    fn replay(&mut self, tick: &Tick, id: u64) {
        let Some(take) = self.status.takes.get(id) else { return };
        let from = entry(tick, &take, self.earliest(tick));
        let later = from - take.onset();
        let notes: Vec<Note> =
            take.notes.iter().map(|note| Note { onset: note.onset + later, ..*note }).collect();
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
        // Time to read the prompt, too.
        let from = entry(tick, &take, self.earliest(tick) + OPENING);
        let later = from - take.onset();
        let shifted =
            |by: Beats| take.prompt.iter().map(move |note| Note { onset: note.onset + by, ..*note });
        let ahead = (-(first.onset + later)).max(Beats::ZERO).ceil_to(tick.bar);
        self.clear_the_way(tick, from);
        let mut generator = Box::new(Generator::new(self.generator.model().clone()));
        // What it does not go on from, but limits count.
        for (key, onset) in (0..128).zip(self.generator.context().onsets(Role::Segue)) {
            let onset = onset + tick_at(ahead);
            generator
                .hear(ContextNote { end: Some(onset + 1), ..ContextNote::held(onset, key, 1, Role::Segue) });
        }
        generator.forget();
        let begins = first.onset + later + ahead;
        generator.meter(tick_at(begins.floor_to(tick.bar)), tick.meter);
        generator.style(tick_at(begins.floor_to(tick.bar)), self.style);
        for note in shifted(later + ahead) {
            generator.hear(ContextNote::whole(&note, Role::Player));
        }
        let until = from + tick.bar.times(i64::from(tick.settings.bars));
        // The next candidate's, so that the same settings make another answer.
        let candidates = self.status.takes.candidates(take.name.group) as u64;
        let seed = tick.settings.seed.wrapping_add(candidates.wrapping_mul(0x9e37_79b9_7f4a_7c15));
        let prompt = shifted(later).collect();
        let origin = Origin::Another { group: take.name.group, prompt };
        let source = Source::Another { generator, ahead, seed };
        self.open(from, until, source, (tick.settings.mode, seed, origin));
    }

    /// What is planned is not played, what sounds has ended by then, and what the player has played is answered by this.
    fn clear_the_way(&mut self, tick: &Tick, from: Beats) {
        let earliest = self.earliest(tick);
        self.withdraw(earliest);
        self.answer = None;
        self.phrase.close();
        self.tell(Change::Withdraw { from: earliest });
        self.end_sounding(tick_at(from), from);
    }

    /// Of what is planned and sounds at a tick nothing sounds from a position on.
    fn end_sounding(&mut self, sounds: segue_music::Tick, at: Beats) {
        let keys: Vec<_> =
            self.generator.context().sounding(Role::Segue, sounds).map(|(_, note)| note.key).collect();
        for key in keys {
            self.tell(Change::End { key, at });
        }
        self.generator.cut(Role::Segue, tick_at(at));
    }

    fn open(&mut self, from: Beats, until: Beats, source: Source, (mode, seed, origin): (Mode, u64, Origin)) {
        let number = self.announce(mode, seed, origin);
        self.answer = Some(PlannedAnswer {
            number,
            source,
            from,
            until,
            phrase: Phrase::default(),
            committed: true,
            opening: None,
            frontier: from,
            floor: from,
            complete: false,
        });
        self.tell(Change::Turn { from, until });
    }

    /// An answer that may be heard, with a number of its own.
    pub(super) fn announce(&mut self, mode: Mode, seed: u64, origin: Origin) -> u32 {
        self.answers = self.answers.wrapping_add(1);
        self.journal.announce(Announced { number: self.answers, mode, seed, origin });
        self.answers
    }

    /// Tells the next note of a replay; false where nothing more is to be told at this tick.
    pub(super) fn replay_note(&mut self, tick: &Tick) -> bool {
        let Some(answer) = &mut self.answer else { return false };
        let Source::Replay { notes, next, .. } = &mut answer.source else { return false };
        let Some(&note) = notes.get(*next) else {
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
        self.tell(Change::Play(Planned { note, shift: Beats::ZERO, opens, answer: number, as_heard: true }));
        self.generator.hear(ContextNote::whole(&note, Role::Segue));
        true
    }

    /// The first note of an answer is planned: it may be undone, and nothing that was undone before comes back.
    pub(super) fn opened(&mut self, number: u32, onset: Beats) {
        self.openings.retain(|&(other, _)| other != number);
        if self.openings.len() == TAKES {
            self.openings.pop_front();
        }
        self.openings.push_back((number, onset));
        self.undone.clear();
    }

    /// Segue stops at once.
    fn hush(&mut self, tick: &Tick) {
        self.answer = None;
        self.tell(Change::Withdraw { from: Beats::MIN });
        // What has begun since the tick ends, too.
        self.end_sounding(tick_at(tick.at + tick.lead), tick.at);
    }

    /// The last answer that was heard, and whatever of ours came after it, is not gone on from.
    fn undo(&mut self, tick: &Tick) {
        let undone = |number| self.undone.iter().any(|undone| undone.number == number);
        let Some(number) = self.journal.heard().find(|&number| !undone(number)) else { return };
        let Some(&(_, onset)) = self.openings.iter().find(|&&(opened, _)| opened == number) else { return };
        // What is planned goes on from it, or is it.
        if let Some(answer) = &self.answer {
            let (phrase, sounds) = (answer.phrase, answer.number == number || answer.is_asked_for());
            if sounds {
                self.hush(tick);
            } else {
                self.withdraw(tick.at);
                self.answer = None;
                self.tell(Change::Withdraw { from: Beats::MIN });
                self.phrase.reopen(&phrase);
            }
        }
        let from = tick_at(onset);
        let ours = |note: &&ContextNote| note.role == Role::Segue && note.onset >= from;
        let notes = self.generator.context().notes().iter().filter(ours).copied().collect();
        self.generator.withdraw(Role::Segue, from);
        self.journal.set_undone(number, true);
        self.undone.push(Undone { number, notes });
    }

    fn redo(&mut self) {
        let Some(Undone { number, notes }) = self.undone.pop() else { return };
        for note in notes {
            self.generator.hear(note);
        }
        self.journal.set_undone(number, false);
    }

    /// Takes in what really sounded.
    pub(super) fn listen_back(&mut self) {
        while let Ok(sounded) = self.end.sounded.pop() {
            if let Sounded::Lost { count, .. } = sounded {
                self.status.unreported.fetch_add(count, std::sync::atomic::Ordering::Relaxed);
            }
            self.journal.hear(sounded);
        }
    }

    /// Keeps what has ended as a take, and shows what is played again.
    pub(super) fn keep_takes(&mut self) {
        self.listen_back();
        self.journal.settle(self.answer.as_ref().map(|answer| answer.number));
        let replaying = self.answer.as_ref().and_then(|answer| match answer.source {
            Source::Replay { take, .. } => Some(take),
            _ => None,
        });
        if std::mem::replace(&mut self.replaying, replaying) != replaying {
            self.status.takes.set_replaying(replaying);
        }
    }
}

/// Where a take may begin again: as soon as the place in the bar comes that it began at.
fn entry(tick: &Tick, take: &Take, earliest: Beats) -> Beats {
    let place = take.onset() % take.meter.bar();
    earliest + (place - earliest) % tick.bar
}
