//! SoundFonts of our own making: which presets play, how they sound, and that no file ends in a
//! panic.

use std::io::Cursor;

use segue_music::{Part, Role};
use segue_realtime::between::instrument::Instrument;

use super::font::{Font, FontError};
use super::instrument::{BLOCK, FontInstrument};
use super::made_up::{Sound, band, font};

const RATE: f32 = 48_000.0;

fn read(bytes: &[u8]) -> Result<Font, FontError> {
    Font::read(Cursor::new(bytes))
}

/// An instrument whose levels are all 1.
fn instrument(bytes: &[u8], rate: f32) -> FontInstrument {
    let mut instrument = FontInstrument::new(&read(bytes).expect("it is whole"), rate).expect("a usual rate");
    for part in [None].into_iter().chain(Part::ALL.map(Some)) {
        Role::ALL.into_iter().for_each(|role| instrument.set_gain(role, part, 1.0));
    }
    instrument
}

/// The next samples of the left side, and whether anything sounded.
fn render(instrument: &mut FontInstrument, samples: usize) -> (Vec<f32>, bool) {
    let (mut left, mut right) = (vec![0.0; samples], vec![0.0; samples]);
    let sounds = instrument.render(&mut left, &mut right);
    (left, sounds)
}

fn peak(samples: &[f32]) -> f32 {
    samples.iter().fold(0.0, |peak, sample| peak.max(sample.abs()))
}

/// Rising zero crossings a second.
fn hertz(samples: &[f32], rate: f32) -> f32 {
    let rising = samples.windows(2).filter(|pair| pair[0] <= 0.0 && pair[1] > 0.0).count();
    rising as f32 * rate / samples.len() as f32
}

#[test]
fn a_part_plays_its_program_or_one_of_its_family() {
    let any = Sound::Sine;
    // (presets as bank and program, then what plays keys, bass, strings and drums)
    type Program = Option<(i32, i32)>;
    type Case = (&'static [(u16, u16)], [Program; 4]);
    let cases: [Case; 6] = [
        (&[(0, 0), (0, 33), (0, 48), (128, 0)], [Some((0, 0)), Some((0, 33)), Some((0, 48)), Some((128, 0))]),
        (&[(0, 4), (0, 38), (0, 32), (128, 8)], [Some((0, 4)), Some((0, 32)), None, Some((128, 8))]),
        (&[(0, 40)], [Some((0, 40)), None, Some((0, 40)), None]),
        (&[(0, 99)], [Some((0, 99)), None, None, None]),
        (&[(128, 0)], [None, None, None, Some((128, 0))]),
        (&[(8, 0), (0, 33)], [Some((0, 33)), Some((0, 33)), None, None]),
    ];
    for (presets, expected) in cases {
        let presets: Vec<_> = presets.iter().map(|&(bank, program)| (bank, program, 0, 127, any)).collect();
        let programs = read(&font(&presets)).expect("it is whole").programs();
        let found = [Part::Keys, Part::Bass, Part::Strings, Part::Drums]
            .map(|part| programs[part.index()].map(|program| (program.bank, program.number)));
        assert_eq!(found, expected, "{presets:?}");
    }
    assert!(matches!(read(&font(&[(7, 0, 0, 127, any)])), Err(FontError::Empty)));
}

#[test]
fn a_key_that_it_has_no_sound_for_is_left_to_the_built_in_one() {
    let bytes = font(&[
        (0, 0, 40, 80, Sound::Sine),
        (0, 33, 0, 127, Sound::Loop(30)),
        (128, 0, 36, 38, Sound::Click),
    ]);
    let instrument = instrument(&bytes, RATE);
    // (part, key, whether it has it). A loop of 30 samples played five octaves up is shorter than
    // a step.
    for (part, key, expected) in [
        (None, 39, false),
        (None, 40, true),
        (None, 80, true),
        (None, 81, false),
        (Some(Part::Keys), 60, true),
        (Some(Part::Bass), 30, true),
        (Some(Part::Bass), 69, true),
        (Some(Part::Bass), 127, false),
        (Some(Part::Drums), 36, true),
        (Some(Part::Drums), 42, false),
        (Some(Part::Guitar), 60, false),
    ] {
        assert_eq!(instrument.has(Role::Segue, part, key), expected, "{part:?} {key}");
    }
    assert!(instrument.has(Role::Player, Some(Part::Drums), 36));
    assert!(!instrument.has(Role::Player, Some(Part::Drums), 60));
}

#[test]
fn it_is_in_tune_at_every_sample_rate_and_as_loud_as_it_is_told() {
    for rate in [16_000.0, 44_100.0, 48_000.0, 96_000.0, 192_000.0] {
        for (key, expected) in [(57, 220.0), (69, 440.0), (81, 880.0)] {
            let mut instrument = instrument(&band(), rate);
            instrument.note_on(Role::Player, None, key, 0.8);
            let (samples, _) = render(&mut instrument, rate as usize);
            let found = hertz(&samples, rate);
            assert!((found - expected).abs() < 2.0, "{rate} {key}: {found}");
        }
    }
    let loud = |gain: f32| {
        let mut instrument = instrument(&band(), RATE);
        instrument.set_gain(Role::Segue, Some(Part::Bass), gain);
        instrument.note_on(Role::Segue, Some(Part::Bass), 45, 0.8);
        peak(&render(&mut instrument, 9_600).0)
    };
    let [whole, half, twice, none] = [1.0, 0.5, 2.0, 0.0].map(loud);
    assert!((0.05..0.3).contains(&whole), "{whole}");
    assert!(
        (half / whole - 0.5).abs() < 0.01 && (twice / whole - 2.0).abs() < 0.04,
        "{half} {whole} {twice}"
    );
    assert_eq!(none, 0.0);
}

#[test]
fn a_note_begins_within_a_block_and_ends_and_it_falls_asleep() {
    for wait in [0, 5, 16, 100] {
        let mut instrument = instrument(&band(), RATE);
        assert!(!render(&mut instrument, wait).1, "it sleeps");
        instrument.note_on(Role::Segue, Some(Part::Keys), 69, 0.8);
        let (samples, sounds) = render(&mut instrument, 4_800);
        let first = samples.iter().position(|sample| sample.abs() > 1e-4).expect("it sounds");
        // A SoundFont's shortest attack is a millisecond.
        assert!(sounds && first <= BLOCK + 48, "{wait}: {first}");
        instrument.note_off(Role::Segue, Some(Part::Keys), 69);
        let mut seconds = 0.0;
        while render(&mut instrument, 480).1 {
            seconds += 0.01;
            assert!(seconds < 5.0, "it does not fall asleep");
        }
        assert!(seconds > 0.5, "{seconds}");
    }
    // What is held does not fall asleep, and the pedal holds the player's.
    let mut instrument = instrument(&band(), RATE);
    instrument.note_on(Role::Player, None, 69, 0.8);
    instrument.pedal(Role::Player, true);
    instrument.note_off(Role::Player, None, 69);
    for _ in 0..40 {
        assert!(render(&mut instrument, 4_800).1);
    }
    assert!(peak(&render(&mut instrument, 4_800).0) > 0.05);
    instrument.fade();
    (0..40).for_each(|_| _ = render(&mut instrument, 4_800));
    assert!(!render(&mut instrument, 4_800).1);
}

#[test]
fn each_part_has_a_channel_of_its_own() {
    let mut instrument = instrument(&band(), RATE);
    instrument.note_on(Role::Segue, Some(Part::Bass), 69, 0.8);
    instrument.note_on(Role::Segue, None, 69, 0.8);
    instrument.note_off(Role::Segue, None, 69);
    (0..20).for_each(|_| _ = render(&mut instrument, 4_800));
    let (samples, _) = render(&mut instrument, 4_800);
    assert!(peak(&samples) > 0.05, "the bass sounds on");
    // The player's drums are no keys.
    instrument.note_off(Role::Segue, Some(Part::Bass), 69);
    (0..40).for_each(|_| _ = render(&mut instrument, 4_800));
    instrument.note_on(Role::Player, Some(Part::Drums), 40, 0.8);
    (0..4).for_each(|_| _ = render(&mut instrument, 4_800));
    assert!(peak(&render(&mut instrument, 4_800).0) < 0.01, "a click is over");
}

#[test]
fn what_falls_in_the_library_ends_the_instrument_alone() {
    let mut instrument = instrument(&font(&[(0, 0, 0, 127, Sound::Loop(3))]), RATE);
    assert!(!instrument.has(Role::Player, None, 127) && instrument.has(Role::Player, None, 60));
    // Played all the same, it reads beyond the samples.
    instrument.note_on(Role::Player, None, 127, 0.8);
    assert!(!render(&mut instrument, 4_800).1);
    assert!(!instrument.has(Role::Player, None, 60), "the built-in sound plays from here on");
    instrument.note_on(Role::Player, None, 60, 0.8);
    instrument.note_off(Role::Player, None, 60);
    instrument.fade();
    assert!(!render(&mut instrument, 4_800).1);
}

#[test]
fn no_damage_ends_in_a_panic_or_in_what_is_no_number() {
    let whole = band();
    assert!(read(&whole).is_ok());
    for length in (0..whole.len()).step_by(whole.len() / 97) {
        assert!(read(&whole[..length]).is_err(), "cut to {length}");
    }
    assert!(read(b"").is_err() && read(b"RIFF").is_err() && read(&[0; 4096]).is_err());
    // A size that promises four gigabytes.
    for place in [4, 16, 20] {
        let mut bytes = whole.clone();
        bytes[place..place + 4].fill(0xff);
        assert!(read(&bytes).is_err(), "{place}");
    }
    // Anything else that may be wrong in the tables behind the samples.
    let tables = whole.windows(4).position(|tag| tag == b"phdr").expect("it is there");
    let (mut random, mut played) = (1u32, 0);
    for _ in 0..3_000 {
        let mut bytes = whole.clone();
        for _ in 0..3 {
            random = random.wrapping_mul(1_664_525).wrapping_add(1_013_904_223);
            let place = tables + (random >> 8) as usize % (bytes.len() - tables);
            random = random.wrapping_mul(1_664_525).wrapping_add(1_013_904_223);
            bytes[place] = (random >> 24) as u8;
        }
        let Ok(font) = read(&bytes) else { continue };
        let Ok(mut instrument) = FontInstrument::new(&font, RATE) else { continue };
        for (role, part, key) in [
            (Role::Player, None, 1),
            (Role::Player, None, 60),
            (Role::Segue, Some(Part::Keys), 127),
            (Role::Segue, Some(Part::Bass), 33),
            (Role::Segue, Some(Part::Drums), 38),
        ] {
            instrument.set_gain(role, part, 1.0);
            if instrument.has(role, part, key) {
                instrument.note_on(role, part, key, 0.9);
            }
        }
        for _ in 0..10 {
            let (samples, sounds) = render(&mut instrument, 480);
            assert!(!sounds || samples.iter().all(|sample| sample.is_finite()));
        }
        played += 1;
    }
    assert!(played > 300, "only {played} were played");
}
