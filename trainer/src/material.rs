//! The music that a model is judged by.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};

use anyhow::{Context as _, Result, ensure};
use clap::Args;
use segue_music::one_line;

use crate::corpus::{self, Manifest, Skipped};
use crate::record::Record;
use crate::shard;

/// Where the music comes from.
#[derive(Args, Debug)]
pub struct Material {
    /// A folder of .mid files to score, searched with its subfolders; without it, the validation
    /// split of --shards
    #[arg(long)]
    midi: Option<PathBuf>,
    /// With --midi: a table that names each file's kind and split.
    #[arg(long, requires = "midi")]
    manifest: Option<PathBuf>,
    /// With a manifest: the split to score.
    #[arg(long, default_value = "valid")]
    split: String,
    /// Prepared shards, whose training split the counting models learn from; without shards they
    /// learn only as they score
    #[arg(long, required_unless_present = "midi")]
    shards: Option<PathBuf>,
    /// Score this kind only, and let the counting models learn from all others: for comparison with
    /// a model trained without it
    #[arg(long, value_name = "KIND")]
    left_out: Option<String>,
    /// Score at most about this many notes of each kind, from pieces spread evenly over it; 0 for
    /// all
    #[arg(long)]
    most: Option<usize>,
}

impl Material {
    /// All pieces of the music, as one keyboard plays them. Prints which files were left out.
    pub fn pieces(&self) -> Result<Vec<Record>> {
        Ok(self.ensembles()?.into_iter().filter_map(Record::pitched).collect())
    }

    /// All pieces of a folder, as one keyboard plays them. Prints which files were left out.
    pub fn of(folder: &Path) -> Result<Vec<Record>> {
        Ok(read(folder, None, None)?.into_iter().filter_map(Record::pitched).collect())
    }

    /// The same with their parts, drums too.
    pub fn ensembles(&self) -> Result<Vec<Record>> {
        let mut records = match (&self.midi, &self.shards) {
            (Some(folder), _) => self.read(folder)?,
            (None, Some(shards)) => shard::read(&shard::path(shards, "valid"))?,
            (None, None) => unreachable!("clap asks for one of them"),
        };
        if let Some(kind) = &self.left_out {
            let kinds =
                records.iter().map(|record| record.kind.clone()).collect::<std::collections::BTreeSet<_>>();
            records.retain(|record| &record.kind == kind);
            let kinds = kinds.into_iter().collect::<Vec<_>>().join(", ");
            ensure!(!records.is_empty(), "there is no music of the kind {kind:?}; there is: {kinds}");
        }
        Ok(records)
    }

    /// The pieces to score: at most about `most` notes of each kind, unless the command line sets
    /// another number.
    pub fn scored(&self, pieces: Vec<Record>, most: usize) -> Vec<Record> {
        spread(pieces, self.most.unwrap_or(most))
    }

    /// The files of --midi that are scored, and their folder.
    pub fn files(&self) -> Result<(&Path, Vec<PathBuf>)> {
        let folder = self.midi.as_deref().context("name a folder of songs with --midi")?;
        let manifest = self.manifest.as_deref().map(Manifest::read).transpose()?;
        let split = manifest.as_ref().map(|_| self.split.as_str());
        Ok((folder, corpus::files(folder, manifest.as_ref(), split)?))
    }

    fn read(&self, folder: &Path) -> Result<Vec<Record>> {
        let manifest = self.manifest.as_deref().map(Manifest::read).transpose()?;
        let split = manifest.as_ref().map(|_| self.split.as_str());
        read(folder, manifest.as_ref(), split)
    }

    /// The pieces that the counting models learn from, none without shards.
    pub fn corpus(&self) -> Result<Vec<Record>> {
        let Some(shards) = &self.shards else { return Ok(Vec::new()) };
        let mut records = shard::read(&shard::path(shards, "train"))
            .context("the counting models learn from the training split")?;
        records.retain(|record| self.left_out.as_ref() != Some(&record.kind));
        Ok(records.into_iter().filter_map(Record::pitched).collect())
    }
}

fn read(folder: &Path, manifest: Option<&Manifest>, split: Option<&str>) -> Result<Vec<Record>> {
    let files = corpus::files(folder, manifest, split)?;
    let (records, skipped) = corpus::read(folder, &files, manifest, || ());
    for Skipped { path, why } in &skipped {
        eprintln!("skipped {}", one_line(&format!("{}: {why}", path.display())));
    }
    ensure!(!records.is_empty(), "no file in {} has notes to score", folder.display());
    Ok(records)
}

/// Pieces of every kind, evenly spaced, until there are enough notes; all of them for 0.
fn spread(records: Vec<Record>, most: usize) -> Vec<Record> {
    if most == 0 {
        return records;
    }
    let mut kinds = BTreeMap::<String, (usize, f64)>::new();
    let mut pieces = BTreeMap::<String, usize>::new();
    for record in &records {
        kinds.entry(record.kind.clone()).or_insert((0, 0.5)).0 += record.notes.len();
        *pieces.entry(record.kind.clone()).or_default() += 1;
    }
    for (kind, (all, due)) in &mut kinds {
        let share = most as f64 / *all as f64;
        if pieces[kind] as f64 * share < 0.5 {
            // Its pieces are so long that it would have none.
            *due = 1.0 - share;
        }
    }
    let chosen = records.into_iter().filter(|record| {
        let Some((all, due)) = kinds.get_mut(&record.kind) else { return false };
        *due += (most as f64 / *all as f64).min(1.0);
        let take = *due >= 1.0;
        *due -= if take { 1.0 } else { 0.0 };
        take
    });
    chosen.collect()
}
