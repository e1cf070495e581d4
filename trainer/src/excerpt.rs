//! Some bars of a piece that are given to a model, and how the piece itself goes on.

use std::path::Path;
use std::sync::Arc;

use anyhow::{Context as _, Result, anyhow};
use segue_model::{Continuation, ContinuationOptions, Model};
use segue_music::{
    Beats, DRUM_CHANNEL, Meter, Note, Part, PartSet, Piece, Tempo, Tick, Track, beats_at, midi_file, take,
    tick_at,
};

use crate::record::{Record, VoicedNote};
use crate::sampling::Sampling;

/// A prompt with fewer notes says too little.
const FEWEST_GIVEN: usize = 8;
/// A continuation with fewer cannot be compared.
const FEWEST_AFTER: usize = 24;

/// How long prompts and answers are, in bars.
#[derive(Clone, Copy, Debug)]
pub struct Lengths {
    /// Bars given.
    pub prompt: u32,
    /// Bars that follow.
    pub answer: u32,
}

/// Some bars of a piece; its time counts from their beginning.
#[derive(Clone, Debug)]
pub struct Excerpt {
    /// The piece.
    pub name: String,
    /// The kind of music.
    pub kind: String,
    /// What is given.
    pub prompt: Vec<VoicedNote>,
    /// How the piece goes on.
    pub human: Vec<VoicedNote>,
    /// The same number of bars after that; empty where the piece is over before.
    pub later: Vec<VoicedNote>,
    /// The bar line at which the prompt ends.
    pub bar_line: Tick,
    /// How long the answer is to be.
    pub answer: Tick,
    bars: u32,
    /// The part of each voice, if its track says.
    parts: Vec<Option<Part>>,
    meters: Vec<(Tick, Meter)>,
    pedal: Vec<(Tick, bool)>,
}

impl Excerpt {
    /// From the middle of a piece; `None` where no window holds enough notes.
    pub fn of(record: &Record, lengths: Lengths) -> Option<Self> {
        let mut found = Self::all(record, lengths);
        let middle = found.len() / 2;
        (middle < found.len()).then(|| found.swap_remove(middle))
    }

    /// The end of a piece, so that people's answer ends, too; `None` where it holds too few notes.
    pub fn ending(record: &Record, lengths: Lengths) -> Option<Self> {
        let start = record.last_bars(lengths.prompt + lengths.answer)?;
        Some(Self::at(record, start, lengths)).filter(Self::holds_enough)
    }

    /// The same, to be answered for so many bars more.
    pub fn longer(&self, bars: u32) -> Self {
        let lines = self.bar_lines();
        let bar = lines.last_chunk().map_or(0, |[before, last]| last - before);
        Self { bars: self.bars + bars, answer: self.answer + Tick::from(bars) * bar, ..self.clone() }
    }

    fn holds_enough(&self) -> bool {
        self.prompt.len() >= FEWEST_GIVEN && self.human.len() >= FEWEST_AFTER
    }

    /// All that lie one behind the other in a piece and hold enough notes.
    pub fn all(record: &Record, lengths: Lengths) -> Vec<Self> {
        let last = record.notes.last().map_or(Tick::MIN, |note| note.onset);
        let mut found = Vec::new();
        let mut start = 0;
        // The piece lasts into the last bar of the answer at least.
        while record.bars_later(start, lengths.prompt + lengths.answer - 1) <= last {
            let excerpt = Self::at(record, start, lengths);
            if excerpt.holds_enough() {
                found.push(excerpt);
            }
            start = record.bars_later(start, lengths.prompt + lengths.answer);
        }
        found
    }

    fn at(record: &Record, start: Tick, lengths: Lengths) -> Self {
        let bar_line = record.bars_later(start, lengths.prompt);
        let end = record.bars_later(start, lengths.prompt + lengths.answer);
        let stretch = |from: Tick, to: Tick| -> Vec<VoicedNote> {
            let notes = &record.notes[record.place_at(from)..record.place_at(to)];
            let early = |note: &VoicedNote| VoicedNote {
                onset: note.onset - start,
                // What is held over the end is let go there.
                duration: note.duration.min(to - note.onset),
                ..*note
            };
            notes.iter().map(early).collect()
        };
        let from_start = |changes: &[(Tick, Meter)]| -> Vec<(Tick, Meter)> {
            let held = changes.partition_point(|&(change, _)| change <= start).saturating_sub(1);
            changes[held..].iter().map(|&(change, meter)| ((change - start).max(0), meter)).collect()
        };
        let whole_later = record.bars_later(start, lengths.prompt + 2 * lengths.answer - 1)
            <= record.notes.last().map_or(0, |note| note.onset);
        let pedal = record.pedal.iter().filter(|&&(change, _)| (start..bar_line).contains(&change));
        Self {
            name: record.name.clone(),
            kind: record.kind.clone(),
            prompt: stretch(start, bar_line),
            human: stretch(bar_line, end),
            later: if whole_later { stretch(end, end + (end - bar_line)) } else { Vec::new() },
            bar_line: bar_line - start,
            answer: end - bar_line,
            bars: lengths.answer,
            parts: record.parts.clone(),
            meters: from_start(&record.meters),
            pedal: pedal.map(|&(change, down)| (change - start, down)).collect(),
        }
    }

    /// Its metre's changes.
    pub fn meters(&self) -> Vec<(Tick, Meter)> {
        self.meters.clone()
    }

    /// Its bar lines, from its beginning to where the answer is to end.
    pub fn bar_lines(&self) -> Vec<Tick> {
        let mut lines = vec![0];
        let mut at = 0;
        while at < self.bar_line + self.answer {
            let held = self.meters.partition_point(|&(change, _)| change <= at).saturating_sub(1);
            let bar = self.meters.get(held).map_or(Meter::COMMON, |&(_, meter)| meter).bar();
            at += tick_at(bar).max(1);
            lines.push(at);
        }
        lines
    }

    /// The prompt as a piece: a track for each voice.
    pub fn piece(&self) -> Piece {
        let voices: std::collections::BTreeSet<u8> = self.prompt.iter().map(|note| note.voice).collect();
        let mut tracks: Vec<Track> = voices
            .iter()
            .zip((0..16).filter(|&channel| channel != 9).cycle())
            .map(|(&voice, channel)| Track {
                channel: if self.part(voice) == Some(Part::Drums) { DRUM_CHANNEL } else { channel },
                program: self.part(voice).and_then(Part::program),
                notes: notes(self.prompt.iter().filter(|note| note.voice == voice)),
                ..Track::default()
            })
            .collect();
        if let Some(track) = tracks.first_mut() {
            track.pedal = self.pedal.iter().map(|&(change, down)| (beats_at(change), down)).collect();
        }
        Piece {
            tracks,
            // The tempo at which the time of free playing is counted; scores are read at it too.
            tempos: vec![(Beats::ZERO, Tempo::DEFAULT)],
            meters: self.meters.iter().map(|&(change, meter)| (beats_at(change), meter)).collect(),
            end: beats_at(self.bar_line),
            ..Piece::default()
        }
    }

    /// The same prompt, of which only half as long an answer is wanted.
    pub fn half(&self) -> Self {
        let middle = self.bar_line + self.answer / 2;
        let (human, later) = self.human.iter().partition(|note| note.onset < middle);
        Self { human, later, answer: self.answer / 2, bars: self.bars / 2, ..self.clone() }
    }

    /// Of an answer, what begins before it is to end.
    pub fn within(&self, answer: &[VoicedNote]) -> Vec<VoicedNote> {
        answer.iter().filter(|note| note.onset < self.bar_line + self.answer).copied().collect()
    }

    /// How much earlier an answer is heard than it stands: what is further on in the piece comes as
    /// if it came at once.
    pub fn early(&self, answer: &[VoicedNote]) -> Tick {
        let late =
            answer.first().map_or(0, |note| (note.onset - self.bar_line).div_euclid(self.answer.max(1)));
        late * self.answer
    }

    /// The thirds of an answer, in time.
    pub fn thirds(&self, answer: &[VoicedNote]) -> [Vec<VoicedNote>; 3] {
        let from = self.bar_line + self.early(answer);
        let third = |note: &VoicedNote| (3 * (note.onset - from)).div_euclid(self.answer.max(1)).clamp(0, 2);
        [0, 1, 2].map(|number| answer.iter().filter(|note| third(note) == number).copied().collect())
    }

    /// The part of a voice, if its track says.
    pub fn part(&self, voice: u8) -> Option<Part> {
        self.parts.get(usize::from(voice)).copied().flatten()
    }

    /// The parts of the prompt; none where one keyboard plays it.
    pub fn band(&self) -> PartSet {
        self.prompt.iter().filter_map(|note| self.part(note.voice)).collect()
    }

    /// How a model goes on in the parts of the prompt. Notes of a part are of the first voice that
    /// plays it.
    pub fn played_on(&self, model: &Arc<Model>, sampling: &Sampling) -> Result<Vec<VoicedNote>> {
        let options = ContinuationOptions { parts: self.band(), ..sampling.options(self.bars) };
        let answer = Continuation::of(&self.piece(), model.clone(), &options)
            .map_err(|rest| anyhow!("{} is not continued: {rest}", self.name))?;
        let voice = |part: Part| self.parts.iter().position(|&of| of == Some(part)).unwrap_or(0);
        let mut notes: Vec<VoicedNote> = match options.parts.is_empty() {
            true => answer.notes.iter().map(VoicedNote::from).collect(),
            false => answer
                .band
                .iter()
                .flat_map(|(part, notes)| {
                    let voice = u8::try_from(voice(*part)).unwrap_or(0);
                    notes.iter().map(move |note| VoicedNote { voice, ..VoicedNote::from(note) })
                })
                .collect(),
        };
        notes.sort_unstable();
        Ok(notes)
    }

    /// How a model goes on.
    pub fn answer(&self, model: &Arc<Model>, sampling: &Sampling) -> Result<Vec<VoicedNote>> {
        let answer = Continuation::of(&self.piece(), model.clone(), &sampling.options(self.bars))
            .map_err(|rest| anyhow!("{} is not continued: {rest}", self.name))?;
        let mut answer: Vec<VoicedNote> = answer.notes.iter().map(VoicedNote::from).collect();
        answer.sort_unstable();
        Ok(answer)
    }

    /// The mean states of a model over the phrases of an answer among which a critic would choose.
    pub fn phrases(&self, answer: &[VoicedNote], model: &Arc<Model>) -> Vec<Option<Vec<f32>>> {
        Continuation::phrases(&self.piece(), &notes(answer.iter()), self.bars, model.clone())
    }

    /// Writes the prompt, and after it an answer, as a MIDI file.
    pub fn write(&self, path: &Path, answer: &[VoicedNote]) -> Result<()> {
        let end = beats_at(self.bar_line + self.answer);
        midi_file::write(path, &take(&self.piece(), &notes(answer.iter()), end))
            .with_context(|| format!("cannot write {}", path.display()))
    }
}

fn notes<'a>(voiced: impl Iterator<Item = &'a VoicedNote>) -> Vec<Note> {
    let note = |note: &VoicedNote| Note {
        onset: beats_at(note.onset),
        key: note.key,
        duration: beats_at(note.duration),
        velocity: note.velocity.unwrap_or(80),
    };
    voiced.map(note).collect()
}

/// Where an excerpt of a piece is taken.
pub type Taken = fn(&Record, Lengths) -> Option<Excerpt>;

/// One excerpt each from this many pieces, spread evenly over the kinds and over the pieces of a
/// kind.
pub fn choose(records: &[Record], lengths: Lengths, count: usize, taken: Taken) -> Vec<Excerpt> {
    let mut kinds = std::collections::BTreeMap::<&str, Vec<&Record>>::new();
    for record in records {
        kinds.entry(&record.kind).or_default().push(record);
    }
    let each = count.div_ceil(kinds.len().max(1)).max(1);
    let mut of_kinds: Vec<Vec<Excerpt>> = kinds
        .into_values()
        .map(|records| {
            let stride = records.len().div_ceil(each).max(1);
            let evenly = (0..stride).flat_map(|from| records.iter().skip(from).step_by(stride));
            evenly.filter_map(|record| taken(record, lengths)).take(count).collect()
        })
        .collect();
    // One of each kind in turn: who has few leaves room for the others.
    let mut chosen = Vec::new();
    while chosen.len() < count && of_kinds.iter().any(|excerpts| !excerpts.is_empty()) {
        for excerpts in of_kinds.iter_mut().filter(|excerpts| !excerpts.is_empty()) {
            chosen.push(excerpts.remove(0));
        }
    }
    chosen.truncate(count);
    chosen
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_end_of_a_piece_is_its_last_bars() {
        let note = |onset| VoicedNote { onset, key: 60, duration: 24, velocity: None, voice: 0 };
        let quarters = |bars: Tick| (0..4 * bars + 1).map(|beat| note(48 * beat)).collect::<Vec<_>>();
        let lengths = Lengths { prompt: 4, answer: 8 };
        // (bars in four, and then in three) -> where the last twelve begin
        for (four, three, begin) in [
            (12, 0, Some(192)),
            (19, 0, Some(8 * 192)),
            (11, 0, Some(0)),
            (10, 0, None),
            (12, 4, Some(5 * 192)),
        ] {
            let mut notes = quarters(four);
            notes.extend((1..=3 * three).map(|beat| note(192 * four + 48 * beat)));
            let meters = [(0, 4), (192 * four, 3)].map(|(at, beats)| (at, Meter::new(beats, 4).unwrap()));
            let last = notes[notes.len() - 1].onset;
            let record = Record {
                notes,
                meters: meters[..if three > 0 { 2 } else { 1 }].to_vec(),
                ..Record::default()
            };
            let excerpt = Excerpt::ending(&record, lengths);
            assert_eq!(excerpt.is_some(), begin.is_some(), "{four} and {three} bars");
            let (Some(excerpt), Some(begin)) = (excerpt, begin) else { continue };
            let end = excerpt.human[excerpt.human.len() - 1].onset;
            assert_eq!(end + begin, last, "{four} and {three} bars");
            assert!(excerpt.later.is_empty());
        }
    }
}
