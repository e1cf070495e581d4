//! Ground guard: is no longer without a bass than the other.
//!
//! Left alone, a model loses its left hand: low notes are few, and the longer none was played, the
//! less it expects one.
//!
//! Without it and [`super::again`], 83 % of the bars of an answer's last third have a bass where
//! the prompt has its own, with both 89 %, people's 91 %; 13.5 % of answers lose it for four bars,
//! with both 6.2 %, people 7.3 % (96 prompts, most of them songs). The command:
//! `trainer sweep --midi CORPUS --manifest MANIFEST --prompts 96 --bars 16
//! --temperatures 1 --top-ps 0.95 --without-guard ground --without-guard again`

use segue_music::{ContextNote, Key, Tick};

use super::{Guard, Situation};

/// How many of the other's newest notes are looked at.
const NEWEST: usize = 128;
/// With fewer notes than this, the other has shown no bass yet.
const FEWEST: usize = 12;
/// The share of the other's notes, from the lowest, that are its low register.
const LOW: f32 = 0.2;
/// The share of the other's waits for a low note that is free.
const USUAL: f32 = 0.9;
/// What a low key gains, in nats, for each factor of e that the wait is longer.
const GAIN: f32 = 1.5;
/// The most it gains.
const MOST: f32 = 3.0;

/// Once no note of the other's low register has begun for longer than nine in ten of its own waits
/// there, keys of that register gain with the length of the wait.
pub struct Ground;

impl Guard for Ground {
    fn name(&self) -> &'static str {
        "ground"
    }

    fn acts_in_duet(&self) -> bool {
        false
    }

    fn keys(&self, at: &Situation<'_>, onset: Tick, logits: &mut [f32]) {
        let theirs: Vec<&ContextNote> = at.context.newest(at.other()).take(NEWEST).collect();
        if theirs.len() < FEWEST {
            return;
        }
        let mut keys: Vec<Key> = theirs.iter().map(|note| note.key).collect();
        keys.sort_unstable();
        let (lowest, low) = (keys[0], keys[(LOW * keys.len() as f32) as usize]);
        let Some(usual) = usual_wait(theirs.iter().filter(|note| note.key <= low).map(|note| note.onset))
        else {
            return;
        };
        // Whoever played it: the answer takes over the other's bass.
        let latest = at.context.notes().iter().rev().find(|note| note.key <= low && !note.is_drum());
        let Some(latest) = latest else { return };
        let wait = (onset - latest.onset) as f32 / usual as f32;
        let gain = (GAIN * wait.max(1.0).ln()).min(MOST);
        for key in lowest..=low {
            if let Some(logit) = logits.get_mut(usize::from(key)) {
                *logit += gain;
            }
        }
    }
}

/// The wait that nine in ten are no longer than; the onsets come newest first. `None` without two
/// that differ.
fn usual_wait(onsets: impl Iterator<Item = Tick>) -> Option<Tick> {
    let mut waits = Vec::with_capacity(NEWEST);
    let mut later = None;
    for onset in onsets {
        waits.extend(later.map(|later: Tick| later - onset).filter(|&wait| wait > 0));
        later = Some(onset);
    }
    waits.sort_unstable();
    let place = (USUAL * waits.len() as f32) as usize;
    waits.get(place.min(waits.len().saturating_sub(1))).copied()
}

#[cfg(test)]
mod tests {
    use segue_music::{Context, Role};

    use super::*;

    /// Four bars of the player's, a bass note every beat under eighths; then so many eighths of
    /// ours without a bass. What each key gains.
    fn gained(ours: i64) -> [f32; 128] {
        let mut context = Context::new();
        for eighth in 0..32 {
            if eighth % 2 == 0 {
                context.hear(ContextNote::held(24 * eighth, 40 + (eighth % 3) as u8, 80, Role::Player));
            }
            context.hear(ContextNote::held(24 * eighth, 64 + (eighth % 8) as u8, 80, Role::Player));
        }
        for eighth in 32..32 + ours {
            context.hear(ContextNote::held(24 * eighth, 72, 80, Role::Segue));
        }
        let mut logits = [0.0; 128];
        let last = context.last().map_or(0, |note| note.onset);
        let situation = Situation { context: &context, role: Role::Segue, last, until: Tick::MAX };
        Ground.keys(&situation, last + 24, &mut logits);
        logits
    }

    #[test]
    fn the_longer_without_a_bass_the_more_its_keys_gain() {
        let after = |eighths: i64| gained(eighths)[40];
        assert_eq!(after(0), 0.0, "a beat is the player's own wait");
        assert!(0.0 < after(3) && after(3) < after(8) && after(8) < after(15));
        assert_eq!(after(200), MOST);
        let gained = gained(8);
        assert_eq!((gained[39], gained[64], gained[72]), (0.0, 0.0, 0.0), "the bass alone");
    }

    #[test]
    fn a_few_notes_show_no_bass() {
        let mut context = Context::new();
        for place in 0..8 {
            context.hear(ContextNote::held(24 * place, 40 + place as u8, 80, Role::Player));
        }
        let mut logits = [0.0; 128];
        let situation = Situation { context: &context, role: Role::Segue, last: 168, until: Tick::MAX };
        Ground.keys(&situation, 2000, &mut logits);
        assert_eq!(logits, [0.0; 128]);
    }
}
