//! `trainer pop909`: pop that no weights learn from, placed on bars and sixteenths to be scored on.
//!
//! POP909 (Wang et al. 2020) has 909 songs as people arranged them for the piano: a tune, a second
//! voice and an accompaniment, in seconds, with beats, chords and some downbeats beside them.

mod bars;
mod song;

use std::fs;
use std::path::{Path, PathBuf};

use anyhow::{Context as _, Result, ensure};
use clap::Args;
use segue_music::midi_file;

use crate::progress_bar::bar;

/// Shorter stretches are left out: 24 bars.
const SHORTEST: usize = 96;

/// Place songs of POP909 on bars and sixteenths, to score a model on pop that it has not learned
#[derive(Args, Debug)]
pub struct Pop909 {
    /// The folder of POP909 that holds the songs' folders 001 to 909.
    #[arg(long)]
    from: PathBuf,
    /// The first song.
    #[arg(long, default_value_t = 9, value_parser = clap::value_parser!(u16).range(1..=909))]
    first: u16,
    /// And each so many-th from there on.
    #[arg(long, default_value_t = 9, value_parser = clap::value_parser!(u16).range(1..=909))]
    every: u16,
    /// Where they go; a new folder.
    #[arg(long)]
    out: PathBuf,
}

impl Pop909 {
    /// Runs it.
    pub fn run(&self) -> Result<()> {
        let numbers: Vec<u16> = (self.first..=909).step_by(usize::from(self.every)).collect();
        ensure!(
            !self.out.exists(),
            "{} exists already; name a new folder, or remove this one",
            self.out.display()
        );
        let progress = bar(numbers.len() as u64, "{bar:30} {pos}/{len} songs");
        let mut placed = Vec::new();
        for number in numbers {
            progress.inc(1);
            let name = format!("{number:03}");
            if let Some(piece) = placed_song(&self.from.join(&name), &name)? {
                placed.push((name, midi_file::to_bytes(&piece)?));
            }
        }
        progress.finish_and_clear();
        fs::create_dir_all(&self.out)
            .with_context(|| format!("cannot make the folder {}", self.out.display()))?;
        for (name, bytes) in &placed {
            let path = self.out.join(format!("{name}.mid"));
            fs::write(&path, bytes).with_context(|| format!("cannot write {}", path.display()))?;
        }
        say!(
            "wrote {} to {}; go on with: trainer evaluate --midi {} --grid 16 --prompt-bars 4 --score-bars 12",
            if placed.len() == 1 { "1 song".to_owned() } else { format!("{} songs", placed.len()) },
            self.out.display(),
            self.out.display()
        );
        Ok(())
    }
}

/// A song on its bars; `None` where they are uncertain for all but a short stretch of it.
fn placed_song(folder: &Path, name: &str) -> Result<Option<segue_music::Piece>> {
    let midi = folder.join(format!("{name}.mid"));
    ensure!(
        midi.is_file(),
        "there is no {}; name the folder that holds POP909's folders 001 to 909 with --from",
        midi.display()
    );
    let piece = midi_file::read(&midi).with_context(|| format!("cannot read {}", midi.display()))?;
    ensure!(
        piece.tracks.iter().any(song::is_scored),
        "{} has none of the tracks {}",
        midi.display(),
        song::TRACKS.join(", ")
    );
    let hints = song::Hints::read(folder, &piece)?;
    let stretch = bars::longest(&hints.downbeats());
    Ok((stretch.len() >= SHORTEST).then(|| song::placed(&piece, &hints.beats, stretch)))
}
