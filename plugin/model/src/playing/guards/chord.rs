//! Chord guard: between one and three a bass keeps to the tones of the chord.
//!
//! A bass may pass through any note, and people's do with one in twelve of theirs; a model's
//! wanders. To twenty unseen songs 62 % of Segue 4's notes are tones of the chord with neither
//! guard, 74 % with *root* alone, 87 % with both (the songs' own 92 %, by chance in key 46 %);
//! consonant with the tune are 61, 70 and 74 % (75 %). Means of two seeds. The command: `trainer
//! evaluate --midi songs --accompany 24 --without-guard chord`, with songs of `trainer arrange
//! --kinds band --count 24 --seed 5`

use segue_music::Tick;

use super::{Guard, Situation};
use crate::playing::half_bar::HalfBar;

/// What a tone of the chord gains, in nats.
const TONE: f32 = 1.5;
/// What has sounded for so long, an eighth, tells the chord better than what is expected.
const HEARD: Tick = 24;
/// A minor and a major third, a fifth and a minor seventh, in semitones.
const MINOR: u8 = 3;
const MAJOR: u8 = 4;
const FIFTH: u8 = 7;
const SEVENTH: u8 = 10;

/// Away from the beats that the guard *root* looks after, root, third and fifth of the chord that
/// sounds gain, and its seventh if it sounds. Where nothing has sounded yet, it is the chord that
/// is to be expected.
pub struct Chord;

impl Guard for Chord {
    fn name(&self) -> &'static str {
        "chord"
    }

    fn acts_in_duet(&self) -> bool {
        true
    }

    fn acts_in_ensemble(&self) -> bool {
        true
    }

    fn bass(&self, at: &Situation<'_>, onset: Tick, logits: &mut [f32]) {
        let Some(half) = HalfBar::of(at, onset).filter(|half| !half.is_first()) else { return };
        let heard = if half.late() >= HEARD { half.sounding(at) } else { None };
        let Some(chord) = heard.or_else(|| half.expected(at)) else { return };
        let sounds = |step: u8| chord.classes >> ((chord.root + step) % 12) & 1 == 1;
        let third = if sounds(MINOR) && !sounds(MAJOR) { MINOR } else { MAJOR };
        for (key, logit) in logits.iter_mut().enumerate() {
            let step = (key as u8 + 12 - chord.root) % 12;
            if step == 0 || step == third || step == FIFTH || (step == SEVENTH && sounds(SEVENTH)) {
                *logit += TONE;
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use segue_music::{Context, ContextNote, Meter, Part, Role};

    use super::*;

    /// What each key gains so many ticks after the beginning of a bar, above which these keys are
    /// struck on the one, after eight bars of C and F in turn.
    fn gained(struck: &[u8], late: Tick) -> [f32; 128] {
        let mut context = Context::new();
        context.meter(0, Some(Meter::COMMON));
        let mut hear = |bar: Tick, keys: &[u8], part| {
            for &key in keys {
                let note = ContextNote::held(192 * bar, key, 80, Role::Player);
                context.hear(ContextNote { end: Some(192 * bar + 180), part, ..note });
            }
        };
        for bar in 0..8 {
            hear(bar, [&[60, 64, 67], &[60, 65, 69]][bar as usize % 2], None);
            hear(bar, &[42], Some(Part::Bass));
        }
        hear(8, struck, None);
        let mut logits = [0.0; 128];
        let last = context.last().map_or(0, |note| note.onset);
        let situation = Situation { context: &context, role: Role::Segue, last, until: Tick::MAX };
        Chord.bass(&situation, 192 * 8 + late, &mut logits);
        logits
    }

    fn classes(logits: &[f32; 128]) -> Vec<usize> {
        (36..48).filter(|&key| logits[key] == TONE).map(|key| key % 12).collect()
    }

    #[test]
    fn the_chord_that_sounds_gains() {
        // (what the player strikes on the one, ticks after it, the pitch classes that gain)
        for (struck, late, gain) in [
            (&[60, 64, 67][..], 48, &[0, 4, 7][..]),
            (&[62, 65, 69], 48, &[2, 5, 9]),
            (&[62, 65, 69], 24, &[2, 5, 9]),
            (&[62, 65, 69, 72], 144, &[0, 2, 5, 9]),
            // Too early to have been heard: what the song comes round to.
            (&[62, 65, 69], 12, &[0, 4, 7]),
            (&[], 48, &[0, 4, 7]),
            // Left to the guard *root*.
            (&[60, 64, 67], 0, &[]),
            (&[60, 64, 67], 95, &[]),
        ] {
            assert_eq!(classes(&gained(struck, late)), gain, "{struck:?}, {late} ticks later");
        }
    }
}
