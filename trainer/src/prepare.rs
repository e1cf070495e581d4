//! `trainer prepare`: a folder of MIDI files to shards.

use std::collections::BTreeMap;
use std::fs;
use std::path::PathBuf;

use anyhow::{Context as _, Result, ensure};
use clap::Args;
use segue_music::one_line;

use crate::authorship;
use crate::corpus::{self, Manifest, Skipped};
use crate::duplicates::Library;
use crate::progress_bar::bar;
use crate::record::Record;
use crate::shard;

/// Read a folder of .mid files into shards to train from.
#[derive(Args, Debug)]
pub struct Prepare {
    /// The folder, searched with its subfolders.
    #[arg(long)]
    midi: PathBuf,
    /// A table with each file's kind and split (tab-separated: path, kind, split, and optionally
    /// licence and group)
    #[arg(long)]
    manifest: Option<PathBuf>,
    /// Without a manifest: the share of files, in percent, kept for validation.
    #[arg(long, default_value_t = 10, value_parser = clap::value_parser!(u64).range(1..=50))]
    valid_percent: u64,
    /// Train on pieces that are in the corpus already, or in the part kept for validation.
    #[arg(long)]
    keep_duplicates: bool,
    /// Where the shards go.
    #[arg(long)]
    out: PathBuf,
}

impl Prepare {
    /// Runs it.
    pub fn run(&self) -> Result<()> {
        let manifest = self.manifest.as_deref().map(Manifest::read).transpose()?;
        if let Some(manifest) = &manifest {
            manifest.check_licences()?;
        }
        let splits: Vec<(&str, Vec<PathBuf>)> = match &manifest {
            Some(_) => ["train", "valid"]
                .into_iter()
                .map(|split| Ok((split, corpus::files(&self.midi, manifest.as_ref(), Some(split))?)))
                .collect::<Result<_>>()?,
            None => {
                let files = corpus::files(&self.midi, None, None)?;
                let (valid, train) = files.into_iter().partition(|path| self.keeps_for_validation(path));
                vec![("train", train), ("valid", valid)]
            }
        };
        fs::create_dir_all(&self.out)
            .with_context(|| format!("cannot make the folder {}", self.out.display()))?;
        let mut prepared = Vec::new();
        let mut library = Library::default();
        // What validates goes first, so that no copy of it is trained on.
        for (split, files) in splits.into_iter().rev() {
            let progress = bar(files.len() as u64, "{bar:30} {pos}/{len} files of {msg}, {eta} left");
            progress.set_message(split);
            let (mut records, mut skipped) =
                corpus::read(&self.midi, &files, manifest.as_ref(), || progress.inc(1));
            progress.finish_and_clear();
            if split == "train" && !self.keep_duplicates {
                records.retain(|record| match library.add(record) {
                    None => true,
                    Some((of, share)) => {
                        let why = format!("{:.0} % of it is in {of}", 100.0 * share);
                        skipped.push(Skipped { path: record.name.clone().into(), why });
                        false
                    }
                });
            } else {
                records.iter().for_each(|record| _ = library.add(record));
            }
            describe(split, &records, &skipped);
            prepared.push((split, records));
        }
        prepared.reverse();
        authorship::keep_known(&mut prepared);
        // A handful of files may all fall into one split.
        if prepared[1].1.is_empty() && prepared[0].1.len() > 1 {
            let moved = prepared[0].1.pop();
            prepared[1].1.extend(moved);
        } else if prepared[0].1.is_empty() && prepared[1].1.len() > 1 {
            let moved = prepared[1].1.pop();
            prepared[0].1.extend(moved);
        }
        for (split, records) in &prepared {
            ensure!(
                !records.is_empty(),
                "nothing is left for {split}; {} must hold at least two readable .mid files with notes",
                self.midi.display()
            );
        }
        for (split, records) in prepared {
            shard::write(&shard::path(&self.out, split), records)?;
        }
        say!(
            "wrote {} and {}",
            shard::path(&self.out, "train").display(),
            shard::path(&self.out, "valid").display()
        );
        Ok(())
    }

    /// By the file's name, so that adding files moves none of the others.
    fn keeps_for_validation(&self, path: &std::path::Path) -> bool {
        let name = path.file_name().unwrap_or_default().as_encoded_bytes();
        let hash = name.iter().fold(0xcbf2_9ce4_8422_2325_u64, |hash, &byte| {
            (hash ^ u64::from(byte)).wrapping_mul(0x0100_0000_01b3)
        });
        (hash >> 32) % 100 < self.valid_percent
    }
}

fn describe(split: &str, records: &[Record], skipped: &[Skipped]) {
    let mut kinds: BTreeMap<&str, (usize, usize)> = BTreeMap::new();
    for record in records {
        let kind = kinds.entry(&record.kind).or_default();
        kind.0 += 1;
        kind.1 += record.notes.len();
    }
    say!(
        "{split}: {} files, {} notes",
        records.len(),
        records.iter().map(|record| record.notes.len()).sum::<usize>()
    );
    for (kind, (files, notes)) in kinds {
        say!("  {kind:32} {files:6} files {notes:9} notes");
    }
    for Skipped { path, why } in skipped {
        say!("  skipped {}", one_line(&format!("{}: {why}", path.display())));
    }
}
