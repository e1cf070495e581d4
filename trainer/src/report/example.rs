//! Prompts of our own and the model's answers to them, to be looked at and listened to.

use std::path::{Component, Path, PathBuf};

use anyhow::{Context as _, Result, ensure};
use segue_music::{Beats, Piece, Track, midi_file};

use super::music::{Music, Sounds, Take, milliseconds};
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
    /// The answer's numbers.
    pub likeness: Likeness,
    /// Both, to be played.
    pub music: Music,
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
            piece.tracks.iter().partition(|track| track.name == SEGUE);
        ensure!(
            !answer.is_empty(),
            "{} has no track \"{SEGUE}\"; write it with `segue continue`",
            path.display()
        );
        let name = path.file_stem().unwrap_or_default().to_string_lossy().into_owned();
        Ok(Self {
            link: format!("{way}{name}.mid"),
            likeness: Likeness::of(&notes(&prompt), &notes(&answer)),
            music: music(&name, &piece, &prompt, &answer),
            name,
        })
    }
}

fn music(name: &str, piece: &Piece, prompt: &[&Track], answer: &[&Track]) -> Music {
    let next = |&line: &Beats| Some(piece.bar_lines_later(line, 1));
    let bars: Vec<Beats> =
        std::iter::successors(Some(Beats::ZERO), next).take_while(|&line| line <= piece.end).collect();
    // An answer begins with a bar, if not always with a note.
    let first = answer.iter().flat_map(|track| &track.notes).map(|note| note.onset).min().unwrap_or_default();
    let turn = bars.iter().copied().take_while(|&line| line <= first).last().unwrap_or_default();
    Music {
        name: name.to_owned(),
        turn: milliseconds(piece, turn),
        end: milliseconds(piece, piece.end),
        bars: bars.into_iter().map(|line| milliseconds(piece, line)).collect(),
        prompt: Sounds::of_tracks(piece, prompt),
        takes: vec![Take { who: SEGUE.to_owned(), notes: Sounds::of_tracks(piece, answer) }],
    }
}

fn notes(tracks: &[&Track]) -> Vec<VoicedNote> {
    let pitched = tracks.iter().filter(|track| !track.is_drums());
    let mut notes: Vec<VoicedNote> = pitched.flat_map(|track| &track.notes).map(VoicedNote::from).collect();
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
    use segue_music::{Meter, Note, Tempo};

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

    #[test]
    fn an_example_sounds_as_its_file_says() {
        let home = tempfile::tempdir().unwrap();
        let note = |beat: i64, key| Note {
            onset: Beats::ratio(beat, 1),
            key,
            duration: Beats::ratio(1, 1),
            velocity: 90,
        };
        let track = |name: &str, channel, program, notes: Vec<Note>| Track {
            name: name.into(),
            channel,
            program,
            notes,
            ..Track::default()
        };
        let piece = Piece {
            tracks: vec![
                track("You", 0, Some(33), vec![note(0, 40)]),
                track("Drums", 9, None, vec![note(1, 38)]),
                track("Segue", 1, Some(0), vec![note(5, 64), note(6, 66)]),
            ],
            // Twice as fast from the second bar on.
            tempos: vec![(Beats::ZERO, Tempo::new(60.0)), (Beats::ratio(4, 1), Tempo::new(120.0))],
            meters: vec![(Beats::ZERO, Meter::COMMON)],
            end: Beats::ratio(8, 1),
            ..Piece::default()
        };
        let path = home.path().join("band.mid");
        midi_file::write(&path, &piece).unwrap();
        let example = Example::read(&path, "").unwrap();
        let music = serde_json::to_value(&example.music).unwrap();
        // Onset, duration, key, velocity, and a bass before drums.
        assert_eq!(music["prompt"], serde_json::json!([0, 1000, 40, 90, 1, 1000, 1000, 38, 90, 2]));
        assert_eq!(
            music["takes"][0]["notes"],
            serde_json::json!([4500, 500, 64, 90, 0, 5000, 500, 66, 90, 0])
        );
        assert_eq!((&music["turn"], &music["end"]), (&serde_json::json!(4000), &serde_json::json!(6000)));
        assert_eq!(music["bars"], serde_json::json!([0, 4000, 6000]));
    }
}
