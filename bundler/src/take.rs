//! One answer as it is kept: a MIDI file of both players and the sound.

use std::io::Write as _;
use std::path::Path;

use anyhow::{Context, Result};
use segue_music::{Beats, Channel, Meter, Note, Part, Piece, Tempo, Timeline, Track, midi_file};

use crate::{ANSWER_CHANNEL, Message, Performance, PlayedNote};

/// Positions of an answer are kept on this grid: finer than one sample at any tempo up to 300 and
/// 48 kHz, and every musical value stands on it, so that a note played on the sample nearest to a
/// sixteenth is written on the sixteenth.
const GRID: Beats = Beats::ratio(1, 960);

/// What a player gave and what Segue answered.
#[derive(Clone, Debug, PartialEq)]
pub struct Take {
    /// The player's voice.
    pub you: Track,
    /// Ours, a track a channel, as the part that plays there unless somebody chose another.
    pub segue: Vec<Track>,
    /// The tempo of both.
    pub tempo: Tempo,
    /// Their metre.
    pub meter: Meter,
}

impl Take {
    /// Takes an answer down: the notes of each channel and its pedal, by the song's position, which
    /// began at zero with the performance's first sample.
    pub fn of(
        you: Track,
        answer: &[(Channel, Vec<PlayedNote>)],
        performance: &Performance,
        clock: (Tempo, Meter),
    ) -> Self {
        let (tempo, meter) = clock;
        let timeline = Timeline { origin: Beats::ZERO, tempo, sample_rate: performance.sample_rate };
        let at = |sample: u64| timeline.beats_at(sample as f64).round_to(GRID);
        let note = |note: &PlayedNote| {
            let (onset, end) = (at(note.on), at(note.off));
            Note { onset, key: note.key, duration: (end - onset).max(GRID), velocity: note.velocity }
        };
        let track = |(channel, notes): &(Channel, Vec<PlayedNote>)| {
            let pedal = performance.events.iter().filter_map(|event| match event.message {
                Message::Control { channel: on, controller: 64, value } if on == *channel => {
                    Some((at(event.sample), value >= 64))
                }
                _ => None,
            });
            let part = Part::ALL.into_iter().find(|part| part.usual_channel() == *channel);
            let (name, program) = match part {
                // A voice of no part plays on it, too.
                _ if *channel == ANSWER_CHANNEL => ("Segue".to_owned(), None),
                Some(part) => (format!("Segue {part}"), part.program()),
                None => (format!("Segue {}", channel + 1), None),
            };
            let notes = notes.iter().map(note).collect();
            Track { name, channel: *channel, program, notes, pedal: pedal.collect() }
        };
        let segue = answer.iter().map(track).collect();
        Self { you: Track { name: "You".into(), ..you }, segue, tempo, meter }
    }

    /// Our notes that have a pitch, in order of their onsets.
    pub fn pitched(&self) -> Vec<Note> {
        let pitched = self.segue.iter().filter(|track| !track.is_drums());
        let mut notes: Vec<Note> = pitched.flat_map(|track| track.notes.iter().copied()).collect();
        notes.sort_unstable();
        notes
    }

    /// Our drums.
    pub fn drums(&self) -> Vec<Note> {
        let drums = self.segue.iter().filter(|track| track.is_drums());
        drums.flat_map(|track| track.notes.iter().copied()).collect()
    }

    /// How many notes are ours.
    pub fn count(&self) -> usize {
        self.segue.iter().map(|track| track.notes.len()).sum()
    }

    /// As a piece: the player's track, then ours.
    pub fn piece(&self) -> Piece {
        let tracks: Vec<Track> = [&self.you].into_iter().chain(&self.segue).cloned().collect();
        let end = tracks.iter().flat_map(|track| &track.notes).map(Note::end).max().unwrap_or_default();
        Piece {
            tracks,
            tempos: vec![(Beats::ZERO, self.tempo)],
            meters: vec![(Beats::ZERO, self.meter)],
            end: end.ceil_to(self.meter.bar()),
            ..Piece::default()
        }
    }

    /// Writes the MIDI file.
    pub fn write(&self, path: &Path) -> Result<()> {
        midi_file::write(path, &self.piece())?;
        Ok(())
    }
}

/// Writes a text; `path` is never half a file.
pub fn write_text(path: &Path, text: &str) -> Result<()> {
    let broken =
        || format!("{}: cannot be written; choose another folder with `--out FOLDER`", path.display());
    let mut part = part_beside(path).with_context(broken)?;
    part.write_all(text.as_bytes()).with_context(broken)?;
    part.persist(path).map_err(|error| error.error).with_context(broken)?;
    Ok(())
}

/// A temporary file beside the one that it will become.
fn part_beside(path: &Path) -> std::io::Result<tempfile::NamedTempFile> {
    let mut part = tempfile::Builder::new();
    part.suffix(".part");
    // Temporary files are private to their maker; a take is as readable as any file of the user's.
    #[cfg(unix)]
    part.permissions(std::os::unix::fs::PermissionsExt::from_mode(0o666));
    part.tempfile_in(path.parent().unwrap_or(Path::new(".")))
}

/// Writes what was heard as a stereo WAV file of 32-bit floats: nothing clips. `path` is never half
/// a file.
pub fn write_sound(path: &Path, performance: &Performance) -> Result<()> {
    let broken =
        || format!("{}: cannot be written; choose another folder with `--out FOLDER`", path.display());
    let part = part_beside(path).with_context(broken)?;
    let format = hound::WavSpec {
        channels: 2,
        sample_rate: performance.sample_rate as u32,
        bits_per_sample: 32,
        sample_format: hound::SampleFormat::Float,
    };
    let mut writer =
        hound::WavWriter::new(std::io::BufWriter::new(part.as_file()), format).with_context(broken)?;
    let [left, right] = &performance.audio;
    for (left, right) in left.iter().zip(right) {
        writer.write_sample(*left).with_context(broken)?;
        writer.write_sample(*right).with_context(broken)?;
    }
    writer.finalize().with_context(broken)?;
    part.persist(path).map_err(|error| error.error).with_context(broken)?;
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::Event;

    #[test]
    fn an_answer_on_the_nearest_samples_is_written_on_the_beat() {
        let (tempo, meter) = (Tempo::new(97.0), Meter::COMMON);
        let sample = |beats: f64| (beats * 60.0 / 97.0 * 44_100.0).round() as u64;
        let answer = [
            PlayedNote { on: sample(4.25), off: sample(4.5), key: 62, velocity: 70 },
            PlayedNote { on: sample(13.0 / 3.0), off: sample(13.0 / 3.0), key: 64, velocity: 71 },
        ];
        let lifted = Message::Control { channel: 1, controller: 64, value: 0 };
        let performance = Performance {
            sample_rate: 44_100.0,
            events: vec![Event { sample: sample(4.25), message: lifted }],
            audio: [vec![0.0, 0.5], vec![0.0, -2.0]],
        };
        let prompt = Note { onset: Beats::ZERO, key: 60, duration: Beats::ONE, velocity: 80 };
        let you = Track { notes: vec![prompt], ..Track::default() };
        let kick = [PlayedNote { on: sample(4.0), off: sample(4.1), key: 36, velocity: 90 }];
        let answer = [(1, answer.to_vec()), (2, kick.to_vec()), (9, kick.to_vec()), (15, kick.to_vec())];
        let take = Take::of(you, &answer, &performance, (tempo, meter));
        assert_eq!((take.count(), take.pitched().len(), take.drums().len()), (5, 4, 1));
        let segue = &take.segue[0];
        assert_eq!(segue.notes[0].onset, Beats::ratio(17, 4));
        assert_eq!(segue.notes[0].duration, Beats::ratio(1, 4));
        assert_eq!(segue.notes[1].onset, Beats::ratio(13, 3));
        assert_eq!(segue.pedal, [(Beats::ratio(17, 4), false)]);

        let folder = tempfile::tempdir().expect("a temporary folder");
        let path = folder.path().join("take.mid");
        take.write(&path).expect("a file");
        let back = midi_file::read(&path).expect("a piece");
        let voices: Vec<_> =
            back.tracks.iter().map(|track| (track.name.as_str(), track.program, track.notes.len())).collect();
        let expected = [
            ("You", None, 1),
            ("Segue", None, 2),
            ("Segue bass", Some(33), 1),
            ("Segue drums", None, 1),
            ("Segue 16", None, 1),
        ];
        assert_eq!(voices, expected);
        assert_eq!(back.tracks[1].notes, segue.notes);
        assert!((back.tempos[0].1.bpm() - 97.0).abs() < 0.001);
        assert_eq!(back.meters, [(Beats::ZERO, meter)]);

        let path = folder.path().join("take.wav");
        write_sound(&path, &performance).expect("a file");
        let sound: Vec<f32> = hound::WavReader::open(&path)
            .expect("sound")
            .samples()
            .map(|sample| sample.expect("sample"))
            .collect();
        assert_eq!(sound, [0.0, 0.0, 0.5, -2.0]);
        assert_eq!(std::fs::read_dir(folder.path()).expect("folder").count(), 2);
    }

    #[test]
    fn sound_that_cannot_be_written_names_its_file() {
        let error =
            write_sound(Path::new("no such folder/take.wav"), &Performance::default()).expect_err("an error");
        assert!(format!("{error:#}").contains("take.wav"));
    }
}
