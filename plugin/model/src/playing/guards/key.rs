//! Who goes on alone for long comes home to the keys that the other plays.

use segue_music::{Context, Role};

/// How many of each role's newest notes are compared.
const NEWEST: usize = 64;
/// Fewer notes of the other's than this tell no home.
const FEWEST: usize = 8;
/// Notes as the other's that the role is believed to have played already: the first few of its own move nothing.
const BELIEVED: f32 = 16.0;
/// What twice as seldom as the other costs or brings, in nats, is this times ln 2.
const PULL: f32 = 0.05;

/// Adds to the logits of a role's next key what draws its pitch classes back to those of the other's newest notes: nothing while both
/// play them equally often, and more the further it has drifted. Without it a model that is fed with its own notes leaves the key for
/// good: the cosine of its pitch classes to the prompt's falls from 0.75 in the first four bars of an answer to 0.54 in the last of 32 (people:
/// 0.82 to 0.75; 96 validation pieces, temperature 1, top-p 0.95).
pub fn draw_home(context: &Context, role: Role, logits: &mut [f32]) {
    let [(theirs, their_notes), (ours, our_notes)] =
        [Role::ALL[1 - role.index()], role].map(|role| classes(context, role));
    if their_notes < FEWEST as f32 {
        return;
    }
    // Half a note of each class more, so that none is impossible.
    let share = |class: f32, notes: f32| (class + 0.5) / (notes + 6.0);
    let pull: [f32; 12] = std::array::from_fn(|class| {
        let wanted = share(theirs[class], their_notes);
        let had = our_notes * share(ours[class], our_notes) + BELIEVED * wanted;
        PULL * (wanted * (our_notes + BELIEVED) / had).ln()
    });
    for (logit, pull) in logits.iter_mut().zip(pull.iter().cycle()) {
        *logit += pull;
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
    use segue_music::ContextNote;

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
        draw_home(&context, Role::Segue, &mut logits);
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
    fn home_is_where_the_player_is_now() {
        let there = C_MAJOR.map(|key| key + 6);
        let moved = [C_MAJOR.repeat(8), there.repeat(8)].concat();
        let pull = pull(&moved, &C_MAJOR.repeat(4));
        assert!(pull[66] > 0.0 && pull[67] < 0.0);
    }
}
