//! Prepared pieces in one file.

use std::fs;
use std::path::{Path, PathBuf};

use anyhow::{Context as _, Result, bail, ensure};
use segue_music::Vocabulary;
use serde::{Deserialize, Serialize};

use crate::record::Record;

/// What a shard begins with; the number grows where a piece is written otherwise than before.
const FORMAT: &[u8] = b"Segue shard 4\n";

/// The pieces of one split, with the vocabulary whose ticks they count in.
#[derive(Serialize, Deserialize)]
struct Shard {
    vocabulary: u64,
    records: Vec<Record>,
}

/// Where a split lies in a folder of prepared data.
pub fn path(folder: &Path, split: &str) -> PathBuf {
    folder.join(format!("{split}.shard"))
}

/// How folders of prepared data are said.
pub fn names(folders: &[PathBuf]) -> String {
    folders.iter().map(|folder| folder.display().to_string()).collect::<Vec<_>>().join(" and ")
}

/// The music of a split of several folders.
pub fn read_all(folders: &[PathBuf], split: &str) -> Result<Vec<Record>> {
    let mut records = Vec::new();
    for folder in folders {
        records.extend(read(&path(folder, split))?);
    }
    Ok(records)
}

/// Writes a split, whole or not at all.
pub fn write(path: &Path, records: Vec<Record>) -> Result<()> {
    let shard = Shard { vocabulary: Vocabulary::new().fingerprint(), records };
    let bytes = postcard::to_extend(&shard, FORMAT.to_vec())?;
    let part = path.with_extension("part");
    fs::write(&part, bytes)
        .and_then(|()| fs::rename(&part, path))
        .with_context(|| format!("cannot write {}; choose another folder with --out", path.display()))
}

/// Reads a split.
pub fn read(path: &Path) -> Result<Vec<Record>> {
    let again = "run `trainer prepare` again";
    let bytes = fs::read(path).with_context(|| format!("cannot read {}; {again}", path.display()))?;
    let Some(bytes) = bytes.strip_prefix(FORMAT) else {
        bail!("{} was written by another version of the trainer; {again}", path.display());
    };
    let shard: Shard = postcard::from_bytes(bytes)
        .with_context(|| format!("{} is no whole shard; {again}", path.display()))?;
    let ours = Vocabulary::new().fingerprint();
    ensure!(shard.vocabulary == ours, "{} was prepared for another vocabulary; {again}", path.display());
    Ok(shard.records)
}
