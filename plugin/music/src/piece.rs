//! A piece of music as a MIDI file holds it, in Beats.

use crate::midi_file::{Remark, Source};
use crate::{Beats, Channel, DRUM_CHANNEL, Meter, Note, Part, Tempo};

/// One voice of a piece: the notes of one track on one channel.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Track {
    /// The track's name; empty where the file gives none.
    pub name: String,
    /// The channel its notes are on.
    pub channel: Channel,
    /// Its first General MIDI program, if it names one.
    pub program: Option<u8>,
    /// By onset, then key.
    pub notes: Vec<Note>,
    /// Changes of the sustain pedal (controller 64, down from 64 on), in time order.
    pub pedal: Vec<(Beats, bool)>,
}

impl Track {
    /// The part it plays, by its channel and program; `None` where it names no program.
    pub fn part(&self) -> Option<Part> {
        Part::of_track(self.channel, self.program)
    }

    /// Whether its notes are drum strokes: General MIDI keeps channel 10 for them.
    pub fn is_drums(&self) -> bool {
        self.channel == DRUM_CHANNEL
    }
}

/// Tracks with the tempo and the metre they share. Two pieces are equal if their music is, from
/// whatever file.
#[derive(Clone, Debug, Default)]
pub struct Piece {
    /// The voices that hold at least one note.
    pub tracks: Vec<Track>,
    /// Changes of tempo, in time order; the default tempo holds before the first.
    pub tempos: Vec<(Beats, Tempo)>,
    /// Changes of metre, in time order; empty where the file says nothing of it.
    pub meters: Vec<(Beats, Meter)>,
    /// The end of the longest track, at least the end of the last note.
    pub end: Beats,
    /// The file it was read from, with all that Segue makes no use of; `None` for a piece made
    /// here.
    pub source: Option<Source>,
}

impl PartialEq for Piece {
    fn eq(&self, other: &Self) -> bool {
        let Self { tracks, tempos, meters, end, source: _ } = self;
        (tracks, tempos, meters, end) == (&other.tracks, &other.tempos, &other.meters, &other.end)
    }
}

impl Piece {
    /// What was odd about the file it was read from, one line each; none for a sound file.
    pub fn remarks(&self) -> &[Remark] {
        self.source.as_ref().map_or(&[], Source::remarks)
    }

    /// The channels it has a note or, in the file it was read from, any other message on.
    pub fn channels(&self) -> [bool; 16] {
        let mut used = self.source.as_ref().map_or([false; 16], Source::channels);
        for track in &self.tracks {
            used[usize::from(track.channel & 15)] = true;
        }
        used
    }

    /// Seconds from the start to `at`, through every change of tempo.
    pub fn seconds_at(&self, at: Beats) -> f64 {
        let (mut seconds, mut from, mut tempo) = (0.0, Beats::ZERO, Tempo::DEFAULT);
        for &(change, next) in self.tempos.iter().take_while(|&&(change, _)| change < at) {
            seconds += tempo.seconds_in(change - from);
            (from, tempo) = (change, next);
        }
        seconds + tempo.seconds_in(at - from)
    }

    /// The metre that holds at `at` and the Beats at which it began; `None` if the file names
    /// none by then.
    pub fn meter_at(&self, at: Beats) -> Option<(Beats, Meter)> {
        self.meters.iter().take_while(|&&(change, _)| change <= at).last().copied()
    }

    /// Whether most onsets stand exactly on 24ths or 32nds of a beat, as in scores and sequences.
    /// Where they do not, the ticks of the file measure time and not metre: chance puts one onset
    /// in ten there.
    pub fn is_on_grid(&self) -> bool {
        let stands = |onset: Beats| {
            onset % Beats::ratio(1, 24) == Beats::ZERO || onset % Beats::ratio(1, 32) == Beats::ZERO
        };
        let onsets = || self.tracks.iter().flat_map(|track| &track.notes).map(|note| note.onset);
        2 * onsets().filter(|&onset| stands(onset)).count() > onsets().count()
    }

    /// All notes of all tracks that are not drums, by onset, then key.
    pub fn notes(&self) -> Vec<Note> {
        let mut notes: Vec<Note> = self
            .tracks
            .iter()
            .filter(|track| !track.is_drums())
            .flat_map(|track| track.notes.iter().copied())
            .collect();
        notes.sort_unstable();
        notes
    }

    /// All notes of all tracks with their parts, drums too, by onset, then part, then key.
    pub fn notes_by_part(&self) -> Vec<(Option<Part>, Note)> {
        let of_track = |track: &Track| {
            let part = track.part();
            track.notes.iter().map(move |&note| (part, note)).collect::<Vec<_>>()
        };
        let mut notes: Vec<_> = self.tracks.iter().flat_map(of_track).collect();
        notes.sort_unstable_by_key(|&(part, note)| (note.onset, part, note));
        notes
    }
}
