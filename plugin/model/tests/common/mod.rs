//! Untrained models of strong opinions, and a listener to what a generator plays.

use std::sync::{Arc, LazyLock};

use segue_model::{Checkpoint, Config, Field, Model, Next, Resolution};
use segue_music::{Key, Note, Tick, beats_at, tick_at};

/// One of [`MODELS`] at another resolution.
pub fn model(kind: u64, resolution: Resolution) -> Arc<Model> {
    let mut checkpoint = Checkpoint::random(&Config::tiny(), kind);
    let numbers = &mut checkpoint.numbers;
    if kind.is_multiple_of(2) {
        numbers.values_mut().flatten().for_each(|number| *number *= 2.0);
    }
    let mut lean = |field: Field, by: f32| {
        let bias = numbers.get_mut(&format!("{}.out.bias", field.name())).unwrap();
        (0..).zip(bias).for_each(|(symbol, bias)| *bias += by * symbol as f32);
    };
    lean(Field::Gap, [0.0, -0.15, -0.4][kind as usize % 3]);
    lean(Field::Duration, [0.0, 0.0, 0.1][kind as usize % 3]);
    Arc::new(Model::at_resolution(checkpoint, resolution).unwrap())
}

/// Untrained models: of even and of strong opinions, slow, dense, and dense with long notes.
pub static MODELS: LazyLock<Vec<Arc<Model>>> =
    LazyLock::new(|| (0..6).map(|kind| model(kind, Resolution::Byte)).collect());

/// What somebody at the output hears.
#[derive(Clone, Debug, Default)]
pub struct Ears {
    /// In the order in which they were planned.
    pub notes: Vec<Note>,
}

impl Ears {
    pub fn hear(&mut self, next: &Next) {
        if let Some((_, shortened)) = next.shortened {
            let voice = (shortened.onset, shortened.key);
            let note = self.notes.iter_mut().rev().find(|note| (note.onset, note.key) == voice).unwrap();
            assert_eq!(shortened.end(), next.note.onset);
            // The note may have been released meanwhile: rather one voice too few than one too
            // many.
            note.duration = note.duration.min(shortened.duration);
        }
        self.notes.push(next.note);
    }

    pub fn withdraw(&mut self, from: Tick) {
        self.notes.retain(|note| note.onset < beats_at(from));
    }

    pub fn release_all(&mut self, at: Tick) {
        let at = beats_at(at);
        for note in self.notes.iter_mut().filter(|note| note.onset < at) {
            note.duration = note.duration.min(at - note.onset);
        }
    }

    /// When a voice ends: as planned, or where its key is struck again.
    fn end(&self, place: usize) -> Tick {
        let note = &self.notes[place];
        let again = self.notes[place + 1..].iter().find(|other| other.key == note.key);
        tick_at(again.map_or(note.end(), |again| again.onset.min(note.end())))
    }

    /// How many voices sound just after a tick.
    pub fn sounding(&self, at: Tick) -> usize {
        let sounds = |place: &usize| tick_at(self.notes[*place].onset) <= at && self.end(*place) > at;
        (0..self.notes.len()).filter(sounds).count()
    }

    /// How many notes begin within a span that ends with a tick.
    pub fn begun(&self, span: Tick, last: Tick) -> usize {
        let within = |note: &&Note| (last - span + 1..=last).contains(&tick_at(note.onset));
        self.notes.iter().filter(within).count()
    }

    /// The most voices at once, ever.
    pub fn most_at_once(&self) -> usize {
        self.notes.iter().map(|note| self.sounding(tick_at(note.onset))).max().unwrap_or(0)
    }

    pub fn keys(&self) -> impl Iterator<Item = Key> {
        self.notes.iter().map(|note| note.key)
    }
}
