//! A written sequence as the playing forward sees it: for measuring what bytes cost, and for tests of parity.

use segue_music::Vocabulary;

use crate::decoding::cache::KvCache;
use crate::decoding::cpu::Cpu;
use crate::decoding::decoder;
use crate::decoding::forward::Forward;
use crate::decoding::model::Model;
use crate::decoding::sequence::Sequence;
use crate::shape::parameters::Field;
use crate::shape::rotary::Angles;

/// Plays through written sequences, one after the other.
#[derive(Debug)]
pub struct Played<'a> {
    model: &'a Model,
    cpu: Cpu,
    forward: Forward,
    cache: KvCache,
}

impl<'a> Played<'a> {
    /// By a model, with given instructions.
    pub fn new(model: &'a Model, cpu: Cpu) -> Self {
        Self { model, cpu, forward: Forward::new(model, cpu), cache: KvCache::new(model) }
    }

    /// The logits of every field at every question of a sequence.
    pub fn logits(&mut self, sequence: &Sequence, mut each: impl FnMut(usize, Field, &[f32])) {
        let (model, cpu) = (self.model, self.cpu);
        let vocabulary = model.vocabulary();
        self.cache.reset(0);
        for (place, question) in sequence.examples().iter().enumerate() {
            let note = self.cache.append();
            let angles = Angles::at(question.tick, note);
            self.forward.step(model, &mut self.cache, note, &question.step, &angles);
            let onset = question.tick + vocabulary.gaps.value(question.target.gap);
            let at_note = Angles::at(onset, note);
            // The keys of this answer belong to the note to come; the cache has no room for it yet.
            let mut keys = Vec::new();
            for &field in Field::of_model(&model.config) {
                self.forward.ask(model, &self.cache, note, field, &question.target_rows[field as usize]);
                self.forward.say(model, field);
                let angles = if field == Field::Gap { &angles } else { &at_note };
                let copying = self.forward.copying(model, field, angles);
                keys.push(decoder::keys(copying));
                for copy in 0..field.copies() {
                    let cache = &self.cache;
                    self.forward.add_copies(model, cache, field, copy, |note| {
                        // The question that asked for this note.
                        let asked = &sequence.examples()[note - 1];
                        if asked.known_from[field as usize] > place {
                            return None;
                        }
                        if copy == 0 {
                            return Some(field.of(&asked.target));
                        }
                        // A drum is at no interval from anything.
                        let pitched = |key: &usize| *key < Vocabulary::KEYS;
                        let key = Some(asked.target.key).filter(pitched)?;
                        let key = (question.key + key).checked_sub(asked.key)?;
                        (key < field.alphabet(&model.config, vocabulary)).then_some(key)
                    });
                }
                each(place, field, self.forward.logits(model, field));
            }
            for (&field, keys) in Field::of_model(&model.config).iter().zip(keys) {
                self.cache.write_copies(cpu, field, note + 1, &keys);
            }
        }
    }

    /// Nats of every field of every answer; zero where it does not count.
    pub fn nats(&mut self, sequence: &Sequence) -> [Vec<f32>; Field::COUNT] {
        let mut nats: [Vec<f32>; Field::COUNT] = Default::default();
        self.logits(sequence, |place, field, logits| {
            nats[field as usize].push(sequence.answer(place, field).map_or(0.0, |answer| {
                let top = logits.iter().copied().fold(f32::NEG_INFINITY, f32::max);
                let total: f64 = logits.iter().map(|&logit| f64::from(logit - top).exp()).sum();
                (total.ln() - f64::from(logits[answer] - top)) as f32
            }));
        });
        nats
    }
}
