//! Who plays with somebody does not play all over them.

use segue_music::{Context, Role, Tick};

/// What a rate of notes is counted over: four beats.
const SPAN: Tick = 192;
/// How many of the other's newest notes say how dense the music is.
const LOOK_BACK: usize = 256;
/// How much denser than the other's densest span one may be for nothing.
const FREE: f32 = 1.25;
/// As many notes in a span are never too many: eighths.
const FEW: f32 = 8.0;
/// What the shortest time costs, in nats, for each factor of e beyond.
const COST: f32 = 6.0;

/// Takes from the logits of the times until the next note, `time` ticks each, of a note of the role after `now`, what would make the
/// music denser and denser: fed with its own notes, a model that has seen every density drifts.
///
/// Where the role's notes of the last four beats are more by a quarter than the other ever played in four beats, times shorter than that
/// density's mean become less likely, the shorter the more. Among 232 pieces of six kinds the densest four beats of what follows four bars,
/// for sixteen, have 1.0 to 1.3 times as many notes as the densest four of those (medians by kind), and 0.2 to 8 % of the notes lie where there
/// are more than 1.5 times as many.
pub fn restrain(context: &Context, role: Role, now: Tick, logits: &mut [f32], time: impl Fn(usize) -> Tick) {
    let lately =
        context.newest(role).skip_while(|note| note.onset > now).take_while(|note| note.onset > now - SPAN);
    let own = lately.count() as f32;
    // Most of the time it plays fewer, and the other's need not be counted.
    if own <= FEW {
        return;
    }
    let Some(densest) =
        densest(context.newest(Role::ALL[1 - role.index()]).take(LOOK_BACK).map(|note| note.onset))
    else {
        return;
    };
    let most = (FREE * densest as f32).max(FEW);
    let beyond = (own / most).ln();
    if beyond <= 0.0 {
        return;
    }
    let mean = SPAN as f32 / most;
    for (symbol, logit) in logits.iter_mut().enumerate() {
        *logit -= COST * beyond * (1.0 - time(symbol) as f32 / mean).max(0.0);
    }
}

/// The most of some onsets, newest first, that lie within one span.
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

    /// One note after the other, so many ticks apart.
    fn play(context: &mut Context, role: Role, notes: usize, apart: Tick) {
        let start = context.last().map_or(0, |note| note.onset + apart);
        for (place, onset) in (0..notes).map(|place| (place, start + apart * place as Tick)) {
            context.hear(ContextNote::held(onset, 48 + (place % 24) as u8, 80, role));
        }
    }

    /// What times of so many ticks lose.
    fn lost(context: &Context, times: &[Tick]) -> Vec<f32> {
        let mut logits = vec![0.0; times.len()];
        let now = context.last().unwrap().onset;
        restrain(context, Role::Segue, now, &mut logits, |symbol| times[symbol]);
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
