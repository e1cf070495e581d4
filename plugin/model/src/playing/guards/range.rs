//! Range guard: keeps to the range that the other plays in.
//!
//! A model that reads its own notes wanders off, one step at a time.
//!
//! Without it, 2.9 % of notes lie more than a fifth outside the prompt's range, with it 1.3 %, at
//! three times the cost 0.4 %, and people's 2.2 % (192 prompts of pieces that nothing was tuned
//! on).
//! The command:
//! `trainer sweep --shards SHARDS --skip 192 --prompts 192 --bars 12
//! --temperatures 1 --top-ps 0.95 --without-guard range`

use segue_music::Tick;

use super::{Guard, Situation};

/// How many of the other's newest notes are looked at.
const NEWEST: usize = 64;
/// How many unseen notes a range is doubted by: a few notes tell little of it.
const DOUBT: f32 = 8.0;
/// Semitones beyond the other's range that cost nothing.
const FREE: f32 = 2.0;
/// What each further semitone costs, in nats.
const COST: f32 = 0.05;

/// A key outside the range of the other's newest notes costs more the further it lies.
pub struct Range;

impl Guard for Range {
    fn name(&self) -> &'static str {
        "range"
    }

    fn acts_in_duet(&self) -> bool {
        false
    }

    fn keys(&self, at: &Situation<'_>, _: Tick, logits: &mut [f32]) {
        let keys = || at.context.newest(at.other()).take(NEWEST).map(|note| note.key);
        let (Some(lowest), Some(highest)) = (keys().min(), keys().max()) else { return };
        let notes = keys().count() as f32;
        let cost = COST * notes / (notes + DOUBT);
        for (key, logit) in logits.iter_mut().enumerate() {
            let key = key as f32;
            let beyond = (key - f32::from(highest)).max(f32::from(lowest) - key);
            *logit -= cost * (beyond - FREE).max(0.0);
        }
    }
}

#[cfg(test)]
mod tests {
    use segue_music::{Context, ContextNote, Key, Role};

    use super::*;

    fn lost(played: &[Key], key: usize) -> f32 {
        let mut context = Context::new();
        for (place, &key) in (0..).zip(played) {
            context.hear(ContextNote::held(12 * place, key, 80, Role::Player));
        }
        let mut logits = [0.0; 128];
        let last = context.last().map_or(0, |note| note.onset);
        let situation = Situation { context: &context, role: Role::Segue, last, until: Tick::MAX };
        Range.keys(&situation, last + 12, &mut logits);
        -logits[key]
    }

    #[test]
    fn within_the_range_all_is_free_and_beyond_it_the_further_the_dearer() {
        let played = [60, 72, 65].repeat(16);
        for key in [58, 60, 66, 74] {
            assert_eq!(lost(&played, key), 0.0, "{key}");
        }
        assert!(0.0 < lost(&played, 76) && lost(&played, 76) < 0.2);
        assert!(lost(&played, 96) > 0.7 && lost(&played, 36) > 0.7);
        assert!(lost(&[60], 96) < 0.3 && lost(&[], 127) == 0.0, "a note is no range");
    }
}
