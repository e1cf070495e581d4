//! The Markov model as a player: it hears a prompt and draws what comes next, note by note.

use rand::RngExt;
use rand_pcg::Pcg64Mcg;
use segue_model::Field;
use segue_music::{Key, Token, Vocabulary};

use super::{Listener, Markov};
use crate::excerpt::Excerpt;
use crate::measure::Measure;
use crate::passage::PassageNote;
use crate::record::{Record, VoicedNote};
use crate::sampling::Sampling;

/// More notes than anybody plays in 64 bars: there an answer ends.
const MOST: usize = 8192;

impl Markov {
    /// Goes on from the prompt of an excerpt, for as long as an answer is to be. It has learned the
    /// prompt, and does not learn what it plays itself, which it would only repeat. Its measure
    /// must be [`Measure::Free`], whose values are notes.
    pub fn answer(&self, excerpt: &Excerpt, sampling: &Sampling) -> Vec<VoicedNote> {
        debug_assert_eq!(self.measure, Measure::Free, "values of other measures are not notes");
        let vocabulary = Vocabulary::new();
        let mut random = Pcg64Mcg::new(u128::from(sampling.seed) << 1 | 1);
        let prompt = Record { notes: excerpt.prompt.clone(), meters: excerpt.meters(), ..Record::default() };
        let mut listener = Listener::new(self);
        for note in prompt.passage_notes() {
            listener.hear(&note, true);
        }
        let dynamic = excerpt.prompt.iter().any(|note| note.velocity.is_some());
        let Some(&last) = excerpt.prompt.last() else { return Vec::new() };
        let end = excerpt.bar_line + excerpt.answer;
        let (mut at, mut key) = (last.onset, last.key);
        let mut answer = Vec::new();
        while answer.len() < MOST {
            let mut note = PassageNote {
                token: Token { gap: 0, part: 0, key: 0, velocity: 0, duration: 0, pedal: 0 },
                position: prompt.place_in_bar(at),
                gap: 0,
                scored: true,
                dynamic,
            };
            let mut draw = |note: &PassageNote, field, possible: &dyn Fn(usize) -> bool| {
                drawn(&listener.probabilities(note, field), possible, sampling.top_p, &mut random)
            };
            // The prompt's bars are over.
            let after = |symbol| at + vocabulary.gaps.value(symbol) >= excerpt.bar_line;
            note.token.gap = draw(&note, Field::Gap, &after).unwrap_or(vocabulary.gaps.len() - 1);
            note.gap = vocabulary.gaps.value(note.token.gap);
            // Of a chord the notes come from low to high.
            let above = |symbol| note.gap > 0 || symbol > usize::from(key);
            note.token.key = draw(&note, Field::Key, &above).unwrap_or(Vocabulary::KEYS - 1);
            if dynamic {
                note.token.velocity = draw(&note, Field::Velocity, &|_| true).unwrap_or(0);
            }
            note.token.duration = draw(&note, Field::Duration, &|_| true).unwrap_or(0);
            listener.hear(&note, false);
            at = (at + note.gap).max(excerpt.bar_line);
            key = note.token.key as Key;
            if at >= end {
                break;
            }
            answer.push(VoicedNote {
                onset: at,
                key,
                duration: vocabulary.durations.value(note.token.duration).min(end - at).max(1),
                velocity: dynamic.then(|| Vocabulary::velocity_value(note.token.velocity)),
                voice: 0,
            });
        }
        answer.sort_unstable();
        answer
    }
}

/// A symbol by its chance, among the likeliest of the possible ones that make up this share of
/// them; `None` where nothing is possible.
fn drawn(
    probabilities: &[f64],
    possible: &dyn Fn(usize) -> bool,
    share: f32,
    random: &mut Pcg64Mcg,
) -> Option<usize> {
    let mut order: Vec<usize> = (0..probabilities.len()).filter(|&symbol| possible(symbol)).collect();
    order.sort_by(|&a, &b| f64::total_cmp(&probabilities[b], &probabilities[a]));
    let all: f64 = order.iter().map(|&symbol| probabilities[symbol]).sum();
    let (mut kept, mut count) = (0.0, 0);
    while count < order.len() && (count == 0 || kept < f64::from(share) * all) {
        kept += probabilities[order[count]];
        count += 1;
    }
    let mut left = random.random::<f64>() * kept;
    let found = order[..count].iter().find(|&&symbol| {
        left -= probabilities[symbol];
        left < 0.0
    });
    found.or(order.first()).copied()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::excerpt::Lengths;
    use crate::markov::Design;

    /// Bars of eight eighths, the same in every bar.
    fn piece(bars: i64) -> Record {
        let keys = [48, 55, 64, 60, 67, 64, 60, 55];
        let note = |place: i64| VoicedNote {
            onset: 24 * place,
            key: keys[place as usize % 8],
            duration: 24,
            velocity: Some(80),
            voice: 0,
        };
        Record { notes: (0..8 * bars).map(note).collect(), ..Record::default() }
    }

    #[test]
    fn it_goes_on_with_what_it_heard() {
        let excerpt = Excerpt::of(&piece(24), Lengths { prompt: 4, answer: 4 }).unwrap();
        let markov = Markov::new(Measure::Free, Design::MARKOV, &[]);
        let answer = |top_p, seed| markov.answer(&excerpt, &Sampling { top_p, seed, ..Sampling::STANDARD });
        // Always the likeliest: the four bars again.
        let sure: Vec<_> = answer(1e-6, 1).iter().map(|note| (note.onset, note.key)).collect();
        let people: Vec<_> = excerpt.human.iter().map(|note| (note.onset, note.key)).collect();
        assert_eq!(sure, people);
        let free = answer(1.0, 1);
        assert!(free == answer(1.0, 1) && free != answer(1.0, 2), "chance is in the seed alone");
        let bars = excerpt.bar_line..excerpt.bar_line + excerpt.answer;
        assert!(free.iter().all(|note| bars.contains(&note.onset)), "{free:?}");
        assert!(free.windows(2).all(|pair| pair[0].onset < pair[1].onset || pair[0].key < pair[1].key));
    }

    #[test]
    fn only_the_likeliest_are_drawn() {
        let mut random = Pcg64Mcg::new(1);
        let mut counts = [0; 4];
        for _ in 0..1000 {
            counts[drawn(&[0.1, 0.4, 0.3, 0.2], &|symbol| symbol != 3, 0.8, &mut random).unwrap()] += 1;
        }
        // Of 0.8 that are possible 0.64 are kept: the likeliest two.
        assert!(counts[0] == 0 && counts[3] == 0 && counts[1] > counts[2] && counts[2] > 300, "{counts:?}");
        assert_eq!(drawn(&[1.0], &|_| false, 1.0, &mut random), None);
    }
}
