//! The journal: what really sounded, as notes, cut into takes. Runs on the composer's thread.
//!
//! Its Beats are the jam's, except that they go on through a reset, from the next bar line. A take
//! is one answer as it was heard, so an answer that was cut short gives a short take. In a duet,
//! and while the latch of *Continue* is down, a take lasts until Segue's time ends. Its prompt is
//! what the player played since our last note before it, or if that is nothing, in the bars before:
//! eight bars at most. Memory is bounded; the jam as a whole is remembered by
//! [`crate::takes::JamLog`].

use std::collections::VecDeque;
use std::sync::Arc;

use segue_music::{Beats, Channel, Key, Meter, Note, Part, PedalMove, Role, Tempo, Velocity};
use segue_realtime::between::limits::{PROMPT_BARS, TAKE_BEATS, TAKE_NOTES, TAKES};
use segue_realtime::between::settings::Mode;
use segue_realtime::between::sounded::Sounded;

use crate::takes::{JamLog, LoggedNote, Mark, Name, Take, TakeNote, Takes, whole};

/// The shortest duration.
const JUST: Beats = Beats::from_parts(1);

/// Why an answer is played.
#[derive(Clone, Debug, PartialEq)]
pub enum Origin {
    /// It answers what was just played.
    Jam,
    /// The player asked for another answer to the same prompt. Positions are the jam's.
    Another {
        /// The group of candidates it belongs to.
        group: u64,
        /// The prompt.
        prompt: Vec<Note>,
    },
    /// It replays a take, and makes no take of its own.
    Replay(Name, Mode),
}

/// An answer that may soon be heard.
#[derive(Clone, Debug, PartialEq)]
pub struct Announced {
    /// Its number; each is greater than the one before.
    pub number: u32,
    /// The mode it is played in.
    pub mode: Mode,
    /// The seed of its random choices.
    pub seed: u64,
    /// Why it is played.
    pub origin: Origin,
}

/// A key that is down.
struct Open {
    role: Role,
    part: Option<Part>,
    channel: Channel,
    key: Key,
    velocity: Velocity,
    onset: Beats,
    answer: u32,
    pedal: PedalMove,
}

/// An answer that was heard.
struct HeardAnswer {
    announced: Announced,
    name: Name,
    /// The onset of its first note.
    opening: Beats,
    /// Where the prompt begins at the earliest.
    since: Beats,
    prompt: Option<Vec<Note>>,
    notes: Vec<TakeNote>,
    /// It has notes that are not in the take yet.
    changed: bool,
    kept: bool,
    undone: bool,
}

/// One instance's journal.
pub struct Journal {
    takes: Arc<Takes>,
    /// The journal's Beats minus the jam's.
    base: Beats,
    /// The latest position that was reported.
    now: Beats,
    /// The keys that are down.
    open: Vec<Open>,
    announced: VecDeque<Announced>,
    answers: Vec<HeardAnswer>,
    /// The onset of our last note, or just before the jam if there was none.
    ours: Beats,
    /// The number of the last answer that was heard.
    newest: u32,
    /// Number and take id of the answers heard, the newest last.
    heard: VecDeque<(u32, u64)>,
    clock: Option<(Tempo, (Meter, Beats))>,
}

impl Journal {
    /// A journal of a jam in which nothing sounded yet.
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

    /// Announces an answer that may soon be heard.
    pub fn announce(&mut self, announced: Announced) {
        // Answers are planned at most one or two ahead.
        if self.announced.len() == TAKES {
            self.announced.pop_front();
        }
        self.announced.push_back(announced);
    }

    /// Receives a report.
    pub fn hear(&mut self, sounded: Sounded) {
        match sounded {
            Sounded::On { at, role, part, channel, key, velocity, answer, pedal } => {
                let onset = self.at(at);
                self.close(onset, |open| (open.role, open.channel, open.key) == (role, channel, key));
                if role == Role::Segue {
                    let since = std::mem::replace(&mut self.ours, onset) + JUST;
                    if answer > self.newest {
                        self.enter(answer, onset, since);
                    }
                }
                self.open.push(Open { role, part, channel, key, velocity, onset, answer, pedal });
            }
            Sounded::Off { at, role, channel, key } => {
                let end = self.at(at);
                self.close(end, |open| (open.role, open.channel, open.key) == (role, channel, key));
            }
            Sounded::Lift { at, channel } => {
                let at = self.at(at);
                self.takes.with_jam(|jam| jam.lift(at, channel));
            }
            Sounded::Silence { at } | Sounded::Lost { at, .. } => {
                let end = self.at(at);
                self.close(end, |_| true);
            }
            Sounded::Clock { at, tempo, meter, line } => self.clock(at, tempo, (meter, line)),
            Sounded::Reset => self.restart(),
        }
    }

    /// Turns answers into takes once they are over: the composer plays another one or none, and no
    /// note of them sounds.
    pub fn settle(&mut self, playing: Option<u32>) {
        let mut answers = std::mem::take(&mut self.answers);
        for answer in &mut answers {
            let number = answer.announced.number;
            let sounds = self.open.iter().any(|open| open.role == Role::Segue && open.answer == number);
            if answer.changed && Some(number) != playing && !sounds {
                self.keep(answer);
            }
        }
        // Only the newest may still get a note, delayed by its groove.
        let newest = self.newest;
        answers.retain(|answer| answer.changed || !answer.kept || answer.announced.number == newest);
        self.answers = answers;
    }

    /// The numbers of the answers heard, newest first.
    pub fn heard(&self) -> impl Iterator<Item = u32> {
        self.heard.iter().rev().map(|&(number, _)| number)
    }

    /// Marks an answer as undone, or no longer.
    pub fn set_undone(&mut self, number: u32, undone: bool) {
        for answer in self.answers.iter_mut().filter(|answer| answer.announced.number == number) {
            answer.undone = undone;
        }
        if let Some(&(_, id)) = self.heard.iter().find(|&&(heard, _)| heard == number) {
            self.takes.set_undone(id, undone);
        }
    }

    /// Forgets which answers were heard, so that none can be undone. The takes stay.
    pub fn forget(&mut self) {
        self.heard.clear();
        self.ours = self.now - JUST;
    }

    /// Converts a jam position to the journal's Beats.
    fn at(&mut self, jam: Beats) -> Beats {
        let at = jam + self.base;
        self.now = self.now.max(at);
        at
    }

    fn clock(&mut self, at: Beats, tempo: Tempo, (meter, line): (Meter, Beats)) {
        let (base, from) = (self.base, self.at(at));
        let (was, bars) = self.clock.replace((tempo, (meter, line % meter.bar()))).unzip();
        self.takes.with_jam(|jam| {
            if bars != Some((meter, line % meter.bar())) {
                jam.set_meter(base + line, meter);
            }
            if was != Some(tempo) {
                jam.set_tempo(from, tempo);
            }
        });
    }

    fn restart(&mut self) {
        let now = self.now;
        self.close(now, |_| true);
        let (line, meter) = self.takes.with_jam(|jam| jam.bar_line(now));
        self.base = line + (now - line).ceil_to(meter.bar());
        self.now = self.base;
        self.ours = self.base - JUST;
        self.clock = None;
    }

    /// Ends the notes for which `meant` is true.
    fn close(&mut self, end: Beats, meant: impl Fn(&Open) -> bool) {
        let Self { open, answers, takes, .. } = self;
        open.retain(|open| {
            if !meant(open) {
                return true;
            }
            let Open { role, part, channel, key, velocity, onset, answer, pedal } = *open;
            let note = Note { onset, key, velocity, duration: (end - onset).max(JUST) };
            takes.with_jam(|jam| jam.push(LoggedNote::new(&note, role, part, channel).with_pedal(pedal)));
            let mut own =
                answers.iter_mut().filter(|own| role == Role::Segue && own.announced.number == answer);
            if let Some(own) = own.next() {
                own.add(TakeNote { note, part, pedal });
            }
            false
        });
    }

    /// An answer begins with its first note.
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
        self.answers.push(HeardAnswer {
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

    fn keep(&self, answer: &mut HeardAnswer) {
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

    fn prompt(&self, answer: &HeardAnswer) -> Vec<Note> {
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
                let players = jam.since(since).filter(|logged| logged.role() == Role::Player);
                players.map(LoggedNote::note).collect()
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

impl HeardAnswer {
    /// Adds a note that has ended.
    fn add(&mut self, played: TakeNote) {
        if self.notes.len() < TAKE_NOTES && played.note.end() - self.opening < TAKE_BEATS {
            self.notes.push(played);
            self.changed = true;
        }
    }

    /// The take: counted from the bar line before its first note, or before its prompt.
    fn take(&self, prompt: Vec<Note>, jam: &JamLog) -> Take {
        let opening = self.notes.first().map_or(self.opening, |own| own.note.onset);
        let (line, meter) = jam.bar_line(opening);
        let first = prompt.first().map_or(opening, |note| note.onset.min(opening));
        let origin = line - (line - first).max(Beats::ZERO).ceil_to(meter.bar());
        let end = self.notes.iter().map(|own| own.note.end()).max().unwrap_or(opening);
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
            notes: self.notes.iter().map(|own| TakeNote { note: from_origin(&own.note), ..*own }).collect(),
            starred: false,
            undone: self.undone,
        }
    }
}

#[cfg(test)]
mod tests;
