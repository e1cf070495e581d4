//! The playing forward over a written sequence: to measure what quantisation costs, and for tests
//! of parity.

use segue_music::Vocabulary;

use crate::decoding::cache::KvCache;
use crate::decoding::cpu::Cpu;
use crate::decoding::decoder;
use crate::decoding::forward::Forward;
use crate::decoding::model::Model;
use crate::decoding::sequence::Sequence;
use crate::shape::parameters::Field;
use crate::shape::rotary::Angles;

/// Decodes written sequences, one after the other.
#[derive(Debug)]
pub struct SequenceDecoder<'a> {
    model: &'a Model,
    cpu: Cpu,
    forward: Forward,
    cache: KvCache,
}

impl<'a> SequenceDecoder<'a> {
    /// For a model, with given instructions.
    pub fn new(model: &'a Model, cpu: Cpu) -> Self {
        Self { model, cpu, forward: Forward::new(model, cpu), cache: KvCache::new(model) }
    }

    /// Calls `each` with the place of every example and the logits of each of its fields.
    pub fn logits(&mut self, sequence: &Sequence, mut each: impl FnMut(usize, Field, &[f32])) {
        let (model, cpu) = (self.model, self.cpu);
        let vocabulary = model.vocabulary();
        self.cache.reset(0);
        for (place, example) in sequence.examples().iter().enumerate() {
            let note = self.cache.append();
            let angles = Angles::at(example.tick, note);
            self.forward.step(model, &mut self.cache, note, &example.step, &angles);
            let onset = example.tick + vocabulary.gaps.value(example.target.gap);
            let at_note = Angles::at(onset, note);
            // The keys of this prediction belong to its target; the cache has no room for it yet.
            let mut keys = Vec::new();
            for &field in Field::of_model(&model.config) {
                self.forward.head(model, &self.cache, note, field, &example.target_rows[field as usize]);
                self.forward.logits(model, field);
                let angles = if field == Field::Gap { &angles } else { &at_note };
                let copy_qk = self.forward.copy_qk(model, field, angles);
                keys.push(decoder::keys(copy_qk));
                for copy in 0..field.copies() {
                    let cache = &self.cache;
                    self.forward.add_copies(model, cache, field, copy, |note| {
                        // The example whose target this note was.
                        let other = &sequence.examples()[note - 1];
                        if other.known_from[field as usize] > place {
                            return None;
                        }
                        if copy == 0 {
                            return Some(field.of(&other.played));
                        }
                        // A drum is at no interval from anything.
                        let pitched = |key: &usize| *key < Vocabulary::KEYS;
                        let key = Some(other.played.key).filter(pitched)?;
                        let key = (example.key + key).checked_sub(other.key)?;
                        (key < field.alphabet(&model.config, vocabulary)).then_some(key)
                    });
                }
                each(place, field, self.forward.sums(model, field));
            }
            for (&field, keys) in Field::of_model(&model.config).iter().zip(keys) {
                self.cache.write_copies(cpu, field, note + 1, &keys);
            }
        }
    }

    /// Nats of every field of every target; zero where it does not count.
    pub fn nats(&mut self, sequence: &Sequence) -> [Vec<f32>; Field::COUNT] {
        let mut nats: [Vec<f32>; Field::COUNT] = Default::default();
        self.logits(sequence, |place, field, logits| {
            nats[field as usize].push(sequence.target(place, field).map_or(0.0, |target| {
                let top = logits.iter().copied().fold(f32::NEG_INFINITY, f32::max);
                let total: f64 = logits.iter().map(|&logit| f64::from(logit - top).exp()).sum();
                (total.ln() - f64::from(logits[target] - top)) as f32
            }));
        });
        nats
    }
}
