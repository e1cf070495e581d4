//! What the composer knows of the player: the phrase that waits for an answer, its spacing, its
//! groove, and whose turn it is.

use segue_music::{Beats, Key};
use segue_realtime::between::settings::Settings;
use segue_realtime::between::situation::{Situation, Terms};

use crate::composer::answer::situation;
use crate::composer::groove::Groove;
use crate::composer::phrase::{Phrase, Spacing};
use crate::composer::turns::Turns;

/// The player, as heard so far.
#[derive(Default)]
pub struct Player {
    /// The phrase that waits for an answer.
    pub phrase: Phrase,
    /// How densely notes follow each other.
    pub spacing: Spacing,
    /// Whose bars these are.
    pub turns: Turns,
    /// How far off the grid notes lie.
    pub groove: Groove,
    /// When the latch went down, while it is down.
    pub latched: Option<Beats>,
}

impl Player {
    /// A key goes down, in bars of this length, one of which begins at `line`.
    pub fn note_on(&mut self, key: Key, at: Beats, (line, bar): (Beats, Beats), settings: &Settings) {
        self.phrase.note_on(key, at);
        self.spacing.note_on(at);
        self.turns.note_on(at, line, bar, bar.times(i64::from(settings.when.bars)));
        self.groove.hear(at, settings.what.grid);
    }

    /// A note-off.
    pub fn note_off(&mut self, key: Key, at: Beats) {
        self.phrase.note_off(key, at);
    }

    /// Shifts what was played by a duration, after a jump of the song.
    pub fn shift(&mut self, by: Beats) {
        self.phrase.shift(by);
        self.spacing.shift(by);
    }

    /// Forgets what was played. The latch stays.
    pub fn forget(&mut self) {
        *self = Self { latched: self.latched, ..Self::default() };
    }

    /// Sets whether the latch is down, as of a position.
    pub fn set_latch(&mut self, down: bool, at: Beats) {
        self.latched = down.then(|| self.latched.unwrap_or(at));
    }

    /// What a mode decides on.
    pub fn situation(&self, terms: &Terms) -> Situation {
        situation(&self.phrase, &self.spacing, &self.turns, self.latched, terms)
    }
}
