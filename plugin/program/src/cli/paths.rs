//! Which files are read, and where what comes of them goes.

use std::fs;
use std::path::{Path, PathBuf};

use anyhow::{Context as _, Result, bail, ensure};

/// A file and where its answer goes.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Pair {
    /// The prompt.
    pub input: PathBuf,
    /// Prompt and answer.
    pub output: PathBuf,
}

/// A file gives a file; a folder gives a folder, with the same names in it.
pub fn pairs(input: &Path, output: &Path) -> Result<Vec<Pair>> {
    ensure!(input.exists(), "{}: there is no such file or folder", input.display());
    ensure!(
        !same(input, output),
        "{}: the answer would overwrite the prompt; name another output",
        output.display()
    );
    if !input.is_dir() {
        ensure!(!output.is_dir(), "{}: is a folder; name the file to write", output.display());
        let folder = output.parent().filter(|folder| !folder.as_os_str().is_empty());
        if let Some(folder) = folder {
            ensure!(folder.is_dir(), "{}: there is no such folder", folder.display());
        }
        return Ok(vec![Pair { input: input.to_owned(), output: output.to_owned() }]);
    }
    ensure!(
        output.is_dir() || !output.exists(),
        "{}: is a file; {} is a folder and needs a folder to go to",
        output.display(),
        input.display()
    );
    let mut pairs = Vec::new();
    let entries = fs::read_dir(input).with_context(|| format!("{}: cannot be read", input.display()))?;
    for entry in entries {
        let entry = entry.with_context(|| format!("{}: cannot be read", input.display()))?;
        let path = entry.path();
        if is_midi(&path) && path.is_file() {
            pairs.push(Pair { output: output.join(entry.file_name()), input: path });
        }
    }
    if pairs.is_empty() {
        bail!("{}: holds no .mid files", input.display());
    }
    pairs.sort();
    Ok(pairs)
}

fn is_midi(path: &Path) -> bool {
    path.extension()
        .is_some_and(|ending| ["mid", "midi"].iter().any(|midi| ending.eq_ignore_ascii_case(midi)))
}

fn same(one: &Path, other: &Path) -> bool {
    match (fs::canonicalize(one), fs::canonicalize(other)) {
        (Ok(one), Ok(other)) => one == other,
        _ => false,
    }
}
