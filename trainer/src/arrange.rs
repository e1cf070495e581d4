//! `trainer arrange`: songs of our own making to learn from, for bands, for one pianist, for two
//! who trade, and for a singer with a pianist.

mod accompanist;
mod band;
mod bass;
mod bebop;
mod blues;
mod broken;
mod check;
mod chord;
mod comping;
mod counter;
mod cycle;
mod descant;
mod dice;
mod drums;
mod duo;
mod dynamics;
mod ending;
mod feel;
mod form;
mod grid;
mod habits;
mod hands;
mod harmony;
mod kit;
mod lead;
mod library;
mod motif;
mod numeral;
mod part;
mod pattern;
mod pianist;
mod piece;
mod progression;
mod rhythm;
mod riff;
mod scale;
mod score;
mod song;
mod songbook;
mod style;
mod sung;
mod tempo;
#[cfg(test)]
mod tests;
mod theme;
mod touch;
mod variation;
mod vary;
mod voicing;
mod walking;

use std::path::PathBuf;

use anyhow::{Result, ensure};
use clap::{Args, ValueEnum as _};

use crate::progress_bar::bar;
use crate::record::Record;
use piece::{Kind, Maker};
use songbook::Songbook;

/// Compose songs to learn from, with a manifest that `prepare` reads: nothing but a seed is needed.
#[derive(Args, Debug)]
pub struct Arrange {
    /// The folder that the songs, their manifest and their chords go to; made anew each time.
    #[arg(long)]
    out: PathBuf,
    /// How many songs.
    #[arg(long, default_value_t = 5000, value_parser = clap::value_parser!(u64).range(2..=10_000_000))]
    count: u64,
    /// What chance begins from. A song depends on the seed and its own number alone.
    #[arg(long, default_value_t = 1)]
    seed: u64,
    /// A folder of styles of your own, beside ours; `trainer/styles/README.md` says how one is
    /// written.
    #[arg(long, value_name = "FOLDER")]
    styles: Option<PathBuf>,
    /// Only songs of this style; may be given more than once.
    #[arg(long, value_name = "NAME")]
    style: Vec<String>,
    /// Who plays: a band, one pianist, two who trade phrases, a singer with a pianist.
    #[arg(long, value_delimiter = ',', default_value = "band,piano,duo,sung")]
    kinds: Vec<Kind>,
    /// The share of songs, in percent, that are played as hands play, off the grid. `train` puts a
    /// human touch on every song by itself, a new one each time, which teaches more.
    #[arg(long, default_value_t = 0, value_parser = clap::value_parser!(u8).range(0..=100))]
    loose: u8,
}

/// Songs of all styles and kinds as they are prepared for training, the same every time.
pub fn records(count: u64) -> Result<Vec<Record>> {
    let kinds = Kind::value_variants().to_vec();
    let maker = Maker { styles: library::load(None)?, kinds, seed: 1, loose: 0.0 };
    let record = |number| {
        let made = maker.song(number);
        Record::from_piece(made.path, made.kind, &made.piece)
    };
    (0..count).map(record).collect()
}

impl Arrange {
    /// Runs it.
    pub fn run(&self) -> Result<()> {
        let mut styles = library::load(self.styles.as_deref())?;
        if !self.style.is_empty() {
            let known: Vec<&str> = styles.iter().map(|style| style.file.name.as_str()).collect();
            for name in &self.style {
                ensure!(
                    known.contains(&name.as_str()),
                    "there is no style {name:?}; known are: {}",
                    known.join(", ")
                );
            }
            styles.retain(|style| self.style.contains(&style.file.name));
        }
        styles.retain(|style| self.kinds.iter().any(|kind| piece::suits(style, *kind)));
        ensure!(
            !styles.is_empty(),
            "no such style is played by these kinds; a band and a duo play every style"
        );
        ensure!(
            styles.iter().any(|style| style.file.weight > 0.0),
            "all styles that are played have a weight of 0; give one of them more"
        );
        let maker = Maker {
            styles,
            kinds: self.kinds.clone(),
            seed: self.seed,
            loose: f64::from(self.loose) / 100.0,
        };
        let mut book = Songbook::begin(&self.out)?;
        let progress = bar(self.count, "{bar:30} {human_pos}/{human_len} songs  {per_sec}  {eta} left");
        let mut notes = 0;
        for number in 0..self.count {
            let made = maker.song(number);
            notes += made.notes();
            book.add(&made)?;
            progress.inc(1);
        }
        progress.finish_and_clear();
        book.finish()?;
        say!(
            "wrote {} songs with {notes} notes to {out}; go on with: trainer prepare --midi {out} --manifest {}",
            self.count,
            self.out.join(songbook::MANIFEST).display(),
            out = self.out.display(),
        );
        Ok(())
    }
}
