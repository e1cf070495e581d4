//! Prompt and answer in one piece.

use crate::{Beats, Channel, DRUM_CHANNEL, Note, Part, Piece, Track};

/// Where Segue plays if the prompt leaves it free: MIDI channel 2, as in the plugin.
const OWN_CHANNEL: Channel = 1;

/// The prompt, unchanged, and the answer as a new track `Segue` on a channel of its own. Tracks
/// with notes to continue are called `You`; drums keep their names. What else is in the prompt's
/// file stays in it, see [`Piece::source`]. The piece lasts to `end` at least.
///
/// Where the prompt uses every channel, the answer shares the first of the voices that it
/// continues, and its sound.
pub fn take(prompt: &Piece, answer: &[Note], end: Beats) -> Piece {
    let used = prompt.channels();
    let first = prompt.tracks.iter().find(|track| !track.is_drums());
    let free = [OWN_CHANNEL].into_iter().chain(0..16);
    let own = free.into_iter().find(|&channel| channel != DRUM_CHANNEL && !used[usize::from(channel)]);
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

/// A piece, unchanged, and what a band plays to it: a track a part, called `Segue bass`, with the
/// part's program on a channel of its own, drums on theirs.
///
/// Where the piece uses every channel, a part shares that of a track that plays the same part, or
/// else of the first, and its sound.
pub fn with_band(piece: &Piece, band: &[(Part, Vec<Note>)], end: Beats) -> Piece {
    let mut used = piece.channels();
    used[usize::from(DRUM_CHANNEL)] = true;
    let mut with = piece.clone();
    for (part, notes) in band {
        let free = || (OWN_CHANNEL..16).chain(0..OWN_CHANNEL).find(|&channel| !used[usize::from(channel)]);
        let own = if part.is_pitched() { free() } else { Some(DRUM_CHANNEL) };
        let pitched = || piece.tracks.iter().filter(|track| !track.is_drums());
        let shared = pitched().find(|track| track.part() == Some(*part)).or(pitched().next());
        let channel = own.or(shared.map(|track| track.channel)).unwrap_or(OWN_CHANNEL);
        used[usize::from(channel)] = true;
        with.tracks.push(Track {
            name: format!("Segue {part}"),
            channel,
            program: part.program().filter(|_| own.is_some()),
            notes: notes.clone(),
            pedal: Vec::new(),
        });
    }
    with.end = with.end.max(end);
    with
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
    fn the_prompt_stays_as_it_is_and_segue_is_alone() {
        let crowd = (0..16).map(|channel| track(channel, &[60], &[])).collect();
        // (prompt, Segue's channel)
        for (tracks, own) in [
            (vec![track(0, &[60, 64], &[]), track(0, &[40], &[])], 1),
            (vec![track(0, &[60], &[(0, true)]), track(0, &[60], &[]), track(1, &[70], &[])], 2),
            (vec![track(9, &[36], &[]), track(1, &[60], &[])], 0),
            ((0..9).map(|channel| track(channel, &[60], &[])).collect(), 10),
            // No channel is free: it shares the first.
            (crowd, 0),
        ] {
            let prompt = Piece { tracks, ..Piece::default() };
            let notes = prompt.notes();
            let piece = take(&prompt, &notes, Beats::ONE);
            let (segue, rest) = piece.tracks.split_last().expect("two tracks");
            assert_eq!((segue.name.as_str(), segue.channel, &segue.notes), ("Segue", own, &notes));
            for (track, before) in rest.iter().zip(&prompt.tracks) {
                assert_eq!(track.name, if track.is_drums() { "x" } else { "You" });
                assert_eq!(&Track { name: "x".into(), ..track.clone() }, before);
            }
            assert_eq!(rest.len(), prompt.tracks.len());
        }
    }

    #[test]
    fn segue_sounds_like_the_first_voice() {
        let program = |program, channel| Track { program, ..track(channel, &[60], &[]) };
        let of = |tracks: Vec<Track>| {
            take(&Piece { tracks, ..Piece::default() }, &[], Beats::ZERO).tracks.pop().expect("Segue").program
        };
        assert_eq!(of(vec![program(Some(3), 9), program(Some(5), 2), program(Some(7), 3)]), Some(5));
        // On a channel that is the player's, their program is not touched.
        assert_eq!(of((0..16).map(|channel| program(Some(5), channel)).collect()), None);
    }

    #[test]
    fn a_band_has_a_track_a_part() {
        let band = |tracks: Vec<Track>| {
            let piece = Piece { tracks, ..Piece::default() };
            let notes = piece.tracks[0].notes.clone();
            let parts = [Part::Keys, Part::Bass, Part::Drums].map(|part| (part, notes.clone()));
            let with = with_band(&piece, &parts, Beats::ONE);
            let (own, new) = with.tracks.split_at(piece.tracks.len());
            assert_eq!((own, with.end), (&piece.tracks[..], Beats::ONE));
            let told = |track: &Track| (track.name.clone(), track.channel, track.program);
            new.iter().map(told).collect::<Vec<_>>()
        };
        let expected = |keys: (Channel, Option<u8>), bass: (Channel, Option<u8>)| {
            let of = |name: &str, (channel, program)| (name.to_owned(), channel, program);
            vec![of("Segue keys", keys), of("Segue bass", bass), of("Segue drums", (9, None))]
        };
        let (own, beside) = (track(0, &[60], &[]), track(1, &[60], &[]));
        assert_eq!(band(vec![own.clone()]), expected((1, Some(0)), (2, Some(33))));
        assert_eq!(band(vec![own, beside]), expected((2, Some(0)), (3, Some(33))));
        let mut crowd: Vec<Track> = (0..16).map(|channel| track(channel, &[60], &[])).collect();
        crowd[5].program = Some(34);
        assert_eq!(band(crowd), expected((0, None), (5, None)));
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
