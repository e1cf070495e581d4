//! What counts as one value of a field: each symbol of the model's alphabets, or a sixteenth.

use segue_model::{Config, Field};
use segue_music::{TICKS_PER_BEAT, Tick, Token, Vocabulary};

use crate::record::{Record, VoicedNote};

/// A sixteenth.
pub const SIXTEENTH: Tick = TICKS_PER_BEAT / 4;
/// The longest gap on the sixteenth grid; longer ones count as this.
const LONGEST_GAP: Tick = 32;
/// The durations of the sixteenth grid.
const DURATIONS: [Tick; 10] = [1, 2, 3, 4, 6, 8, 12, 16, 24, 32];

/// How bits are counted.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Measure {
    /// Every symbol of the model's alphabets is a value; onset, key, velocity and duration.
    Free,
    /// A sixteenth grid, so that models of any resolution compare: onset, key and duration. Music
    /// is put on the grid before anybody reads it, and symbols that round to the same sixteenth are
    /// one value.
    Sixteenths,
}

/// The values of a field under a measure, and which of them each symbol of the model belongs to.
#[derive(Clone, Debug)]
pub struct Values {
    of_symbol: Vec<Vec<usize>>,
    counts: Vec<usize>,
}

impl Measure {
    /// Its values, for whoever knows of no parts.
    pub fn values(self) -> Values {
        self.values_of(&Config::standard())
    }

    /// Its values, for a model of that size.
    pub fn values_of(self, config: &Config) -> Values {
        let vocabulary = Vocabulary::new();
        let values = |field: &Field| {
            (0..field.alphabet(config, &vocabulary))
                .map(|symbol| match (self, *field) {
                    (Self::Sixteenths, Field::Gap) => gap(sixteenths(vocabulary.gaps.value(symbol))),
                    (Self::Sixteenths, Field::Duration) => {
                        duration(sixteenths(vocabulary.durations.value(symbol)))
                    }
                    _ => symbol,
                })
                .collect::<Vec<_>>()
        };
        let of_symbol: Vec<Vec<usize>> = Field::of_model(config).iter().map(values).collect();
        let most = |values: &Vec<usize>| values.iter().max().map_or(0, |most| most + 1);
        let counts = of_symbol.iter().map(most).collect();
        Values { of_symbol, counts }
    }

    /// A piece as this measure reads it. The sixteenth grid removes whatever is not scored: onsets
    /// lie on it, durations are its own, velocities and pedal are unknown.
    pub fn read(self, record: &Record) -> Record {
        if self == Self::Free {
            return record.clone();
        }
        let mut notes: Vec<VoicedNote> = record
            .notes
            .iter()
            .map(|note| VoicedNote {
                onset: sixteenths(note.onset) * SIXTEENTH,
                duration: DURATIONS[duration(sixteenths(note.duration))] * SIXTEENTH,
                velocity: None,
                ..*note
            })
            .collect();
        // The longest first, which stays of several on one key.
        notes.sort_unstable_by_key(|note| (note.onset, note.key, -note.duration));
        notes.dedup_by_key(|note| (note.onset, note.key));
        let meters =
            record.meters.iter().map(|&(change, meter)| (sixteenths(change) * SIXTEENTH, meter)).collect();
        Record { notes, meters, pedal: Vec::new(), ..record.clone() }
    }
}

impl Values {
    /// How many values a field has.
    pub fn count(&self, field: Field) -> usize {
        self.counts[field as usize]
    }

    /// The value that a symbol belongs to.
    pub fn of(&self, field: Field, symbol: usize) -> usize {
        self.of_symbol[field as usize][symbol]
    }

    /// The values of a note.
    pub fn of_token(&self, token: &Token) -> [usize; 4] {
        [
            self.of(Field::Gap, token.gap),
            self.of(Field::Key, token.key),
            self.of(Field::Velocity, token.velocity),
            self.of(Field::Duration, token.duration),
        ]
    }

    /// The probabilities of a field's values, from the logits of its symbols.
    pub fn probabilities(&self, field: Field, logits: &[f32]) -> Vec<f64> {
        let top = logits.iter().copied().fold(f32::NEG_INFINITY, f32::max);
        let mut probabilities = vec![0.0; self.count(field)];
        for (symbol, &logit) in logits.iter().enumerate() {
            probabilities[self.of(field, symbol)] += f64::from(logit - top).exp();
        }
        let total: f64 = probabilities.iter().sum();
        probabilities.iter_mut().for_each(|probability| *probability /= total);
        probabilities
    }
}

/// The sixteenth nearest to a tick, the later of two equally near.
pub fn sixteenths(ticks: Tick) -> Tick {
    (ticks + SIXTEENTH / 2).div_euclid(SIXTEENTH)
}

fn gap(sixteenths: Tick) -> usize {
    sixteenths.clamp(0, LONGEST_GAP) as usize
}

/// The place in [`DURATIONS`] of the one nearest to a length, the shorter of two equally near.
fn duration(sixteenths: Tick) -> usize {
    (0..DURATIONS.len()).min_by_key(|&place| (DURATIONS[place] - sixteenths).abs()).unwrap_or(0)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn ticks_fold_to_sixteenths() {
        let (values, vocabulary) = (Measure::Sixteenths.values(), Vocabulary::new());
        // (ticks, gap, duration)
        for (ticks, gap, duration) in [
            (1, 0, 1),
            (5, 0, 1),
            (6, 1, 1),
            (17, 1, 1),
            (18, 2, 2),
            (48, 4, 4),
            (60, 5, 4),
            (72, 6, 6),
            (84, 7, 6),
            (132, 11, 12),
            (192, 16, 16),
            (336, 28, 24),
            (384, 32, 32),
            (768, 32, 32),
        ] {
            let (of_gap, of_duration) = (vocabulary.gaps.symbol(ticks), vocabulary.durations.symbol(ticks));
            assert_eq!(values.of(Field::Gap, of_gap), gap as usize, "{ticks}");
            assert_eq!(DURATIONS[values.of(Field::Duration, of_duration)], duration, "{ticks}");
        }
        assert_eq!(Field::ALL.map(|field| values.count(field)), [33, 128, 32, 10]);
    }

    #[test]
    fn probabilities_of_a_field_sum_to_one() {
        for measure in [Measure::Free, Measure::Sixteenths] {
            let (values, vocabulary) = (measure.values(), Vocabulary::new());
            for field in Field::ALL {
                let logits: Vec<f32> = (0..field.symbols(&vocabulary))
                    .map(|symbol| (symbol as f32 * 1.7).sin() * 40.0)
                    .collect();
                let probabilities = values.probabilities(field, &logits);
                assert_eq!(probabilities.len(), values.count(field));
                let sum: f64 = probabilities.iter().sum();
                assert!((sum - 1.0).abs() < 1e-12, "{measure:?} {}: {sum}", field.name());
            }
        }
    }

    #[test]
    fn a_piece_on_the_grid_holds_nothing_but_what_is_scored() {
        let note = |onset, key, duration| VoicedNote { onset, key, duration, velocity: Some(80), voice: 0 };
        let notes = vec![note(1, 64, 10), note(5, 60, 50), note(7, 60, 20), note(15, 60, 3)];
        let record = Record { notes, pedal: vec![(0, true)], ..Record::default() };
        let read = Measure::Sixteenths.read(&record);
        let told: Vec<_> = read.notes.iter().map(|note| (note.onset, note.key, note.duration)).collect();
        // A chord in the order of its keys; of two strikes of a key in one sixteenth the longer.
        assert_eq!(told, [(0, 60, 48), (0, 64, 12), (12, 60, 24)]);
        assert!(read.pedal.is_empty() && read.notes.iter().all(|note| note.velocity.is_none()));
    }
}
