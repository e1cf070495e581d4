//! What the piano roll shows: a copy of the played and planned notes, which the composer makes
//! while somebody looks.
//!
//! The composer never waits for the editor: while that is reading, the copy comes a tick later. The
//! audio thread has no part in it.

use std::sync::atomic::{AtomicBool, Ordering};
use std::time::Instant;

use parking_lot::Mutex;
use segue_music::{Beats, ContextNote, Meter, beats_at, tick_at};
use segue_realtime::between::heard::Tick;

/// No bar is drawn shorter than this, in beats.
pub const MIN_BAR: f64 = 0.25;

/// How far back the roll goes.
const BACK: Beats = Beats::ratio(36, 1);

/// One copy. Positions are jam Beats.
#[derive(Clone, Debug)]
pub struct View {
    /// Where the jam was.
    pub now: Beats,
    /// When that was; `None` before the first tick.
    pub since: Option<Instant>,
    /// Beats per second.
    pub speed: f64,
    /// The lead: nothing nearer to now changes any more.
    pub lead: Beats,
    /// The length of a bar.
    pub bar: Beats,
    /// A bar line; the others lie whole bars from it.
    pub line: Beats,
    /// The notes in order of onset, with those that Segue plans.
    pub notes: Vec<ContextNote>,
}

impl Default for View {
    fn default() -> Self {
        Self {
            now: Beats::ZERO,
            since: None,
            speed: 2.0,
            lead: Beats::ZERO,
            bar: Meter::COMMON.bar(),
            line: Beats::ZERO,
            notes: Vec::new(),
        }
    }
}

impl View {
    /// The last bar line at or before a position, as bars lie now.
    pub fn line_before(&self, at: f64) -> f64 {
        let (line, bar) = (self.line.as_f64(), self.bar.as_f64().max(MIN_BAR));
        line + ((at - line) / bar).floor() * bar
    }

    /// Where the jam is by now. It stops if ticks do not come.
    pub fn playhead(&self) -> f64 {
        let passed = self.since.map_or(0.0, |since| since.elapsed().as_secs_f64());
        self.now.as_f64() + passed.min(0.1) * self.speed
    }
}

/// The shared copy.
#[derive(Default)]
pub struct Roll {
    watched: AtomicBool,
    view: Mutex<View>,
}

impl Roll {
    /// Sets whether somebody looks.
    pub fn watch(&self, watched: bool) {
        self.watched.store(watched, Ordering::Relaxed);
    }

    /// Makes a new copy, if somebody looks and is not reading right now. For the composer, at a
    /// tick.
    pub fn update(&self, tick: &Tick, notes: &[ContextNote]) {
        if !self.watched.load(Ordering::Relaxed) {
            return;
        }
        let Some(mut view) = self.view.try_lock() else { return };
        let speed = tick.step.as_f64() / f64::from(tick.milliseconds) * 1000.0;
        view.speed = if speed.is_finite() { speed } else { View::default().speed };
        let from = tick_at(tick.at - BACK);
        let first = notes.partition_point(|note| note.onset < from);
        view.now = tick.at;
        view.since = Some(Instant::now());
        (view.lead, view.bar, view.line) = (tick.lead, tick.bar, tick.line);
        view.notes.clear();
        view.notes.extend_from_slice(&notes[first..]);
    }

    /// Reads the newest copy into one seen before. Not for the audio thread.
    pub fn look(&self, into: &mut View) {
        into.clone_from(&self.view.lock());
    }
}

/// The beginning and end of a note in beats; `now` while it is held.
pub fn span(note: &ContextNote, now: f64) -> (f64, f64) {
    let from = beats_at(note.onset).as_f64();
    (from, note.end.map_or(now.max(from), |end| beats_at(end).as_f64()))
}

#[cfg(test)]
mod tests {
    use segue_realtime::between::settings::Settings;

    use super::*;
    use segue_music::Role;

    fn tick(at: i64) -> Tick {
        Tick {
            number: 1,
            at: Beats::ratio(at, 1),
            lead: Beats::ratio(1, 10),
            step: Beats::ratio(1, 64),
            milliseconds: 7.8125,
            bar: Meter::COMMON.bar(),
            line: Beats::ZERO,
            meter: None,
            settings: Settings::default(),
            revision: 0,
        }
    }

    #[test]
    fn bars_are_counted_from_where_a_metre_began() {
        let (roll, mut view) = (Roll::default(), View::default());
        roll.watch(true);
        // From beat 16 on in three.
        roll.update(&Tick { bar: Beats::ratio(3, 1), line: Beats::ratio(19, 1), ..tick(20) }, &[]);
        roll.look(&mut view);
        for (at, line) in [(20.0, 19.0), (19.0, 19.0), (18.9, 16.0), (22.5, 22.0), (-1.0, -2.0)] {
            assert!((view.line_before(at) - line).abs() < 1e-9, "{at}");
        }
    }

    #[test]
    fn it_is_copied_while_somebody_looks_and_does_not_read() {
        let (roll, mut view) = (Roll::default(), View::default());
        let note = |beat: i64| ContextNote::held(beat * 48, 60, 80, Role::Player);
        let notes = [note(0), note(10), note(70)];
        roll.update(&tick(80), &notes);
        roll.look(&mut view);
        assert!(view.notes.is_empty() && view.since.is_none(), "nobody looks");
        roll.watch(true);
        {
            let _reading = roll.view.lock();
            roll.update(&tick(80), &notes);
        }
        roll.look(&mut view);
        assert!(view.notes.is_empty(), "the composer does not wait");
        roll.update(&tick(80), &notes);
        roll.look(&mut view);
        assert_eq!(view.notes.len(), 1, "the others are long past");
        assert_eq!(view.speed, 2.0);
        assert!(view.playhead() >= 80.0 && view.playhead() <= 80.2);
        assert_eq!(span(&view.notes[0], 80.5), (70.0, 80.5));
        assert_eq!(span(&ContextNote { end: Some(71 * 48), ..view.notes[0] }, 80.5), (70.0, 71.0));
    }
}
