//! MIDI files in: bytes and what they mean, or why they are refused.

use segue_music::midi_file::{MidiError, parse, read};
use segue_music::{Beats, Meter, Note};

mod smf;

use smf::{END, file, header, plain, track};

#[test]
fn keys_become_notes() {
    type Case<'a> = (&'a str, &'a [u8], &'a [(i64, u8, i64, u8)]);
    let cases: &[Case] = &[
        ("an on and an off", &[0, 0x90, 60, 80, 4, 0x80, 60, 0], &[(0, 60, 4, 80)]),
        (
            "velocity 0 is an off, by running status",
            &[0, 0x90, 60, 80, 4, 60, 0, 0, 62, 70, 2, 62, 0],
            &[(0, 60, 4, 80), (4, 62, 2, 70)],
        ),
        (
            "an off nobody waits for",
            &[0, 0x80, 60, 0, 2, 0x90, 60, 80, 1, 60, 0, 1, 60, 0],
            &[(2, 60, 1, 80)],
        ),
        ("never released: until the track's end", &[0, 0x90, 60, 80, 8, 0xb0, 7, 100], &[(0, 60, 8, 80)]),
        (
            "struck again while down, released once",
            &[0, 0x90, 60, 80, 4, 60, 90, 4, 60, 0],
            &[(0, 60, 4, 80), (4, 60, 4, 90)],
        ),
        (
            "struck again before the older off comes",
            &[0, 0x90, 60, 80, 4, 60, 90, 0, 60, 0, 4, 60, 0],
            &[(0, 60, 4, 80), (4, 60, 4, 90)],
        ),
        (
            "a unison of two voices is one note",
            &[0, 0x90, 60, 80, 0, 60, 90, 4, 60, 0, 4, 60, 0],
            &[(0, 60, 8, 90)],
        ),
        (
            "a stuck note changes nothing before it",
            &[0, 0x90, 60, 80, 2, 60, 90, 2, 60, 0, 2, 60, 0, 2, 60, 70, 2, 0xb0, 7, 1],
            &[(0, 60, 2, 80), (2, 60, 4, 90), (8, 60, 2, 70)],
        ),
        ("no length: one tick", &[3, 0x90, 60, 80, 0, 60, 0, 5, 0xb0, 7, 1], &[(3, 60, 1, 80)]),
        ("at the very end of the track: one tick", &[3, 0x90, 60, 80], &[(3, 60, 1, 80)]),
        (
            "all notes off",
            &[0, 0x90, 60, 80, 0, 64, 81, 4, 0xb0, 123, 0, 4, 0xb0, 7, 1],
            &[(0, 60, 4, 80), (0, 64, 4, 81)],
        ),
        (
            "running status across a lyric and a sysex",
            &[0, 0x90, 60, 80, 2, 0xff, 5, 2, b'l', b'a', 2, 60, 0, 0, 0xf0, 2, 1, 0xf7, 0, 61, 80, 1, 61, 0],
            &[(0, 60, 4, 80), (4, 61, 1, 80)],
        ),
    ];
    for (what, events, expected) in cases {
        let piece = parse(&file(0, &[events])).unwrap_or_else(|error| panic!("{what}: {error}"));
        assert_eq!(plain(&piece.notes()), *expected, "{what}");
        let last = piece.notes().iter().map(Note::end).max();
        assert!(Some(piece.end) >= last, "{what}: the piece ends with its last note or later");
    }
}

#[test]
fn tracks_are_split_by_channel() {
    let piece = parse(&file(
        1,
        &[
            &[0, 0xff, 3, 4, b'S', b'o', b'n', b'g', 0, 0xff, 0x51, 3, 0x0f, 0x42, 0x40],
            // Two channels in one track, drums in another, a track without notes.
            &[
                0, 0xff, 3, 5, b'P', b'i', b'a', b'n', b'o', 0, 0xc2, 19, 0, 0x92, 60, 80, 0, 0x90, 40, 70,
                4, 0x92, 60, 0, 0, 0x90, 40, 0,
            ],
            &[0, 0x99, 36, 100, 1, 36, 0],
            &[9, 0xff, 1, 1, b'x'],
        ],
    ))
    .expect("a sound file");
    let tracks: Vec<_> = piece
        .tracks
        .iter()
        .map(|track| (track.name.as_str(), track.channel, track.program, track.notes.len()))
        .collect();
    assert_eq!(tracks, [("Piano", 0, None, 1), ("Piano", 2, Some(19), 1), ("", 9, None, 1)]);
    assert_eq!(plain(&piece.notes()), [(0, 40, 4, 70), (0, 60, 4, 80)], "drums are left out");
    assert_eq!(
        piece.tempos.iter().map(|&(at, tempo)| (at, tempo.bpm())).collect::<Vec<_>>(),
        [(Beats::ZERO, 60.0)]
    );
    assert_eq!(piece.end, Beats::ratio(9, 4));
}

#[test]
fn tempo_metre_and_pedal_are_read() {
    let piece = parse(&file(
        0,
        &[&[
            0, 0xff, 0x58, 4, 3, 2, 24, 8, // 3/4
            0, 0xff, 0x51, 3, 0x07, 0xa1, 0x20, // 120
            0, 0xff, 0x51, 3, 0x0f, 0x42, 0x40, // no, 60
            0, 0xb0, 64, 10, // no pedal yet
            0, 0x90, 60, 80, 2, 0xb0, 64, 127, 1, 64, 90, 1, 64, 63, 8, 0xff, 0x58, 4, 6, 3, 36,
            8, // 6/8
            0, 0xff, 0x58, 4, 0, 2, 24, 8, // no metre at all
            0, 0xff, 0x51, 3, 0, 0, 0, // nor tempo
            0, 0x80, 60, 0,
        ]],
    ))
    .expect("a sound file");
    let quarter = |count| Beats::ratio(count, 4);
    assert_eq!(
        piece.meters,
        [
            (quarter(0), Meter { numerator: 3, denominator: 4 }),
            (quarter(12), Meter { numerator: 6, denominator: 8 })
        ]
    );
    assert_eq!(
        piece.tempos.iter().map(|&(at, tempo)| (at, tempo.bpm())).collect::<Vec<_>>(),
        [(Beats::ZERO, 60.0)]
    );
    assert_eq!(piece.tracks[0].pedal, [(quarter(2), true), (quarter(4), false)]);
    assert_eq!(plain(&piece.notes()), [(0, 60, 12, 80)]);
}

#[test]
fn patterns_of_format_2_follow_one_another() {
    let one = [0, 0x90, 60, 80, 4, 60, 0];
    let piece = parse(&file(2, &[&one, &one])).expect("a sound file");
    assert_eq!(plain(&piece.notes()), [(0, 60, 4, 80), (4, 60, 4, 80)]);
}

#[test]
fn sloppy_files_are_read_whole() {
    let notes = [0, 0x90, 60, 80, 4, 60, 0];
    let sound = file(0, &[&notes]);
    let cases = [
        ("no end of track", [header(0, 1, 4), track(&notes)].concat()),
        ("an unknown chunk", [&header(0, 1, 4)[..], b"Wxyz\0\0\0\x02ab", &sound[14..]].concat()),
        ("a few bytes too many", [&sound[..], b"\0\0\0"].concat()),
        ("a trailer", [&sound[..], b"Made with a sequencer of 1993"].concat()),
        ("a longer header", [b"MThd\0\0\0\x08", &sound[8..14], b"\0\0", &sound[14..]].concat()),
        ("a header that claims to be longer", [b"MThd\x7f\0\0\x09", &sound[8..]].concat()),
        ("a header that names no length", [b"MThd\0\0\0\0", &sound[8..]].concat()),
    ];
    for (what, bytes) in cases {
        let piece = parse(&bytes).unwrap_or_else(|error| panic!("{what}: {error}"));
        assert_eq!(plain(&piece.notes()), [(0, 60, 4, 80)], "{what}");
        assert_eq!(piece.remarks(), [], "{what}");
    }
}

#[test]
fn a_midi_file_in_a_riff_container_is_read() {
    let sound = file(0, &[&[0, 0x90, 60, 80, 4, 60, 0]]);
    let data = [b"data", &(sound.len() as u32).to_le_bytes()[..], &sound].concat();
    // A container may hold other chunks first, whatever is in them, padded to an even length.
    let display = b"DISP\x05\0\0\0MThd!\0";
    for (chunks, size) in [(data.clone(), 0), ([&display[..], &data].concat(), 99)] {
        let riff = [b"RIFF", &u32::to_le_bytes(size)[..], b"RMID", &chunks].concat();
        let piece = parse(&riff).expect("a sound file");
        assert_eq!(plain(&piece.notes()), [(0, 60, 4, 80)]);
        assert_eq!(piece.remarks(), []);
    }
}

#[test]
fn other_files_are_refused_with_one_line() {
    let cases: Vec<(Vec<u8>, &str)> = vec![
        (vec![], "is empty"),
        (b"Dear diary,\n".to_vec(), "not a MIDI file"),
        (b"MThd".to_vec(), "cut off"),
        (b"MThd\0\0\0\x02\0\0".to_vec(), "cut off"),
        (header(0, 1, 4), "holds none"),
        (b"SMF2CLIP\0\0\0\0".to_vec(), "MIDI 2.0 clip file"),
        ([header(0, 1, 0xe728), track(END)].concat(), "SMPTE"),
        ([header(0, 1, 0x8028), track(END)].concat(), "SMPTE"),
        ([header(0, 1, 0), track(END)].concat(), "zero ticks"),
        // Broken before the first note: a message that is not whole; running status that nothing
        // began.
        ([header(0, 1, 4), track(&[0, 0x90, 60])].concat(), "damaged: byte 0 of track 1"),
        ([header(0, 1, 4), track(&[0, 60, 80])].concat(), "damaged: byte 0 of track 1"),
        ([&header(0, 1, 4)[..], b"MTrk\0\0\0\x09\0\xc0"].concat(), "cut off: 7 bytes of track 1"),
        // Ten deltas of 2^28 - 1 ticks, and not a note.
        (
            [header(0, 1, 4), track(&[0xff, 0xff, 0xff, 0x7f, 0xc0, 1].repeat(10))].concat(),
            "longer than any music",
        ),
    ];
    for (bytes, expected) in cases {
        let error = parse(&bytes).expect_err(expected).to_string();
        assert!(error.contains(expected), "{} bytes: {error:?} does not say {expected:?}", bytes.len());
        assert_eq!(error.lines().count(), 1, "{error:?}");
    }
}

#[test]
fn errors_name_the_file() {
    let folder = tempfile::tempdir().expect("a folder");
    let text = folder.path().join("shopping list.mid");
    std::fs::write(&text, "eggs").expect("written");
    for path in [&text, &folder.path().join("absent.mid"), folder.path()] {
        let error = read(path).expect_err("nothing to read");
        assert!(matches!(error, MidiError::In { .. }));
        assert!(error.to_string().contains(&path.display().to_string()), "{error}");
    }
    let error =
        read(&folder.path().join("two\nlines\u{1b}[2J.mid")).expect_err("nothing to read").to_string();
    assert!(error.contains("two\\nlines\\u{1b}[2J.mid") && error.lines().count() == 1, "{error}");
}

#[test]
fn an_instrument_that_is_named_later_says_nothing_of_how_a_track_began() {
    // (the events of a channel, its program)
    let cases: [(&[u8], Option<u8>); 4] = [
        (&[0, 0xc0, 33, 0, 0x90, 60, 64, 96, 0x80, 60, 0], Some(33)),
        // After the first note at its instant, as some programs write it.
        (&[0, 0x90, 60, 64, 0, 0xc0, 33, 96, 0x80, 60, 0], Some(33)),
        (&[0, 0x90, 60, 64, 96, 0x80, 60, 0, 0, 0xc0, 33], None),
        (&[0, 0xc0, 40, 0, 0x90, 60, 64, 96, 0x80, 60, 0, 0, 0xc0, 33], Some(40)),
    ];
    for (events, program) in cases {
        let mut bytes = b"MThd\0\0\0\x06\0\0\0\x01\0\x60MTrk\0\0\0".to_vec();
        bytes.push(events.len() as u8 + 4);
        bytes.extend(events);
        bytes.extend([0, 0xff, 0x2f, 0]);
        let piece = parse(&bytes).expect("a file");
        assert_eq!(piece.tracks[0].program, program, "{events:?}");
    }
}
