//! A run of training: step by step, with an evaluation now and then.

use std::fs;
use std::sync::Arc;
use std::time::Instant;

use anyhow::{Context as _, Result};
use indicatif::ProgressBar;
use segue_model::{Checkpoint, Continuation, ContinuationOptions, Guards, Model, Precision, Sequence};
use segue_music::{Beats, Meter, Note, PartSet, Piece, Tempo, Track, midi_file};
use segue_network::Network;

use super::Train;
use crate::example::Examples;
use crate::measure::Measure;
use crate::optimizer::AdamW;
use crate::origin::Origin;
use crate::parallel::Learner;
use crate::passage::Passage;
use crate::progress::{Progress, Schedule};
use crate::{curve, saved, score};

/// All that a run of training works with.
pub struct Lessons<'a> {
    pub train: &'a Train,
    pub network: Network,
    pub optimizer: AdamW,
    pub learner: Learner,
    pub origin: Origin,
    pub run: Progress,
    pub valid: Vec<Passage>,
    pub progress: ProgressBar,
}

/// When a run evaluates, is saved and ends, and how fast it learns until then.
pub struct Pace {
    schedule: Schedule,
    every: u64,
    next_evaluation: u64,
    began: Instant,
    saved: Instant,
    /// Seconds between two saves.
    save_every: f64,
    /// Seconds that the run learned before, and in all at most.
    before: f64,
    seconds: f64,
}

impl Pace {
    pub fn new(train: &Train, run: &Progress) -> Self {
        Self {
            schedule: Schedule { rate: train.rate, notes: train.notes },
            every: train.evaluate_every,
            next_evaluation: run.notes + train.evaluate_every,
            began: Instant::now(),
            saved: Instant::now(),
            save_every: 60.0 * train.save_every,
            before: run.seconds,
            seconds: train.minutes.map_or(f64::INFINITY, |minutes| 60.0 * minutes),
        }
    }

    /// Seconds that the run has learned for.
    pub fn learned(&self) -> f64 {
        self.before + self.began.elapsed().as_secs_f64()
    }

    /// How much of the time is over.
    fn over(&self) -> f64 {
        self.learned() / self.seconds
    }

    /// The learning rate after so many notes.
    pub fn rate(&self, notes: u64) -> f32 {
        let by_time = (self.over() * self.schedule.notes as f64) as u64;
        self.schedule.at(notes.max(by_time)) as f32
    }

    pub fn ends(&self, notes: u64) -> bool {
        notes >= self.schedule.notes || self.over() >= 1.0
    }

    /// Whether to evaluate after so many notes.
    pub fn evaluates(&mut self, notes: u64) -> bool {
        let due = notes >= self.next_evaluation || self.ends(notes);
        if due {
            self.next_evaluation = notes + self.every;
        }
        due
    }

    /// Whether to save, some time after the last one.
    pub fn saves(&mut self) -> bool {
        let due = self.saved.elapsed().as_secs_f64() >= self.save_every;
        if due {
            self.saved = Instant::now();
        }
        due
    }
}

impl Lessons<'_> {
    /// Trains on the CPU.
    pub fn on_the_cpu(mut self, examples: &Examples) -> Result<()> {
        let mut pace = Pace::new(self.train, &self.run);
        while !pace.ends(self.run.notes) {
            let step = self.run.step;
            let sequences = self
                .learner
                .draw(self.train.batch.into(), |number| self.train.draw(examples, step, number))?;
            let bits = self.learner.learn(&self.network, &sequences)?;
            let (threads, rate) = (self.learner.threads(), pace.rate(self.run.notes));
            self.optimizer.step(&self.network, self.learner.gradients(), rate, threads)?;
            self.train.silence(&self.network)?;
            self.advance(sequences.iter().map(|sequence: &Sequence| sequence.len() as u64).sum(), bits);
            self.run.seconds = pace.learned();
            if pace.evaluates(self.run.notes) {
                self.evaluate()?;
            } else if pace.saves() {
                self.save(&self.checkpoint()?)?;
            }
        }
        self.progress.finish();
        Ok(())
    }

    /// A run that was stopped before its first evaluation, and has no time left, still writes a
    /// model.
    pub fn evaluate_if_over(&mut self) -> Result<()> {
        let over = Pace::new(self.train, &self.run).ends(self.run.notes);
        if over && self.run.validation.is_empty() { self.evaluate() } else { Ok(()) }
    }

    /// A step was taken.
    pub fn advance(&mut self, notes: u64, bits: f64) {
        self.run.advance(notes, bits);
        self.progress.set_position(self.run.notes);
        self.progress.set_message(format!("{:.2} bits a note", self.run.smooth));
    }

    /// Scores, saves, draws, and lets the model play.
    pub fn evaluate(&mut self) -> Result<()> {
        let (network, run, train) = (&self.network, &mut self.run, self.train);
        let kinds = self.learner.score(network, &self.valid, Measure::Free)?;
        let mean = score::mean_total(&kinds, 500);
        let each: Vec<_> =
            kinds.iter().map(|(kind, bits)| format!("{kind} {:.2}", bits.per_note().total)).collect();
        let said = format!(
            "{:>9} notes  train {:.3}  valid {mean:.3}  ({})",
            run.notes,
            run.smooth,
            each.join(", ")
        );
        run.evaluated(mean);
        let is_best = run.is_best();

        let checkpoint = self.checkpoint()?;
        if is_best {
            checkpoint.save(&train.out.join("model.safetensors"), Precision::Half)?;
        }
        self.save(&checkpoint)?;
        self.progress.suspend(|| say!("{said}"));
        let run = &self.run;
        curve::draw(&train.out.join("curve.svg"), curve::BITS, &run.training, &run.validation)?;
        train.play(checkpoint, run.notes)
    }

    /// The model as it is now.
    pub fn checkpoint(&self) -> Result<Checkpoint> {
        Ok(Checkpoint {
            name: self.train.name.clone(),
            config: self.network.config().clone(),
            notes_seen: self.origin.notes_seen + self.run.notes,
            styles: self.origin.styles.clone(),
            numbers: self.network.numbers()?,
            critic: None,
        })
    }

    /// Saves what a run goes on from.
    pub fn save(&self, checkpoint: &Checkpoint) -> Result<()> {
        let mut together = saved::Together::default();
        let [latest, moments, state] = self.train.files();
        together.add(&latest, |part| Ok(checkpoint.save(part, Precision::Single)?))?;
        together.add(&moments, |part| self.optimizer.write(part))?;
        together.add(&state, |part| saved::save(part, &self.run))?;
        together.put()
    }
}

impl Train {
    /// Lets the model as it is now continue the same phrase each time.
    fn play(&self, checkpoint: Checkpoint, notes: u64) -> Result<()> {
        let folder = self.out.join("samples");
        fs::create_dir_all(&folder)
            .with_context(|| format!("cannot make the folder {}", folder.display()))?;
        let prompt = prompt();
        let options = ContinuationOptions {
            bars: 8,
            grid: None,
            temperature: 1.0,
            top_p: 0.95,
            seed: self.seed,
            guards: Guards::ALL,
            parts: PartSet::NONE,
            candidates: 1,
        };
        if let Ok(answer) = Continuation::of(&prompt, Arc::new(Model::from_checkpoint(checkpoint)?), &options)
        {
            let path = folder.join(format!("{notes:09}.mid"));
            midi_file::write(&path, &answer.with_prompt(&prompt))?;
        }
        Ok(())
    }
}

/// The prompt of the samples: eight bars in the key of C, unmistakable to the ear.
fn prompt() -> Piece {
    let eighth = Beats::ratio(1, 2);
    let chord = [[0, 4, 7], [-3, 0, 4], [-7, -3, 0], [-5, -1, 2]];
    let mut notes = Vec::new();
    for bar in 0..8_i64 {
        let tones = chord[bar as usize % 4];
        let start = Beats::ONE.times(4 * bar);
        let note =
            |onset: Beats, key: i32, duration: Beats| Note { onset, key: key as u8, duration, velocity: 80 };
        notes.push(note(start, 48 + tones[0], Beats::ONE.times(4)));
        for step in 0..8_i64 {
            let tone = tones[step as usize % 3] + if step >= 3 { 12 } else { 0 };
            notes.push(note(start + eighth.times(step), 60 + tone, eighth));
        }
    }
    let track = Track { notes, ..Track::default() };
    let meters = vec![(Beats::ZERO, Meter::COMMON)];
    Piece {
        tracks: vec![track],
        tempos: vec![(Beats::ZERO, Tempo::new(110.0))],
        meters,
        end: Beats::ONE.times(32),
        ..Piece::default()
    }
}
