//! Real MIDI files and odd ones, changed at random: whatever comes of it is read or refused with
//! one line, and what is read is written and read again as the same music.

use std::fs;
use std::path::Path;

use segue_music::midi_file::{parse, to_bytes};
use segue_music::{Beats, Note, Piece, take};

mod smf;

use smf::{END, file, header, track};

/// This many changed files; `MUTATIONS` in the environment says another number.
const RUNS: u64 = 20_000;
/// The first of their seeds; `SEED` in the environment says another one.
const FIRST: u64 = 0;

/// What is a number for most things that a MIDI file counts.
const INTERESTING: [u8; 14] = [0, 1, 2, 3, 4, 0x2f, 0x51, 0x58, 0x7f, 0x80, 0x90, 0xf0, 0xf8, 0xff];

/// Random numbers from a seed: SplitMix64.
struct Random(u64);

impl Random {
    fn number(&mut self) -> u64 {
        self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mut mixed = self.0;
        mixed = (mixed ^ (mixed >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        mixed = (mixed ^ (mixed >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        mixed ^ (mixed >> 31)
    }

    /// Below `most`, which is not zero.
    fn below(&mut self, most: usize) -> usize {
        (self.number() % most as u64) as usize
    }

    fn byte(&mut self) -> u8 {
        match self.below(3) {
            0 => self.number() as u8,
            _ => INTERESTING[self.below(INTERESTING.len())],
        }
    }
}

/// Phrases as somebody plays them, and files that are odd in themselves.
fn seeds() -> Vec<Vec<u8>> {
    let assets = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../assets");
    let mut paths: Vec<_> = ["prompts", "examples", "examples/prompts"]
        .iter()
        .filter_map(|folder| fs::read_dir(assets.join(folder)).ok())
        .flatten()
        .map(|entry| entry.expect("an entry").path())
        .filter(|path| path.extension().is_some_and(|ending| ending == "mid"))
        .collect();
    paths.sort();
    let mut seeds: Vec<_> = paths.iter().map(|path| fs::read(path).expect("a file")).collect();
    assert!(seeds.len() > 10, "the assets are missing");
    let note: &[u8] = &[0, 0x90, 60, 80, 4, 60, 0];
    let odd: [&[u8]; 8] = [
        &[0, 0xff, 0x54, 5, 0x60, 0, 0, 0x2f, 10],
        &[0, 0xff, 0x59, 1, 2, 0, 0xff, 0x58, 2, 3, 2],
        &[0, 0xff, 0x51, 3, 0, 0xea, 0x60, 0, 0xff, 0x58, 4, 255, 0, 24, 8],
        &[0, 0xb0, 7, 200, 0, 0xf8, 0, 0xf2, 1, 2],
        &[0, 0xff, 3, 2, b'a', b'\n', 0, 0xf0, 2, 1, 0xf7, 0, 0xf7, 1, 0xfa],
        &[0, 0x90, 62, 64, 0, 62, 0, 0, 62, 64, 2, 62, 0, 0, 0x99, 36, 100, 1, 36, 0],
        &[0xff, 0xff, 0xff, 0x7f, 0x90, 60, 90, 1, 60, 0],
        &[0x80, 0x80, 0x80, 0x80, 1, 0xff, 1, 0x80, 0x80, 0x80, 0x80, 1, b'x'],
    ];
    for events in odd {
        let events = [events, note].concat();
        seeds.push(file(1, &[&events, &events]));
        seeds.push(file(2, &[&events, &events]));
        seeds.push([header(1, 9, 32_767), track(&[&events, END].concat()), track(&events)].concat());
    }
    let sound = file(0, &[note]);
    seeds.push([b"RIFF\0\0\0\0RMIDdata", &(sound.len() as u32).to_le_bytes()[..], &sound].concat());
    seeds
}

/// One change.
fn change(bytes: &mut Vec<u8>, others: &[Vec<u8>], random: &mut Random) {
    let place = random.below(bytes.len().max(1)).min(bytes.len().saturating_sub(1));
    // Header, lengths and the first events are hit more often than by chance.
    let place = if random.below(3) == 0 { place.min(random.below(64)) } else { place };
    let length = random.below(24).min(bytes.len() - place);
    match random.below(8) {
        0 | 1 => bytes.iter_mut().skip(place).take(1).for_each(|byte| *byte = random.byte()),
        2 => bytes.iter_mut().skip(place).take(1).for_each(|byte| *byte ^= 1 << random.below(8)),
        3 => drop(bytes.drain(place..place + length)),
        4 => {
            let again = bytes[place..place + length].to_vec();
            bytes.splice(place..place, again);
        }
        5 => {
            let new: Vec<u8> = (0..=random.below(6)).map(|_| random.byte()).collect();
            bytes.splice(place..place, new);
        }
        6 => bytes.truncate(place),
        _ => {
            let other = &others[random.below(others.len())];
            bytes.truncate(place);
            bytes.extend(&other[random.below(other.len())..]);
        }
    }
}

#[test]
fn changed_files_are_read_and_written_or_refused() {
    let number = |name: &str, otherwise| {
        std::env::var(name).map_or(otherwise, |text| text.parse().expect("a whole number"))
    };
    let (first, runs) = (number("SEED", FIRST), number("MUTATIONS", RUNS));
    let seeds = seeds();
    let (mut read, mut remarked) = (0, 0);
    for seed in first..first + runs {
        let mut random = Random(seed);
        let mut bytes = seeds[random.below(seeds.len())].clone();
        for _ in 0..=random.below(6) {
            change(&mut bytes, &seeds, &mut random);
        }
        let outcome = std::panic::catch_unwind(|| check(&bytes));
        let Ok(outcome) = outcome else { panic!("SEED={seed} MUTATIONS=1: {bytes:?}") };
        read += u64::from(outcome.is_some());
        remarked += u64::from(outcome == Some(true));
    }
    // Else the changes leave nothing to read, or nothing to be odd.
    assert!(4 * read > runs && 10 * remarked > runs, "{read} of {runs} read, {remarked} with a remark");
}

/// Whether a file is read and, if so, whether with a remark. Panics where anything is wrong.
fn check(bytes: &[u8]) -> Option<bool> {
    let piece = match parse(bytes) {
        Ok(piece) => piece,
        Err(error) => {
            assert_is_line(&error.to_string());
            return None;
        }
    };
    piece.remarks().iter().for_each(|remark| assert_is_line(&remark.to_string()));
    for track in &piece.tracks {
        assert!(!track.notes.is_empty() && track.notes.is_sorted() && track.pedal.is_sorted());
        assert!(!track.name.contains(char::is_control));
        for note in &track.notes {
            assert!(note.duration > Beats::ZERO && note.onset >= Beats::ZERO && note.end() <= piece.end);
            assert!(note.key < 128 && (1..128).contains(&note.velocity));
        }
    }
    let written = to_bytes(&piece).expect("what is read is written");
    let again = parse(&written).expect("what is written is read");
    assert_is_same(&piece, &again, division(bytes) == division(&written));
    assert_eq!(again.remarks().iter().filter(|remark| !is_kept(&remark.to_string())).count(), 0);
    assert!(division(&written) <= 1_920 || division(&written) == division(bytes));
    // Written once more, it is the same file.
    assert!(to_bytes(&again).expect("written") == written);

    // And an answer changes nothing of it.
    let onset = piece.bar_line_from(piece.end);
    let end = piece.bar_lines_later(onset, 2);
    assert!(end > onset);
    let answer = Note { onset, key: 60, duration: Beats::ONE, velocity: 64 };
    if let Ok(taken) = to_bytes(&take(&piece, &[answer], end)) {
        let mut taken = parse(&taken).expect("what is written is read");
        let segue = taken.tracks.pop().expect("a track more");
        assert_eq!((segue.name.as_str(), segue.notes.len(), segue.notes[0].key), ("Segue", 1, 60));
        assert_is_same(&piece, &taken, false);
    }
    Some(!piece.remarks().is_empty())
}

fn assert_is_line(text: &str) {
    assert!(!text.contains(char::is_control), "{text:?}");
    assert!(text.len() < 200, "{text}");
}

/// What is odd and written as it was.
fn is_kept(remark: &str) -> bool {
    ["kept as it is", "denominator is above"].iter().any(|kept| remark.contains(kept))
}

/// Whether two pieces are the same music, up to the rounding from ticks to ticks if they are not of
/// the same division. A note of no length is a tick of its file long.
fn assert_is_same(piece: &Piece, again: &Piece, exactly: bool) {
    if exactly {
        assert_eq!(piece, again);
    }
    let near = |one: Beats, other: Beats| (one - other).abs() <= Beats::ratio(1, 1_920);
    assert_eq!(piece.tracks.len(), again.tracks.len());
    for (one, other) in piece.tracks.iter().zip(&again.tracks) {
        assert_eq!(
            (one.channel, one.program, one.pedal.len()),
            (other.channel, other.program, other.pedal.len())
        );
        assert_eq!(one.notes.len(), other.notes.len());
        let keys = |notes: &[Note]| {
            let mut keys: Vec<_> = notes.iter().map(|note| (note.key, note.onset, note.velocity)).collect();
            keys.sort_unstable();
            keys
        };
        for ((key, onset, velocity), other) in keys(&one.notes).into_iter().zip(keys(&other.notes)) {
            assert_eq!((key, velocity), (other.0, other.2));
            assert!(near(onset, other.1));
        }
    }
    let bpm = |piece: &Piece| piece.tempos.iter().map(|(_, tempo)| tempo.micros()).collect::<Vec<_>>();
    let metres = |piece: &Piece| piece.meters.iter().map(|&(_, meter)| meter).collect::<Vec<_>>();
    assert_eq!((bpm(piece), metres(piece)), (bpm(again), metres(again)));
}

/// The ticks a beat of a file, wherever its header is.
fn division(bytes: &[u8]) -> u16 {
    let header = bytes.windows(4).position(|name| name == b"MThd").expect("a header");
    u16::from_be_bytes([bytes[header + 12], bytes[header + 13]])
}
