//! Segue's own forward, as the plugin calls it.

use std::sync::{Arc, Barrier};

use segue_model::{Ask, Checkpoint, CheckpointError, Generator, Model};
use segue_music::{Beats, ContextNote, Meter, Role};

use crate::clock::Times;

/// A jam with both windows full.
pub struct Jam {
    model: Arc<Model>,
    generator: Generator,
    ask: Ask,
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
            });
        }
        generator.prefill(usize::MAX);
        let end = generator.context().last().map_or(0, |note| note.onset);
        let from = segue_music::beats_at(end);
        let ask = Ask { temperature: 1.0, top_p: 0.95, ..Ask::new(Role::Segue, from, Beats::MAX) };
        let mut jam = Self { model, generator, ask };
        (0..100).for_each(|_| jam.note());
        jam
    }

    /// Bytes of weights and cache that a note reads.
    pub fn bytes_a_note(&self) -> usize {
        self.generator.bytes_a_note()
    }

    fn note(&mut self) {
        match self.generator.next(&self.ask) {
            Ok(next) => self.ask.from = next.note.onset,
            Err(rest) => panic!("the model would not play: {rest}"),
        }
    }

    /// What so many notes took.
    pub fn times(&mut self, notes: usize) -> Times {
        Times::measure(notes, || self.note())
    }
}

/// What a note costs each of four jams that play on one model side by side, as fast as they can: they fight for the caches.
pub fn four_at_once(jam: &Jam, notes: usize) -> Times {
    let start = Barrier::new(4);
    let each = std::thread::scope(|scope| {
        let players: Vec<_> = (0..4)
            .map(|_| {
                scope.spawn(|| {
                    let mut jam = Jam::on(jam.model.clone());
                    start.wait();
                    let time = |_| {
                        let start = crate::clock::now_ms();
                        jam.note();
                        crate::clock::now_ms() - start
                    };
                    (0..notes).map(time).collect::<Vec<f64>>()
                })
            })
            .collect();
        players.into_iter().flat_map(|player| player.join().expect("a player panicked")).collect()
    });
    Times::of(each)
}
