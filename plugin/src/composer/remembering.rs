//! Commands about memories: what was heard is kept under a name, or comes back.

use segue_music::ContextNote;

use super::*;
use crate::takes::{MEMORY_NOTES, Memory};

impl Composer {
    /// Keeps what was heard so far. What is planned was not.
    pub(super) fn remember(&mut self, tick: &Tick, name: String) {
        let now = tick_at(tick.at);
        let notes = self.generator.context().notes();
        let heard = &notes[..notes.partition_point(|note| note.onset < now)];
        let heard = &heard[heard.len().saturating_sub(MEMORY_NOTES)..];
        let Some(first) = heard.first() else {
            return self.status.note("nothing was heard yet; play something, and it can be remembered");
        };
        let origin = Bars::of(tick).line_before(first.onset);
        let from_origin = |note: &ContextNote| ContextNote {
            onset: note.onset - origin,
            end: Some(note.end.unwrap_or(now).max(note.onset + 1) - origin),
            ..*note
        };
        let notes = heard.iter().map(from_origin).collect();
        self.status.takes.memories().keep(Memory { name, meter: tick.meter, notes });
    }

    /// Goes on from a memory: it ends on the last bar line, and nothing else was heard.
    pub(super) fn recall(&mut self, tick: &Tick, memory: &Memory) {
        self.forget_the_music();
        let last = memory.notes.iter().map(|note| note.end.unwrap_or(note.onset + 1)).max().unwrap_or(0);
        let bar = memory.meter.map_or(tick.bar, |meter| meter.bar());
        let length = Bars { bar: tick_at(bar), line: 0 }.line_after(last);
        let line = tick_at(tick.line);
        let moved = |note: &ContextNote| ContextNote {
            onset: note.onset + line - length,
            end: note.end.map(|end| end + line - length),
            ..*note
        };
        self.generator.meter(line - length, memory.meter);
        self.generator.form(line - length);
        memory.notes.iter().for_each(|note| self.generator.hear(moved(note)));
        self.generator.meter(line, tick.meter);
    }
}

/// Bar lines, in ticks.
struct Bars {
    bar: segue_music::Tick,
    /// One of them.
    line: segue_music::Tick,
}

impl Bars {
    fn of(tick: &Tick) -> Self {
        Self { bar: tick_at(tick.bar).max(1), line: tick_at(tick.line) }
    }

    /// The last line at or before a tick.
    fn line_before(&self, at: segue_music::Tick) -> segue_music::Tick {
        self.line + (at - self.line).div_euclid(self.bar) * self.bar
    }

    /// The first line at or after a tick.
    fn line_after(&self, at: segue_music::Tick) -> segue_music::Tick {
        self.line - (self.line - at).div_euclid(self.bar) * self.bar
    }
}
