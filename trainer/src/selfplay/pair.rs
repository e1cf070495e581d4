//! A prompt, how people went on from it, and how the model did.

use std::sync::Arc;

use anyhow::Result;
use rand::RngExt;
use rand_pcg::Pcg64Mcg;
use segue_model::{Aim, Field, Guards, Model, Sequence};
use segue_music::{Role, Tokenizer};

use crate::excerpt::{Excerpt, Lengths};
use crate::record::{Cast, Record, VoicedNote};
use crate::sampling::Sampling;

/// With fewer notes of its own the model has hardly played.
const FEWEST_OWN: usize = 8;
/// How many bars more the model is asked for than are compared. People go on there, and an answer
/// that ended would be told by its end.
const OPEN: u32 = 4;
/// A sequence reads at most so many notes.
const LONGEST: usize = 1024;

/// Two ways to go on from a prompt: people's is preferred.
#[derive(Clone, Debug)]
pub struct Pair {
    /// People's.
    pub people: Sequence,
    /// The model's.
    pub own: Sequence,
}

impl Pair {
    /// From some bars of a piece; `None` where the model plays next to nothing.
    ///
    /// The model plays as it is, without guards or a critic: what they would hide from it, it would
    /// not learn.
    ///
    /// # Errors
    /// Where the model is broken.
    pub fn of(excerpt: &Excerpt, model: &Arc<Model>, seed: u64) -> Result<Option<Self>> {
        let sampling = Sampling { temperature: 1.0, top_p: 1.0, seed, guards: Guards::NONE, candidates: 1 };
        let end = excerpt.bar_line + excerpt.answer;
        let mut own = excerpt.longer(OPEN).played_on(model, &sampling)?;
        own.retain(|note| note.onset < end);
        // As people's are.
        own.iter_mut().for_each(|note| note.duration = note.duration.min(end - note.onset));
        let enough = own.len() >= FEWEST_OWN;
        Ok(enough.then(|| Self { people: sequence(excerpt, &excerpt.human), own: sequence(excerpt, &own) }))
    }
}

/// How many notes a sequence asks for.
pub fn notes(sequence: &Sequence) -> usize {
    sequence.scored(Field::Key)
}

/// A random stretch of a random piece: one that a keyboard plays, or its band.
pub fn draw(records: &[Record], lengths: Lengths, random: &mut Pcg64Mcg) -> Option<Excerpt> {
    let record = records.get(random.random_range(0..records.len().max(1)))?;
    let keyboard = random.random::<bool>();
    let record = if keyboard { record.clone().pitched()? } else { record.clone() };
    let mut excerpts = Excerpt::all(&record, lengths);
    let place = random.random_range(0..excerpts.len().max(1));
    (place < excerpts.len()).then(|| excerpts.swap_remove(place))
}

/// A prompt that the player plays, and an answer of Segue's whose notes count.
///
/// When they begin does not count: preferred by their onsets too, answers got denser in every
/// round, 231 notes where people play 208. Loudness is unknown: people's often is, and whoever is
/// loud would be told by that.
fn sequence(excerpt: &Excerpt, answer: &[VoicedNote]) -> Sequence {
    let quiet = |note: &VoicedNote| VoicedNote { velocity: None, ..*note };
    let notes: Vec<VoicedNote> = excerpt.prompt.iter().chain(answer).take(LONGEST).map(quiet).collect();
    let record = Record { meters: excerpt.meters(), ..Record::default() };
    let mut context = record.context(&notes, true, |note| {
        let role = if note.onset < excerpt.bar_line { Role::Player } else { Role::Segue };
        Cast { role, shown: true, part: excerpt.part(note.voice) }
    });
    context.form(0);
    let given = excerpt.prompt.len();
    let aim = Aim {
        parts: excerpt.band(),
        end: Some(excerpt.bar_line + excerpt.longer(OPEN).answer),
        hides_keys: !excerpt.band().is_empty(),
        ..Aim::default()
    };
    Sequence::targeting(&Tokenizer::new(), &context, |place| place >= given, |_| aim).without(Field::Gap)
}

#[cfg(test)]
mod tests {
    use segue_model::{Checkpoint, Config};
    use segue_music::{Meter, Part};

    use super::*;

    /// Sixteen bars of a flute in eighths, a bass on every bar line, a drum on every beat.
    fn band() -> Record {
        let note = |eighth: i64, voice: u8, key| VoicedNote {
            onset: 24 * eighth,
            key,
            duration: 20,
            velocity: Some(70),
            voice,
        };
        let mut notes: Vec<_> = (0..128).map(|place| note(place, 0, 72 + (place % 5) as u8)).collect();
        notes.extend((0..16).map(|bar| note(8 * bar, 1, 36)));
        notes.extend((0..64).map(|beat| note(2 * beat, 2, if beat % 2 == 0 { 36 } else { 38 })));
        notes.sort_unstable();
        let parts = vec![Some(Part::Flutes), Some(Part::Bass), Some(Part::Drums)];
        Record { notes, parts, meters: vec![(0, Meter::COMMON)], ..Record::default() }
    }

    #[test]
    fn both_go_on_from_one_prompt_in_its_parts() {
        let model = Checkpoint::random(&Config::tiny_ensemble(), 4);
        let model = Arc::new(Model::from_checkpoint(model).unwrap());
        let lengths = Lengths { prompt: 2, answer: 4 };
        let mut random = Pcg64Mcg::new(5);
        let (mut bands, mut keyboards) = (0, 0);
        for seed in 0..12 {
            let excerpt = draw(&[band()], lengths, &mut random).unwrap();
            let Some(pair) = Pair::of(&excerpt, &model, seed).unwrap() else { continue };
            assert_eq!(notes(&pair.people), excerpt.human.len());
            // Both are compared over the same bars, though the model plays on.
            let last = |sequence: &Sequence| sequence.examples().iter().map(|example| example.tick).max();
            let end = Some(excerpt.bar_line + excerpt.answer);
            assert!(last(&pair.people) < end && last(&pair.own) < end, "seed {seed}");
            let longer = excerpt.longer(OPEN);
            assert_eq!((longer.answer, longer.bar_lines().len()), (8 * 192, 2 + 8 + 1));
            let of = |sequence: &Sequence, field: Field| sequence.scored(field);
            assert_eq!(of(&pair.people, Field::Velocity) + of(&pair.own, Field::Velocity), 0, "unknown");
            match excerpt.band().is_empty() {
                true => {
                    keyboards += 1;
                    assert_eq!(of(&pair.own, Field::Part), 0);
                }
                false => {
                    bands += 1;
                    assert_eq!(excerpt.band().iter().count(), 3);
                    assert_eq!(of(&pair.own, Field::Part), notes(&pair.own), "every note has a part");
                }
            }
        }
        assert!(bands > 0 && keyboards > 0, "{bands} {keyboards}");
    }
}
