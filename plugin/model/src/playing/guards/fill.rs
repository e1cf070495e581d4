//! Fill guard: a drummer leads from four bars to the next four.
//!
//! Arranged drummers fill into 55 % of the bars that end four of a song, and into 6 % of the others
//! (toms twice, or the snare on four sixteenths, in the second half of a bar). A model that hears
//! its own pattern copies it over the end of a phrase.
//!
//! Without it 16 % of the bars that end four have a fill and 15 % of the others, with it 25 % and
//! 5 % (twelve songs of 34 bars). The command:
//! `trainer evaluate --midi SONGS --accompany 12 --without-guard fill`

use segue_music::{DrumLane, Part, TICKS_PER_BEAT, Tick};

use super::{Guard, Situation};

/// Bars of a phrase.
const PHRASE: usize = 4;
/// What toms gain where a phrase ends, in nats, and more where two phrases do.
const TOMS: f32 = 2.0;
const TOMS_OF_EIGHT: f32 = 0.7;
/// What the snare gains there.
const SNARE: f32 = 0.5;
/// What toms lose elsewhere: a fill is copied into the bars after it, and fills everywhere mark
/// nothing.
const ELSEWHERE: f32 = 2.5;
/// What cymbals gain on the one after a fill.
const CYMBALS: f32 = 1.5;

/// In the second half of every fourth bar of the form toms and snare gain, and elsewhere toms lose;
/// after a fill a cymbal gains on the one.
pub struct Fill;

impl Guard for Fill {
    fn name(&self) -> &'static str {
        "fill"
    }

    fn acts_in_duet(&self) -> bool {
        true
    }

    fn acts_in_ensemble(&self) -> bool {
        true
    }

    fn drums(&self, at: &Situation<'_>, onset: Tick, logits: &mut [f32]) {
        let Some(place) = at.context.bar_position(onset) else { return };
        let Some(bar) = place.bar else { return };
        let in_bar = place.beat * TICKS_PER_BEAT as usize + place.phase;
        let is_late = 2 * in_bar >= place.beats * TICKS_PER_BEAT as usize;
        let ends = (bar + 1).is_multiple_of(PHRASE);
        let ends_two = (bar + 1).is_multiple_of(2 * PHRASE);
        let begins = bar > 0 && bar.is_multiple_of(PHRASE) && in_bar == 0 && has_filled(at, onset);
        for (symbol, logit) in logits.iter_mut().enumerate() {
            *logit += match DrumLane::of(Part::drum_key(symbol)) {
                DrumLane::Toms if is_late && ends_two => TOMS + TOMS_OF_EIGHT,
                DrumLane::Toms if is_late && ends => TOMS,
                DrumLane::Toms => -ELSEWHERE,
                DrumLane::Snare if is_late && ends => SNARE,
                DrumLane::Cymbals if begins => CYMBALS,
                _ => 0.0,
            };
        }
    }
}

/// Whether the role has struck two toms in the two beats before an onset.
fn has_filled(at: &Situation<'_>, onset: Tick) -> bool {
    let lately = at.context.notes().iter().rev().take_while(|note| note.onset >= onset - 2 * TICKS_PER_BEAT);
    let toms = lately
        .filter(|note| note.role == at.role && note.is_drum() && DrumLane::of(note.key) == DrumLane::Toms);
    toms.count() >= 2
}

#[cfg(test)]
mod tests {
    use segue_music::{Context, ContextNote, Meter, Role};

    use super::*;

    const TOM: u8 = 45;
    const SNARE_DRUM: u8 = 38;
    const CRASH: u8 = 49;

    /// What tom, snare and crash get at a beat of a form of four quarters, after these strokes.
    fn gains(beat: i64, toms: &[i64], has_form: bool) -> [f32; 3] {
        let mut context = Context::new();
        context.meter(0, Some(Meter::COMMON));
        if has_form {
            context.form(0);
        }
        for &beat in toms {
            context.hear(ContextNote::drum(beat * TICKS_PER_BEAT, TOM, Some(80), Role::Segue));
        }
        context.hear(ContextNote::drum(beat * TICKS_PER_BEAT - 12, 42, Some(80), Role::Segue));
        let onset = beat * TICKS_PER_BEAT;
        let situation =
            Situation { context: &context, role: Role::Segue, last: onset - 12, until: Tick::MAX };
        let mut logits = [0.0; Part::DRUM_KEYS];
        Fill.drums(&situation, onset, &mut logits);
        [TOM, SNARE_DRUM, CRASH].map(|key| logits[Part::drum_symbol(key)])
    }

    #[test]
    fn phrases_end_with_toms_and_begin_with_a_cymbal() {
        let nothing = [0.0; 3];
        let no_toms = [-ELSEWHERE, 0.0, 0.0];
        // (beat, toms before, what tom, snare and crash get)
        let cases: [(i64, &[i64], [f32; 3]); 8] = [
            (13, &[], no_toms),
            (14, &[], [TOMS, SNARE, 0.0]),
            (15, &[14], [TOMS, SNARE, 0.0]),
            (30, &[], [TOMS + TOMS_OF_EIGHT, SNARE, 0.0]),
            (10, &[], no_toms),
            (16, &[14, 15], [-ELSEWHERE, 0.0, CYMBALS]),
            (16, &[12, 13], no_toms),
            (20, &[18, 19], no_toms),
        ];
        for (beat, toms, expected) in cases {
            assert_eq!(gains(beat, toms, true), expected, "beat {beat} after {toms:?}");
            assert_eq!(gains(beat, toms, false), nothing, "without a form");
        }
    }
}
