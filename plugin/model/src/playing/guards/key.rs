//! Key guard: draws pitch classes back to those of the other's newest notes.
//!
//! A model that goes on alone for long drifts away from them.
//!
//! Over 32 bars the cosine of an answer's pitch classes to the prompt's is 0.874 without it, 0.891
//! with it, and 0.900 for people; over 12 bars it brings nothing to one voice (96 and 192 prompts
//! of pieces that nothing was tuned on). The command:
//! `trainer sweep --shards SHARDS --skip 192 --prompts 96 --bars 32
//! --temperatures 1 --top-ps 0.95 --without-guard key`

use segue_music::{Context, Role, Tick};

use super::{Guard, Situation};

/// How many of each role's newest notes are compared.
const NEWEST: usize = 64;
/// With fewer notes than this, the other has no key yet.
const FEWEST: usize = 8;
/// This many notes distributed as the other's are added to the role's own, so that its first few
/// notes move nothing.
const PRIOR: f32 = 16.0;
/// A pitch class played half as often as the other plays it gains this times ln 2, in nats.
const PULL: f32 = 0.05;
/// The same for a part of a band. A bass that left the key stayed out of it: of ten jams with a
/// trio it lay in the player's seven commonest pitch classes in 79 % of its notes, and so in 88 %.
const PULL_OF_PARTS: f32 = 0.6;

/// Adds the log ratio of the other's share of a pitch class to the role's own: nothing while both
/// play it equally often, and more the further the role has drifted.
pub struct Key;

impl Guard for Key {
    fn name(&self) -> &'static str {
        "key"
    }

    fn acts_in_ensemble(&self) -> bool {
        true
    }

    fn acts_in_duet(&self) -> bool {
        true
    }

    fn keys(&self, at: &Situation<'_>, _: Tick, logits: &mut [f32]) {
        let [(theirs, their_notes), (ours, our_notes)] =
            [at.other(), at.role].map(|role| classes(at.context, role));
        if their_notes < FEWEST as f32 {
            return;
        }
        let is_band = at.context.newest(at.role).next().is_some_and(|note| note.part.is_some());
        let strength = if is_band { PULL_OF_PARTS } else { PULL };
        // Half a note more of each class, so that none is impossible.
        let share = |class: f32, notes: f32| (class + 0.5) / (notes + 6.0);
        let pull: [f32; 12] = std::array::from_fn(|class| {
            let wanted = share(theirs[class], their_notes);
            let had = our_notes * share(ours[class], our_notes) + PRIOR * wanted;
            strength * (wanted * (our_notes + PRIOR) / had).ln()
        });
        for (logit, pull) in logits.iter_mut().zip(pull.iter().cycle()) {
            *logit += pull;
        }
    }
}

/// How often each pitch class comes in a role's newest notes, and how many notes these are.
fn classes(context: &Context, role: Role) -> ([f32; 12], f32) {
    let mut classes = [0.0; 12];
    let newest = context.newest(role).take(NEWEST);
    newest.for_each(|note| classes[usize::from(note.key % 12)] += 1.0);
    (classes, classes.iter().sum())
}

#[cfg(test)]
mod tests {
    use segue_music::{ContextNote, Part};

    use super::*;

    /// The player's keys, then ours, a sixteenth each; what the next key of ours gets.
    fn pull(players: &[u8], ours: &[u8]) -> [f32; 128] {
        let mut context = Context::new();
        let roles = [(Role::Player, players), (Role::Segue, ours)];
        let notes = roles.iter().flat_map(|&(role, keys)| keys.iter().map(move |&key| (role, key)));
        for (place, (role, key)) in (0..).zip(notes) {
            context.hear(ContextNote::held(12 * place, key, 80, role));
        }
        let mut logits = [0.0; 128];
        let last = context.last().map_or(0, |note| note.onset);
        let situation = Situation { context: &context, role: Role::Segue, last, until: Tick::MAX };
        Key.keys(&situation, last + 12, &mut logits);
        logits
    }

    const C_MAJOR: [u8; 8] = [60, 62, 64, 65, 67, 69, 71, 72];

    #[test]
    fn at_home_nothing_pulls() {
        for ours in [vec![], C_MAJOR.to_vec(), C_MAJOR.repeat(8)] {
            let most =
                pull(&C_MAJOR.repeat(4), &ours).into_iter().fold(0.0, |most: f32, pull| most.max(pull.abs()));
            assert!(most < 0.06, "{most} after {} notes", ours.len());
        }
        assert_eq!(pull(&C_MAJOR[..7], &[61; 40]), [0.0; 128], "a few notes are no home");
    }

    #[test]
    fn abroad_the_player_s_keys_pull_in_every_octave() {
        let abroad = C_MAJOR.map(|key| key + 6);
        let mut before = 0.0;
        for times in 1..8 {
            let pull = pull(&C_MAJOR.repeat(4), &abroad.repeat(times));
            assert!(pull[67] > 0.0 && pull[66] < 0.0, "G and F sharp: {} {}", pull[67], pull[66]);
            assert_eq!((pull[67], pull[66]), (pull[31], pull[114]));
            assert!(pull[67] - pull[66] > before, "further away pulls more");
            before = pull[67] - pull[66];
            // It leans, and does not forbid.
            assert!(before < 1.5, "{before}");
        }
    }

    #[test]
    fn a_band_is_held_more_firmly() {
        let pulled = |part: Option<Part>| {
            let mut context = Context::new();
            for place in 0..64 {
                let key = C_MAJOR[place as usize % 8];
                context.hear(ContextNote::held(12 * place, key, 80, Role::Player));
                let ours = ContextNote::held(12 * place, key - 18, 80, Role::Segue);
                context.hear(ContextNote { part, ..ours });
            }
            let situation = Situation { context: &context, role: Role::Segue, last: 756, until: Tick::MAX };
            let mut logits = [0.0; 128];
            Key.keys(&situation, 768, &mut logits);
            logits[43] - logits[42]
        };
        let (alone, bass) = (pulled(None), pulled(Some(Part::Bass)));
        assert!(alone > 0.0 && bass > 10.0 * alone, "{alone} {bass}");
    }

    #[test]
    fn home_is_where_the_player_is_now() {
        let there = C_MAJOR.map(|key| key + 6);
        let moved = [C_MAJOR.repeat(8), there.repeat(8)].concat();
        let pull = pull(&moved, &C_MAJOR.repeat(4));
        assert!(pull[66] > 0.0 && pull[67] < 0.0);
    }
}
