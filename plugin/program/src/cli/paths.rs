//! The files to read, and where each output goes.

use std::collections::BTreeMap;
use std::ffi::{OsStr, OsString};
use std::fs;
use std::path::{Path, PathBuf};

use anyhow::{Context as _, Result, bail, ensure};
use segue_music::midi_file;

/// An input file and its output file.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Pair {
    /// The prompt.
    pub input: PathBuf,
    /// The prompt and the answer.
    pub output: PathBuf,
}

/// The pairs for a file and a file, or for a folder and a folder: there each output has the name of
/// its input.
///
/// # Errors
/// What is missing or in the way, before anything is computed or written.
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
        if midi_file::has_midi_extension(&path) && path.is_file() {
            pairs.push(Pair { output: output.join(output_name(&entry.file_name())), input: path });
        }
    }
    if pairs.is_empty() {
        bail!("{}: holds no MIDI files ({})", input.display(), midi_file::EXTENSIONS.join(", "));
    }
    pairs.sort();
    keep_prompts(&pairs)?;
    keep_apart(&pairs)?;
    Ok(pairs)
}

/// Refuses an output that is a link to one of the inputs.
fn keep_prompts(pairs: &[Pair]) -> Result<()> {
    let inputs: BTreeMap<PathBuf, &Path> = pairs
        .iter()
        .filter_map(|pair| Some((fs::canonicalize(&pair.input).ok()?, pair.input.as_path())))
        .collect();
    for Pair { output, .. } in pairs {
        let input = fs::canonicalize(output).ok().and_then(|target| inputs.get(&target));
        if let Some(input) = input {
            bail!(
                "{}: the answer would overwrite the prompt {}; name another output",
                output.display(),
                input.display()
            );
        }
    }
    Ok(())
}

/// Refuses two inputs whose answers would have one name.
fn keep_apart(pairs: &[Pair]) -> Result<()> {
    let mut outputs = BTreeMap::new();
    for Pair { input, output } in pairs {
        if let Some(other) = outputs.insert(output, input) {
            bail!(
                "{} and {}: both answers would be {}; rename one",
                other.display(),
                input.display(),
                output.display()
            );
        }
    }
    Ok(())
}

/// The name of the input. What is written has no RIFF container, so `x.rmi` gives `x.rmi.mid`.
fn output_name(input: &OsStr) -> OsString {
    let mut name = input.to_owned();
    if Path::new(input).extension().is_some_and(|end| end.eq_ignore_ascii_case("rmi")) {
        name.push(".mid");
    }
    name
}

fn same(one: &Path, other: &Path) -> bool {
    match (fs::canonicalize(one), fs::canonicalize(other)) {
        (Ok(one), Ok(other)) => one == other,
        _ => false,
    }
}
