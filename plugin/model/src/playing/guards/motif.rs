//! Motif guard: makes the continuation of a motif of the other's likelier once the role has begun
//! it.
//!
//! Left alone, the model hardly ever takes up what was played to it.
//!
//! Without it 1.9 % of runs of eight notes come from the prompt, with a gain of 0.5 nats 6.2 %,
//! with the 0.3 it has 3.4 %, and people's 2.7 % (192 prompts of pieces that nothing was tuned on).
//! The command:
//! `trainer sweep --shards SHARDS --skip 192 --prompts 192 --bars 12
//! --temperatures 1 --top-ps 0.95 --without-guard motif`

use segue_music::{Context, Key, Role, Tick};

use super::{Guard, Situation};

/// How many of the other's newest notes are searched.
const REMEMBERED: usize = 128;
/// This many equal keys in a row are chance.
const BY_CHANCE: usize = 1;
/// More equal keys in a row than this add nothing.
const LONGEST: usize = 5;
/// What each equal key in a row beyond chance adds, in nats.
const GAIN: f32 = 0.3;

/// Looks for the role's last keys in what the other played; the key that came next there gains with
/// each key in a row that is the same.
pub struct Motif;

impl Guard for Motif {
    fn name(&self) -> &'static str {
        "motif"
    }

    fn acts_in_duet(&self) -> bool {
        true
    }

    fn keys(&self, at: &Situation<'_>, _: Tick, logits: &mut [f32]) {
        let theirs = newest(at.context, at.other(), REMEMBERED);
        let ours = newest(at.context, at.role, LONGEST);
        let mut longest = [0; 128];
        // Newest first: what lies before a place comes after it.
        for (place, &key) in theirs.iter().enumerate() {
            let same = theirs[place + 1..].iter().zip(&ours).take_while(|(their, our)| their == our).count();
            let longest = &mut longest[usize::from(key) % 128];
            *longest = same.max(*longest);
        }
        for (logit, same) in logits.iter_mut().zip(longest) {
            *logit += GAIN * same.saturating_sub(BY_CHANCE) as f32;
        }
    }
}

/// The keys of a role's newest notes, the newest first.
fn newest(context: &Context, role: Role, count: usize) -> Vec<Key> {
    context.newest(role).map(|note| note.key).take(count).collect()
}

#[cfg(test)]
mod tests {
    use segue_music::ContextNote;

    use super::*;

    /// What a key gets after the player's keys and ours, a sixteenth each.
    fn gain(players: &[Key], ours: &[Key], key: Key) -> f32 {
        let mut context = Context::new();
        let notes =
            players.iter().map(|&key| (Role::Player, key)).chain(ours.iter().map(|&key| (Role::Segue, key)));
        for (place, (role, key)) in (0..).zip(notes) {
            context.hear(ContextNote::held(12 * place, key, 80, role));
        }
        let mut logits = [0.0; 128];
        let last = context.last().map_or(0, |note| note.onset);
        let situation = Situation { context: &context, role: Role::Segue, last, until: Tick::MAX };
        Motif.keys(&situation, last + 12, &mut logits);
        logits[usize::from(key)]
    }

    #[test]
    fn a_motif_taken_up_goes_on() {
        const MOTIF: [Key; 8] = [60, 64, 62, 67, 65, 69, 71, 72];
        for (ours, key, expected) in [
            (&[][..], 60, 0.0),
            (&[60], 64, 0.0),
            (&[60, 64], 62, 1.0),
            (&[60, 64], 67, 0.0),
            (&[50, 60, 64, 62], 67, 2.0),
            (&[60, 64, 62, 67, 65, 69], 71, 4.0),
            (&[60, 64, 62, 67, 65, 69, 71], 72, 4.0),
            // It was over there.
            (&[69, 71, 72], 60, 0.0),
        ] {
            assert_eq!(gain(&MOTIF, ours, key), GAIN * expected, "{key} after {ours:?}");
        }
    }

    #[test]
    fn its_own_repeats_are_none_of_the_player_s() {
        assert_eq!(gain(&[], &[60, 64, 62, 60, 64], 62), 0.0);
        let old = [vec![60, 64, 62], vec![40; REMEMBERED]].concat();
        assert_eq!(gain(&old, &[60, 64], 62), 0.0, "forgotten");
    }
}
