//! Texture guard: keeps chords about as large, and silences about as long, as the other's.
//!
//! Left alone, the model lets chords grow and pauses widen.
//!
//! Without it, 5.5 % of chords have more notes than any of the prompt's, with it 1.0 %, people's
//! 4.5 %. 1.3 % of silences last more than twice the prompt's longest, with it 0.5 %, and 0.8 % of
//! people's. The command:
//! `trainer sweep --midi CORPUS --manifest MANIFEST --prompts 240 --bars 16
//! --temperatures 1 --top-ps 0.95 --without-guard texture`

use segue_music::{Context, Role, Tick};

use super::{Guard, Situation};

/// How many of the other's newest notes are looked at.
const NEWEST: usize = 64;
/// Notes within this many ticks are one chord: 20 ms at 120 BPM.
const TOGETHER: Tick = 2;
/// A chord size that this share of the other's chords reach is free.
const USED: f32 = 0.05;
/// How many unseen chords the share is smoothed with.
const DOUBT: f32 = 4.0;
/// The longest of this many of the other's silences is left out: it may lie between two phrases,
/// with one of the role's own in it.
const BETWEEN_PHRASES: usize = 16;
/// This many times the other's longest silence is free.
const FREE: f32 = 1.5;
/// What a longer silence costs, in nats, for each factor of e.
const COST: f32 = 1.0;

/// One more note in a chord costs where few of the other's chords are as large; a silence costs
/// where it is longer than theirs.
pub struct Texture;

impl Guard for Texture {
    fn name(&self) -> &'static str {
        "texture"
    }

    fn acts_in_duet(&self) -> bool {
        false
    }

    fn times(&self, at: &Situation<'_>, onset: &dyn Fn(usize) -> Option<Tick>, logits: &mut [f32]) {
        let chords = Chords::of(at.context, at.other());
        let Some(silence) = chords.silence else { return };
        let struck = at.context.notes().iter().rev().take_while(|note| note.onset >= at.last - TOGETHER);
        let size = struck.filter(|note| note.role == at.role).count();
        let larger = chords.sizes.iter().filter(|&&other| size > 0 && other > size).count() as f32;
        let count = chords.sizes.len() as f32;
        let cost =
            if size == 0 { 0.0 } else { ((larger + DOUBT * USED) / ((count + DOUBT) * USED)).ln().min(0.0) };
        for (symbol, logit) in logits.iter_mut().enumerate() {
            if let Some(onset) = onset(symbol) {
                let beyond = (onset - at.last) as f32 / (FREE * silence as f32);
                *logit += if onset <= at.last + TOGETHER { cost } else { -COST * beyond.ln().max(0.0) };
            }
        }
    }
}

/// What a role strikes.
struct Chords {
    /// Notes of each chord, the newest first.
    sizes: Vec<usize>,
    /// The longest time from one chord to the next, [`BETWEEN_PHRASES`] left out; `None` without
    /// two.
    silence: Option<Tick>,
}

impl Chords {
    fn of(context: &Context, role: Role) -> Self {
        let mut sizes = Vec::with_capacity(NEWEST);
        let mut silences = Vec::with_capacity(NEWEST);
        let mut first = None;
        for note in context.newest(role).take(NEWEST) {
            match (first, sizes.last_mut()) {
                (Some(first), Some(size)) if note.onset >= first - TOGETHER => *size += 1,
                _ => {
                    silences.extend(first.map(|first| first - note.onset));
                    sizes.push(1);
                    first = Some(note.onset);
                }
            }
        }
        silences.sort_unstable();
        let silence = silences.len().checked_sub(1 + silences.len() / BETWEEN_PHRASES);
        Self { sizes, silence: silence.map(|place| silences[place]) }
    }
}

#[cfg(test)]
mod tests {
    use segue_music::ContextNote;

    use super::*;

    /// The cost of times after chords of the player's, `apart` ticks from each other, and a chord
    /// of `ours` notes.
    fn lost<const N: usize>(chords: &[usize], apart: Tick, ours: usize, times: [Tick; N]) -> [f32; N] {
        let mut context = Context::new();
        for (onset, &keys) in (0..).map(|place| place * apart).zip(chords) {
            (0..keys).for_each(|key| {
                context.hear(ContextNote::held(onset, 48 + key as u8, 80, Role::Player));
            });
        }
        let now = 48 * 100;
        (0..ours).for_each(|key| {
            context.hear(ContextNote::held(now, 60 + key as u8, 80, Role::Segue));
        });
        let mut logits = [0.0; N];
        let situation = Situation { context: &context, role: Role::Segue, last: now, until: Tick::MAX };
        Texture.times(&situation, &|symbol| Some(now + times[symbol]), &mut logits);
        logits.map(|logit| -logit)
    }

    #[test]
    fn chords_as_large_as_the_player_s_are_free() {
        for (chords, ours, free) in [
            ([1; 16], 1, false),
            ([4; 16], 1, true),
            ([4; 16], 3, true),
            ([4; 16], 4, false),
            ([1, 1, 1, 3, 1, 1, 1, 3, 1, 1, 1, 3, 1, 1, 1, 3], 2, true),
            ([1, 1, 1, 3, 1, 1, 1, 3, 1, 1, 1, 3, 1, 1, 1, 3], 3, false),
            // The first note of a chord.
            ([1; 16], 0, true),
        ] {
            let lost = lost(&chords, 24, ours, [0])[0];
            assert_eq!(lost == 0.0, free, "{ours} after {chords:?}: {lost}");
            assert!(lost < 3.0);
        }
    }

    #[test]
    fn silences_as_long_as_the_player_s_are_free() {
        let [as_long, half_more, four, eight] = lost(&[1; 16], 24, 1, [24, 36, 96, 192]);
        assert!(
            as_long == 0.0 && half_more == 0.0 && 0.5 < four && four < eight && eight < 2.5,
            "{four} {eight}"
        );
        assert_eq!(lost(&[1], 24, 1, [0, 192]), [0.0; 2], "one note tells nothing");
    }
}
