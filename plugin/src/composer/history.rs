//! The answers so far: their numbers, which of them can be undone, and what was heard of them.

use std::collections::VecDeque;
use std::sync::Arc;

use segue_music::Beats;
use segue_realtime::between::limits::TAKES;
use segue_realtime::between::settings::Mode;

use crate::composer::journal::{Announced, Journal, Origin};
use crate::composer::planned_answer::Undone;
use crate::takes::Takes;

/// The answers of one instance.
pub struct History {
    /// What sounded, and the takes of it. No plan depends on it.
    pub journal: Journal,
    /// Answers so far, including those that never sounded.
    count: u32,
    /// Number and onset of the last answers; replays are not among them.
    openings: VecDeque<(u32, Beats)>,
    /// The answers whose undoing can be taken back, the last at the end.
    undone: Vec<Undone>,
    /// The numbers of all that are undone.
    gone: VecDeque<u32>,
    /// The take that is being replayed.
    replaying: Option<u64>,
}

impl History {
    /// No answer yet.
    pub fn new(takes: Arc<Takes>) -> Self {
        Self {
            journal: Journal::new(takes),
            count: 0,
            openings: VecDeque::new(),
            undone: Vec::new(),
            gone: VecDeque::new(),
            replaying: None,
        }
    }

    /// Registers an answer that may be heard, and returns its number.
    pub fn announce(&mut self, mode: Mode, seed: u64, origin: Origin) -> u32 {
        self.count = self.count.wrapping_add(1);
        self.journal.announce(Announced { number: self.count, mode, seed, origin });
        self.count
    }

    /// The first note of an answer is planned: from now on it can be undone, and no earlier undo
    /// can be redone.
    pub fn open(&mut self, number: u32, onset: Beats) {
        self.openings.retain(|&(other, _)| other != number);
        if self.openings.len() == TAKES {
            // Most were planned while the player went on, and never sounded.
            let heard = |number| self.journal.heard().any(|heard| heard == number);
            let unheard = self.openings.iter().position(|&(number, _)| !heard(number));
            self.openings.remove(unheard.unwrap_or(0));
        }
        self.openings.push_back((number, onset));
        self.undone.clear();
    }

    /// Forgets which answers can be undone. The takes stay.
    pub fn forget(&mut self) {
        self.journal.forget();
        self.openings.clear();
        self.undone.clear();
        self.gone.clear();
    }

    /// The last answer that was heard and is not undone: its number and onset.
    pub fn last(&self) -> Option<(u32, Beats)> {
        let number = self.journal.heard().find(|number| !self.gone.contains(number))?;
        self.openings.iter().find(|&&(opened, _)| opened == number).copied()
    }

    /// Marks an answer as undone.
    pub fn undo(&mut self, undone: Undone) {
        self.journal.set_undone(undone.number, true);
        if self.gone.len() == TAKES {
            self.gone.pop_front();
        }
        self.gone.push_back(undone.number);
        self.undone.push(undone);
    }

    /// Takes back the last undo, and returns what it removed; `None` if there is none.
    pub fn redo(&mut self) -> Option<Undone> {
        let undone = self.undone.pop()?;
        self.journal.set_undone(undone.number, false);
        self.gone.retain(|&gone| gone != undone.number);
        Some(undone)
    }

    /// Sets which take is being replayed. Returns whether that changed.
    pub fn set_replaying(&mut self, take: Option<u64>) -> bool {
        std::mem::replace(&mut self.replaying, take) != take
    }
}
