//! Close guard: an answer ends, and does not just stop.
//!
//! A model does not know how long its answer is: the last note is whichever comes last, and what
//! still sounds is cut. People end a phrase on a strong beat, at home, on a note that lasts.
//!
//! Without it 16 % of answers begin their last note on a beat and hold it for one, with it 55 %; of
//! what people go on with, cut after 16 bars, 20 %. The others are mostly performances, whose beats
//! are not known (96 prompts).
//!
//! The command: `trainer sweep --midi CORPUS --manifest MANIFEST --prompts 96 --bars 16
//! --temperatures 1 --top-ps 0.95 --without-guard close`

use segue_music::{Context, Role, TICKS_PER_BEAT, Tick, tick_at};

use super::{Guard, Situation};

/// How many of the other's newest notes say which key is home.
const NEWEST: usize = 64;
/// With fewer notes than this, there is no home yet.
const FEWEST: usize = 6;
/// Onsets so near to the last one are on it, as a hand plays.
const NEAR: Tick = 4;
/// A phrase whose last note began longer before that is over already.
const AWAKE: Tick = 2 * TICKS_PER_BEAT;
/// No gap is longer.
const REACH: Tick = 16 * TICKS_PER_BEAT;
/// What the last onset gains over those before it, in nats.
const LAST: f32 = 4.0;
/// What onsets lose that would leave an answer open. Amid sixteenths a model believes in an end
/// once in thousands of notes.
const OPEN: f32 = 30.0;
/// What the tonic gains there, and the rest of its chord.
const TONIC: f32 = 3.0;
const CHORD: f32 = 1.0;
/// What a duration gains that lasts to the end; shorter ones in proportion.
const LASTING: f32 = 3.0;

/// The last onset of an answer lies on the strongest beat between half a bar and a beat before its
/// end; keys of the tonic's chord and long durations gain there, and hardly anything comes later.
pub struct Close;

impl Guard for Close {
    fn name(&self) -> &'static str {
        "close"
    }

    fn acts_in_duet(&self) -> bool {
        false
    }

    fn times(&self, at: &Situation<'_>, onset: &dyn Fn(usize) -> Option<Tick>, logits: &mut [f32]) {
        let line = last_onset(at.context, at.until);
        if line - at.last > REACH {
            return;
        }
        let onset = |symbol| onset(symbol).filter(|&onset| onset > at.last + NEAR);
        if at.last >= line - NEAR {
            move_belief(logits, |symbol| onset(symbol).map(|onset| onset < at.until));
        } else {
            // A phrase that was over long before is not woken up again, and a chord that is held to
            // the end may be its last.
            let held = is_held(at);
            let goes_on = line - at.last <= AWAKE && !held;
            let leaves_open = |onset: Tick| match onset {
                _ if onset < line - NEAR || (onset >= at.until && !goes_on) => None,
                _ => Some(onset > line + NEAR),
            };
            move_belief(logits, |symbol| onset(symbol).and_then(leaves_open));
            for (symbol, logit) in logits.iter_mut().enumerate() {
                let closes = onset(symbol).is_some_and(|onset| (onset - line).abs() <= NEAR);
                *logit += if closes && !held { LAST } else { 0.0 };
            }
        }
    }

    fn keys(&self, at: &Situation<'_>, onset: Tick, logits: &mut [f32]) {
        if onset < last_onset(at.context, at.until) - NEAR {
            return;
        }
        let Some((tonic, third)) = home(at.context, at.other()) else { return };
        for (key, logit) in logits.iter_mut().enumerate() {
            match (key + 12 - tonic) % 12 {
                0 => *logit += TONIC,
                7 => *logit += CHORD,
                above if above == third => *logit += CHORD,
                _ => {}
            }
        }
    }

    fn durations(&self, at: &Situation<'_>, onset: Tick, length: &dyn Fn(usize) -> Tick, logits: &mut [f32]) {
        let left = at.until - onset;
        if onset < last_onset(at.context, at.until) - NEAR || left <= 0 {
            return;
        }
        for (symbol, logit) in logits.iter_mut().enumerate() {
            *logit += LASTING * length(symbol).min(left) as f32 / left as f32;
        }
    }
}

/// Whether some of what was struck last sounds until the answer ends.
fn is_held(at: &Situation<'_>) -> bool {
    let struck = at.context.newest(at.role).take_while(|note| note.onset >= at.last - NEAR);
    let mut ends = struck.filter_map(|note| note.end);
    ends.any(|end| end > at.until - TICKS_PER_BEAT)
}

/// Takes its belief from each symbol of which `from` says true, and gives it all to the likeliest
/// of those of which it says false. Whether another note joins the newest stays as likely.
fn move_belief(logits: &mut [f32], from: impl Fn(usize) -> Option<bool>) {
    let likeliest = |taken: bool, logits: &[f32]| {
        let those = (0..logits.len()).filter(|&symbol| from(symbol) == Some(taken));
        those.max_by(|&one, &other| logits[one].total_cmp(&logits[other]))
    };
    let (Some(most), Some(to)) = (likeliest(true, logits), likeliest(false, logits)) else { return };
    let scale = logits[most].max(logits[to]);
    let mut belief = (logits[to] - scale).exp();
    for (symbol, logit) in logits.iter_mut().enumerate() {
        if from(symbol) == Some(true) {
            belief += (*logit - scale).exp();
            *logit -= OPEN;
        }
    }
    logits[to] = scale + belief.ln();
}

/// Where the last onset of an answer belongs that ends at `until`: the strongest beat of those from
/// half a bar to one beat before it, the later of two. In compound metres a beat is dotted.
fn last_onset(context: &Context, until: Tick) -> Tick {
    let meter = context.meter_at(until - 1);
    let (from, bar, beat) = match meter {
        Some((from, meter)) => (from, tick_at(meter.bar()).max(1), tick_at(meter.beat()).max(TICKS_PER_BEAT)),
        None => (0, 4 * TICKS_PER_BEAT, TICKS_PER_BEAT),
    };
    let in_bar = |tick: Tick| (tick - from).rem_euclid(bar);
    let strength = |tick: &Tick| match in_bar(*tick) {
        _ if meter.is_none() => 0,
        0 => 2,
        at if 2 * at == bar => 1,
        _ => 0,
    };
    let latest = until - beat - in_bar(until - beat) % beat;
    let beats = (0..).map(|count| latest - count * beat);
    // Of two as strong the one that is looked at first, which is the later.
    let within = beats.take_while(|&tick| tick >= until - (bar / 2).max(beat));
    within.min_by_key(|tick| -strength(tick)).unwrap_or(latest)
}

/// The tonic that a role's newest notes suggest, and its third in semitones: the profile of
/// Krumhansl and Kessler (1982) that goes best with how long they sound.
fn home(context: &Context, role: Role) -> Option<(usize, usize)> {
    const MAJOR: [f32; 12] = [6.35, 2.23, 3.48, 2.33, 4.38, 4.09, 2.52, 5.19, 2.39, 3.66, 2.29, 2.88];
    const MINOR: [f32; 12] = [6.33, 2.68, 3.52, 5.38, 2.60, 3.53, 2.54, 4.75, 3.98, 2.69, 3.34, 3.17];
    let mut sounds = [0.0f32; 12];
    let mut count = 0;
    for note in context.newest(role).filter(|note| !note.is_drum()).take(NEWEST) {
        let length = note.end.map_or(TICKS_PER_BEAT, |end| end - note.onset).min(4 * TICKS_PER_BEAT);
        sounds[usize::from(note.key % 12)] += length as f32;
        count += 1;
    }
    if count < FEWEST {
        return None;
    }
    let mean = sounds.iter().sum::<f32>() / 12.0;
    let fit = |profile: &[f32; 12], tonic: usize| -> f32 {
        let centre = profile.iter().sum::<f32>() / 12.0;
        let spread = profile.iter().map(|weight| (weight - centre).powi(2)).sum::<f32>().sqrt();
        let along =
            |(class, sound): (usize, &f32)| (sound - mean) * (profile[(class + 12 - tonic) % 12] - centre);
        sounds.iter().enumerate().map(along).sum::<f32>() / spread
    };
    let keys = (0..12).flat_map(|tonic| [(tonic, 4, fit(&MAJOR, tonic)), (tonic, 3, fit(&MINOR, tonic))]);
    keys.max_by(|one, other| one.2.total_cmp(&other.2)).map(|(tonic, third, _)| (tonic, third))
}

#[cfg(test)]
mod tests {
    use segue_music::{ContextNote, Meter};

    use super::*;

    /// Two bars of the player's in quarters.
    fn context(keys: &[u8]) -> Context {
        let mut context = Context::new();
        context.meter(0, Some(Meter::COMMON));
        for (beat, &key) in (0..).zip(keys) {
            context.hear(ContextNote {
                end: Some(48 * beat + 48),
                ..ContextNote::held(48 * beat, key, 80, Role::Player)
            });
        }
        context
    }

    const IN_C: [u8; 8] = [60, 64, 67, 65, 62, 67, 64, 60];
    const IN_A_MINOR: [u8; 8] = [69, 72, 76, 74, 71, 68, 64, 69];

    #[test]
    fn home_is_where_the_phrase_is() {
        for (keys, home_of) in [(IN_C, (0, 4)), (IN_A_MINOR, (9, 3)), (IN_C.map(|key| key + 7), (7, 4))] {
            assert_eq!(home(&context(&keys), Role::Player), Some(home_of), "{keys:?}");
        }
        assert_eq!(home(&context(&IN_C[..3]), Role::Player), None);
    }

    #[test]
    fn the_last_onset_is_on_the_strongest_beat_that_leaves_one() {
        let mut context = context(&IN_C);
        // (end, last onset) in beats
        for (until, onset) in [(16, 14), (17, 16), (18, 16), (15, 14), (19, 18)] {
            assert_eq!(last_onset(&context, 48 * until), 48 * onset, "until {until}");
        }
        context.meter(0, None);
        assert_eq!(last_onset(&context, 48 * 16 + 12), 48 * 15, "no metre");
        // (metre, end, last onset), in eighths
        for (numerator, denominator, until, onset) in [
            (3, 4, 12, 10),
            (6, 8, 12, 9),
            (6, 8, 15, 12),
            (9, 8, 18, 15),
            (12, 8, 24, 18),
            (2, 2, 16, 12),
            (3, 8, 6, 3),
            (7, 8, 14, 11),
        ] {
            context.meter(0, Meter::new(numerator, denominator));
            assert_eq!(last_onset(&context, 24 * until), 24 * onset, "{numerator}/{denominator} {until}");
        }
    }

    #[test]
    fn an_answer_leans_to_its_end_and_then_stops() {
        let mut context = context(&IN_C);
        context.hear(ContextNote::held(48 * 13, 62, 80, Role::Segue));
        let until = 48 * 16;
        let gained = |context: &Context, last: Tick| {
            let situation = Situation { context, role: Role::Segue, last, until };
            let (mut times, mut keys, mut durations) = ([0.0; 13], [0.0; 128], [0.0; 13]);
            Close.times(&situation, &|symbol| Some(last + 12 * symbol as Tick), &mut times);
            Close.keys(&situation, last + 48, &mut keys);
            Close.durations(&situation, last + 48, &|symbol| 12 * symbol as Tick, &mut durations);
            (times, keys, durations)
        };
        let (times, keys, durations) = gained(&context, 48 * 13);
        // All eight that would be later, and its own.
        let moved = LAST + 9f32.ln();
        assert_eq!((times[0], times[3], times[5], times[12]), (0.0, 0.0, -OPEN, -OPEN));
        assert!((times[4] - moved).abs() < 1e-5, "{}", times[4]);
        assert_eq!((keys[60], keys[64], keys[67], keys[62]), (TONIC, CHORD, CHORD, 0.0));
        assert!(durations[2] < durations[8] && durations[8] == durations[12], "{durations:?}");
        context.hear(ContextNote::held(48 * 14, 60, 80, Role::Segue));
        let (times, ..) = gained(&context, 48 * 14);
        assert_eq!((times[0], times[1], times[7]), (0.0, -OPEN, -OPEN), "a chord may be completed");
        assert!(times[8..].iter().any(|&gain| (gain - 8f32.ln()).abs() < 1e-5), "{times:?}");
        // What was over is not woken up: what lies beyond the end stays as likely.
        let (times, ..) = gained(&self::context(&IN_C), 48 * 7);
        assert_eq!(times[12], 0.0);
        // Far from the end nothing moves.
        let situation = Situation { context: &context, role: Role::Segue, last: 48 * 14, until: 48 * 64 };
        let (mut times, mut keys) = ([0.0; 8], [0.0; 128]);
        Close.times(&situation, &|symbol| Some(48 * 14 + 12 * symbol as Tick), &mut times);
        Close.keys(&situation, 48 * 15, &mut keys);
        assert_eq!((times, keys), ([0.0; 8], [0.0; 128]));
    }

    #[test]
    fn a_chord_that_is_held_to_the_end_may_be_the_last() {
        let until = 48 * 16;
        // (beats from the bar line before, beats that it lasts, whether it may be the last)
        for (at, length, may) in [(0, 4, true), (1, 3, true), (0, 3, false), (1, 1, false)] {
            let mut context = context(&IN_C);
            let last = 48 * (12 + at);
            let chord = ContextNote::held(last, 60, 80, Role::Segue);
            context.hear(ContextNote { end: Some(last + 48 * length), ..chord });
            let situation = Situation { context: &context, role: Role::Segue, last, until };
            let mut times = [0.0; 33];
            Close.times(&situation, &|symbol| Some(last + 12 * symbol as Tick), &mut times);
            let expected = if may { [0.0; 2] } else { [-OPEN; 2] };
            assert_eq!(times[31..], expected, "{length} beats from the beat {at}");
            // What would come after the strongest beat is out of the question in any case.
            assert_eq!(times[((until - 24 - last) / 12) as usize], -OPEN);
        }
    }
}
