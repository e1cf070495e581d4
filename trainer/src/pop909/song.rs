//! A song's notes and what is annotated beside them.

use std::ops::Range;
use std::path::Path;

use anyhow::{Context as _, Result, ensure};
use segue_music::{Beats, Meter, Note, Piece, Tempo, Track};

/// The tracks that are scored.
pub const TRACKS: [&str; 3] = ["MELODY", "BRIDGE", "PIANO"];
/// A sixteenth, to which everything is moved.
const SIXTEENTH: Beats = Beats::ratio(1, 4);
/// Lower notes of the accompaniment are basses.
const BASS: u8 = 52;

/// How much each hint of a bar line counts: a downbeat from the notes or from the recording, a
/// change of harmony, and a second of a bass.
const COUNTS: (f64, f64, f64) = (1.0, 0.6, 0.3);

/// What tells where beats and bars are.
pub struct Hints {
    /// When beats fall, in seconds.
    pub beats: Vec<f64>,
    /// Hints of bar lines: when, in seconds, and how much each counts.
    hints: Vec<(f64, f64)>,
}

impl Hints {
    /// From the files beside a song, and from its own basses.
    pub fn read(folder: &Path, piece: &Piece) -> Result<Self> {
        let (downbeat, harmony, bass) = COUNTS;
        let mut hints = Vec::new();
        let path = folder.join("beat_midi.txt");
        let lines = numbers(&path, 3)?;
        let beats: Vec<f64> = lines.iter().map(|line| line[0]).collect();
        ensure!(
            beats.len() > 1 && beats.windows(2).all(|pair| pair[0] < pair[1]),
            "{}: the beats are not in the order of time",
            path.display()
        );
        hints.extend(lines.iter().filter(|line| line[2] > 0.0).map(|line| (line[0], downbeat)));
        let recorded = folder.join("beat_audio.txt");
        if recorded.is_file() {
            let first = |line: &&Vec<f64>| (line[1] - 1.0).abs() < 0.5;
            hints.extend(numbers(&recorded, 2)?.iter().filter(first).map(|line| (line[0], downbeat)));
        }
        hints.extend(changes(&folder.join("chord_midi.txt"))?.into_iter().map(|at| (at, harmony)));
        for track in piece.tracks.iter().filter(|track| track.name == "PIANO") {
            for note in track.notes.iter().filter(|note| note.key < BASS) {
                let (from, to) = (piece.seconds_at(note.onset), piece.seconds_at(note.end()));
                hints.push((from, bass * (to - from).min(3.0)));
            }
        }
        Ok(Self { beats, hints })
    }

    /// For each beat, how much says that a bar begins with it.
    pub fn downbeats(&self) -> Vec<f64> {
        let mut sums = vec![0.0; self.beats.len()];
        for &(at, count) in &self.hints {
            let after = self.beats.partition_point(|&beat| beat < at);
            let near = match after {
                0 => 0,
                after if after == sums.len() => after - 1,
                after if at - self.beats[after - 1] < self.beats[after] - at => after - 1,
                after => after,
            };
            sums[near] += count;
        }
        sums
    }
}

/// Whether a track is one of [`TRACKS`].
pub fn is_scored(track: &Track) -> bool {
    TRACKS.contains(&&track.name[..])
}

/// Lines of at least so many numbers.
fn numbers(path: &Path, count: usize) -> Result<Vec<Vec<f64>>> {
    let read = |(at, line): (usize, &str)| -> Result<Vec<f64>> {
        let numbers: Result<Vec<f64>, _> = line.split_whitespace().map(str::parse).collect();
        let numbers = numbers.ok().filter(|numbers: &Vec<f64>| numbers.len() >= count);
        numbers.with_context(|| format!("{}, line {}: not {count} numbers: {line:?}", path.display(), at + 1))
    };
    let text = std::fs::read_to_string(path).with_context(|| format!("cannot read {}", path.display()))?;
    text.lines().enumerate().filter(|(_, line)| !line.trim().is_empty()).map(read).collect()
}

/// When another chord begins.
fn changes(path: &Path) -> Result<Vec<f64>> {
    let text = std::fs::read_to_string(path).with_context(|| format!("cannot read {}", path.display()))?;
    let mut changes = Vec::new();
    let mut before = "";
    for (at, line) in text.lines().enumerate() {
        let parts: Vec<&str> = line.split_whitespace().collect();
        let [from, _, chord, ..] = parts[..] else { continue };
        let from: f64 = from
            .parse()
            .with_context(|| format!("{}, line {}: {from:?} is no time", path.display(), at + 1))?;
        if chord != "N" && chord != before {
            changes.push(from);
            before = chord;
        }
    }
    Ok(changes)
}

/// The notes that begin within a stretch of beats, on sixteenths; the stretch begins a bar.
pub fn placed(piece: &Piece, beats: &[f64], stretch: Range<usize>) -> Piece {
    let start = stretch.start;
    let end = Beats::ratio((stretch.end - start) as i64, 1);
    let on_grid = |at: Beats| {
        let seconds = piece.seconds_at(at);
        let before = beats.partition_point(|&beat| beat <= seconds).saturating_sub(1).min(beats.len() - 2);
        let within = (seconds - beats[before]) / (beats[before + 1] - beats[before]);
        Beats::from_f64(before as f64 + within - start as f64).round_to(SIXTEENTH)
    };
    let moved = |note: &Note| {
        let onset = on_grid(note.onset);
        let until = on_grid(note.end()).max(onset + SIXTEENTH);
        (onset >= Beats::ZERO && onset < end).then(|| Note { onset, duration: until - onset, ..*note })
    };
    let tracks: Vec<Track> = piece
        .tracks
        .iter()
        .filter(|track| is_scored(track))
        .map(|track| {
            let notes = one_at_a_time(track.notes.iter().filter_map(moved).collect());
            Track { notes, pedal: Vec::new(), ..track.clone() }
        })
        .filter(|track| !track.notes.is_empty())
        .collect();
    let last = tracks.iter().flat_map(|track| &track.notes).map(Note::end).max().unwrap_or(end);
    let seconds = beats[stretch.end - 1] - beats[start];
    let tempo = Tempo::new(60.0 * (stretch.len() - 1) as f64 / seconds);
    Piece {
        tracks,
        tempos: vec![(Beats::ZERO, tempo)],
        meters: vec![(Beats::ZERO, Meter::default())],
        end: end.max(last),
        source: None,
    }
}

/// A key is let go before it is struck again.
fn one_at_a_time(mut notes: Vec<Note>) -> Vec<Note> {
    notes.sort_by_key(|note| (note.key, note.onset, std::cmp::Reverse(note.duration)));
    notes.dedup_by_key(|note| (note.key, note.onset));
    for place in 1..notes.len() {
        let Note { key, onset, .. } = notes[place];
        let before = &mut notes[place - 1];
        if before.key == key {
            before.duration = before.duration.min(onset - before.onset);
        }
    }
    notes.sort_unstable();
    notes
}
