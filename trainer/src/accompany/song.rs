//! A song of a band, parted into what is given and the rhythm section that it has.

use std::collections::HashMap;
use std::fs;
use std::path::Path;

use anyhow::{Context as _, Result};
use segue_model::Accompaniment;
use segue_music::{Beats, Key, Note, Part, Piece, Track};

/// Bars of a song that are played: two are heard first.
const BARS: u32 = 34;

/// What a bass and a drummer play.
#[derive(Clone, Debug, Default)]
pub struct Rhythm {
    /// The bass, by onset.
    pub bass: Vec<Note>,
    /// The drums, by onset.
    pub drums: Vec<Note>,
}

impl Rhythm {
    /// The notes that begin from one position to another, none sounding beyond it.
    pub fn within(&self, start: Beats, end: Beats) -> Self {
        let cut = |notes: &[Note]| {
            let notes = notes.iter().filter(|note| (start..end).contains(&note.onset));
            notes.map(|note| Note { duration: note.duration.min(end - note.onset), ..*note }).collect()
        };
        Self { bass: cut(&self.bass), drums: cut(&self.drums) }
    }
}

/// A chord, as far as a bass is measured by it.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct ChordAt {
    /// When it begins.
    pub at: Beats,
    /// The pitch classes of its root, its fifth and its lowest tone.
    pub low: [Key; 3],
    /// The pitch classes of all of its tones, a bit each.
    pub tones: u16,
}

/// A song.
#[derive(Clone, Debug)]
pub struct Song {
    /// Everything but bass and drums.
    pub given: Piece,
    /// The tune.
    pub melody: Vec<Note>,
    /// Its own bass and drums.
    pub own: Rhythm,
    /// Its chords; none where nobody has written them down.
    pub chords: Vec<ChordAt>,
    /// Where an accompaniment comes in, and where it ends.
    pub span: (Beats, Beats),
}

impl Song {
    /// The beginning of a piece, if a band plays it: a bass, drums and somebody else.
    pub fn of(piece: &Piece, chords: &[ChordAt]) -> Option<Self> {
        let end = piece.bar_lines_later(Beats::ZERO, BARS);
        let early = |track: &Track| Track {
            notes: Rhythm { bass: track.notes.clone(), ..Rhythm::default() }.within(Beats::ZERO, end).bass,
            pedal: track.pedal.iter().copied().filter(|&(at, _)| at < end).collect(),
            ..track.clone()
        };
        let tracks: Vec<Track> = piece.tracks.iter().map(early).collect();
        let of_part = |part: Part| {
            let tracks = tracks.iter().filter(|track| track.part() == Some(part));
            let mut notes: Vec<Note> = tracks.flat_map(|track| track.notes.iter().copied()).collect();
            notes.sort_unstable();
            notes
        };
        let own = Rhythm { bass: of_part(Part::Bass), drums: of_part(Part::Drums) };
        let is_given = |track: &&Track| !matches!(track.part(), Some(Part::Bass | Part::Drums));
        let given: Vec<Track> = tracks.iter().filter(is_given).cloned().collect();
        let melody = tune(&given)?.notes.clone();
        let (tempos, meters) = (piece.tempos.clone(), piece.meters.clone());
        let given = Piece { tracks: given, tempos, meters, end: end.min(piece.end), source: None };
        let span = Accompaniment::span(&given).filter(|(start, end)| start < end)?;
        let own = own.within(span.0, span.1);
        let plays = !own.bass.is_empty() && !own.drums.is_empty();
        plays.then(|| Self { given, melody, own, chords: chords.to_vec(), span })
    }

    /// Bars before the accompaniment comes in.
    pub fn bars_before(&self) -> usize {
        (0..).take_while(|&bars| self.given.bar_lines_later(Beats::ZERO, bars) < self.span.0).count()
    }

    /// The bar lines of the accompaniment, its end among them.
    pub fn bar_lines(&self) -> Vec<Beats> {
        let (start, end) = self.span;
        let mut lines = vec![start];
        while let Some(&line) = lines.last().filter(|&&line| line < end) {
            lines.push(self.given.bar_lines_later(line, 1).min(end));
        }
        lines
    }
}

/// The track that leads: the one called so, or the highest.
fn tune(tracks: &[Track]) -> Option<&Track> {
    let mean = |track: &Track| {
        track.notes.iter().map(|note| f64::from(note.key)).sum::<f64>() / track.notes.len().max(1) as f64
    };
    let led = tracks.iter().find(|track| track.name == "lead" && !track.notes.is_empty());
    led.or_else(|| tracks.iter().max_by(|one, other| mean(one).total_cmp(&mean(other))))
        .filter(|track| !track.notes.is_empty())
}

/// The chords of the songs of a folder, as `trainer arrange` writes them down; none without its
/// table.
pub fn chords(folder: &Path) -> Result<HashMap<String, Vec<ChordAt>>> {
    let path = folder.join("chords.tsv");
    let mut songs = HashMap::<String, Vec<ChordAt>>::new();
    if !path.exists() {
        return Ok(songs);
    }
    let text = fs::read_to_string(&path).with_context(|| format!("cannot read {}", path.display()))?;
    for line in text.lines().skip(1) {
        let (song, chord) =
            chord(line).with_context(|| format!("{}: no chord stands in {line:?}", path.display()))?;
        songs.entry(song.to_owned()).or_default().push(chord);
    }
    Ok(songs)
}

/// A line: path, beat, symbol, root, bass, tones.
fn chord(line: &str) -> Option<(&str, ChordAt)> {
    let mut cells = line.split('\t');
    let (song, beat, _symbol) = (cells.next()?, cells.next()?, cells.next()?);
    let mut class = || cells.next()?.parse().ok();
    let (root, bass): (Key, Key) = (class()?, class()?);
    let tones: Vec<Key> = cells.next()?.split(' ').map(|tone| tone.parse().ok()).collect::<Option<_>>()?;
    let low = [root, tones.get(2).copied().unwrap_or((root + 7) % 12), bass];
    let tones = tones.iter().chain(&[root, bass]).fold(0, |tones, tone| tones | 1 << (tone % 12));
    Some((song, ChordAt { at: Beats::from_f64(beat.parse().ok()?), low, tones }))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_chord_is_read_from_its_line() {
        let (song, read) = chord("band/a.mid\t6.5\tDm7b5/C\t2\t0\t2 5 8 0").unwrap();
        let chord_at = ChordAt { at: Beats::ratio(13, 2), low: [2, 8, 0], tones: 0b1_0010_0101 };
        assert_eq!((song, read), ("band/a.mid", chord_at));
        assert_eq!(chord("a.mid\t0\tA5\t9\t9\t9 4").unwrap().1.low, [9, 4, 9]);
        assert_eq!(chord("a.mid\t0\tA5"), None);
    }
}
