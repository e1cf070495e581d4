//! Again guard: does not strike the last chord again more often than the other does.
//!
//! The likeliest next chord is the last one, and a model that reads its own notes finds it likelier
//! each time, until it hammers one chord.
//!
//! Without it 6.8 % of answers of 12 bars strike the same keys six times running, with it 2.1 %,
//! and so do people (192 prompts of pieces that nothing was tuned on). The command:
//! `trainer sweep --shards SHARDS --skip 192 --prompts 192 --bars 12
//! --temperatures 1 --top-ps 0.95 --without-guard again`

use segue_music::{ContextNote, Tick};

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
/// So often in a row anybody may strike the same keys.
const FEW: usize = 2;
/// What each time more than the other does costs, in nats.
const RUN: f32 = 1.0;
/// So many times more cost as much as more than that.
const MOST: usize = 4;

/// The keys of the role's last chord cost by how much oftener the role strikes keys again than the
/// other, and by how much longer it goes on striking the same.
pub struct Again;

impl Guard for Again {
    fn name(&self) -> &'static str {
        "again"
    }

    fn acts_in_duet(&self) -> bool {
        true
    }

    fn keys(&self, at: &Situation<'_>, onset: Tick, logits: &mut [f32]) {
        let theirs = chords(at.context.newest(at.other()).take(OTHERS));
        if notes(&theirs) < FEWEST {
            return;
        }
        let own = at.context.newest(at.role).take(OWN);
        let ours = chords(own.clone());
        // The chord that is being struck is not one yet.
        let before = chords(own.skip_while(|note| note.onset + TOGETHER >= onset));
        let Some(&last) = before.first() else { return };
        let often = ALWAYS + COST * (share_again(&ours) / share_again(&theirs)).ln();
        let more = run(&before).saturating_sub(longest_run(&theirs).max(FEW));
        let cost = often.max(0.0) + RUN * more.min(MOST) as f32;
        for (key, logit) in logits.iter_mut().enumerate().take(128) {
            if last >> key & 1 == 1 {
                *logit -= cost;
            }
        }
    }
}

/// The chords of some notes that come newest first, their keys as bits.
fn chords<'a>(notes: impl Iterator<Item = &'a ContextNote>) -> Vec<u128> {
    let (mut chords, mut begin): (Vec<u128>, _) = (Vec::new(), None);
    for note in notes {
        let key = 1 << (note.key % 128);
        match (chords.last_mut(), begin) {
            (Some(chord), Some(begin)) if begin <= note.onset + TOGETHER => *chord |= key,
            _ => {
                begin = Some(note.onset);
                chords.push(key);
            }
        }
    }
    chords
}

fn notes(chords: &[u128]) -> usize {
    chords.iter().map(|chord| chord.count_ones() as usize).sum()
}

/// The share of notes whose key the chord before had, too. One more of each kind is added, so that
/// it is neither 0 nor 1.
fn share_again(chords: &[u128]) -> f32 {
    let again: u32 = chords.windows(2).map(|pair| (pair[0] & pair[1]).count_ones()).sum();
    (again as f32 + 1.0) / (notes(chords) as f32 + 2.0)
}

/// How often the newest chord was struck in a row.
fn run(chords: &[u128]) -> usize {
    chords.iter().take_while(|&chord| Some(chord) == chords.first()).count()
}

/// The longest time that one chord was struck in a row.
fn longest_run(chords: &[u128]) -> usize {
    chords.chunk_by(|one, next| one == next).map(<[u128]>::len).max().unwrap_or(0)
}

#[cfg(test)]
mod tests {
    use segue_music::{Context, Role};

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
        assert!(cost(&changing, 8) < 8.5, "it leans, and does not forbid: {}", cost(&changing, 8));
        assert!(cost(&HAMMERED.repeat(2), 8) < 0.5);
        let runs: Vec<f32> = (2..7).map(|times| cost(&changing, times)).collect();
        assert!(runs.windows(2).all(|pair| pair[1] > pair[0] + 0.9), "in a row: {runs:?}");
        assert_eq!(cost(&CHANGING[..2], 8), 0.0, "a few notes are no habit");
    }

    #[test]
    fn without_a_chord_of_ours_nothing_is_struck_again() {
        assert_eq!(lost(&CHANGING.repeat(4), &[]), [0.0; 128]);
    }
}
