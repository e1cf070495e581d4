//! The journal: what really sounded, on and off paired to notes, and cut into takes. On the composer's thread.
//!
//! Its Beats are the jam's, but they go on through a reset, where the jam begins anew: from the next bar line. A take is one answer as it was
//! heard: what a barge-in cut short is short. In a duet, and while the latch of *Continue* is down, that is the whole stretch until Segue's
//! time ends. Its prompt is what the player played since our last note before it began, or, where that is nothing, in the bars before; eight
//! bars at most. Memory is bounded: what a jam is remembered by is [`crate::takes::Jam`].

use std::collections::VecDeque;
use std::sync::Arc;

use segue_music::{Beats, Channel, Key, Meter, Note, Role, Tempo, Velocity};
use segue_realtime::between::limits::{PROMPT_BARS, TAKE_BEATS, TAKE_NOTES, TAKES};
use segue_realtime::between::settings::Mode;
use segue_realtime::between::sounded::Sounded;

use crate::takes::{Jam, Mark, Name, Struck, Take, Takes, whole};

/// The shortest time there is.
const JUST: Beats = Beats::from_parts(1);

/// Where an answer comes from.
#[derive(Clone, Debug, PartialEq)]
pub enum Origin {
    /// It was made for what was just played.
    Jam,
    /// It was asked for in the place of another, as an answer to this prompt; positions are the jam's.
    Another {
        /// Whose candidate it is.
        group: u64,
        /// What it answers.
        prompt: Vec<Note>,
    },
    /// It is a take, played again: no take of its own.
    Replay(Name, Mode),
}

/// An answer that may be heard soon.
#[derive(Clone, Debug, PartialEq)]
pub struct Announced {
    /// The composer's number of it; each is greater than the one before.
    pub number: u32,
    /// How it is played.
    pub mode: Mode,
    /// What chance begins from.
    pub seed: u64,
    /// Where it comes from.
    pub origin: Origin,
}

/// A key that is down.
struct Open {
    role: Role,
    channel: Channel,
    key: Key,
    velocity: Velocity,
    onset: Beats,
    answer: u32,
}

/// An answer that was heard.
struct Answer {
    announced: Announced,
    name: Name,
    /// When its first note began.
    opening: Beats,
    /// The prompt begins here or later.
    since: Beats,
    prompt: Option<Vec<Note>>,
    notes: Vec<Note>,
    /// There is more of it than is kept.
    changed: bool,
    kept: bool,
    undone: bool,
}

/// One instance's journal.
pub struct Journal {
    takes: Arc<Takes>,
    /// The journal's Beats less the jam's.
    base: Beats,
    /// The latest position that was reported.
    now: Beats,
    /// The keys that are down.
    open: Vec<Open>,
    announced: VecDeque<Announced>,
    answers: Vec<Answer>,
    /// When the last note of ours began; just before the jam, if there was none.
    ours: Beats,
    /// The last number that was heard.
    newest: u32,
    /// The answers heard, the newest last, and the ids of their takes.
    heard: VecDeque<(u32, u64)>,
    clock: Option<(Tempo, Meter)>,
}

impl Journal {
    /// Nothing was heard.
    pub fn new(takes: Arc<Takes>) -> Self {
        Self {
            takes,
            base: Beats::ZERO,
            now: Beats::ZERO,
            open: Vec::new(),
            announced: VecDeque::new(),
            answers: Vec::new(),
            ours: -JUST,
            newest: 0,
            heard: VecDeque::new(),
            clock: None,
        }
    }

    /// This answer may be heard from now on.
    pub fn announce(&mut self, announced: Announced) {
        // None is further ahead than the plans are, and those are one or two.
        if self.announced.len() == TAKES {
            self.announced.pop_front();
        }
        self.announced.push_back(announced);
    }

    /// Takes in a report.
    pub fn hear(&mut self, sounded: Sounded) {
        match sounded {
            Sounded::On { at, role, channel, key, velocity, answer } => {
                let onset = self.at(at);
                self.close(onset, |open| (open.role, open.channel, open.key) == (role, channel, key));
                if role == Role::Segue {
                    let since = std::mem::replace(&mut self.ours, onset) + JUST;
                    if answer > self.newest {
                        self.enter(answer, onset, since);
                    }
                }
                self.open.push(Open { role, channel, key, velocity, onset, answer });
            }
            Sounded::Off { at, role, channel, key } => {
                let end = self.at(at);
                self.close(end, |open| (open.role, open.channel, open.key) == (role, channel, key));
            }
            Sounded::Silence { at } | Sounded::Lost { at, .. } => {
                let end = self.at(at);
                self.close(end, |_| true);
            }
            Sounded::Clock { at, tempo, meter } => self.clock(at, tempo, meter),
            Sounded::Fresh => self.begin_anew(),
        }
    }

    /// Keeps the answers that are over: the composer plays another one or none, and nothing of them sounds.
    pub fn settle(&mut self, playing: Option<u32>) {
        let mut answers = std::mem::take(&mut self.answers);
        for answer in &mut answers {
            let number = answer.announced.number;
            let sounds = self.open.iter().any(|open| open.role == Role::Segue && open.answer == number);
            if answer.changed && Some(number) != playing && !sounds {
                self.keep(answer);
            }
        }
        // Of one that has been kept only the newest may still be added to, by a note that its groove has delayed.
        let newest = self.newest;
        answers.retain(|answer| answer.changed || !answer.kept || answer.announced.number == newest);
        self.answers = answers;
    }

    /// The answers heard, newest first.
    pub fn heard(&self) -> impl Iterator<Item = u32> {
        self.heard.iter().rev().map(|&(number, _)| number)
    }

    /// Segue does not go on from an answer, or does again.
    pub fn set_undone(&mut self, number: u32, undone: bool) {
        for answer in self.answers.iter_mut().filter(|answer| answer.announced.number == number) {
            answer.undone = undone;
        }
        if let Some(&(_, id)) = self.heard.iter().find(|&&(heard, _)| heard == number) {
            self.takes.set_undone(id, undone);
        }
    }

    /// What was heard is forgotten as what was played: there is nothing to be undone. The takes stay.
    pub fn forget(&mut self) {
        self.heard.clear();
        self.ours = self.now - JUST;
    }

    /// A position of the jam in the journal's Beats.
    fn at(&mut self, jam: Beats) -> Beats {
        let at = jam + self.base;
        self.now = self.now.max(at);
        at
    }

    fn clock(&mut self, at: Beats, tempo: Tempo, meter: Meter) {
        let (base, from) = (self.base, self.at(at));
        let (was, bars) = self.clock.replace((tempo, meter)).unzip();
        self.takes.with_jam(|jam| {
            if bars != Some(meter) {
                jam.set_meter(base + at.floor_to(meter.bar()), meter);
            }
            if was != Some(tempo) {
                jam.set_tempo(from, tempo);
            }
        });
    }

    fn begin_anew(&mut self) {
        let now = self.now;
        self.close(now, |_| true);
        let (line, meter) = self.takes.with_jam(|jam| jam.bar_line(now));
        self.base = line + (now - line).ceil_to(meter.bar());
        self.now = self.base;
        self.ours = self.base - JUST;
        self.clock = None;
    }

    /// Ends the keys that are meant.
    fn close(&mut self, end: Beats, meant: impl Fn(&Open) -> bool) {
        let Self { open, answers, takes, .. } = self;
        open.retain(|open| {
            if !meant(open) {
                return true;
            }
            let Open { role, channel, key, velocity, onset, answer } = *open;
            let note = Note { onset, key, velocity, duration: (end - onset).max(JUST) };
            takes.with_jam(|jam| jam.push(Struck::new(&note, role, channel)));
            let mut own =
                answers.iter_mut().filter(|own| role == Role::Segue && own.announced.number == answer);
            if let Some(own) = own.next() {
                own.add(note);
            }
            false
        });
    }

    /// The first note of an answer.
    fn enter(&mut self, number: u32, opening: Beats, since: Beats) {
        self.newest = number;
        while self.announced.front().is_some_and(|announced| announced.number < number) {
            self.announced.pop_front();
        }
        let Some(announced) = self.announced.pop_front_if(|announced| announced.number == number) else {
            return;
        };
        let group = match announced.origin {
            Origin::Jam => None,
            Origin::Another { group, .. } => Some(group),
            Origin::Replay(name, mode) => {
                self.takes.with_jam(|jam| jam.mark(opening, Mark::Replay(name, mode)));
                return;
            }
        };
        let name = self.takes.name(group);
        self.takes.with_jam(|jam| jam.mark(opening, Mark::Answer(name, announced.mode)));
        if self.heard.len() == TAKES {
            self.heard.pop_front();
        }
        self.heard.push_back((number, name.id));
        self.answers.push(Answer {
            announced,
            name,
            opening,
            since,
            prompt: None,
            notes: Vec::new(),
            changed: false,
            kept: false,
            undone: false,
        });
    }

    fn keep(&self, answer: &mut Answer) {
        let prompt = match &answer.prompt {
            Some(prompt) => prompt.clone(),
            None => self.prompt(answer),
        };
        answer.prompt = Some(prompt.clone());
        answer.notes.sort_unstable();
        let take = self.takes.with_jam(|jam| answer.take(prompt, jam));
        answer.changed = false;
        if std::mem::replace(&mut answer.kept, true) {
            self.takes.amend(take);
        } else {
            self.takes.keep(take);
        }
    }

    fn prompt(&self, answer: &Answer) -> Vec<Note> {
        if let Origin::Another { prompt, .. } = &answer.announced.origin {
            return prompt.iter().map(|note| Note { onset: note.onset + self.base, ..*note }).collect();
        }
        let since = |since: Beats| -> Vec<Note> {
            let within = |note: &Note| (since..answer.opening).contains(&note.onset);
            let held = self.open.iter().filter(|open| open.role == Role::Player).map(|open| Note {
                onset: open.onset,
                key: open.key,
                duration: (self.now - open.onset).max(JUST),
                velocity: open.velocity,
            });
            let ended = self.takes.with_jam(|jam| -> Vec<Note> {
                let players = jam.since(since).filter(|struck| struck.role() == Role::Player);
                players.map(Struck::note).collect()
            });
            let mut notes: Vec<Note> = held.chain(ended).filter(within).collect();
            notes.sort_unstable();
            notes.split_off(notes.len().saturating_sub(TAKE_NOTES))
        };
        let (_, meter) = self.takes.with_jam(|jam| jam.bar_line(answer.opening));
        let bars_before = answer.opening - meter.bar().times(PROMPT_BARS);
        let prompt = since(answer.since.max(bars_before));
        if prompt.is_empty() { since(bars_before) } else { prompt }
    }
}

impl Answer {
    /// One of its notes has ended.
    fn add(&mut self, note: Note) {
        if self.notes.len() < TAKE_NOTES && note.end() - self.opening < TAKE_BEATS {
            self.notes.push(note);
            self.changed = true;
        }
    }

    /// As it is kept: counted from the bar line before its first note, or the prompt's.
    fn take(&self, prompt: Vec<Note>, jam: &Jam) -> Take {
        let opening = self.notes.first().map_or(self.opening, |note| note.onset);
        let (line, meter) = jam.bar_line(opening);
        let first = prompt.first().map_or(opening, |note| note.onset.min(opening));
        let origin = line - (line - first).max(Beats::ZERO).ceil_to(meter.bar());
        let end = self.notes.iter().map(Note::end).max().unwrap_or(opening);
        let (tempo, tempos) = jam.tempos(origin, end);
        let from_origin = |note: &Note| Note { onset: note.onset - origin, ..*note };
        Take {
            name: self.name,
            mode: self.announced.mode,
            seed: self.announced.seed,
            tempo: whole(tempo),
            tempos: tempos.into_iter().map(|(at, tempo)| (at - origin, whole(tempo))).collect(),
            meter,
            prompt: prompt.iter().map(from_origin).collect(),
            notes: self.notes.iter().map(from_origin).collect(),
            starred: false,
            undone: self.undone,
        }
    }
}

#[cfg(test)]
mod tests;
