//! MIDI files out, and in again: the same piece, whatever it is; and no bytes make the reader
//! panic.

use proptest::prelude::*;
use segue_music::midi_file::{LONGEST, parse, read, to_bytes, to_bytes_marked, write};
use segue_music::{Beats, Meter, Note, Piece, Tempo, Track};

/// A track whose positions are whole in `division`, no key sounding twice at once, as the reader
/// makes them.
fn track(division: i64) -> impl Strategy<Value = Track> {
    let pedal = prop::collection::vec(0i64..20_000, 0..6);
    let notes = prop::collection::vec((0i64..300, 0u8..128, 1i64..4_000, 1u8..128), 1..40);
    let name = prop_oneof![Just(String::new()), "[A-Za-zäß♩ ]{1,12}".prop_map(|name| name.trim().to_owned())];
    (name, 0u8..16, prop::option::of(0u8..128), notes, pedal).prop_map(
        move |(name, channel, program, notes, mut pedal)| {
            let mut onset = 0;
            let mut free = [0; 128];
            let mut kept = Vec::new();
            for (gap, key, duration, velocity) in notes {
                onset += gap;
                if free[usize::from(key)] <= onset {
                    free[usize::from(key)] = onset + duration;
                    let (onset, duration) = (Beats::ratio(onset, division), Beats::ratio(duration, division));
                    kept.push(Note { onset, key, duration, velocity });
                }
            }
            kept.sort_unstable();
            pedal.sort_unstable();
            pedal.dedup();
            let pedal =
                pedal.iter().enumerate().map(|(i, &at)| (Beats::ratio(at, division), i % 2 == 0)).collect();
            Track { name, channel, program, notes: kept, pedal }
        },
    )
}

fn piece() -> impl Strategy<Value = Piece> {
    prop::sample::select(vec![960i64, 480, 96, 24, 1_024, 1_920, 360, 7]).prop_flat_map(|division| {
        let tempos = prop::collection::btree_map(0i64..20_000, 60_061u32..16_000_000, 0..5);
        let meters = prop::collection::btree_map(0i64..20_000, (1u8..20, 0u32..6), 0..5);
        (prop::collection::vec(track(division), 0..4), tempos, meters, 0i64..1_000).prop_map(
            move |(tracks, tempos, meters, rest)| {
                let at = |ticks| Beats::ratio(ticks, division);
                let tempos: Vec<_> = tempos
                    .into_iter()
                    .map(|(t, micros)| (at(t), Tempo::new(60e6 / f64::from(micros))))
                    .collect();
                let meters: Vec<_> = meters
                    .into_iter()
                    .map(|(t, (numerator, power))| (at(t), Meter { numerator, denominator: 1 << power }))
                    .collect();
                let last = tracks
                    .iter()
                    .flat_map(|track| {
                        track.notes.iter().map(Note::end).chain(track.pedal.iter().map(|&(at, _)| at))
                    })
                    .chain(tempos.iter().map(|&(at, _)| at))
                    .chain(meters.iter().map(|&(at, _)| at))
                    .max();
                let end = last.unwrap_or_default() + at(rest);
                Piece { tracks, tempos, meters, end, ..Piece::default() }
            },
        )
    })
}

proptest! {
    #[test]
    fn what_is_written_is_read(piece in piece()) {
        let bytes = to_bytes(&piece).expect("any such piece can be written");
        prop_assert_eq!(parse(&bytes).expect("and read"), piece);
    }

    #[test]
    fn any_bytes_are_read_or_refused(bytes in prop::collection::vec(any::<u8>(), 0..200)) {
        let _ = parse(&bytes);
    }

    #[test]
    fn any_events_are_read_or_refused(events in prop::collection::vec(any::<u8>(), 0..200), format in 0u8..4, division: u16) {
        let mut bytes = b"MThd\0\0\0\x06\0".to_vec();
        bytes.extend([format, 0, 1]);
        bytes.extend(division.to_be_bytes());
        bytes.extend(b"MTrk");
        bytes.extend((events.len() as u32).to_be_bytes());
        bytes.extend(&events);
        if let Ok(piece) = parse(&bytes) {
            prop_assert!(piece.notes().iter().all(|note| note.duration > Beats::ZERO && note.end() <= piece.end));
            // What can be read can be written: nothing is beyond reach.
            let again = parse(&to_bytes(&piece).expect("written")).expect("read");
            prop_assert_eq!(again.tracks.len(), piece.tracks.len());
        }
    }

    #[test]
    fn mutations_are_read_or_refused(
        piece in piece(),
        changes in prop::collection::vec((any::<prop::sample::Index>(), any::<u8>()), 1..6),
        cut in any::<prop::sample::Index>(),
    ) {
        let mut bytes = to_bytes(&piece).expect("written");
        for (place, value) in changes {
            let place = place.index(bytes.len());
            bytes[place] = value;
        }
        let _ = parse(&bytes);
        let _ = parse(&bytes[..cut.index(bytes.len())]);
    }

    /// Positions on no division's ticks move by half a tick of 1,920 at most, and every note stays.
    /// Notes that come to lie on one tick may change places.
    #[test]
    fn off_the_grid_notes_stay(notes in prop::collection::vec((200i64..5_000_000, 0u8..128, 1_000i64..3_000_000), 1..40)) {
        let mut onset = Beats::ZERO;
        let notes: Vec<Note> = notes
            .into_iter()
            .map(|(gap, key, duration)| {
                onset += Beats::from_parts(gap);
                Note { onset, key, duration: Beats::from_parts(duration.min(gap)), velocity: 64 }
            })
            .collect();
        let end = notes.iter().map(Note::end).max().unwrap_or_default();
        let piece = Piece { tracks: vec![Track { notes: notes.clone(), ..Track::default() }], end, ..Piece::default() };
        let again = parse(&to_bytes(&piece).expect("written")).expect("read");
        let mut read = again.tracks[0].notes.clone();
        for note in &notes {
            let is_it = |read: &Note| {
                note.key == read.key && (note.onset - read.onset).abs() <= Beats::ratio(1, 3_840)
            };
            let place = read.iter().position(is_it);
            prop_assert!(place.is_some(), "{:?} is not among {:?}", note, read);
            read.remove(place.unwrap_or_default());
        }
        prop_assert_eq!(read, vec![]);
    }
}

fn note(onset: i64, key: u8, duration: i64, velocity: u8) -> Note {
    Note { onset: Beats::ratio(onset, 4), key, duration: Beats::ratio(duration, 4), velocity }
}

#[test]
fn one_key_never_sounds_twice() {
    // Written as played on one keyboard: each on of a key comes after the off of the one before.
    let notes = vec![note(0, 60, 8, 80), note(0, 60, 2, 90), note(4, 60, 4, 70), note(4, 62, 0, 0)];
    let piece = Piece { tracks: vec![Track { notes, ..Track::default() }], ..Piece::default() };
    let again = parse(&to_bytes(&piece).expect("written")).expect("read");
    let mut shortest = note(4, 62, 0, 1);
    shortest.duration = Beats::ratio(1, 960);
    assert_eq!(again.tracks[0].notes, [note(0, 60, 4, 80), note(4, 60, 4, 70), shortest]);
}

#[test]
fn neighbours_of_one_name_share_a_track() {
    let voice = |name: &str, channel| Track {
        name: name.into(),
        channel,
        notes: vec![note(0, 60, 4, 80)],
        ..Track::default()
    };
    let tracks = vec![voice("You", 0), voice("You", 3), voice("You", 3), voice("Segue", 1)];
    let piece = Piece { tracks, end: Beats::ONE, ..Piece::default() };
    let bytes = to_bytes(&piece).expect("written");
    assert_eq!(bytes.windows(4).filter(|bytes| bytes == b"MTrk").count(), 4, "tempo, You, You again, Segue");
    assert_eq!(parse(&bytes).expect("read"), piece);
}

#[test]
fn markers_stand_in_the_first_track_where_they_belong() {
    let tracks = vec![Track { notes: vec![note(0, 60, 4, 80)], ..Track::default() }];
    let piece = Piece { tracks, end: Beats::ONE.times(8), ..Piece::default() };
    let markers =
        [(Beats::ratio(3, 2), "Answer 1 (Trade)".to_owned()), (Beats::ONE.times(4), "♩".to_owned())];
    let bytes = to_bytes_marked(&piece, &markers).expect("written");
    assert_eq!(parse(&bytes).expect("read"), piece, "the music is the same");
    let file = midly::Smf::parse(&bytes).expect("a MIDI file");
    let mut at = 0;
    let found: Vec<_> = file.tracks[0]
        .iter()
        .filter_map(|event| {
            at += event.delta.as_int();
            match event.kind {
                midly::TrackEventKind::Meta(midly::MetaMessage::Marker(text)) => {
                    Some((at, String::from_utf8_lossy(text).into_owned()))
                }
                _ => None,
            }
        })
        .collect();
    assert_eq!(found, [(1_440, "Answer 1 (Trade)".to_owned()), (3_840, "♩".to_owned())]);
    for (at, expected) in [(-Beats::ONE, "before the start"), (LONGEST + Beats::ONE, "longer than any music")]
    {
        let error = to_bytes_marked(&piece, &[(at, String::new())]).expect_err(expected).to_string();
        assert!(error.contains(expected), "{error}");
    }
}

#[test]
fn what_no_file_holds_is_refused() {
    let at = |onset| Piece {
        tracks: vec![Track { notes: vec![Note { onset, ..note(0, 60, 4, 80) }], ..Track::default() }],
        ..Piece::default()
    };
    for (onset, expected) in [(-Beats::ONE, "before the start"), (LONGEST, "longer than any music")] {
        let error = to_bytes(&at(onset)).expect_err(expected).to_string();
        assert!(error.contains(expected), "{error}");
    }
    // The longest file can still be written, at the coarse division even where notes are off its
    // ticks.
    let late = at(LONGEST - Beats::ONE - Beats::from_parts(1));
    assert_eq!(parse(&to_bytes(&late).expect("written")).expect("read").notes().len(), 1);
}

#[test]
fn a_file_is_written_whole_or_not_at_all() {
    let folder = tempfile::tempdir().expect("a folder");
    let names = || {
        let mut names: Vec<_> = std::fs::read_dir(folder.path())
            .expect("readable")
            .map(|entry| entry.expect("an entry").file_name().to_string_lossy().into_owned())
            .collect();
        names.sort();
        names
    };
    let tracks = vec![Track { notes: vec![note(0, 60, 4, 80)], ..Track::default() }];
    let piece = Piece { tracks, end: Beats::ONE, ..Piece::default() };

    let path = folder.path().join("take.mid");
    for _ in 0..2 {
        write(&path, &piece).expect("written, and written over");
        assert_eq!(read(&path).expect("read"), piece);
        assert_eq!(names(), ["take.mid"]);
    }

    std::fs::create_dir(folder.path().join("folder.mid")).expect("made");
    for path in
        [folder.path().join("folder.mid"), folder.path().join("absent").join("take.mid"), path.join("x.mid")]
    {
        let error = write(&path, &piece).expect_err("not writable").to_string();
        assert!(error.contains(&path.display().to_string()), "{error}");
        assert!(error.contains("cannot be written"), "{error}");
        assert_eq!(error.lines().count(), 1);
        assert_eq!(names(), ["folder.mid", "take.mid"], "nothing is left behind");
    }

    let negative = Piece { end: -Beats::ONE, ..Piece::default() };
    assert!(write(&path, &negative).is_err());
    assert_eq!(
        read(&path).expect("still there"),
        piece,
        "a piece that cannot be written leaves the file alone"
    );
}
