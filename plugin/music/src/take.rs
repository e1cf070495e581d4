//! Prompt and answer in one piece.

use crate::{Beats, Channel, Note, Piece, Track};

/// Where Segue plays if the prompt leaves it free: MIDI channel 2, as in the plugin.
const OWN_CHANNEL: Channel = 1;
/// General MIDI's drums.
const DRUMS: Channel = 9;

/// The prompt, unchanged, and the answer as a new track `Segue` on a channel of its own. Tracks with notes to continue are
/// called `You`; drums keep their names. What else is in the prompt's file stays in it, see [`Piece::source`]. The piece
/// lasts to `end` at least.
///
/// Where the prompt uses every channel, the answer shares the first of the voices that it continues, and its sound.
pub fn take(prompt: &Piece, answer: &[Note], end: Beats) -> Piece {
    let used = prompt.channels();
    let first = prompt.tracks.iter().find(|track| !track.is_drums());
    let free = [OWN_CHANNEL].into_iter().chain(0..16);
    let own = free.into_iter().find(|&channel| channel != DRUMS && !used[usize::from(channel)]);
    let mut piece = prompt.clone();
    for track in piece.tracks.iter_mut().filter(|track| !track.is_drums()) {
        "You".clone_into(&mut track.name);
    }
    piece.tracks.push(Track {
        name: "Segue".to_owned(),
        channel: own.or(first.map(|track| track.channel)).unwrap_or(OWN_CHANNEL),
        program: first.and_then(|track| track.program).filter(|_| own.is_some()),
        notes: answer.to_vec(),
        pedal: Vec::new(),
    });
    piece.end = piece.end.max(end);
    piece
}

/// When the pedal of any of the tracks is down.
pub fn joined_pedal<'a>(tracks: impl Iterator<Item = &'a Track>) -> Vec<(Beats, bool)> {
    let mut changes: Vec<(Beats, usize, bool)> = tracks
        .enumerate()
        .flat_map(|(index, track)| track.pedal.iter().map(move |&(at, down)| (at, index, down)))
        .collect();
    changes.sort_by_key(|&(at, index, _)| (at, index));
    let mut held = Vec::new();
    let mut joined: Vec<(Beats, bool)> = Vec::new();
    for (at, index, down) in changes {
        held.retain(|&other| other != index);
        if down {
            held.push(index);
        }
        if joined.last().is_some_and(|&(_, before)| before) == held.is_empty() {
            joined.push((at, !held.is_empty()));
        }
    }
    joined
}

#[cfg(test)]
mod tests {
    use super::*;

    fn track(channel: Channel, keys: &[u8], pedal: &[(i64, bool)]) -> Track {
        let note = |&key| Note { onset: Beats::ZERO, key, duration: Beats::ONE, velocity: 80 };
        Track {
            name: "x".into(),
            channel,
            program: None,
            notes: keys.iter().map(note).collect(),
            pedal: pedal.iter().map(|&(beat, down)| (Beats::ONE.times(beat), down)).collect(),
        }
    }

    #[test]
    fn every_note_of_the_prompt_stays_and_segue_is_alone() {
        let hands = vec![track(0, &[60, 64], &[]), track(0, &[40], &[])];
        let clash = vec![track(0, &[60], &[]), track(0, &[60], &[]), track(1, &[70], &[])];
        let pedalled = vec![track(0, &[60], &[(0, true)]), track(0, &[40], &[])];
        let with_drums = vec![track(9, &[36], &[]), track(1, &[60], &[])];
        let crowd: Vec<Track> = (0..20).map(|_| track(0, &[60], &[])).collect();
        // (prompt, channels of You, Segue's channel)
        for (tracks, you, own) in [
            (hands, vec![0], 1),
            (clash, vec![0, 1, 3], 2),
            (pedalled, vec![0, 2], 1),
            (with_drums, vec![1], 0),
            (crowd, [&[0; 7][..], &[2, 3, 4, 5, 6, 7, 8, 10, 11, 12, 13, 14, 15]].concat(), 1),
        ] {
            let prompt = Piece { tracks, ..Piece::default() };
            let notes = prompt.notes();
            let piece = take(&prompt, &notes, Beats::ONE);
            let (segue, rest) = piece.tracks.split_last().expect("two tracks");
            assert_eq!((segue.name.as_str(), segue.channel, &segue.notes), ("Segue", own, &notes));
            assert_eq!(rest.iter().map(|track| track.channel).collect::<Vec<_>>(), you);
            assert!(rest.iter().all(|track| track.name == "You"));
            let mut kept: Vec<Note> = rest.iter().flat_map(|track| track.notes.iter().copied()).collect();
            kept.sort_unstable();
            assert_eq!(kept, notes);
        }
    }

    #[test]
    fn a_pedal_is_down_while_any_is() {
        let tracks = [
            track(0, &[], &[(1, true), (4, false), (6, true)]),
            track(1, &[], &[(0, true), (2, false), (3, true), (5, false)]),
        ];
        let joined = joined_pedal(tracks.iter());
        let beats: Vec<_> = joined.iter().map(|&(at, down)| (at.div_floor(Beats::ONE), down)).collect();
        assert_eq!(beats, [(0, true), (5, false), (6, true)]);
    }
}
