//! What is in a MIDI file stays in it when Segue writes it, also what Segue makes no use of.

use midly::{Smf, Timing, TrackEvent};
use segue_music::midi_file::{parse, to_bytes, to_bytes_marked};
use segue_music::{Beats, Note, Piece, take};

mod smf;

use smf::{END, file, file_of, header, track};

/// Everything that a file may hold, in three tracks: what belongs to the song, a voice, drums.
fn everything() -> Vec<u8> {
    let song: &[u8] = &[
        0, 0xff, 0, 2, 0, 1, // sequence number
        0, 0xff, 3, 4, b'S', b'o', b'n', b'g', // name
        0, 0xff, 2, 2, b'(', b'c', // copyright
        0, 0xff, 0x51, 3, 7, 0xa1, 0x20, 0, 0xff, 0x58, 4, 3, 2, 12,
        16, // tempo, metre with its own clicks
        0, 0xff, 0x59, 2, 2, 0, 0, 0xff, 0x54, 5, 0x60, 0, 0, 0, 0, // key, SMPTE offset
        0, 0xff, 0x51, 3, 7, 0xa1, 0x21, // another tempo at once
        8, 0xff, 6, 1, b'A', 8, 0xff, 7, 1, b'q', // marker, cue
        0, 0xff, 0x51, 3, 8, 0, 0, 0, 0xff, 0x7f, 3, 0x43, 1, 2, // tempo, sequencer's own
    ];
    let voice: &[u8] = &[
        0, 0xff, 0x21, 1, 1, 0, 0xff, 0x20, 1, 3, // port, channel
        0, 0xff, 3, 4, 0x83, 0x73, 0x83, 0x41, // a name in Shift JIS
        0, 0xff, 4, 1, b'i', 0, 0xff, 8, 1, b'p', 0, 0xff, 9, 1, b'd', // instrument, program, device
        0, 0xb3, 0, 1, 0, 32, 2, 0, 0xc3, 28, // bank, program
        0, 0xb3, 7, 80, 0, 101, 0, 0, 100, 0, 0, 6, 12, // volume, bend range
        0, 0xe3, 0, 80, 0, 0x93, 60, 80, 0, 60, 90, // bend, a unison
        1, 0xb3, 64, 90, 0, 64, 91, 0, 1, 5, // half a pedal, the wheel
        1, 0xa3, 60, 3, 0, 0xd3, 4, // pressure
        1, 0xff, 5, 2, b'l', b'a', 1, 0x83, 60, 7, 0, 60, 0, // a lyric, release velocities
        0, 0xc3, 48, 0, 0xf0, 3, 1, 2, 0xf7, 0, 0xf7, 1, 0xf3, // program, system exclusive, escape
        0, 0x93, 62, 80, 0, 62, 0, 0, 62, 70, 4, 62, 0, // no length, then the same key
        2, 0xb3, 123, 0, 0, 0xff, 0x60, 1, 7, // all notes off, an unknown event
    ];
    let drums: &[u8] =
        &[0, 0xff, 3, 5, b'D', b'r', b'u', b'm', b's', 0, 0xc9, 8, 0, 0x99, 36, 100, 2, 0x89, 36, 64];
    file(1, &[song, voice, drums])
}

/// The tracks of a file: each event in words, with its place in 960ths of a beat.
fn events(bytes: &[u8]) -> Vec<Vec<(u32, String)>> {
    let smf = Smf::parse(bytes).expect("a MIDI file");
    let ticks = u32::try_from(division(bytes)).expect("few ticks");
    let placed = |track: &Vec<TrackEvent>| {
        let mut at = 0;
        let place = |event: &TrackEvent| {
            at += event.delta.as_int();
            (at * 960 / ticks, format!("{:?}", event.kind))
        };
        track.iter().map(place).collect()
    };
    smf.tracks.iter().map(placed).collect()
}

fn division(bytes: &[u8]) -> i64 {
    match Smf::parse(bytes).expect("a MIDI file").header.timing {
        Timing::Metrical(division) => division.as_int().into(),
        Timing::Timecode(..) => panic!("no beats"),
    }
}

fn answer() -> [Note; 1] {
    [Note { onset: Beats::ratio(25, 3), key: 65, duration: Beats::ratio(1, 3), velocity: 70 }]
}

#[test]
fn every_event_is_written_back_at_its_place() {
    let bytes = everything();
    let piece = parse(&bytes).expect("read");
    assert_eq!(piece.remarks(), []);
    let written = to_bytes(&piece).expect("written");
    assert_eq!(events(&written), events(&bytes));
    assert_eq!(parse(&written).expect("read again"), piece);
    // Also where the division is another one, because an answer stands between the ticks.
    let taken = to_bytes(&take(&piece, &answer(), Beats::ONE.times(9))).expect("written");
    assert_eq!(division(&taken), 12);
    let (before, after) = (events(&bytes), events(&taken));
    let added = |text: &str| (0, format!("Meta({text}({:?}))", "You".as_bytes()));
    assert_eq!(after.len(), 4, "and the track Segue");
    assert_eq!((&after[0], &after[2]), (&before[0], &before[2]));
    // The voice has a new name, and its old one as a text.
    let old = before[1].iter().position(|(_, event)| event.starts_with("Meta(TrackName")).expect("a name");
    let mut expected = before[1].clone();
    let (_, name) = expected.remove(old);
    expected.splice(0..0, [added("TrackName"), (0, name.replace("TrackName", "Text"))]);
    assert_eq!(after[1], expected);
}

#[test]
fn a_take_is_the_prompt_and_a_track_more() {
    let piece = parse(&everything()).expect("read");
    let taken = take(&piece, &answer(), Beats::ONE.times(9));
    let again = parse(&to_bytes(&taken).expect("written")).expect("read again");
    let named: Vec<_> = again.tracks.iter().map(|track| (track.name.as_str(), track.channel)).collect();
    // Channels 4 and 10 are the prompt's.
    assert_eq!(named, [("You", 3), ("Drums", 9), ("Segue", 1)]);
    assert_eq!(again.tracks[2].notes, answer());
    assert_eq!((&again.tempos, &again.meters), (&piece.tempos, &piece.meters));
    assert_eq!(again.end, Beats::ONE.times(9));
    // What was an answer is a prompt when it is continued again.
    let twice = take(&again, &answer(), Beats::ONE.times(10));
    let named: Vec<_> = twice.tracks.iter().map(|track| (track.name.as_str(), track.channel)).collect();
    assert_eq!(named, [("You", 3), ("Drums", 9), ("You", 1), ("Segue", 0)]);
}

#[test]
fn segue_is_on_no_channel_that_the_file_has_a_message_on() {
    // A note on channel 1, a volume on channel 2, drums.
    let bytes = file(0, &[&[0, 0x90, 60, 80, 4, 60, 0, 0, 0xb1, 7, 90, 0, 0x99, 36, 80, 1, 36, 0]]);
    let taken = take(&parse(&bytes).expect("read"), &answer(), Beats::ONE);
    assert_eq!(taken.tracks.last().map(|track| track.channel), Some(2));
}

#[test]
fn a_piece_that_was_changed_is_written_as_it_is_now() {
    let read = || parse(&everything()).expect("read");
    type Change = fn(&mut Piece);
    let changes: &[(&str, Change)] = &[
        ("no tracks", |piece| piece.tracks.clear()),
        ("another note", |piece| piece.tracks[0].notes[0].key = 1),
        ("no pedal", |piece| piece.tracks[0].pedal.clear()),
        ("another channel", |piece| piece.tracks[1].channel = 2),
        ("another order", |piece| piece.tracks.swap(0, 1)),
        ("no metre", |piece| piece.meters.clear()),
        ("no tempo", |piece| piece.tempos.clear()),
        ("another name", |piece| piece.tracks[1].name = "Bongos".into()),
        ("no name", |piece| piece.tracks[1].name.clear()),
        ("a later end", |piece| piece.end += Beats::ONE),
        ("no file", |piece| piece.source = None),
    ];
    for (what, change) in changes {
        let mut piece = read();
        change(&mut piece);
        let again = parse(&to_bytes(&piece).expect("written")).expect("read again");
        // Without the file, two notes of one key at once are one.
        let keys = |piece: &Piece| piece.tracks.iter().map(|track| track.notes.len()).collect::<Vec<_>>();
        let names = |piece: &Piece| piece.tracks.iter().map(|track| track.name.clone()).collect::<Vec<_>>();
        assert_eq!(names(&again), names(&piece), "{what}");
        assert_eq!(
            (&again.tempos, &again.meters, again.end),
            (&piece.tempos, &piece.meters, piece.end),
            "{what}"
        );
        assert!(keys(&again).iter().zip(keys(&piece)).all(|(now, then)| now + 1 >= then), "{what}");
    }
}

#[test]
fn what_was_wrong_with_a_file_is_right_in_the_next() {
    // Data bytes above 127, a clock, a key of one byte, a metre of two, no length to speak of, no
    // end of track.
    let events: &[u8] =
        &[0, 0xff, 0x59, 1, 2, 0, 0xff, 0x58, 2, 3, 2, 0, 0xb0, 7, 200, 0, 0xf8, 0, 0x90, 60, 80, 4, 60, 0];
    let bytes = [header(1, 5, 4), track(events)].concat();
    let piece = parse(&bytes).expect("read");
    assert_eq!(piece.remarks().len(), 5);
    let again = parse(&to_bytes(&piece).expect("written")).expect("read again");
    assert_eq!((&again, again.remarks()), (&piece, &[][..]));
}

#[test]
fn patterns_of_format_2_are_written_one_after_another() {
    let one = [0, 0xff, 0x51, 3, 7, 0xa1, 0x20, 0, 0x90, 60, 80, 4, 60, 0];
    let other = [0, 0xff, 0x51, 3, 8, 0, 0, 0, 0x90, 62, 80, 4, 62, 0];
    let piece = parse(&file(2, &[&one, &other])).expect("read");
    let again = parse(&to_bytes(&piece).expect("written")).expect("read again");
    assert_eq!(again, piece);
    assert_eq!(again.notes()[1].onset, Beats::ONE);
}

#[test]
fn markers_join_what_is_there() {
    let piece = parse(&everything()).expect("read");
    let written = to_bytes_marked(&piece, &[(Beats::ONE, "Answer 1".to_owned())]).expect("written");
    let added = (960, format!("Meta(Marker({:?}))", "Answer 1".as_bytes()));
    assert_eq!(parse(&written).expect("read again"), piece);
    let mut track = events(&written).swap_remove(0);
    assert!(track.contains(&added), "{track:?}");
    track.retain(|event| *event != added);
    assert_eq!(track, events(&everything())[0]);
}

/// The division is the file's, or a multiple on which an answer stands; finer than 1,920 only where
/// the file is, and as long as others read it.
#[test]
fn ticks_are_as_fine_as_they_must_be() {
    let third = Beats::ratio(1, 3);
    // (ticks a beat, beats, where the answer begins after them, ticks a beat of what is written)
    for (of_file, beats, place, written) in [
        (480, 4, Beats::ZERO, 480),
        (480, 4, third, 480),
        (96, 4, Beats::ratio(1, 48), 96),
        (4, 4, third, 12),
        (1, 4, Beats::ratio(1, 48), 48),
        (120, 4, Beats::ratio(1, 48), 240),
        // Anywhere: as fine as may be.
        (120, 4, Beats::from_parts(1_234), 1_920),
        (97, 700, third, 291),
        (97, 700, Beats::from_parts(1_234), 1_843),
        (1_024, 4, third, 1_024),
        // Fine, and short enough.
        (15_360, 640, third, 15_360),
        (32_767, 300, third, 32_767),
        // Too fine and too long for others: coarser.
        (15_360, 660, third, 1_920),
        (32_767, 310, third, 1_920),
        // So long that no division would help.
        (15_360, 20_000, third, 15_360),
        (960, 20_000, third, 960),
        (480, 10_000, Beats::from_parts(1_234), 960),
    ] {
        // A note of a beat at the very end.
        let far = u64::from(of_file) * (beats - 1);
        let number = |number: u64| -> Vec<u8> {
            (0..5)
                .rev()
                .map(|place| (number >> (7 * place)) as u8 & 127 | if place > 0 { 128 } else { 0 })
                .collect()
        };
        let events = [&number(far)[..], &[0x90, 60, 80], &number(of_file.into()), &[60, 0]].concat();
        let bytes = [header(0, 1, of_file), track(&[&events, END].concat())].concat();
        let piece = parse(&bytes).expect("read");
        assert_eq!(piece.end, Beats::ONE.times(beats as i64));
        let onset = piece.end + place;
        let taken = take(&piece, &[Note { onset, ..answer()[0] }], onset);
        let again = to_bytes(&taken).expect("written");
        assert_eq!(division(&again), written, "{of_file} ticks, {beats} beats, {place:?}");
        assert_eq!(parse(&again).expect("read").tracks[0].notes, piece.tracks[0].notes);
    }
}

/// A note shorter than a tick would be stretched by coarser ticks; so they stay.
#[test]
fn no_note_is_lost_or_stretched() {
    let key = |onset: u8, key: u8, end: u8| [onset, 0x90, key, 64, end, 0x80, key, 64];
    let cases = [
        // No length, then the same key at once.
        file_of(1, 2, &[&[key(0, 62, 0), key(0, 62, 2)].concat()]),
        // Three notes of one tick of the finest division.
        file_of(1, 32_767, &[&[key(0, 60, 1), key(0, 60, 1), key(0, 60, 1)].concat()]),
        // A note of one tick, 66,577 beats after the start.
        file_of(1, 4_032, &[&[&[0xff, 0xff, 0xff], &key(0x7f, 60, 1)[..]].concat()]),
        // The same where coarser ticks would help others.
        file_of(1, 32_767, &[&[&[0x8a, 0xff, 0xff], &key(0x7f, 60, 1)[..]].concat()]),
    ];
    for bytes in cases {
        let piece = parse(&bytes).expect("read");
        let written = to_bytes(&piece).expect("written");
        assert_eq!(parse(&written).expect("read again"), piece);
        assert_eq!(division(&written), division(&bytes));
    }
}
