//! The styles: ours, which are part of the program, and those of a folder.

use std::collections::BTreeMap;
use std::fs;
use std::path::Path;

use anyhow::{Context as _, Result, bail, ensure};
use serde::de::DeserializeOwned;

use super::kit::{Fill, rows};
use super::progression::Progression;
use super::rhythm::Rhythms;
use super::style::{Accompaniment, Piano, Style, StyleFile};

/// Names the files of `trainer/styles` once; a test compares the list with the folder.
macro_rules! ours {
    ($($name:literal)*) => {
        &[$((concat!($name, ".toml"), include_str!(concat!("../../styles/", $name, ".toml")))),*]
    };
}

/// File name and text of each.
const OURS: &[(&str, &str)] = ours! {
    "accompaniment" "endings" "fills" "piano" "progressions" "rhythms"
    "afro-six-eight" "bolero" "bossa-nova" "boogie-woogie" "cha-cha" "country" "disco" "doo-wop" "folk" "funk" "gospel"
    "half-time-rock" "house" "jazz-ballad" "jazz-waltz" "lo-fi" "lullaby" "march" "motown" "new-age" "polka"
    "pop-ballad" "pop-eighths" "punk" "rag" "reggae" "rock" "samba" "shuffle-blues" "six-eight-ballad" "ska"
    "slow-blues" "son-montuno" "soul" "swing" "syncopated-pop" "tango" "train-beat" "trap-ballad" "waltz"
};

/// The names of our files.
#[cfg(test)]
pub fn ours() -> impl Iterator<Item = &'static str> {
    OURS.iter().map(|&(name, _)| name)
}

/// Lists that styles share, each by its name.
#[derive(Default)]
struct Shared {
    progressions: BTreeMap<String, Vec<Progression>>,
    endings: BTreeMap<String, Vec<Progression>>,
    fills: BTreeMap<String, Vec<Fill>>,
    pianos: BTreeMap<String, Piano>,
    accompaniments: BTreeMap<String, Accompaniment>,
    rhythms: BTreeMap<String, Rhythms>,
}

/// All styles: ours, and those of a folder, which take the place of ours of the same name.
///
/// # Errors
/// Names the file and the field that makes no style.
pub fn load(folder: Option<&Path>) -> Result<Vec<Style>> {
    let mut shared = Shared::default();
    let mut styles = BTreeMap::new();
    read(
        OURS.iter().map(|&(name, text)| (name.to_owned(), text.to_owned())).collect(),
        &mut shared,
        &mut styles,
    )?;
    if let Some(folder) = folder {
        let files = files(folder)?;
        ensure!(
            !files.is_empty(),
            "there is no style in {}: it holds no .toml file; trainer/styles/README.md shows one",
            folder.display()
        );
        read(files, &mut shared, &mut styles)?;
    }
    Ok(styles.into_values().collect())
}

fn files(folder: &Path) -> Result<Vec<(String, String)>> {
    let mut files = Vec::new();
    for entry in
        fs::read_dir(folder).with_context(|| format!("cannot list the folder {}", folder.display()))?
    {
        let path = entry?.path();
        if path.extension().is_some_and(|end| end == "toml") {
            let text =
                fs::read_to_string(&path).with_context(|| format!("cannot read {}", path.display()))?;
            files.push((path.display().to_string(), text));
        }
    }
    files.sort();
    Ok(files)
}

/// Reads files of one folder: what styles share first, then the styles.
fn read(
    files: Vec<(String, String)>,
    shared: &mut Shared,
    styles: &mut BTreeMap<String, Style>,
) -> Result<()> {
    let mut left = Vec::new();
    for (path, text) in files {
        match Path::new(&path).file_name().and_then(|name| name.to_str()).unwrap_or_default() {
            "progressions.toml" => shared.progressions.append(&mut parse(&path, &text)?),
            "endings.toml" => shared.endings.append(&mut parse(&path, &text)?),
            "fills.toml" => shared.fills.append(&mut parse(&path, &text)?),
            "piano.toml" => shared.pianos.append(&mut checked(&path, &text, Piano::check)?),
            "accompaniment.toml" => {
                shared.accompaniments.append(&mut checked(&path, &text, Accompaniment::check)?);
            }
            "rhythms.toml" => shared.rhythms.append(&mut checked(&path, &text, Rhythms::check)?),
            _ => left.push((path, text)),
        }
    }
    for (path, text) in left {
        let style = parse(&path, &text).and_then(|file| shared.style(file).with_context(|| path.clone()))?;
        styles.insert(style.file.name.clone(), style);
    }
    Ok(())
}

/// Reads one file of lists, each of which is checked.
///
/// # Errors
/// One line with the file, and the list and the field in it.
fn checked<T: DeserializeOwned>(
    path: &str,
    text: &str,
    check: impl Fn(&T) -> Result<()>,
) -> Result<BTreeMap<String, T>> {
    let lists: BTreeMap<String, T> = parse(path, text)?;
    for (name, list) in &lists {
        check(list).with_context(|| format!("{path}: {name}"))?;
    }
    Ok(lists)
}

impl Shared {
    /// A style with everything that it names.
    fn style(&self, file: StyleFile) -> Result<Style> {
        file.check()?;
        let grid = file.grid()?;
        let progressions = lists("progressions", &file.progressions, &self.progressions)?;
        let bridges = lists("bridges", &file.bridges, &self.progressions)?;
        let endings = lists("endings", &file.endings, &self.endings)?;
        let (mut sung_accompaniments, mut sung_progressions) = (Vec::new(), Vec::new());
        if let Some(sung) = &file.sung {
            sung_progressions = lists("sung.progressions", &sung.progressions, &self.progressions)?;
            ensure!(!sung.accompaniment.is_empty(), "sung.accompaniment: there is none");
            for name in &sung.accompaniment {
                sung_accompaniments.push(known("sung.accompaniment", name, &self.accompaniments)?.clone());
            }
        }
        let all = [
            ("progressions", &progressions),
            ("bridges", &bridges),
            ("endings", &endings),
            ("sung.progressions", &sung_progressions),
        ];
        for (field, list) in all {
            let odd = list.iter().map(|one| one.weight).find(|weight| !weight.is_finite() || *weight < 0.0);
            ensure!(odd.is_none(), "{field}: {} is no weight", odd.unwrap_or_default());
        }
        for (mode, kind) in [(super::scale::Mode::Major, "major"), (super::scale::Mode::Minor, "minor")] {
            let plays =
                progressions.iter().chain(&sung_progressions).any(|progression| progression.mode == mode);
            let ends = endings.iter().any(|ending| ending.mode == mode);
            ensure!(
                !plays || ends,
                "endings: none of {:?} is in {kind}, and its progressions are",
                file.endings
            );
        }
        let fills = lists("fills", &file.fills, &self.fills)?;
        for (number, fill) in fills.iter().enumerate() {
            rows(&format!("fills: fill {number} of {:?}", file.fills), &fill.rows, grid.steps)?;
        }
        let mut pianos = Vec::new();
        for name in &file.piano {
            let piano = known("piano", name, &self.pianos)?;
            ensure!(
                i64::from(piano.steps) == grid.steps,
                "piano: {name:?} is for bars of {} steps, and this style's have {}",
                piano.steps,
                grid.steps
            );
            pianos.push(piano.clone());
        }
        let rhythms = known("melody.rhythms", &file.melody.rhythms, &self.rhythms)?.clone();
        ensure!(
            i64::from(rhythms.steps) == grid.steps,
            "melody.rhythms: {:?} is for bars of {} steps, and this style's have {}",
            file.melody.rhythms,
            rhythms.steps,
            grid.steps
        );
        let (sung, accompaniments) = (None, Vec::new());
        let mut style = Style {
            grid,
            progressions,
            bridges,
            endings,
            fills,
            pianos,
            rhythms,
            sung,
            accompaniments,
            file,
        };
        if let Some(sung) = style.file.sung.clone() {
            style.sung = Some(Box::new(style.for_singer(&sung, sung_progressions, sung_accompaniments)));
        }
        Ok(style)
    }
}

/// The lists of those names, one after the other.
fn lists<T: Clone>(field: &str, names: &[String], of: &BTreeMap<String, Vec<T>>) -> Result<Vec<T>> {
    let mut all = Vec::new();
    for name in names {
        all.extend(known(field, name, of)?.iter().cloned());
    }
    if all.is_empty() && matches!(field, "progressions" | "sung.progressions" | "endings") {
        bail!("{field}: there is none; known are: {}", names_of(of));
    }
    Ok(all)
}

fn known<'a, T>(field: &str, name: &str, of: &'a BTreeMap<String, T>) -> Result<&'a T> {
    of.get(name).with_context(|| format!("{field}: {name:?} is not known; known are: {}", names_of(of)))
}

fn names_of<T>(of: &BTreeMap<String, T>) -> String {
    of.keys().map(String::as_str).collect::<Vec<_>>().join(", ")
}

/// Reads one file.
///
/// # Errors
/// One line with the file, the line in it and the field that stands there.
fn parse<T: DeserializeOwned>(path: &str, text: &str) -> Result<T> {
    toml::from_str(text).map_err(|error| {
        let start = error.span().map_or(0, |span| span.start);
        let before = &text[..start.min(text.len())];
        let number = before.matches('\n').count() + 1;
        // The nearest line above that begins with a name names the field.
        let field = text.lines().take(number).filter_map(|line| {
            let of_table = || Some(line.trim().strip_prefix('[')?.trim_matches(['[', ']']));
            let name = line.split_once('=').map(|(name, _)| name).or_else(of_table)?.trim();
            let plain = !name.is_empty()
                && name.chars().all(|letter| letter.is_alphanumeric() || "-_".contains(letter));
            plain.then_some(name)
        });
        let field = field.last().filter(|_| start > 0).map(|name| format!(" ({name})")).unwrap_or_default();
        let message = error.message().replace('\n', " ");
        anyhow::anyhow!("{path}: line {number}{field}: {message}")
    })
}
