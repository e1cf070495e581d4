//! A critic that chooses among several answers the one that is hardest to tell from people's.

use super::groups::GROUPS;
use super::heard::Heard;
use super::logistic::Logistic;
use crate::excerpt::Excerpt;
use crate::record::VoicedNote;

/// Parts that the pieces fall into: the critic of one has learned from all others.
const PARTS: usize = 6;

/// By group, the numbers of an answer.
type Numbers = [Vec<f64>; GROUPS.len()];

/// Of each piece's candidates, the place of the one that is played. The critic has learned from
/// people's and the first candidates of other pieces: it knows neither how people went on from this
/// prompt, nor what the model did.
///
/// A classifier of each group says how likely an answer is a machine's, and their sum is compared:
/// together they would have a hundred numbers to learn from a hundred pieces.
pub fn chosen(excerpts: &[Excerpt], candidates: &[Vec<Vec<VoicedNote>>]) -> Vec<usize> {
    let numbers = |excerpt: &Excerpt, answer: &[VoicedNote]| -> Numbers {
        let heard = Heard::of(excerpt, answer);
        GROUPS.map(|(_, numbers)| numbers(&heard))
    };
    let people: Vec<Numbers> = excerpts.iter().map(|excerpt| numbers(excerpt, &excerpt.human)).collect();
    let own: Vec<Vec<Option<Numbers>>> = excerpts
        .iter()
        .zip(candidates)
        .map(|(excerpt, answers)| {
            let one = |answer: &Vec<VoicedNote>| (!answer.is_empty()).then(|| numbers(excerpt, answer));
            answers.iter().map(one).collect()
        })
        .collect();
    let mut places = vec![0; own.len()];
    for part in 0..PARTS {
        let critics: Vec<Logistic> = (0..GROUPS.len())
            .map(|group| {
                let others = (0..own.len()).filter(|place| place % PARTS != part);
                let pairs = others.filter_map(|place| Some((&people[place], own[place].first()?.as_ref()?)));
                let examples: Vec<(&[f64], bool)> = pairs
                    .flat_map(|(people, own)| [(&people[group][..], false), (&own[group][..], true)])
                    .collect();
                Logistic::learned(&examples)
            })
            .collect();
        let score = |numbers: &Numbers| -> f64 {
            let chance = |score: f64| 1.0 / (1.0 + (-score).exp());
            critics.iter().zip(numbers).map(|(critic, numbers)| chance(critic.score(numbers))).sum()
        };
        for place in (part..own.len()).step_by(PARTS) {
            let scores = own[place].iter().map(|numbers| numbers.as_ref().map_or(f64::INFINITY, score));
            let best = scores.enumerate().min_by(|one, other| one.1.total_cmp(&other.1));
            places[place] = best.map_or(0, |(at, _)| at);
        }
    }
    places
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::excerpt::Lengths;
    use crate::record::Record;

    /// Sixteen bars of a scale up and down in eighths, from a key that the seed gives.
    fn piece(seed: u8) -> Record {
        let note = |place: i64| VoicedNote {
            onset: 24 * place,
            key: 55 + seed % 12 + [0, 2, 4, 5, 7, 5, 4, 2][(place + i64::from(seed)).rem_euclid(8) as usize],
            duration: if (place * 7 + i64::from(seed)) % 5 == 0 { 12 } else { 24 },
            velocity: None,
            voice: 0,
        };
        Record { notes: (0..128).map(note).collect(), ..Record::default() }
    }

    #[test]
    fn it_chooses_what_is_like_people() {
        let lengths = Lengths { prompt: 4, answer: 8 };
        let excerpts: Vec<Excerpt> =
            (0..36).map(|seed| Excerpt::of(&piece(seed), lengths).unwrap()).collect();
        let candidates: Vec<Vec<Vec<VoicedNote>>> = excerpts
            .iter()
            .map(|excerpt| {
                // A machine that stays on one high key; now and then it plays as people do.
                let stuck: Vec<_> =
                    excerpt.human.iter().map(|note| VoicedNote { key: 90, duration: 3, ..*note }).collect();
                vec![stuck.clone(), Vec::new(), excerpt.human.clone(), stuck]
            })
            .collect();
        assert_eq!(chosen(&excerpts, &candidates), vec![2; 36]);
        let one: Vec<_> = candidates.iter().map(|answers| answers[..1].to_vec()).collect();
        assert_eq!(chosen(&excerpts, &one), vec![0; 36], "without a choice there is none");
    }
}
