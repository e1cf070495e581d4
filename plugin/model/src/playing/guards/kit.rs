//! Kit guard: no drum takes the part of the others.
//!
//! A drummer's pattern goes round, so a model that hears its own copies itself, and a kick or a
//! snare that came where the hi-hat belongs goes on there for ever.
//!
//! Drummers of the arranged bands strike a bass drum 2.5 times a bar and 5 times in one bar of
//! twenty, a snare 1.7 and 4, hats 4.8 and 13, cymbals 1.6 and 8, shakers and others 3.5 and 19.
//!
//! In four quarters 52 % of their bass drums are on one and three and 13 % on two and four; of
//! their snares 5 % and 44 %. A model that begins with it the other way round goes on so.
//!
//! Of the ten jams of `assets/jams`, by weights that saw 5.5 million notes with parts, eight had a
//! bass drum or a snare that was missing or came more than eight times a bar, with it one. The
//! command: `bundler try --preset Trio --prompts assets/jams/prompts`; and for prompts with drums
//! `trainer sweep --midi CORPUS --manifest MANIFEST --prompts 96 --without-guard kit`

use segue_music::{DrumLane, Part, TICKS_PER_BEAT, Tick};

use super::{Guard, Situation};

/// A bar of four quarters, whatever the metre.
const BAR: Tick = 4 * TICKS_PER_BEAT;
/// What a drum loses for each stroke beyond what is usual in a bar, in nats.
const LOSS: f32 = 1.0;
/// What bass drum and snare gain where a bar of drums went by without them, and hats where one went
/// by that nothing kept time in.
const GAIN: f32 = 1.5;
/// Strokes on hats, cymbals, shakers and the like that keep the time of a bar: as many or more in
/// 93 % of their bars.
const TIME: usize = 4;
/// What bass drum and snare gain on their own beats, and lose on each other's.
const LEAN: f32 = 1.0;

/// How many strokes in a bar hardly any drummer exceeds, by lane.
const fn usual(lane: DrumLane) -> usize {
    match lane {
        DrumLane::Kick => 5,
        DrumLane::Snare => 4,
        DrumLane::Toms => 6,
        DrumLane::Hats => 13,
        DrumLane::Cymbals => 8,
        DrumLane::Other => 16,
    }
}

/// Counts the role's strokes of the last bar by lane: what is struck more often than usual loses,
/// and bass drum, snare and hats gain while they are missing, the first two on their own beats,
/// too.
pub struct Kit;

impl Guard for Kit {
    fn name(&self) -> &'static str {
        "kit"
    }

    fn acts_in_duet(&self) -> bool {
        true
    }

    fn acts_in_ensemble(&self) -> bool {
        true
    }

    fn drums(&self, at: &Situation<'_>, onset: Tick, logits: &mut [f32]) {
        let mut counts = [0; DrumLane::ALL.len()];
        let lately = at.context.notes().iter().rev().take_while(|note| note.onset > onset - BAR);
        for note in lately.filter(|note| note.is_drum() && note.role == at.role && note.onset < onset) {
            counts[DrumLane::of(note.key) as usize] += 1;
        }
        let position = at.context.bar_position(onset).filter(|at| at.beats == 4 && at.phase == 0);
        let back = position.map_or(0.0, |at| if at.beat % 2 == 1 { LEAN } else { -LEAN });
        let strokes: usize = counts.iter().sum();
        let keeps_time = [DrumLane::Hats, DrumLane::Cymbals, DrumLane::Other];
        let time: usize = keeps_time.iter().map(|&lane| counts[lane as usize]).sum();
        for (symbol, logit) in logits.iter_mut().enumerate() {
            let lane = DrumLane::of(Part::drum_key(symbol));
            let count = counts[lane as usize];
            let missing = match lane {
                DrumLane::Kick | DrumLane::Snare => count == 0 && strokes >= usual(lane),
                DrumLane::Hats => time < TIME && strokes >= 2 * TIME,
                _ => false,
            };
            if missing {
                *logit += GAIN;
            }
            *logit += match lane {
                DrumLane::Kick => -back,
                DrumLane::Snare => back,
                _ => 0.0,
            };
            *logit -= LOSS * (count + 1).saturating_sub(usual(lane)) as f32;
        }
    }
}

#[cfg(test)]
mod tests {
    use segue_music::{Context, ContextNote, Key, Meter, Role};

    use super::*;

    /// What each drum gains after so many strokes of one on sixteenths.
    fn gained(key: Key, strokes: Tick) -> impl Fn(Key) -> f32 {
        let mut context = Context::new();
        for place in 0..strokes {
            context.hear(ContextNote::drum(12 * place, key, Some(80), Role::Segue));
        }
        let mut logits = [0.0; Part::DRUM_KEYS];
        let last = 12 * (strokes - 1);
        let situation = Situation { context: &context, role: Role::Segue, last, until: Tick::MAX };
        Kit.drums(&situation, last + 12, &mut logits);
        move |key| logits[Part::drum_symbol(key)]
    }

    #[test]
    fn who_hammers_one_drum_comes_to_the_others() {
        for (strokes, snare, kick) in
            [(2, 0.0, 0.0), (4, -LOSS, 0.0), (8, -5.0 * LOSS, GAIN), (40, -12.0 * LOSS, GAIN)]
        {
            let gained = gained(38, strokes);
            let hats = if strokes >= 8 { GAIN } else { 0.0 };
            assert_eq!(
                (gained(38), gained(40), gained(36), gained(42), gained(49)),
                (snare, snare, kick, hats, 0.0),
                "{strokes}"
            );
        }
        let hats = gained(42, 12);
        assert_eq!((hats(42), hats(36), hats(38)), (0.0, GAIN, GAIN), "a beat is missing");
    }

    #[test]
    fn one_and_three_are_the_bass_drum_s() {
        let mut context = Context::new();
        context.meter(0, Some(Meter::COMMON));
        context.hear(ContextNote::drum(0, 42, Some(80), Role::Segue));
        for (onset, kick) in [(192, LEAN), (240, -LEAN), (288, LEAN), (216, 0.0)] {
            let mut logits = [0.0; Part::DRUM_KEYS];
            let situation = Situation { context: &context, role: Role::Segue, last: 0, until: Tick::MAX };
            Kit.drums(&situation, onset, &mut logits);
            let [kicks, snares, hats] = [36, 38, 42].map(|key| logits[Part::drum_symbol(key)]);
            assert_eq!((kicks, snares, hats), (kick, -kick, 0.0), "at {onset}");
        }
    }
}
