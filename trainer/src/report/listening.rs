//! Prompts of our own and the model's answers to them, to be looked at and listened to.

use std::path::{Component, Path, PathBuf};

use anyhow::{Context as _, Result, ensure};
use segue_music::{Beats, Note, Tick, Track, midi_file, tick_at};

use crate::corpus;
use crate::likeness::Likeness;
use crate::record::VoicedNote;

/// One prompt and its answer, as they lie in a folder.
#[derive(Clone, Debug)]
pub struct Example {
    /// The file's name, without its ending.
    pub name: String,
    /// The file as a link from the page.
    pub link: String,
    /// The prompt.
    pub prompt: Vec<VoicedNote>,
    /// The answer.
    pub answer: Vec<VoicedNote>,
    /// Where bars begin, and the last one ends.
    pub bars: Vec<Tick>,
    /// The answer's numbers.
    pub likeness: Likeness,
}

/// What `segue continue` calls the track of an answer.
const SEGUE: &str = "Segue";

impl Example {
    /// All of a folder that `segue continue` has answered, linked from a page in another folder.
    pub fn all(folder: &Path, page: &Path) -> Result<Vec<Self>> {
        let way = way(page, folder)?;
        let files = corpus::files(folder, None, None)?;
        let here = files.iter().filter(|path| path.parent() == Some(folder));
        let examples = here.map(|path| Self::read(path, &way)).collect::<Result<Vec<_>>>()?;
        ensure!(!examples.is_empty(), "{} holds no answers; see `segue continue`", folder.display());
        Ok(examples)
    }

    fn read(path: &Path, way: &str) -> Result<Self> {
        let piece = midi_file::read(path)?;
        let (answer, prompt): (Vec<&Track>, Vec<&Track>) =
            piece.tracks.iter().filter(|track| !track.is_drums()).partition(|track| track.name == SEGUE);
        ensure!(
            !answer.is_empty(),
            "{} has no track \"{SEGUE}\"; write it with `segue continue`",
            path.display()
        );
        let (prompt, answer) = (notes(&prompt), notes(&answer));
        let next = |&line: &Beats| Some(piece.bar_lines_later(line, 1));
        let bars = std::iter::successors(Some(Beats::ZERO), next).take_while(|&line| line <= piece.end);
        let name = path.file_stem().unwrap_or_default().to_string_lossy().into_owned();
        Ok(Self {
            link: format!("{way}{name}.mid"),
            likeness: Likeness::of(&prompt, &answer),
            bars: bars.map(tick_at).collect(),
            name,
            prompt,
            answer,
        })
    }
}

fn notes(tracks: &[&Track]) -> Vec<VoicedNote> {
    let voiced = |note: &Note| VoicedNote {
        onset: tick_at(note.onset),
        key: note.key,
        duration: tick_at(note.duration).max(1),
        velocity: Some(note.velocity),
        voice: 0,
    };
    let mut notes: Vec<VoicedNote> = tracks.iter().flat_map(|track| &track.notes).map(voiced).collect();
    notes.sort_unstable();
    notes
}

/// From one folder to another, as in a link, with a slash at its end unless it is the same folder.
fn way(from: &Path, to: &Path) -> Result<String> {
    let whole = |path: &Path| -> Result<PathBuf> {
        path.canonicalize().with_context(|| format!("cannot find the folder {}", path.display()))
    };
    let (from, to) = (whole(from)?, whole(to)?);
    let (from, to): (Vec<Component<'_>>, Vec<Component<'_>>) =
        (from.components().collect(), to.components().collect());
    let shared = from.iter().zip(&to).take_while(|(one, other)| one == other).count();
    let up = from[shared..].iter().map(|_| "../".to_owned());
    let down = to[shared..].iter().map(|part| format!("{}/", part.as_os_str().to_string_lossy()));
    Ok(up.chain(down).collect())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn links_lead_from_folder_to_folder() {
        let home = tempfile::tempdir().unwrap();
        let folder = |name: &str| {
            let path = home.path().join(name);
            std::fs::create_dir_all(&path).unwrap();
            path
        };
        let (report, examples, inner) = (folder("report"), folder("examples"), folder("report/inner"));
        for (from, to, link) in [
            (&report, &examples, "../examples/"),
            (&report, &inner, "inner/"),
            (&inner, &examples, "../../examples/"),
            (&report, &report, ""),
        ] {
            assert_eq!(way(from, to).unwrap(), link);
        }
        assert!(way(&report, &home.path().join("nowhere")).unwrap_err().to_string().contains("nowhere"));
    }
}
