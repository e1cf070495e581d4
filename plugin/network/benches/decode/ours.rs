//! Segue's own forward, as the plugin calls it.

use std::sync::{Arc, Barrier};

use segue_model::{Checkpoint, CheckpointError, Field, Generator, Model, NoteRequest};
use segue_music::{Beats, ContextNote, Meter, Role, Tokenizer};

use crate::bandwidth::Elsewhere;
use crate::clock::{Times, took};

/// A jam with both windows full.
pub struct Jam {
    model: Arc<Model>,
    generator: Generator,
    tokenizer: Tokenizer,
    request: NoteRequest,
}

impl Jam {
    /// On a model with these weights.
    pub fn new(checkpoint: Checkpoint) -> Result<Self, CheckpointError> {
        Ok(Self::on(Arc::new(Model::from_checkpoint(checkpoint)?)))
    }

    fn on(model: Arc<Model>) -> Self {
        let mut generator = Generator::new(model.clone());
        generator.meter(0, Some(Meter::COMMON));
        for place in 0..model.config().copy_window.max(model.config().window) as i64 + 88 {
            let (onset, duration) = (place * 12, 10 + place % 7 * 6);
            generator.hear(ContextNote {
                onset,
                key: 40 + (place * 7 % 43) as u8,
                velocity: Some(60 + (place % 40) as u8),
                end: Some(onset + duration),
                // What was played live: durations were not known when the notes began.
                shown: None,
                role: Role::Player,
                part: None,
            });
        }
        generator.prefill(usize::MAX);
        let end = generator.context().last().map_or(0, |note| note.onset);
        let from = segue_music::beats_at(end);
        let request =
            NoteRequest { temperature: 1.0, top_p: 0.95, ..NoteRequest::new(Role::Segue, from, Beats::MAX) };
        let mut jam = Self { model, generator, tokenizer: Tokenizer::new(), request };
        (0..100).for_each(|_| jam.note());
        jam
    }

    /// Bytes of weights and cache that a note reads.
    pub fn bytes_a_note(&self) -> usize {
        self.generator.bytes_a_note()
    }

    fn note(&mut self) {
        match self.generator.next(&self.request) {
            Ok(next) => self.request.from = next.note.onset,
            Err(rest) => panic!("the model would not play: {rest}"),
        }
    }

    /// The time to decode one note: the four fields' logits, each given the fields before it, and
    /// the note read.
    fn decode(&mut self, place: i64) -> f64 {
        let before = self.generator.context().last().map_or(0, |note| note.onset);
        let duration = 6 + place % 5 * 6;
        let note = ContextNote {
            onset: before + 6 + place % 3 * 3,
            key: 40 + (place * 11 % 43) as u8,
            velocity: Some(62 + (place * 4 % 40) as u8),
            end: Some(before + duration),
            shown: Some(duration),
            role: Role::Segue,
            part: None,
        };
        let token = self.tokenizer.token(&note, before);
        let said = took(|| {
            for field in Field::ALL {
                std::hint::black_box(self.generator.logits(field, Role::Segue, token));
            }
        });
        self.generator.hear(note);
        said + took(|| _ = self.generator.prefill(1))
    }

    /// What decoding this many notes took, from the state of the cache to the logits and the next
    /// state.
    pub fn decoding(&mut self, notes: usize) -> Times {
        Times::of((0..notes as i64).map(|place| self.decode(place)).collect())
    }

    /// The same where each time something else has filled the caches before.
    pub fn decoding_cold(&mut self, notes: usize, elsewhere: &mut Elsewhere) -> Times {
        let decode = |place| {
            elsewhere.visit();
            self.decode(place)
        };
        Times::of((0..notes as i64).map(decode).collect())
    }

    /// What this many notes took as the plugin plays them, with limits, masks and chance.
    pub fn playing(&mut self, notes: usize) -> Times {
        Times::measure(notes, || self.note())
    }
}

/// What a note costs each of four jams that play on one model side by side, as fast as they can:
/// they fight for the caches.
pub fn four_at_once(jam: &Jam, notes: usize) -> Times {
    let start = Barrier::new(4);
    let each = std::thread::scope(|scope| {
        let players: Vec<_> = (0..4)
            .map(|_| {
                scope.spawn(|| {
                    let mut jam = Jam::on(jam.model.clone());
                    start.wait();
                    (0..notes).map(|_| took(|| jam.note())).collect::<Vec<f64>>()
                })
            })
            .collect();
        players.into_iter().flat_map(|player| player.join().expect("a player panicked")).collect()
    });
    Times::of(each)
}
