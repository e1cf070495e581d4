//! The questions that a piece is scored by.

use segue_model::Sequence;
use segue_music::{Beats, Role, Tick, Tokenizer, beats_at, tick_at};

use crate::record::Record;

/// How a piece is cut: every note is asked for once, with the notes before it in view.
#[derive(Clone, Copy, Debug)]
pub struct Cut {
    /// Notes a sequence reads at most.
    pub length: usize,
    /// Notes of it that only give context, after the first sequence.
    pub overlap: usize,
}

/// A sequence's worth of memory, half of it context: as long as what training saw.
pub const CUT: Cut = Cut { length: 512, overlap: 256 };

/// All notes of a piece, as the player's, durations told at once.
pub fn whole(tokenizer: &Tokenizer, record: &Record, cut: Cut) -> Vec<Sequence> {
    let mut sequences = Vec::new();
    let mut from = 0;
    while from + 1 < record.notes.len() {
        let to = (from + cut.length + 1).min(record.notes.len());
        let context = record.context(&record.notes[from..to], true, |_| (Role::Player, true));
        let fresh = if from == 0 { 1 } else { cut.overlap + 1 };
        sequences.push(Sequence::of(tokenizer, &context, |place| place >= fresh));
        if to == record.notes.len() {
            break;
        }
        from = to - 1 - cut.overlap;
    }
    sequences
}

/// Windows of `prompt` bars given and `score` bars scored, one behind the other through the piece, of which at most `length` notes are read:
/// the prompt is the player's, what follows Segue's. Pieces without a metre count bars of four beats.
pub fn prompts(tokenizer: &Tokenizer, record: &Record, prompt: u32, score: u32, cut: Cut) -> Vec<Sequence> {
    let mut sequences = Vec::new();
    let Some(last) = record.notes.last().map(|note| note.onset) else { return sequences };
    let mut start = 0;
    while start <= last {
        let meter = record.meters.iter().take_while(|&&(change, _)| change <= start).last();
        let bar = meter.map_or(Beats::ONE.times(4), |(_, meter)| meter.bar());
        let bars = |count: u32| -> Tick { tick_at(bar.times(i64::from(count))) };
        let (scored, end) = (start + bars(prompt), start + bars(prompt + score));
        let notes = &record.notes[record.place_at(start)..record.place_at(end)];
        let notes = &notes[..notes.len().min(2 * cut.length)];
        let given = notes.partition_point(|note| note.onset < scored);
        if given > 0 && notes.len() > given {
            let context = record.context(notes, true, |note| {
                (if note.onset < scored { Role::Player } else { Role::Segue }, true)
            });
            sequences.push(Sequence::of(tokenizer, &context, |place| place >= given));
        }
        debug_assert!(beats_at(end) > beats_at(start));
        start = end;
    }
    sequences
}
