//! The folder that songs are written to: whole or not at all.

use std::collections::BTreeSet;
use std::fmt::Write as _;
use std::fs;
use std::path::{Path, PathBuf};

use anyhow::{Context as _, Result, bail, ensure};
use segue_music::midi_file;

use super::piece::Made;

/// The table that `prepare` reads.
pub const MANIFEST: &str = "manifest.tsv";
/// The table of the songs' chords.
const CHORDS: &str = "chords.tsv";
/// The first line of the manifest, by which a folder of ours is known.
const COLUMNS: &str = "path\tsplit\tsource\tlicence\tkind\tgroup\tnotes\tseconds\tstyle";
/// Nobody's rights: the songs are anybody's.
const LICENCE: &str = "CC0-1.0";

/// A folder that is being written. It lies beside its place under a passing name until it is
/// finished.
pub struct Songbook {
    out: PathBuf,
    passing: PathBuf,
    manifest: String,
    chords: String,
}

impl Songbook {
    /// Begins a folder.
    ///
    /// # Errors
    /// Where `out` holds something that is not ours to take away, or cannot be written.
    pub fn begin(out: &Path) -> Result<Self> {
        check_ours(out)?;
        let name = out
            .file_name()
            .with_context(|| format!("{} names no folder; choose another --out", out.display()))?;
        let passing = out.with_file_name(format!("{}.part", name.to_string_lossy()));
        // Left from a run that was cut off.
        check_ours(&passing)?;
        remove(&passing)?;
        fs::create_dir_all(&passing)
            .with_context(|| format!("cannot make the folder {}", passing.display()))?;
        write(&passing.join(MANIFEST), &format!("{COLUMNS}\n"))?;
        Ok(Self {
            out: out.to_owned(),
            passing,
            manifest: format!("{COLUMNS}\n"),
            chords: "path\tbeat\tsymbol\troot\tbass\ttones\n".to_owned(),
        })
    }

    /// Adds a song.
    ///
    /// # Errors
    /// Where its file cannot be written.
    pub fn add(&mut self, made: &Made) -> Result<()> {
        let path = self.passing.join(&made.path);
        if let Some(folder) = path.parent() {
            fs::create_dir_all(folder)
                .with_context(|| format!("cannot make the folder {}", folder.display()))?;
        }
        let bytes = midi_file::to_bytes_marked(&made.piece, &made.sections)
            .with_context(|| format!("cannot write {}", path.display()))?;
        fs::write(&path, bytes).with_context(|| format!("cannot write {}", path.display()))?;
        let seconds = made.piece.seconds_at(made.piece.end);
        let Made { path, split, kind, group, style, .. } = made;
        // Writing to a string cannot fail.
        _ = writeln!(
            self.manifest,
            "{path}\t{split}\tarranged\t{LICENCE}\t{kind}\t{group}\t{}\t{seconds:.1}\t{style}",
            made.notes()
        );
        for chord in &made.chords {
            let tones: Vec<String> = chord.tones.iter().map(i32::to_string).collect();
            let (beat, symbol, root, bass) = (chord.beat.as_f64(), &chord.symbol, chord.root, chord.bass);
            _ = writeln!(self.chords, "{path}\t{beat}\t{symbol}\t{root}\t{bass}\t{}", tones.join(" "));
        }
        Ok(())
    }

    /// Puts the folder in its place.
    ///
    /// # Errors
    /// Where that cannot be done; what was there before is still there then.
    pub fn finish(self) -> Result<()> {
        write(&self.passing.join(MANIFEST), &self.manifest)?;
        write(&self.passing.join(CHORDS), &self.chords)?;
        // Nobody may have put anything there in the meantime.
        check_ours(&self.out)?;
        remove(&self.out)?;
        fs::rename(&self.passing, &self.out)
            .with_context(|| format!("cannot move {} to {}", self.passing.display(), self.out.display()))
    }
}

/// Refuses a folder that holds anything but songs of ours.
fn check_ours(folder: &Path) -> Result<()> {
    if !folder.exists() {
        return Ok(());
    }
    let other = "choose another --out, or take it away";
    ensure!(folder.is_dir(), "{} is there and is no folder; {other}", folder.display());
    let files = files(folder)?;
    let Some(first) = files.first() else { return Ok(()) };
    let manifest = fs::read_to_string(folder.join(MANIFEST)).unwrap_or_default();
    if manifest.lines().next() != Some(COLUMNS) {
        bail!(
            "{} holds something that `arrange` did not make, such as {}; {other}",
            folder.display(),
            first.display()
        );
    }
    // A run that was cut off has songs that no manifest names yet.
    let begun = manifest.lines().count() == 1;
    let listed: BTreeSet<&Path> =
        manifest.lines().filter_map(|line| line.split('\t').next()).map(Path::new).collect();
    for file in &files {
        let ours = [MANIFEST, CHORDS].iter().any(|name| file == Path::new(name));
        let song =
            begun && file.extension().is_some_and(|end| end == "mid") || listed.contains(file.as_path());
        ensure!(
            ours || song,
            "{} holds {}, which `arrange` did not make; {other}",
            folder.display(),
            file.display()
        );
    }
    Ok(())
}

/// All files below a folder, by their paths in it.
fn files(folder: &Path) -> Result<Vec<PathBuf>> {
    let mut found = Vec::new();
    let mut folders = vec![folder.to_owned()];
    while let Some(next) = folders.pop() {
        for entry in fs::read_dir(&next).with_context(|| format!("cannot list {}", next.display()))? {
            let path = entry?.path();
            if path.is_dir() {
                folders.push(path);
            } else {
                found.push(path.strip_prefix(folder).unwrap_or(&path).to_owned());
            }
        }
    }
    found.sort();
    Ok(found)
}

fn remove(folder: &Path) -> Result<()> {
    if folder.exists() {
        fs::remove_dir_all(folder).with_context(|| format!("cannot take {} away", folder.display()))?;
    }
    Ok(())
}

fn write(path: &Path, text: &str) -> Result<()> {
    fs::write(path, text).with_context(|| format!("cannot write {}", path.display()))
}
