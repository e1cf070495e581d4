//! Folders of MIDI files and the manifest that describes them.

use std::collections::{BTreeMap, BTreeSet};
use std::fs;
use std::path::{Path, PathBuf};

use anyhow::{Context as _, Result, bail, ensure};
use segue_music::{midi_file, one_line};

use crate::authorship;
use crate::record::Record;

/// The licences of music that a model may be trained on which is given away and sold: they ask for
/// credit at most.
const LICENCES: [&str; 7] =
    ["CC0-1.0", "CC-BY-4.0", "CC-BY-3.0", "MIT", "BSD-3-Clause", "public-domain", "MIT/public-domain"];

/// The rows of a manifest, by each file's path in the folder.
#[derive(Debug, Default)]
pub struct Manifest {
    entries: BTreeMap<PathBuf, Entry>,
}

/// A row of a manifest.
#[derive(Debug)]
struct Entry {
    kind: String,
    split: String,
    licence: Option<String>,
    composer: Option<String>,
    style: Option<String>,
}

impl Manifest {
    /// Reads a table of tab-separated columns whose first line names them: `path`, `kind`, `split`,
    /// and if present `licence`, `group` and `style`.
    pub fn read(path: &Path) -> Result<Self> {
        let text = fs::read_to_string(path)
            .with_context(|| format!("cannot read the manifest {}", path.display()))?;
        let mut lines = text.lines();
        let names: Vec<_> = lines.next().unwrap_or_default().split('\t').collect();
        let column = |name: &str| {
            names.iter().position(|column| *column == name).with_context(|| {
                format!(
                    "the manifest {} has no column {name:?}; its first line must name its columns",
                    path.display()
                )
            })
        };
        let (file, kind, split) = (column("path")?, column("kind")?, column("split")?);
        let [licence, group, style] = ["licence", "group", "style"].map(|name| column(name).ok());
        let entries = lines
            .filter_map(|line| {
                let cells: Vec<_> = line.split('\t').collect();
                let cell = |column: usize| cells.get(column).map(ToString::to_string);
                let licence = licence.map(|licence| cell(licence).unwrap_or_default());
                let composer = group.and_then(cell).and_then(|group| authorship::of_group(&group));
                let style = style.and_then(cell).filter(|style| !style.is_empty());
                let entry = Entry { kind: cell(kind)?, split: cell(split)?, licence, composer, style };
                Some((PathBuf::from(cells.get(file)?), entry))
            })
            .collect();
        Ok(Self { entries })
    }

    /// Refuses a manifest with a file that may not be learnt from.
    ///
    /// # Errors
    /// Names the first such file, its licence, and those that will do.
    pub fn check_licences(&self) -> Result<()> {
        for (path, entry) in &self.entries {
            if let Some(licence) = entry.licence.as_deref().filter(|licence| !LICENCES.contains(licence)) {
                bail!(
                    "{} is under the licence {licence:?}, which is not among those a model may be trained on here ({}); take its \
                     line out of the manifest, or leave --manifest out for music of your own",
                    path.display(),
                    LICENCES.join(", ")
                );
            }
        }
        Ok(())
    }
}

/// A file that was left out, and why.
#[derive(Debug)]
pub struct Skipped {
    /// Which.
    pub path: PathBuf,
    /// Why.
    pub why: String,
}

/// All MIDI files below a folder, sorted by name, or only those of one split of the manifest.
pub fn files(folder: &Path, manifest: Option<&Manifest>, split: Option<&str>) -> Result<Vec<PathBuf>> {
    ensure!(folder.is_dir(), "{} is no folder; name a folder of .mid files", folder.display());
    let mut found = Vec::new();
    let (mut folders, mut seen) = (vec![folder.to_owned()], BTreeSet::new());
    while let Some(next) = folders.pop() {
        // A link may lead back to a folder around it.
        if !fs::canonicalize(&next).is_ok_and(|next| seen.insert(next)) {
            continue;
        }
        for entry in fs::read_dir(&next).with_context(|| format!("cannot list {}", next.display()))? {
            let path = entry?.path();
            if path.is_dir() {
                folders.push(path);
            } else if midi_file::has_midi_extension(&path) {
                found.push(path);
            }
        }
    }
    found.sort();
    if found.is_empty() {
        bail!("there is no MIDI file in {}; name a folder that holds some", folder.display());
    }
    if let (Some(manifest), Some(split)) = (manifest, split) {
        found.retain(|path| {
            let entry = path.strip_prefix(folder).ok().and_then(|path| manifest.entries.get(path));
            entry.is_some_and(|entry| entry.split == split)
        });
        ensure!(
            !found.is_empty(),
            "no file in {} is of the split {split:?} of the manifest",
            folder.display()
        );
    }
    Ok(found)
}

/// Reads files, and returns those that could not be used as well. Calls `each` after every file.
/// What was odd about a file that was read all the same goes to standard error, one line each.
pub fn read(
    folder: &Path,
    files: &[PathBuf],
    manifest: Option<&Manifest>,
    mut each: impl FnMut(),
) -> (Vec<Record>, Vec<Skipped>) {
    let (mut records, mut skipped) = (Vec::new(), Vec::new());
    for path in files {
        let name = path.strip_prefix(folder).unwrap_or(path);
        let entry = manifest.and_then(|manifest| manifest.entries.get(name));
        let kind = entry.map_or("unknown", |entry| &entry.kind);
        let record = midi_file::read(path).map_err(anyhow::Error::from).and_then(|piece| {
            for remark in piece.remarks() {
                eprintln!("{}: {remark}", one_line(&path.to_string_lossy()));
            }
            Record::from_piece(name.display().to_string(), kind.to_owned(), &piece)
        });
        let (composer, style) =
            entry.map(|entry| (entry.composer.clone(), entry.style.clone())).unwrap_or_default();
        match record {
            Ok(record) => records.push(Record { composer, style, ..record }),
            Err(error) => skipped.push(Skipped { path: path.clone(), why: format!("{error:#}") }),
        }
        each();
    }
    (records, skipped)
}
