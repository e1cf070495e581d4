//! Density guard: makes short times less likely once a role plays denser than the other ever did.
//!
//! A model that has seen every density drifts towards more and more notes when it reads its own.
//!
//! Without it, 6.7 % of notes end four beats with more than 1.5 times the notes of the prompt's
//! densest four, with it 4.3 %, people's 4.6 %. The command:
//! `trainer sweep --midi CORPUS --manifest MANIFEST --prompts 240 --bars 16
//! --temperatures 1 --top-ps 0.95 --without-guard density`

use segue_music::{Context, Role, Tick};

use super::{Guard, Situation};

/// The span that notes are counted over, in ticks: four beats.
const SPAN: Tick = 192;
/// How many of the other's newest notes are searched for their densest span.
const LOOK_BACK: usize = 256;
/// How much denser than the other's densest span the role may be without cost.
const FREE: f32 = 1.25;
/// This many notes in a span are always free: eighths.
const FEW: f32 = 8.0;
/// What the shortest time costs, in nats, for each factor of e beyond.
const COST: f32 = 6.0;

/// Counts the role's notes in the last four beats. Beyond [`FREE`] times the other's densest four
/// beats, a time shorter than the mean at that density costs more the shorter it is.
pub struct Density;

impl Guard for Density {
    fn name(&self) -> &'static str {
        "density"
    }

    fn acts_in_duet(&self) -> bool {
        true
    }

    fn times(&self, at: &Situation<'_>, onset: &dyn Fn(usize) -> Option<Tick>, logits: &mut [f32]) {
        let own = notes_in_span(at.context, at.role, at.last) as f32;
        // Mostly it is fewer, and the other's need not be counted.
        if own <= FEW {
            return;
        }
        let others = at.context.newest(at.other()).take(LOOK_BACK);
        let Some(densest) = densest(others.map(|note| note.onset)) else { return };
        let most = (FREE * densest as f32).max(FEW);
        let beyond = (own / most).ln();
        if beyond <= 0.0 {
            return;
        }
        let mean = SPAN as f32 / most;
        for (symbol, logit) in logits.iter_mut().enumerate() {
            let time = onset(symbol).map_or(0, |onset| onset - at.last);
            *logit -= COST * beyond * (1.0 - time as f32 / mean).max(0.0);
        }
    }
}

/// How many notes of a role begin in the span that ends with `now`.
fn notes_in_span(context: &Context, role: Role, now: Tick) -> usize {
    let played = context.newest(role).skip_while(|note| note.onset > now);
    played.take_while(|note| note.onset > now - SPAN).count()
}

/// The most onsets within one span; they come newest first.
fn densest(onsets: impl Iterator<Item = Tick> + Clone) -> Option<usize> {
    let mut first = onsets.clone().enumerate().peekable();
    let within = onsets.enumerate().map(|(place, onset)| {
        while first.next_if(|(_, newer)| *newer >= onset + SPAN).is_some() {}
        first.peek().map_or(1, |(newest, _)| place + 1 - newest)
    });
    within.max()
}

#[cfg(test)]
mod tests {
    use segue_music::ContextNote;

    use super::*;

    /// Notes one after the other, `apart` ticks.
    fn play(context: &mut Context, role: Role, notes: usize, apart: Tick) {
        let start = context.last().map_or(0, |note| note.onset + apart);
        for (place, onset) in (0..notes).map(|place| (place, start + apart * place as Tick)) {
            context.hear(ContextNote::held(onset, 48 + (place % 24) as u8, 80, role));
        }
    }

    /// The cost of times, in ticks.
    fn lost(context: &Context, times: &[Tick]) -> Vec<f32> {
        let mut logits = vec![0.0; times.len()];
        let last = context.last().unwrap().onset;
        let situation = Situation { context, role: Role::Segue, last, until: Tick::MAX };
        Density.times(&situation, &|symbol| Some(last + times[symbol]), &mut logits);
        logits.iter().map(|logit| -logit).collect()
    }

    #[test]
    fn as_dense_as_the_other_is_free_and_beyond_it_short_times_cost() {
        const TIMES: [Tick; 6] = [0, 3, 6, 12, 24, 96];
        // (the other's notes, how far apart; ours, how far apart) -> how many of the times lose
        for (others, apart, ours, ours_apart, losing) in [
            (16, 12, 32, 12, 0),
            (16, 12, 16, 10, 0),
            (16, 12, 40, 6, 3),
            (16, 12, 80, 2, 3),
            (64, 3, 80, 3, 0),
            // One note, or a few slow ones, may be answered in eighths.
            (1, 12, 8, 24, 0),
            (4, 48, 8, 24, 0),
            (4, 48, 32, 12, 4),
            // Only what was played lately counts as ours.
            (16, 12, 2, 200, 0),
        ] {
            let mut context = Context::new();
            play(&mut context, Role::Player, others, apart);
            play(&mut context, Role::Segue, ours, ours_apart);
            let lost = lost(&context, &TIMES);
            let name = format!("{ours} every {ours_apart} after {others} every {apart}: {lost:?}");
            assert_eq!(lost.iter().filter(|&&lost| lost > 0.0).count(), losing, "{name}");
            assert!(lost.is_sorted_by(|shorter, longer| shorter >= longer), "{name}");
        }
    }

    #[test]
    fn the_denser_the_more_and_alone_anything_goes() {
        let loss = |apart: Tick| {
            let mut context = Context::new();
            play(&mut context, Role::Player, 16, 12);
            play(&mut context, Role::Segue, 192, apart);
            lost(&context, &[1])[0]
        };
        assert!(loss(1) > loss(2) && loss(2) > loss(4) && loss(4) > loss(8), "{:?}", [1, 2, 4, 8].map(loss));
        let mut alone = Context::new();
        play(&mut alone, Role::Segue, 192, 1);
        assert_eq!(lost(&alone, &[1]), [0.0]);
    }
}
