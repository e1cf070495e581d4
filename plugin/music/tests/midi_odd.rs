//! MIDI files that are wrong somewhere: what they say is read, with a remark.

use segue_music::midi_file::parse;
use segue_music::{Beats, Piece};

mod smf;

use smf::{END, file, file_of, header, plain, track};

/// A note of one beat, and what it is read as.
const NOTE: [u8; 7] = [0, 0x90, 60, 80, 4, 60, 0];
const READ: [(i64, u8, i64, u8); 1] = [(0, 60, 4, 80)];

fn read(what: &str, bytes: &[u8]) -> Piece {
    let piece = parse(bytes).unwrap_or_else(|error| panic!("{what}: {error}"));
    for remark in piece.remarks() {
        assert_eq!(remark.to_string().lines().count(), 1, "{what}: {remark}");
    }
    piece
}

/// The remarks, which must be as many as there are words to look for.
fn assert_remarks(what: &str, piece: &Piece, expected: &[&str]) {
    let remarks: Vec<String> = piece.remarks().iter().map(ToString::to_string).collect();
    assert_eq!(remarks.len(), expected.len(), "{what}: {remarks:?}");
    for (remark, expected) in remarks.iter().zip(expected) {
        assert!(remark.contains(expected), "{what}: {remark:?} does not say {expected:?}");
    }
}

#[test]
fn an_event_that_is_not_used_damages_nothing() {
    // (what, the events before the note, what is remarked)
    let cases: &[(&str, &[u8], &[&str])] = &[
        ("no key", &[0, 0xff, 0x59, 0], &["key signature is too short"]),
        ("half a key", &[0, 0xff, 0x59, 1, 2], &["key signature is too short"]),
        ("a key of 90 sharps", &[0, 0xff, 0x59, 2, 90, 7], &[]),
        ("frame 47", &[0, 0xff, 0x54, 5, 0x60, 0, 0, 0x2f, 10], &["SMPTE offset"]),
        ("25 o'clock", &[0, 0xff, 0x54, 5, 25, 0, 0, 0, 0], &["SMPTE offset"]),
        ("half an SMPTE offset", &[0, 0xff, 0x54, 2, 0, 0], &["SMPTE offset is too short"]),
        ("half a sequence number", &[0, 0xff, 0, 1, 7], &["sequence number is too short"]),
        ("no port", &[0, 0xff, 0x21, 0], &["port number"]),
        ("port 128", &[0, 0xff, 0x21, 1, 0x80], &[]),
        ("channel 17", &[0, 0xff, 0x20, 1, 0x10], &[]),
        ("half a tempo", &[0, 0xff, 0x51, 2, 7, 0xa1], &["tempo is too short"]),
        ("no time at all", &[0, 0xff, 0x51, 3, 0, 0, 0], &["no microseconds"]),
        ("a metre of one byte", &[0, 0xff, 0x58, 1, 3], &["time signature is too short"]),
        ("0/4", &[0, 0xff, 0x58, 4, 0, 2, 24, 8], &["no beats"]),
        ("4/256", &[0, 0xff, 0x58, 4, 4, 8, 24, 8], &["denominator"]),
        ("4/2^255", &[0, 0xff, 0x58, 4, 4, 255, 24, 8], &["denominator"]),
        ("an unknown meta event", &[0, 0xff, 0x8f, 2, 1, 2], &[]),
        ("a controller of 200", &[0, 0xb0, 7, 200], &["above 127"]),
        ("a bend of everything", &[0, 0xe0, 0x90, 0xff], &["above 127"]),
        ("a program of 255", &[0, 0xc3, 0xff], &["above 127"]),
        (
            "three of them",
            &[0, 0xb0, 7, 200, 0, 7, 201, 0, 0xd0, 0x80],
            &["3 times, first in track 1, byte 0"],
        ),
        ("a clock", &[0, 0xf8], &["real-time"]),
        ("active sensing, twice", &[0, 0xfe, 0, 0xfe], &["2 times"]),
        ("a song position", &[0, 0xf2, 1, 2], &["real-time or system"]),
        ("a song select, a quarter frame", &[0, 0xf3, 1, 0, 0xf1, 2], &["2 times"]),
        ("undefined statuses", &[0, 0xf4, 0, 0xf5, 0, 0xf9, 0, 0xfd], &["4 times"]),
        ("an escape", &[0, 0xf7, 1, 0xfa], &[]),
        (
            "numbers of five and six bytes",
            &[0x80, 0x80, 0x80, 0x80, 0, 0xff, 1, 0x80, 0x80, 0x80, 0x80, 0x80, 1, b'x'],
            &[],
        ),
    ];
    for (what, events, remarks) in cases {
        let piece = read(what, &file(0, &[&[events, &NOTE[..]].concat()]));
        assert_eq!(plain(&piece.notes()), READ, "{what}");
        assert_eq!((piece.tempos.len(), piece.meters.len()), (0, 0), "{what}");
        assert_remarks(what, &piece, remarks);
    }
}

#[test]
fn running_status_goes_on_past_what_is_no_message() {
    for between in
        [&[0xf8][..], &[0xf2, 1, 2], &[0xf6], &[0xff, 1, 1, b'x'], &[0xf0, 2, 1, 0xf7], &[0xf7, 1, 1]]
    {
        let events = [&[0, 0x90, 60, 80, 1][..], between, &[3, 60, 0, 0, 62, 70, 2, 62, 0]].concat();
        let piece = read("running status", &file(0, &[&events]));
        assert_eq!(plain(&piece.notes()), [(0, 60, 4, 80), (4, 62, 2, 70)], "{between:x?}");
    }
}

#[test]
fn keys_and_velocities_are_clipped() {
    let events = [0, 0x90, 200, 80, 0, 0x90, 60, 255, 4, 0x80, 60, 128, 0, 0x80, 200, 0];
    let piece = read("clipped", &file(0, &[&events]));
    assert_eq!(plain(&piece.notes()), [(0, 60, 4, 127), (0, 127, 4, 80)]);
    assert_remarks("clipped", &piece, &["4 times"]);
}

#[test]
fn metres_and_tempos_are_what_they_say() {
    // (time signature, its metre, what is remarked)
    type Case<'a> = (&'a [u8], (u8, u8), &'a [&'a str]);
    let metres: &[Case] = &[
        (&[3, 2], (3, 4), &["time signature lacks"]),
        (&[7, 3, 12], (7, 8), &["time signature lacks"]),
        (&[96, 7, 24, 8], (96, 128), &[]),
        (&[255, 0, 24, 8], (255, 1), &[]),
        (&[5, 2, 24, 8, 1, 2], (5, 4), &[]),
    ];
    for (data, metre, remarks) in metres {
        let events = [&[0, 0xff, 0x58, data.len() as u8][..], data, &NOTE].concat();
        let piece = read("metre", &file(0, &[&events]));
        let read: Vec<_> =
            piece.meters.iter().map(|(at, meter)| (*at, (meter.numerator, meter.denominator))).collect();
        assert_eq!(read, [(Beats::ZERO, *metre)], "{data:?}");
        assert_remarks("metre", &piece, remarks);
    }
    // (microseconds, beats a minute, what is remarked)
    let tempos: &[(&[u8], f64, &[&str])] = &[
        (&[0, 0xea, 0x60], 1_000.0, &["999 BPM"]),
        (&[0, 0, 1], 60e6, &["999 BPM"]),
        (&[0xff, 0xff, 0xff], 60e6 / f64::from(0xff_ffff), &[]),
        // As everybody reads it: the first three.
        (&[7, 0xa1, 0x20, 9], 120.0, &[]),
    ];
    for (data, bpm, remarks) in tempos {
        let events = [&[0, 0xff, 0x51, data.len() as u8][..], data, &NOTE].concat();
        let piece = read("tempo", &file(0, &[&events]));
        let read: Vec<_> = piece.tempos.iter().map(|(at, tempo)| (*at, tempo.bpm())).collect();
        assert_eq!(read, [(Beats::ZERO, *bpm)], "{data:?}");
        assert_remarks("tempo", &piece, remarks);
    }
}

#[test]
fn a_wrong_frame_loses_nothing() {
    let one = [&NOTE[..], END].concat();
    let other = [&[0, 0x91, 40, 70, 2, 40, 0][..], END].concat();
    let (first, second) = (track(&one), track(&other));
    let whole = [header(1, 2, 4), first.clone(), second.clone()].concat();
    let with_length = |length: u8| {
        let mut bytes = whole.clone();
        bytes[21] = length;
        bytes
    };
    let right = one.len() as u8;
    // (what, the file, what is remarked)
    let cases: Vec<(String, Vec<u8>, &[&str])> = (0..=60)
        .filter(|&length| length != right)
        .map(|length| (format!("a length of {length}"), with_length(length), &["length is wrong"][..]))
        .chain([
            (
                "more announced".into(),
                [header(1, 9, 4), first.clone(), second.clone()].concat(),
                &["counts 9 tracks, and there are 2"][..],
            ),
            (
                "fewer announced".into(),
                [header(0, 1, 4), first.clone(), second.clone()].concat(),
                &["counts 1 tracks"],
            ),
            ("a byte between".into(), [&header(1, 2, 4)[..], &first, b"\0", &second].concat(), &[]),
            ("twenty between".into(), [&header(1, 2, 4)[..], &first, &[0; 20], &second].concat(), &[]),
            (
                "another chunk between".into(),
                [&header(1, 2, 4)[..], &first, b"XFIH\0\0\0\x01x", &second].concat(),
                &[],
            ),
            (
                "half a chunk between".into(),
                [&header(1, 2, 4)[..], &first, b"XFIH\0\0\x09\x01x", &second].concat(),
                &[],
            ),
            (
                "MacBinary".into(),
                [&[0; 128], &whole[..]].concat(),
                &["before its header is skipped: 128 bytes"],
            ),
            (
                "a mark of text".into(),
                [b"\xef\xbb\xbf", &whole[..]].concat(),
                &["before its header is skipped: 3 bytes"],
            ),
            ("a file behind it".into(), [&whole[..], &whole].concat(), &["another MIDI file"]),
            ("format 7".into(), [&header(7, 2, 4)[..], &whole[14..]].concat(), &["format 7"]),
        ])
        .collect();
    for (what, bytes, remarks) in cases {
        let piece = read(&what, &bytes);
        let notes: Vec<_> = piece.tracks.iter().map(|track| (track.channel, plain(&track.notes))).collect();
        assert_eq!(notes, [(0, READ.to_vec()), (1, vec![(0, 40, 2, 70)])], "{what}");
        assert_remarks(&what, &piece, remarks);
    }
}

#[test]
fn a_file_is_read_as_far_as_it_goes() {
    let sound = file(1, &[&[0, 0x90, 60, 80, 4, 60, 0], &[0, 0x91, 60, 80, 4, 60, 0, 4, 0x81, 61, 0]]);
    let first_ends = 14 + 8 + 7 + 4;
    for length in 14 + 8 + 5..sound.len() {
        let piece = read("cut off", &sound[..length]);
        // A note whose end is cut off lasts as long as the track, at least a tick.
        let first = piece.tracks[0].notes[0];
        assert_eq!((first.key, first.velocity), (60, 80));
        let remarks: Vec<_> = piece.remarks().iter().map(ToString::to_string).collect();
        let says = |what: &str| remarks.iter().any(|remark| remark.contains(what));
        // The second track is there as soon as its head is, and whole before its end is.
        let (second, whole) = (length >= first_ends + 8, length >= sound.len());
        assert_eq!(says("counts 2 tracks, and there are 1"), !second, "{length} bytes: {remarks:?}");
        if second || length < first_ends {
            assert_eq!(says("cut off"), !whole, "{length} bytes: {remarks:?}");
        }
        assert_eq!(piece.tracks.len(), if length < first_ends + 8 + 4 { 1 } else { 2 }, "{length} bytes");
    }
}

#[test]
fn what_follows_no_message_or_lies_too_far_is_left_out() {
    // A message that is not whole after a good note; an end, a text and a note a few thousand years
    // away.
    let broken = [header(0, 1, 4), track(&[&NOTE[..], &[0, 0x90, 60]].concat())].concat();
    let far = |event: &[u8]| file(0, &[&[&NOTE[..], &[0xff, 0xff, 0xff, 0x7f], event].concat()]);
    for (what, bytes, remark) in [
        ("broken", broken, "read no further"),
        ("a far end", far(&[0xff, 0x2f, 0]), "beyond beat 250000"),
        ("a far text", far(&[0xff, 1, 1, b'x']), "beyond beat 250000"),
        ("a far note", far(&[0x90, 62, 80, 4, 62, 0]), "beyond beat 250000"),
    ] {
        let piece = read(what, &bytes);
        assert_eq!(plain(&piece.notes()), READ, "{what}");
        assert_eq!(piece.end, Beats::ONE, "{what}");
        assert_remarks(what, &piece, &[remark]);
    }
    // As far as it goes, it is read.
    let last = [[0x87, 0xa1, 0x1f].as_slice(), &[0x90, 62, 80, 1, 62, 0]].concat();
    let piece = read("far", &file_of(0, 1, &[&last]));
    assert_eq!(piece.notes()[0].onset, Beats::ONE.times(7 << 14 | 0x21 << 7 | 0x1f));
}
