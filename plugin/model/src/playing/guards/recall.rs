//! Recall guard: once the role takes up what the other played some bars before, it goes on with it.
//!
//! The model takes up a phrase of the other's, and loses it: each note is likely to follow, and
//! eight in a row are not.
//!
//! Without it 0.1 % of runs of eight notes in answers to pop come from the prompt (placed by
//! `trainer pop909`, two seeds of 96), with it 0.9 %, and people's 1.8 %; in answers to 192 pieces
//! that nothing was tuned on, 1.5 %, 4.4 % and 2.7 %. A bar is as much like the one four before as
//! .16, .18 and .17 there, and .19, .24 and .18 here. The command:
//! `trainer sweep --midi MIDI --prompts 96 --bars 12
//! --temperatures 1 --top-ps 0.95 --without-guard recall`

use segue_music::{ContextNote, Key, Tick, tick_at};

use super::{Guard, Situation};

/// How many bars back the other's phrase may lie.
const BARS: [Tick; 3] = [2, 4, 8];
/// Onsets this near to each other are one: a player's chord, or the same place in another bar.
const TOGETHER: Tick = 3;
/// With fewer notes in its last bar, the role has taken up nothing yet.
const FEWEST: usize = 3;
/// This share of equal notes is chance.
const BY_CHANCE: f32 = 0.2;
/// Nats that a share of equal notes adds: this times what it is beyond chance.
const GAIN: f32 = 7.5;
/// It never adds more: without this limit too much comes back where the prompt repeats itself.
const MOST: f32 = 2.0;

/// Compares what the role played in the last bar with what the other played two, four and eight
/// bars before it; where they are alike, the other's next note there gains.
///
/// Notes are compared by their places in bars, as a note more in one hand shifts all that follow in
/// order.
pub struct Recall;

impl Guard for Recall {
    fn name(&self) -> &'static str {
        "recall"
    }

    fn acts_in_duet(&self) -> bool {
        true
    }

    fn times(&self, at: &Situation<'_>, onset: &dyn Fn(usize) -> Option<Tick>, logits: &mut [f32]) {
        let mut gains = vec![0.0; logits.len()];
        for Source { back, gain } in sources(at) {
            let here = |note: &&ContextNote| {
                let onset = note.onset + back;
                !of_both(at, onset - TOGETHER, onset + TOGETHER).any(|struck| struck.key == note.key)
            };
            let until = at.until - back;
            let Some(next) = others(at, at.last - back - TOGETHER, until).find(here) else { continue };
            let off = |symbol: usize| Some(((onset(symbol)? - next.onset - back).abs(), symbol));
            let nearest = (0..logits.len()).filter_map(off).min();
            if let Some((_, symbol)) = nearest.filter(|&(off, _)| off <= TOGETHER) {
                gains[symbol] = gain.max(gains[symbol]);
            }
        }
        logits.iter_mut().zip(gains).for_each(|(logit, gain)| *logit += gain);
    }

    fn keys(&self, at: &Situation<'_>, onset: Tick, logits: &mut [f32]) {
        let mut gains = [0.0; 128];
        for Source { back, gain } in sources(at) {
            for note in others(at, onset - back - TOGETHER, onset - back + TOGETHER) {
                let place = usize::from(note.key) % 128;
                gains[place] = gain.max(gains[place]);
            }
        }
        logits.iter_mut().zip(gains).for_each(|(logit, gain)| *logit += gain);
    }
}

/// Where the other played what the role takes up.
#[derive(Clone, Copy, Debug, PartialEq)]
struct Source {
    /// So long before.
    back: Tick,
    /// What its next note gains, in nats.
    gain: f32,
}

/// All places that the role takes up something from.
fn sources(at: &Situation<'_>) -> Vec<Source> {
    let Some((_, meter)) = at.context.meter_at(at.last) else { return Vec::new() };
    let bar = tick_at(meter.bar()).max(1);
    // The newest chord may not be complete.
    let (from, until) = (at.last - bar, at.last - TOGETHER);
    let own: Vec<(Tick, Key)> = of_both(at, from, until)
        .filter(|note| note.role == at.role)
        .map(|note| (note.onset, note.key))
        .collect();
    if own.len() < FEWEST {
        return Vec::new();
    }
    let source = |bars: Tick| {
        let back = bars * bar;
        // Of a bar that is cut off, what is left is soon all alike.
        let whole = at.context.notes().first().is_some_and(|note| note.onset <= from - back + TOGETHER);
        if !whole {
            return None;
        }
        let notes = || others(at, from - back, until - back);
        let alike = |&&(onset, key): &&(Tick, Key)| {
            let there = onset - back;
            others(at, there - TOGETHER, there + TOGETHER).any(|note| note.key == key)
        };
        let same = own.iter().filter(alike).count() as f32 / own.len().max(notes().count()) as f32;
        let gain = (GAIN * (same - BY_CHANCE)).min(MOST);
        (gain > 0.0).then_some(Source { back, gain })
    };
    BARS.into_iter().filter_map(source).collect()
}

/// The other's pitched notes that begin between two ticks, both included, the oldest first.
fn others<'a>(at: &'a Situation<'_>, from: Tick, until: Tick) -> impl Iterator<Item = &'a ContextNote> {
    of_both(at, from, until).filter(|note| note.role == at.other())
}

/// Both roles' pitched notes that begin between two ticks, both included, the oldest first.
fn of_both<'a>(at: &'a Situation<'_>, from: Tick, until: Tick) -> impl Iterator<Item = &'a ContextNote> {
    let notes = at.context.notes();
    let first = notes.partition_point(|note| note.onset < from);
    notes[first..].iter().take_while(move |note| note.onset <= until).filter(|note| !note.is_drum())
}

#[cfg(test)]
mod tests {
    use segue_music::{Context, Meter, Role};

    use super::*;

    /// Two bars of eighths.
    const PHRASE: [Key; 16] = [60, 64, 62, 67, 65, 69, 71, 72, 74, 71, 67, 62, 65, 64, 59, 55];
    const EIGHTH: Tick = 24;

    /// What the next onset gains, an eighth later, and what the key gains there after the player's
    /// keys and ours in eighths.
    fn gains(meter: Option<Meter>, players: &[Key], ours: &[Key], key: Key) -> [f32; 2] {
        let mut context = Context::new();
        context.meter(0, meter);
        let notes =
            players.iter().map(|&key| (Role::Player, key)).chain(ours.iter().map(|&key| (Role::Segue, key)));
        for (place, (role, key)) in (0..).zip(notes) {
            context.hear(ContextNote::held(EIGHTH * place, key, 80, role));
        }
        let last = context.last().map_or(0, |note| note.onset);
        let situation = Situation { context: &context, role: Role::Segue, last, until: Tick::MAX };
        let (mut times, mut keys) = ([0.0; 64], [0.0; 128]);
        Recall.times(&situation, &|symbol| Some(last + symbol as Tick), &mut times);
        Recall.keys(&situation, last + EIGHTH, &mut keys);
        [times[EIGHTH as usize], keys[usize::from(key)]]
    }

    #[test]
    fn a_phrase_taken_up_goes_on() {
        let common = Some(Meter::COMMON);
        let other: Vec<Key> = PHRASE.iter().map(|key| key + 1).collect();
        for (what, meter, ours, key, expected) in [
            ("nothing yet", common, &PHRASE[..0], 60, [0.0, 0.0]),
            ("three notes, and the newest does not count", common, &PHRASE[..3], 67, [0.0, 0.0]),
            ("a bar", common, &PHRASE[..9], 71, [MOST, MOST]),
            ("another key", common, &PHRASE[..9], 75, [MOST, 0.0]),
            ("another bar", common, &other[..9], 71, [0.0, 0.0]),
            ("its end", common, &PHRASE[..15], 55, [MOST, MOST]),
            ("no metre", None, &PHRASE[..9], 71, [0.0, 0.0]),
        ] {
            assert_eq!(gains(meter, &PHRASE, ours, key), expected, "{what}");
        }
        // Three notes are alike of the player's eight.
        let long = [&PHRASE[8..], &PHRASE].concat();
        assert_eq!(gains(common, &PHRASE, &PHRASE[..4], 65), [0.0; 2], "a bar cut off");
        let begun = gains(common, &long, &PHRASE[..4], 65);
        assert_eq!(begun, [GAIN * (3.0 / 8.0 - BY_CHANCE); 2]);
    }

    #[test]
    fn its_own_phrase_is_none_of_the_player_s() {
        let ours = [PHRASE, PHRASE].concat();
        assert_eq!(gains(Some(Meter::COMMON), &[40; 16], &ours[..24], 74), [0.0, 0.0]);
    }

    #[test]
    fn a_note_more_in_one_hand_shifts_nothing() {
        let mut context = Context::new();
        context.meter(0, Some(Meter::COMMON));
        for (place, &key) in (0..).zip(&PHRASE) {
            context.hear(ContextNote::held(EIGHTH * place, key, 80, Role::Player));
        }
        for (place, &key) in (0..).zip(&PHRASE[..9]) {
            let onset = 384 + EIGHTH * place;
            context.hear(ContextNote::held(onset, 40 + place as Key % 3, 60, Role::Segue));
            context.hear(ContextNote::held(onset, key, 80, Role::Segue));
        }
        let last = 384 + 8 * EIGHTH;
        let situation = Situation { context: &context, role: Role::Segue, last, until: Tick::MAX };
        let mut keys = [0.0; 128];
        Recall.keys(&situation, last + EIGHTH, &mut keys);
        assert!(keys[71] > 1.0, "{}", keys[71]);
    }
}
