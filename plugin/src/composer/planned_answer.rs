//! An answer that is planned or played, and where its notes come from.

use segue_model::{Fork, Generator};
use segue_music::{Beats, ContextNote, PartSet, Role, TICK};

use crate::composer::phrase::Phrase;
use crate::composer::rehearsal::Rehearsal;
use crate::takes::TakeNote;

/// An answer that is planned or played.
pub struct PlannedAnswer {
    /// Its number, which identifies it at the output.
    pub number: u32,
    /// Where its notes come from.
    pub source: Source,
    /// Its first onset lies here or later.
    pub from: Beats,
    /// Its last note has ended.
    pub until: Beats,
    /// The phrase that it answers. If it never sounds, that phrase waits for an answer again.
    pub phrase: Phrase,
    /// It begins so soon that it cannot move any more.
    pub committed: bool,
    /// The onset of its first note, once that is planned.
    pub opening: Option<Beats>,
    /// Everything up to here is planned.
    pub frontier: Beats,
    /// The next note begins here or later, as what was behind was withdrawn.
    pub floor: Beats,
    /// It has no more notes.
    pub complete: bool,
    /// Where its notes come in, after a count if there is one.
    pub enters: Beats,
    /// Strokes of the count before this are planned.
    pub counted: Beats,
    /// Bar lines before this are planned: whoever of a band was due on them has come in.
    pub lined: Beats,
    /// The bar line that is being planned, and who of a band is still to come in on it.
    pub entering: Option<(Beats, PartSet)>,
    /// The ways to go on from the next fork.
    pub rehearsal: Option<Rehearsal>,
    /// The seeds that were chosen, and from where on each holds.
    pub chosen: Vec<(Beats, u64)>,
}

/// Where the notes of an answer come from.
pub enum Source {
    /// The model continues the jam.
    Jam,
    /// A take, as it was heard.
    Replay {
        /// Its id.
        take: u64,
        /// Its notes, in jam Beats, by onset.
        notes: Vec<TakeNote>,
        /// The index of the next one to send.
        next: usize,
    },
    /// The model continues the prompt of a take, in a generator of its own.
    Another {
        /// The generator, with the prompt as its context.
        generator: Box<Generator>,
        /// How far its time is ahead of the jam's, so that no position is below zero.
        ahead: Beats,
        /// The seed of its random choices.
        seed: u64,
    },
}

/// An answer that was undone.
pub struct Undone {
    /// Its number.
    pub number: u32,
    /// The notes of it and of later answers that were in the context.
    pub notes: Vec<ContextNote>,
}

impl PlannedAnswer {
    /// Whether the player asked for it with a command.
    pub fn is_asked_for(&self) -> bool {
        !matches!(self.source, Source::Jam)
    }

    /// Forgets what is planned from a position on.
    pub fn withdraw(&mut self, from: Beats) {
        self.frontier = self.frontier.min(from).max(self.from);
        self.floor = self.frontier.max(self.enters);
        self.counted = self.counted.min(self.frontier);
        self.opening = self.opening.filter(|&onset| onset < from);
        self.complete = false;
        self.forget_choices(from);
        self.lined = self.lined.min(self.frontier);
        self.entering = self.entering.filter(|&(line, _)| line < from);
        match &mut self.source {
            Source::Jam => {}
            Source::Replay { notes, next, .. } => {
                *next = (*next).min(notes.partition_point(|own| own.note.onset < from));
            }
            Source::Another { generator, ahead, .. } => {
                generator.withdraw(Role::Segue, (from + *ahead).ceil_to(TICK).div_floor(TICK));
            }
        }
    }

    /// How far the time of its generator is ahead of the jam's.
    pub fn ahead(&self) -> Beats {
        match self.source {
            Source::Another { ahead, .. } => ahead,
            Source::Jam | Source::Replay { .. } => Beats::ZERO,
        }
    }

    /// One that begins and ends at these positions, of which nothing is planned.
    pub fn new(number: u32, source: Source, (from, until): (Beats, Beats), phrase: Phrase) -> Self {
        let committed = !matches!(source, Source::Jam);
        Self {
            number,
            source,
            from,
            until,
            phrase,
            committed,
            opening: None,
            frontier: from,
            floor: from,
            complete: false,
            enters: from,
            counted: from,
            lined: from,
            entering: None,
            rehearsal: None,
            chosen: Vec::new(),
        }
    }

    /// Where its next note may begin: after what is planned, and in time.
    pub fn next_from(&self, earliest: Beats) -> Beats {
        if self.frontier < earliest { earliest.max(self.floor) } else { self.floor }
    }

    /// The seed of its next note.
    pub fn seed(&self, seed: u64) -> u64 {
        match self.source {
            Source::Another { seed, .. } => seed,
            Source::Jam | Source::Replay { .. } => self.chosen.last().map_or(seed, |&(_, chosen)| chosen),
        }
    }

    /// Where the next fork is, past which nothing is planned.
    pub fn next_fork(&self, line: Beats, bar: Beats) -> Option<Fork> {
        let line = line + (self.from - line).ceil_to(bar);
        let mut fork = Fork::first((self.from, self.until), line, bar);
        while let Some(before) = fork.filter(|fork| fork.at <= self.frontier) {
            fork = before.next(self.until, bar);
        }
        fork
    }

    /// If its next note is the first past a fork, the best way from there on that was rehearsed is
    /// chosen.
    pub fn choose(&mut self) {
        if let Some(rehearsal) = self.rehearsal.take_if(|rehearsal| self.frontier >= rehearsal.fork.at)
            && let Some((_, seed)) = rehearsal.best
        {
            self.chosen.push((rehearsal.fork.at, seed));
        }
    }

    /// Forgets what was chosen from a position on, and what is being rehearsed.
    pub fn forget_choices(&mut self, from: Beats) {
        self.rehearsal = None;
        self.chosen.retain(|&(at, _)| at < from);
    }
}
