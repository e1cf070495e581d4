//! What answers are worth: numbers of how somebody goes on from prompts, beside how people did.

use std::collections::HashSet;

use rand_pcg::Pcg64Mcg;
use serde::Serialize;

use crate::excerpt::Excerpt;
use crate::likeness::{self, Likeness};
use crate::markov::{Design, Listener, Markov};
use crate::measure::{Measure, SIXTEENTH, sixteenths};
use crate::ngrams;
use crate::record::{Record, VoicedNote};

/// Notes of a run that is called copied from the training set.
const RUN: usize = 16;

/// The numbers of a system over all prompts: means over the answers that have notes, unless a field
/// says otherwise.
#[derive(Clone, Copy, Debug, Default, Serialize)]
pub struct Numbers {
    /// Answers that have notes.
    pub answers: usize,
    /// How many notes.
    pub notes: f64,
    /// See [`Likeness`].
    pub in_key: f64,
    /// See [`Likeness`].
    #[serde(rename = "pitch_class_cosine")]
    pub cosine: f64,
    /// See [`Likeness`].
    #[serde(rename = "copied_8_from_prompt")]
    pub copied: f64,
    /// See [`Likeness`].
    #[serde(rename = "looped_8")]
    pub looped: f64,
    /// The share of answers with a run of 16 notes, in any key, that stands in the training set.
    #[serde(rename = "files_with_16_from_training")]
    pub trained: f64,
    /// How far apart the surprises of its notes and of people's lie, in bits, over all prompts.
    #[serde(rename = "surprise_distance")]
    pub surprise: f64,
}

impl Numbers {
    /// The mean distance from people's numbers, each in a unit of its own: for surprise and copied
    /// runs, how far two passages of one piece differ; 0.02 of scale and of pitch classes; a
    /// quarter more or fewer notes.
    pub fn distance(&self, people: &Self) -> f64 {
        let parts = [
            (self.surprise - people.surprise) / 0.54,
            (self.in_key - people.in_key) / 0.02,
            (self.cosine - people.cosine) / 0.02,
            (self.copied - people.copied) / 0.05,
            (self.looped - people.looped) / 0.05,
            (self.notes / people.notes).ln() / 1.25_f64.ln(),
        ];
        parts.iter().map(|part| part.abs()).sum::<f64>() / parts.len() as f64
    }
}

/// Reference players: people first, whom all are compared to. The three bad ones must score worse.
pub const BESIDE: [&str; 5] = [
    "people",
    "people, further on",
    "people, pitches shuffled",
    "people, 10 % wrong notes",
    "loop of the prompt",
];

/// Of these, people who must be hard to tell from people.
pub const FURTHER_ON: &str = BESIDE[1];
/// And those whom a measure that works tells from people.
pub const BAD: [&str; 3] = [BESIDE[2], BESIDE[3], BESIDE[4]];

/// How they go on from a prompt, in the order of [`BESIDE`].
pub fn beside(excerpt: &Excerpt, random: &mut Pcg64Mcg) -> [Vec<VoicedNote>; 5] {
    [
        excerpt.human.clone(),
        excerpt.later.clone(),
        likeness::shuffled(&excerpt.human, random),
        likeness::wrong(&excerpt.human, random),
        likeness::looped(excerpt),
    ]
}

/// Knows the training set, and what is surprising after it.
pub struct Judge<'a> {
    corpus: &'a [&'a Record],
    markov: Markov,
}

impl<'a> Judge<'a> {
    /// Learns from the corpus what is surprising.
    pub fn new(corpus: &'a [&'a Record]) -> Self {
        Self { corpus, markov: Markov::new(Measure::Sixteenths, Design::MARKOV, corpus) }
    }

    /// The 16-note runs of these answers that stand in the training set, in any key. Memory grows
    /// with the answers, not with the training set.
    pub fn known<'b>(&self, answers: impl Iterator<Item = &'b Vec<VoicedNote>>) -> HashSet<u64> {
        let asked: HashSet<u64> = answers.flat_map(|answer| ngrams::transposed(answer, RUN)).collect();
        let mut known = HashSet::new();
        for record in self.corpus {
            known
                .extend(ngrams::transposed(&record.notes, RUN).into_iter().filter(|run| asked.contains(run)));
        }
        known
    }

    /// The numbers of somebody's answers, one to each prompt in order.
    pub fn numbers<'b>(
        &self,
        excerpts: &[Excerpt],
        answers: impl Iterator<Item = &'b Vec<VoicedNote>>,
        known: &HashSet<u64>,
    ) -> Numbers {
        let mut sum = Numbers::default();
        let (mut own, mut peoples) = (Vec::new(), Vec::new());
        for (excerpt, answer) in excerpts.iter().zip(answers).filter(|(_, answer)| !answer.is_empty()) {
            let likeness = Likeness::of(&excerpt.prompt, answer);
            sum.answers += 1;
            sum.notes += likeness.notes as f64;
            sum.in_key += likeness.in_key;
            sum.cosine += likeness.cosine;
            sum.copied += likeness.copied;
            sum.looped += likeness.looped;
            let trained = ngrams::transposed(answer, RUN).iter().any(|run| known.contains(run));
            sum.trained += f64::from(u8::from(trained));
            own.extend(self.surprise(excerpt, answer));
            peoples.extend(self.surprise(excerpt, &excerpt.human));
        }
        let answers = sum.answers.max(1) as f64;
        Numbers {
            answers: sum.answers,
            notes: sum.notes / answers,
            in_key: sum.in_key / answers,
            cosine: sum.cosine / answers,
            copied: sum.copied / answers,
            looped: sum.looped / answers,
            trained: sum.trained / answers,
            surprise: likeness::distance(&own, &peoples),
        }
    }

    /// The bits of each note of an answer, on sixteenths, by a Markov model that learned the prompt
    /// and then learns no more.
    fn surprise(&self, excerpt: &Excerpt, answer: &[VoicedNote]) -> Vec<f64> {
        let early = excerpt.early(answer);
        let moved = |note: &VoicedNote| VoicedNote { onset: note.onset - early, ..*note };
        let notes = excerpt.prompt.iter().copied().chain(answer.iter().map(moved)).collect();
        let record =
            Measure::Sixteenths.read(&Record { notes, meters: excerpt.meters(), ..Record::default() });
        let given = record.place_at(sixteenths(excerpt.bar_line) * SIXTEENTH);
        let mut listener = Listener::new(&self.markov);
        let mut bits = Vec::new();
        for (place, note) in record.passage_notes().iter().enumerate() {
            let nats = listener.hear(note, place + 1 < given);
            if place + 1 >= given {
                bits.push(nats.iter().flatten().sum::<f64>() / std::f64::consts::LN_2);
            }
        }
        bits
    }
}
