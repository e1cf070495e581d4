//! `trainer contrast`: how one collection of music differs from another.

use std::path::PathBuf;

use anyhow::{Result, ensure};
use clap::Args;

use crate::excerpt::{self, Excerpt, Lengths};
use crate::material::Material;
use crate::table::Table;
use crate::told_apart::{self, Told, ToldApart};

/// Show how music differs from other music, by the numbers that a classifier tells answers by: what
/// a composer's songs still lack, for example, beside songs that people wrote
#[derive(Args, Debug)]
pub struct Contrast {
    /// A folder of .mid files, searched with its subfolders.
    #[arg(long, value_name = "FOLDER")]
    midi: PathBuf,
    /// The folder that it is compared with.
    #[arg(long, value_name = "FOLDER")]
    with: PathBuf,
    /// How many excerpts of each are compared, one of a piece.
    #[arg(long, default_value_t = 120, value_parser = clap::value_parser!(u32).range(1..=10_000))]
    pieces: u32,
    /// Bars that come before an excerpt: it is compared with them as an answer is with its prompt.
    #[arg(long, default_value_t = 4, value_parser = clap::value_parser!(u32).range(1..=64))]
    prompt_bars: u32,
    /// Bars of an excerpt.
    #[arg(long, default_value_t = 12, value_parser = clap::value_parser!(u32).range(2..=64))]
    bars: u32,
    /// Take the last bars of each piece that it is compared with. With one folder given twice, this
    /// shows what an ending alone tells
    #[arg(long)]
    ends: bool,
    /// How many numbers to show, those furthest apart first.
    #[arg(long, default_value_t = 30)]
    tells: usize,
}

impl Contrast {
    /// Runs it.
    pub fn run(&self) -> Result<()> {
        let lengths = Lengths { prompt: self.prompt_bars, answer: self.bars };
        let most = self.pieces as usize;
        let ending = if self.ends { Excerpt::ending } else { Excerpt::of };
        let mut one = excerpt::choose(&Material::of(&self.midi)?, lengths, most, Excerpt::of);
        let mut other = excerpt::choose(&Material::of(&self.with)?, lengths, most, ending);
        let count = one.len().min(other.len());
        ensure!(
            count >= 2 * told_apart::FEWEST,
            "{} of each hold {} bars and then {}, and a classifier needs {}; ask for fewer with --prompt-bars and --bars",
            count,
            self.prompt_bars,
            self.bars,
            2 * told_apart::FEWEST
        );
        one.truncate(count);
        other.truncate(count);
        // The first is no harder to tell from itself than by chance, or the measure is broken.
        let halves: [Vec<Excerpt>; 2] =
            [0, 1].map(|half| one.iter().skip(half).step_by(2).take(count / 2).cloned().collect());
        let told = Told::between(&one, &other, "the other music");
        let rows = vec![Told::between(&halves[0], &halves[1], "its own other half"), told.clone()];
        say!("{count} excerpts of each\n");
        say!("{}", ToldApart { rows }.table().markdown());
        say!("{}", self.table(&told).markdown());
        Ok(())
    }

    fn table(&self, told: &Told) -> Table {
        let mut tells = told.tells.clone();
        let apart = |tell: &told_apart::Tell| tell.apart();
        tells.sort_by(|one, other| apart(other).abs().total_cmp(&apart(one).abs()));
        let row = |tell: &told_apart::Tell| {
            let [one, other] = tell.means.map(|mean| format!("{mean:.3}"));
            vec![tell.what.clone(), one, other, format!("{:+.2}", apart(tell)), format!("{:.2}", tell.area)]
        };
        let heads = vec!["number", "mean", "the other's", "apart, in standard deviations", "AUC alone"];
        Table { heads, rows: tells.iter().take(self.tells).map(row).collect() }
    }
}
