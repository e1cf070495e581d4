//! How good a bass and a drummer are, in figures that people's own would do well in.

use std::collections::BTreeSet;

use segue_music::{Beats, DrumLane, Key, Note};
use serde::Serialize;

use super::song::{Rhythm, Song};

/// A bass that comes so much early to a chord plays on it.
const EARLY: Beats = Beats::ratio(1, 8);
/// A bass that has not come a beat after a chord has missed it.
const LATE: Beats = Beats::ONE;
/// Sixteenths: strokes on one are at one place.
const PLACE: Beats = Beats::ratio(1, 4);

/// Sums over songs.
#[derive(Clone, Debug, Default)]
pub struct Tally {
    songs: usize,
    changes: usize,
    on_chord: usize,
    above_chords: usize,
    of_chord: usize,
    strokes: usize,
    own_strokes: usize,
    met: usize,
    intervals: usize,
    consonant: usize,
    bars: usize,
    without_bass: usize,
    without_drums: usize,
    notes: usize,
    own_notes: usize,
    /// Bars, and those of them with a fill: those that end four bars of the song, and the others.
    fourths: [usize; 2],
    between: [usize; 2],
}

/// The figures.
#[derive(Clone, Debug, Serialize)]
pub struct Figures {
    /// Songs.
    pub songs: usize,
    /// The share of changes of chord at which the bass plays root or fifth, or the tone that the
    /// chord stands on; `None` where no chords are known.
    pub bass_on_chord: Option<f64>,
    /// The share of the bass's notes that are tones of the chord; `None` as before.
    pub bass_in_chord: Option<f64>,
    /// How well kick and snare fall where the song's own do: twice the strokes in common, by those
    /// of both.
    pub kick_and_snare: Option<f64>,
    /// The share of intervals from the bass up to the tune that are consonant.
    pub consonance: Option<f64>,
    /// The share of bars in which no bass sounds.
    pub bars_without_bass: f64,
    /// The share of bars in which no drum is struck.
    pub bars_without_drums: f64,
    /// Notes, by those of the song's own.
    pub density: f64,
    /// The share of bars with a fill, of those that end four bars of the song and of the others.
    pub fills: [f64; 2],
}

impl Tally {
    /// Adds what somebody played to a song.
    pub fn add(&mut self, song: &Song, played: &Rhythm) {
        self.songs += 1;
        self.add_changes(song, &played.bass);
        self.add_tones(song, &played.bass);
        let (strokes, own) = (strokes(&played.drums), strokes(&song.own.drums));
        self.strokes += strokes.len();
        self.own_strokes += own.len();
        self.met += strokes.intersection(&own).count();
        for note in &played.bass {
            let sounding =
                song.melody.iter().filter(|tune| tune.onset <= note.onset && note.onset < tune.end());
            for tune in sounding {
                self.intervals += 1;
                self.consonant += usize::from(is_consonant(note.key, tune.key));
            }
        }
        for bar in song.bar_lines().windows(2) {
            let sounds = |note: &&Note| note.onset < bar[1] && note.end() > bar[0] + PLACE;
            let begins = |note: &&Note| (bar[0]..bar[1]).contains(&note.onset);
            self.bars += 1;
            self.without_bass += usize::from(!played.bass.iter().any(|note| sounds(&note)));
            self.without_drums += usize::from(!played.drums.iter().any(|note| begins(&note)));
        }
        self.add_fills(song, &played.drums);
        self.notes += played.bass.len() + played.drums.len();
        self.own_notes += song.own.bass.len() + song.own.drums.len();
    }

    fn add_fills(&mut self, song: &Song, drums: &[Note]) {
        for (place, bar) in song.bar_lines().windows(2).enumerate() {
            let counted =
                if (song.bars_before() + place) % 4 == 3 { &mut self.fourths } else { &mut self.between };
            counted[0] += 1;
            counted[1] += usize::from(is_fill(drums, bar[0], bar[1]));
        }
    }

    fn add_changes(&mut self, song: &Song, bass: &[Note]) {
        for chord in song.chords.iter().filter(|chord| (song.span.0..song.span.1).contains(&chord.at)) {
            let comes = |note: &&Note| (chord.at - EARLY..chord.at + LATE).contains(&note.onset);
            let first = bass.iter().find(comes);
            self.changes += 1;
            self.on_chord += usize::from(first.is_some_and(|note| chord.low.contains(&(note.key % 12))));
        }
    }

    fn add_tones(&mut self, song: &Song, bass: &[Note]) {
        for note in bass {
            let at = song.chords.partition_point(|chord| chord.at <= note.onset + EARLY);
            let Some(chord) = at.checked_sub(1).map(|at| &song.chords[at]) else { continue };
            self.above_chords += 1;
            self.of_chord += usize::from(chord.tones >> (note.key % 12) & 1);
        }
    }

    /// The figures.
    pub fn figures(&self) -> Figures {
        let share = |part: usize, of: usize| part as f64 / of.max(1) as f64;
        let some = |part: usize, of: usize| (of > 0).then(|| share(part, of));
        Figures {
            songs: self.songs,
            bass_on_chord: some(self.on_chord, self.changes),
            bass_in_chord: some(self.of_chord, self.above_chords),
            kick_and_snare: some(2 * self.met, self.strokes + self.own_strokes),
            consonance: some(self.consonant, self.intervals),
            bars_without_bass: share(self.without_bass, self.bars),
            bars_without_drums: share(self.without_drums, self.bars),
            density: share(self.notes, self.own_notes),
            fills: [self.fourths, self.between].map(|[bars, fills]| share(fills, bars)),
        }
    }
}

/// Where kick and snare are struck: the sixteenth, and whether it is the snare or what a drummer
/// plays instead.
fn strokes(drums: &[Note]) -> BTreeSet<(Beats, bool)> {
    let stroke = |note: &Note| match note.key {
        35 | 36 => Some((note.onset.round_to(PLACE), false)),
        37 | 38 | 40 => Some((note.onset.round_to(PLACE), true)),
        _ => None,
    };
    drums.iter().filter_map(stroke).collect()
}

/// Whether a drummer leads to the next bar: in its second half toms are struck twice, or the snare
/// on four sixteenths.
fn is_fill(drums: &[Note], from: Beats, until: Beats) -> bool {
    let half = from + Beats::from_parts((until - from).parts() / 2);
    let late = || drums.iter().filter(|note| (half..until).contains(&note.onset));
    let toms = late().filter(|note| DrumLane::of(note.key) == DrumLane::Toms).count();
    let snare: BTreeSet<Beats> = late()
        .filter(|note| DrumLane::of(note.key) == DrumLane::Snare)
        .map(|note| note.onset.floor_to(PLACE))
        .collect();
    toms >= 2 || snare.len() >= 4
}

/// Thirds, fifths, sixths and octaves; a fourth above the bass is none.
fn is_consonant(bass: Key, tune: Key) -> bool {
    matches!((i16::from(tune) - i16::from(bass)).rem_euclid(12), 0 | 3 | 4 | 7 | 8 | 9)
}

#[cfg(test)]
mod tests {
    use segue_music::{Meter, Part, Piece, Track};

    use super::super::song::ChordAt;
    use super::*;

    fn note(beat: i64, key: Key, length: i64) -> Note {
        Note { onset: Beats::ONE.times(beat), key, duration: Beats::ONE.times(length), velocity: 80 }
    }

    /// Eight bars of C and G in turn: a tune, a bass on the roots, kick and snare in turn.
    fn song() -> Song {
        let track = |channel, program, notes| Track { channel, program, notes, ..Track::default() };
        let drum = |beat| note(beat, if beat % 2 == 0 { 36 } else { 38 }, 1);
        let tracks = vec![
            track(0, Some(73), (0..8).map(|bar| note(4 * bar, 76 - bar as u8 % 2 * 2, 4)).collect()),
            track(
                1,
                Part::Bass.program(),
                (0..8).map(|bar| note(4 * bar, 36 + bar as u8 % 2 * 7, 4)).collect(),
            ),
            track(9, None, (0..32).map(drum).collect()),
        ];
        let piece = Piece {
            tracks,
            meters: vec![(Beats::ZERO, Meter::COMMON)],
            end: Beats::ONE.times(32),
            ..Piece::default()
        };
        let chord = |bar: i64| {
            let root = (bar % 2 * 7) as u8;
            ChordAt {
                at: Beats::ONE.times(4 * bar),
                low: [root, (root + 7) % 12, root],
                tones: [0, 4, 7].iter().fold(0, |tones, step| tones | 1 << ((root + step) % 12)),
            }
        };
        Song::of(&piece, &(0..8).map(chord).collect::<Vec<_>>()).expect("a band")
    }

    fn figures(song: &Song, played: &Rhythm) -> Figures {
        let mut tally = Tally::default();
        tally.add(song, played);
        tally.figures()
    }

    #[test]
    fn its_own_rhythm_section_does_best() {
        let song = song();
        assert_eq!(song.span, (Beats::ONE.times(8), Beats::ONE.times(32)));
        assert_eq!(song.given.tracks.len(), 1);
        let own = figures(&song, &song.own);
        assert_eq!(
            (own.bass_on_chord, own.kick_and_snare, own.consonance),
            (Some(1.0), Some(1.0), Some(1.0))
        );
        assert_eq!((own.bars_without_bass, own.bars_without_drums, own.density), (0.0, 0.0, 1.0));
    }

    #[test]
    fn a_fill_is_counted_where_it_is() {
        let mut song = song();
        let toms = |bar: i64| [2, 3].map(|beat| note(4 * bar + beat, 45, 1));
        // Four bars end with the fourth and the eighth; two are heard first.
        song.own.drums.extend(toms(3).into_iter().chain(toms(7)).chain(toms(4)));
        // Struck early in a bar they are a groove.
        song.own.drums.extend([0, 1].map(|beat| note(20 + beat, 45, 1)));
        assert_eq!(figures(&song, &song.own).fills, [1.0, 0.25]);
    }

    #[test]
    fn what_is_wrong_or_missing_costs() {
        let song = song();
        // A semitone off, half a beat late, and silent in the second half.
        let off = |notes: &[Note], by: Key, late: Beats| -> Vec<Note> {
            let moved =
                notes.iter().map(|note| Note { onset: note.onset + late, key: note.key + by, ..*note });
            moved.filter(|note| note.onset < Beats::ONE.times(20)).collect()
        };
        let played = Rhythm {
            bass: off(&song.own.bass, 1, Beats::ZERO),
            drums: off(&song.own.drums, 0, Beats::ratio(1, 2)),
        };
        let found = figures(&song, &played);
        assert_eq!((found.bass_on_chord, found.kick_and_snare), (Some(0.0), Some(0.0)));
        assert_eq!((found.bars_without_bass, found.bars_without_drums, found.density), (0.5, 0.5, 0.5));
        assert!(found.consonance.is_some_and(|share| share < 1.0));
        let silent = figures(&song, &Rhythm::default());
        assert_eq!((silent.bass_on_chord, silent.bars_without_bass), (Some(0.0), 1.0));
        assert_eq!(silent.consonance, None);
    }
}
