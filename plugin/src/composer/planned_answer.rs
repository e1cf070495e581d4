//! An answer that is planned or played, and where its notes come from.

use segue_model::Generator;
use segue_music::{Beats, ContextNote, Note, Role, TICK};

use crate::composer::phrase::Phrase;

/// An answer that is planned or played.
pub struct PlannedAnswer {
    /// By which it is told from others at the output.
    pub number: u32,
    /// Where its notes come from.
    pub source: Source,
    /// Its first onset lies here or later.
    pub from: Beats,
    /// Its last note has ended.
    pub until: Beats,
    /// What it answers, to be taken up again if it never sounded.
    pub phrase: Phrase,
    /// It begins so soon that it cannot move any more.
    pub committed: bool,
    /// The onset of its first note, once that is planned.
    pub opening: Option<Beats>,
    /// Everything before this is planned.
    pub frontier: Beats,
    /// The next note begins here or later: what lay behind was withdrawn.
    pub floor: Beats,
    /// Nothing more comes.
    pub complete: bool,
}

/// Where the notes of an answer come from.
pub enum Source {
    /// The model goes on from the jam.
    Jam,
    /// A take, exactly as it was heard.
    Replay {
        /// Its id.
        take: u64,
        /// Its notes, in jam Beats, by onset.
        notes: Vec<Note>,
        /// The next one to be told.
        next: usize,
    },
    /// The model goes on from a take's prompt, which a generator of its own has heard.
    Another {
        /// It, and what it has heard.
        generator: Box<Generator>,
        /// Its time is so much ahead of the jam's, so that none of it lies before zero.
        ahead: Beats,
        /// What chance begins from.
        seed: u64,
    },
}

/// An answer that Segue does not go on from.
pub struct Undone {
    /// Its number.
    pub number: u32,
    /// What it and what came after it was in the context.
    pub notes: Vec<ContextNote>,
}

impl PlannedAnswer {
    /// Whether the player asked for it, rather than played for it.
    pub fn is_asked_for(&self) -> bool {
        !matches!(self.source, Source::Jam)
    }

    /// What lies from a position on is to be planned anew.
    pub fn withdraw(&mut self, from: Beats) {
        self.frontier = self.frontier.min(from).max(self.from);
        self.floor = self.frontier;
        self.opening = self.opening.filter(|&onset| onset < from);
        self.complete = false;
        match &mut self.source {
            Source::Jam => {}
            Source::Replay { notes, next, .. } => {
                *next = (*next).min(notes.partition_point(|note| note.onset < from));
            }
            Source::Another { generator, ahead, .. } => {
                generator.withdraw(Role::Segue, (from + *ahead).ceil_to(TICK).div_floor(TICK));
            }
        }
    }

    /// Where its next note may begin: nowhere before what is planned, and in time.
    pub fn next_from(&self, earliest: Beats) -> Beats {
        if self.frontier < earliest { earliest.max(self.floor) } else { self.floor }
    }
}
