//! Again guard: does not strike the last chord again more often than the other does.
//!
//! The likeliest next chord is the last one, and a model that reads its own notes finds it likelier
//! each time, until it hammers one chord.
//!
//! Without it and [`super::ground`], 10.4 % of answers of 16 bars strike the same keys six times
//! running, with both 5.2 %, people 2.1 % (96 prompts, most of them songs). The command:
//! `trainer sweep --midi CORPUS --manifest MANIFEST --prompts 96 --bars 16
//! --temperatures 1 --top-ps 0.95 --without-guard again --without-guard ground`

use segue_music::{Context, Role, Tick};

use super::{Guard, Situation};

/// How many of its own newest notes are looked at: what it does now.
const OWN: usize = 48;
/// How many of the other's: what it does at all.
const OTHERS: usize = 128;
/// With fewer notes than this, the other has shown no habit yet.
const FEWEST: usize = 8;
/// Notes within so many ticks are one chord: 20 ms at 120 BPM.
const TOGETHER: Tick = 2;
/// A key struck again twice as often as the other does costs this times ln 2 more, in nats.
const COST: f32 = 1.5;
/// What it costs where both do so equally often: each time makes the next likelier.
const ALWAYS: f32 = 0.5;

/// The keys of the role's last chord cost by how much oftener the role strikes keys again than the
/// other.
pub struct Again;

impl Guard for Again {
    fn name(&self) -> &'static str {
        "again"
    }

    fn acts_in_duet(&self) -> bool {
        true
    }

    fn keys(&self, at: &Situation<'_>, onset: Tick, logits: &mut [f32]) {
        let Some((theirs, notes)) = struck_again(at.context, at.other(), OTHERS) else { return };
        if notes < FEWEST {
            return;
        }
        let (ours, _) = struck_again(at.context, at.role, OWN).unwrap_or((0.0, 0));
        let cost = (ALWAYS + COST * (ours / theirs).ln()).max(0.0);
        let before = at.context.newest(at.role).skip_while(|note| note.onset + TOGETHER >= onset);
        let mut chord = None;
        let mut keys = [false; 128];
        for note in before {
            if *chord.get_or_insert(note.onset) > note.onset + TOGETHER {
                break;
            }
            keys[usize::from(note.key) % 128] = true;
        }
        for (logit, _) in logits.iter_mut().zip(keys).filter(|(_, struck)| *struck) {
            *logit -= cost;
        }
    }
}

/// Of a role's newest notes, the share whose key the chord before had, too, and how many notes
/// there are. One more of each kind is added, so that no share is 0 or 1. `None` without a note.
fn struck_again(context: &Context, role: Role, most: usize) -> Option<(f32, usize)> {
    let (mut notes, mut again) = (0, 0);
    // Newest first: the keys of the chord that began last, and of the one after it in time.
    let mut chord: Option<Tick> = None;
    let (mut keys, mut after) = (0_u128, 0_u128);
    for note in context.newest(role).take(most) {
        if chord.is_none_or(|onset| onset > note.onset + TOGETHER) {
            chord = Some(note.onset);
            (keys, after) = (0, keys);
        }
        let key = 1 << (note.key % 128);
        again += usize::from(after & key != 0);
        keys |= key;
        notes += 1;
    }
    (notes > 0).then(|| ((again as f32 + 1.0) / (notes as f32 + 2.0), notes))
}

#[cfg(test)]
mod tests {
    use segue_music::ContextNote;

    use super::*;

    /// Chords in eighths.
    fn play(context: &mut Context, role: Role, chords: &[&[u8]]) {
        let start = context.last().map_or(0, |note| note.onset + 24);
        for (place, chord) in (0..).zip(chords) {
            for &key in *chord {
                context.hear(ContextNote::held(start + 24 * place, key, 80, role));
            }
        }
    }

    /// What each key loses after chords of the player's and of ours.
    fn lost(players: &[&[u8]], ours: &[&[u8]]) -> [f32; 128] {
        let mut context = Context::new();
        play(&mut context, Role::Player, players);
        play(&mut context, Role::Segue, ours);
        let mut logits = [0.0; 128];
        let last = context.last().map_or(0, |note| note.onset);
        let situation = Situation { context: &context, role: Role::Segue, last, until: Tick::MAX };
        Again.keys(&situation, last + 24, &mut logits);
        logits.map(|logit| -logit)
    }

    const CHANGING: [&[u8]; 4] = [&[48, 64, 67], &[50, 65, 69], &[47, 62, 67], &[45, 60, 64]];
    const HAMMERED: [&[u8]; 8] = [&[48, 64, 67]; 8];

    #[test]
    fn only_the_keys_of_the_last_chord_lose() {
        let lost = lost(&CHANGING.repeat(4), &HAMMERED);
        for (key, lost) in lost.into_iter().enumerate() {
            assert_eq!(lost > 0.0, [48, 64, 67].contains(&key), "{key}: {lost}");
        }
    }

    #[test]
    fn the_oftener_the_more_and_what_the_player_hammers_may_be_hammered() {
        let cost = |players: &[&[u8]], times: usize| lost(players, &HAMMERED[..times])[64];
        let changing = CHANGING.repeat(4);
        assert!(cost(&changing, 2) < cost(&changing, 4) && cost(&changing, 4) < cost(&changing, 8));
        assert!(cost(&changing, 8) < 6.0, "it leans, and does not forbid: {}", cost(&changing, 8));
        assert!(cost(&HAMMERED.repeat(2), 8) < 0.5);
        assert_eq!(cost(&CHANGING[..2], 8), 0.0, "a few notes are no habit");
    }

    #[test]
    fn without_a_chord_of_ours_nothing_is_struck_again() {
        assert_eq!(lost(&CHANGING.repeat(4), &[]), [0.0; 128]);
    }
}
