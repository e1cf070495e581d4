//! Subdivision guard: divides the beat as the other does.
//!
//! Left alone, the model puts notes off the beat, or between all divisions, after a prompt that has
//! none there, and ends them there after one that is quantised.
//!
//! Without it, 11.6 % of notes lie off the prompt's pulse, with it 2.2 %, people's 3.5 %. By their
//! rhythm answers to quantised pop are told with an AUC of .85 without the ends and of .80 with
//! them (three seeds of 96 answers to what `trainer pop909` places). The command:
//! `trainer sweep --midi CORPUS --manifest MANIFEST --prompts 240 --bars 16
//! --temperatures 1 --top-ps 0.95 --without-guard subdivision`

use segue_music::Tick;

use super::{Guard, Situation};

/// How many of the other's newest notes tell how the beat is divided.
const NEWEST: usize = 64;
/// A division that this share of the other's notes use is free.
const USED: f32 = 0.05;
/// How many unseen notes the share is smoothed with: a few notes tell little.
const DOUBT: f32 = 4.0;
/// How far off the clock a hand plays, in ticks: 20 ms at 120 BPM.
const SLACK: Tick = 2;
/// With more than this share of notes between all divisions, the other plays by hand.
const BY_HAND: f32 = 1.0 / 3.0;
/// How much more an end costs than an onset. Whose notes all end on the clock quantised them.
const ENDS: f32 = 3.0;
/// The share of such a player's notes that may lie further off without meaning anything.
const ASTRAY: f32 = 0.125;

/// The divisions of the beat, as ticks of a part, coarse to fine: halves, then thirds.
const PARTS: [Tick; 8] = [48, 24, 12, 6, 3, 16, 8, 4];
/// The finest division that any note may end on.
const SIXTEENTHS: usize = 2;
/// The division of a note between all of them.
const BETWEEN: usize = PARTS.len();
/// By division: those whose notes show that it is in use. Sixteenths imply eighths.
const IMPLIED: [&[usize]; BETWEEN + 1] = [
    &[0, 1, 2, 3, 4, 5, 6, 7, 8],
    &[1, 2, 3, 4, 8],
    &[2, 3, 4, 8],
    &[3, 4, 8],
    &[4, 8],
    &[5, 6, 7, 8],
    &[6, 7, 8],
    &[7, 8],
    &[8],
];

/// A division that fewer than [`USED`] of the other's newest notes use costs more, the surer it is
/// that they do not use it. Another note on the newest onset is free.
pub struct Subdivision;

impl Guard for Subdivision {
    fn name(&self) -> &'static str {
        "subdivision"
    }

    fn acts_in_duet(&self) -> bool {
        true
    }

    fn times(&self, at: &Situation<'_>, onset: &dyn Fn(usize) -> Option<Tick>, logits: &mut [f32]) {
        let onsets = || at.context.newest(at.other()).take(NEWEST).map(|note| note.onset);
        let mut uses = uses(onsets(), 0);
        let notes: f32 = uses.iter().sum();
        let slack = if uses[BETWEEN] > BY_HAND * notes { SLACK } else { 0 };
        if slack > 0 {
            uses = self::uses(onsets(), slack);
            uses[BETWEEN] = (uses[BETWEEN] - ASTRAY * notes).max(0.0);
        }
        let costs = costs(&uses);
        for (symbol, logit) in logits.iter_mut().enumerate() {
            if let Some(onset) = onset(symbol).filter(|&onset| onset != at.last) {
                *logit += costs[division(onset, slack)];
            }
        }
    }

    fn durations(&self, at: &Situation<'_>, onset: Tick, length: &dyn Fn(usize) -> Tick, logits: &mut [f32]) {
        let ends = at.context.newest(at.other()).take(NEWEST).filter_map(|note| note.end);
        let costs = costs(&uses(ends, 0));
        for (symbol, logit) in logits.iter_mut().enumerate() {
            match division(onset + length(symbol), 0) {
                ..=SIXTEENTHS => {}
                finer => *logit += ENDS * costs[finer],
            }
        }
    }
}

/// By division: what it costs to use it.
fn costs(uses: &[f32; BETWEEN + 1]) -> [f32; BETWEEN + 1] {
    let notes: f32 = uses.iter().sum();
    IMPLIED.map(|implied| {
        let used: f32 = implied.iter().map(|&division| uses[division]).sum();
        ((used + DOUBT * USED) / ((notes + DOUBT) * USED)).ln().min(0.0)
    })
}

/// How many onsets lie on each division.
fn uses(onsets: impl Iterator<Item = Tick>, slack: Tick) -> [f32; BETWEEN + 1] {
    let mut uses = [0.0; BETWEEN + 1];
    onsets.for_each(|onset| uses[division(onset, slack)] += 1.0);
    uses
}

/// The coarsest division that an onset lies on, or within the slack of. Fine divisions take no
/// slack: by hand they cannot be told apart.
fn division(onset: Tick, slack: Tick) -> usize {
    let on = |part: Tick| {
        let after = onset.rem_euclid(part);
        let slack = if part > 4 * slack { slack } else { 0 };
        after.min(part - after) <= slack
    };
    PARTS.iter().position(|&part| on(part)).unwrap_or(BETWEEN)
}

#[cfg(test)]
mod tests {
    use segue_music::{Context, ContextNote, Role};

    use super::*;

    /// What onsets lose after what the player played.
    fn lost<const N: usize>(played: &[Tick], onsets: [Tick; N]) -> [f32; N] {
        let mut context = Context::new();
        for (place, &onset) in played.iter().enumerate() {
            context.hear(ContextNote::held(onset, 48 + (place % 24) as u8, 80, Role::Player));
        }
        let mut logits = [0.0; N];
        let situation = Situation { context: &context, role: Role::Segue, last: -1, until: Tick::MAX };
        Subdivision.times(&situation, &|symbol| Some(onsets[symbol]), &mut logits);
        logits.map(|logit| -logit)
    }

    fn every(ticks: Tick, notes: Tick) -> Vec<Tick> {
        (0..notes).map(|note| note * ticks).collect()
    }

    #[test]
    fn what_the_player_divides_is_free_and_what_is_finer_costs() {
        // The beat, its halves, quarters, eighths, thirds, sixths, and between them.
        const ONSETS: [Tick; 7] = [960, 984, 972, 966, 976, 968, 971];
        for (played, free) in [
            (every(48, 40), vec![960]),
            (every(24, 40), vec![960, 984]),
            (every(12, 40), vec![960, 984, 972]),
            (every(6, 40), vec![960, 984, 972, 966]),
            (every(16, 40), vec![960, 976]),
            (every(8, 40), vec![960, 984, 976, 968]),
            // By hand, and without any clock.
            ((0..40).map(|note| note * 24 + [-1, 0, 1, 2][note as usize % 4]).collect(), vec![960, 984]),
            (every(29, 40), ONSETS.to_vec()),
            // No player.
            (vec![], ONSETS.to_vec()),
        ] {
            let lost = lost(&played, ONSETS);
            let cheap = ONSETS.iter().zip(lost).filter(|(_, lost)| *lost < 0.1).map(|(&onset, _)| onset);
            assert_eq!(cheap.collect::<Vec<_>>(), free, "{played:?}: {lost:?}");
        }
    }

    #[test]
    fn the_more_was_heard_the_surer_and_one_note_is_enough_to_doubt() {
        let few = lost(&every(48, 4), [984])[0];
        let many = lost(&every(48, 60), [984])[0];
        assert!(0.5 < few && few < many && many < 6.0, "{few} {many}");
        let once = lost(&[every(48, 30), vec![30 * 48 + 24]].concat(), [984])[0];
        assert!(once < few, "{once}");
    }

    #[test]
    fn notes_end_where_the_player_s_do() {
        // A sixteenth, an eighth, a third of a beat, and 18 ticks, from a beat on.
        const LENGTHS: [Tick; 4] = [12, 24, 16, 18];
        let lost = |lengths: &[Tick]| {
            let mut context = Context::new();
            for (place, length) in lengths.iter().cycle().take(40).enumerate() {
                let onset = 24 * place as Tick;
                let end = Some(onset + length);
                context.hear(ContextNote { end, ..ContextNote::held(onset, 60, 80, Role::Player) });
            }
            let mut logits = [0.0; 4];
            let situation = Situation { context: &context, role: Role::Segue, last: 936, until: Tick::MAX };
            Subdivision.durations(&situation, 960, &|symbol| LENGTHS[symbol], &mut logits);
            logits.map(|logit| -logit)
        };
        let quantised = [true, true, false, false];
        for (lengths, free) in [
            (&[12, 24][..], quantised),
            (&[24], quantised),
            // A hand lets go anywhere, and who plays short does so on purpose.
            (&[17, 18, 19, 20, 21, 22, 23], [true; 4]),
            (&[19], [true; 4]),
        ] {
            let lost = lost(lengths);
            assert_eq!(lost.map(|lost| lost < 0.1), free, "{lengths:?}: {lost:?}");
            assert!(lost.iter().all(|lost| !(0.1..=3.0).contains(lost)), "{lengths:?}: {lost:?}");
        }
    }

    #[test]
    fn a_chord_goes_on_wherever_it_is() {
        let mut context = Context::new();
        for onset in every(48, 20) {
            context.hear(ContextNote::held(onset, 60, 80, Role::Player));
        }
        let mut logits = [0.0; 2];
        let situation = Situation { context: &context, role: Role::Segue, last: 971, until: Tick::MAX };
        Subdivision.times(&situation, &|symbol| [Some(971), None][symbol], &mut logits);
        assert_eq!(logits, [0.0; 2]);
    }
}
