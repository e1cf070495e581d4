//! The voices of a band: each has an end, its pitch, its level and its time.

use biquad::Biquad;

use super::*;

const PITCHED: [Part; 12] = [
    Part::Keys,
    Part::Mallets,
    Part::Guitar,
    Part::Bass,
    Part::Strings,
    Part::Voice,
    Part::Brass,
    Part::Reeds,
    Part::Flutes,
    Part::Lead,
    Part::Pad,
    Part::Organ,
];

const DRUM: u8 = 9;

fn drum(key: u8) -> Address {
    Address { channel: DRUM, key }
}

/// Strikes a key of a part.
fn strike(sound: &mut Sound, key: u8, part: Part, velocity: f32) {
    let channel = if part == Part::Drums { DRUM } else { 0 };
    sound.note_on(Address { channel, key }, Role::Segue, Some(part), velocity);
}

/// A second of a key of a part that is held, both sides together.
fn held(key: u8, part: Part, velocity: f32, rate: f32) -> Vec<f32> {
    let mut sound = Sound::new(rate);
    strike(&mut sound, key, part, velocity);
    let (left, right) = stereo(&mut sound, convert::place(rate), LOUD);
    left.iter().zip(right).map(|(left, right)| 0.5 * (left + right)).collect()
}

/// Some keys of a part, from its lowest to its highest.
fn keys(part: Part) -> Vec<u8> {
    let (low, high) = part.keys();
    if part == Part::Drums { (low..=high).collect() } else { (low..=high).step_by(11).collect() }
}

/// The greatest power of a tenth of a second, in decibels. Below 500 Hz the ear hears less and
/// less.
fn loudness(samples: &[f32]) -> f32 {
    let mut ear = filter::filter(biquad::Type::HighPass, 500.0, 0.5, RATE);
    let heard: Vec<f32> = samples.iter().map(|&sample| convert::narrow(ear.run(f64::from(sample)))).collect();
    let power = |part: &[f32]| part.iter().map(|sample| sample * sample).sum::<f32>() / part.len() as f32;
    10.0 * heard.chunks(samples.len() / 10).map(power).fold(1e-12, f32::max).log10()
}

#[test]
fn every_voice_ends_and_nothing_is_left() {
    for rate in [8_000.0, 48_000.0, 192_000.0] {
        for part in Part::ALL {
            let some = if rate > 8_000.0 { vec![0, 46, 60, 81, 127] } else { keys(part) };
            for key in some {
                let mut sound = Sound::new(rate);
                strike(&mut sound, key, part, 1.0);
                let mut all = render(&mut sound, convert::place(rate / 5.0));
                sound.note_off(if part == Part::Drums { drum(key) } else { at(key) });
                for _ in 0..12 {
                    if !sound.is_silent() {
                        all.extend(render(&mut sound, convert::place(rate)));
                    }
                }
                let fine = |sample: &f32| sample.is_finite() && !sample.is_subnormal() && sample.abs() < 0.99;
                assert!(all.iter().all(fine), "{rate} {part} {key}");
                assert!(sound.is_silent(), "{rate} {part} {key}");
                render(&mut sound, convert::place(rate) / 10);
                assert_eq!(peak(&render(&mut sound, 64)), 0.0, "{rate} {part} {key}");
            }
        }
    }
}

#[test]
fn what_is_released_ends_soon_and_drums_ring_out() {
    // (part, key, the most seconds to -90 dB)
    for (part, most) in PITCHED
        .map(|part| (part, if part == Part::Pad { 2.5 } else { 2.0 }))
        .into_iter()
        .chain([(Part::Drums, 12.0)])
    {
        for key in keys(part) {
            let mut sound = Sound::new(RATE);
            strike(&mut sound, key, part, 1.0);
            render(&mut sound, 24_000);
            let address = if part == Part::Drums { drum(key) } else { at(key) };
            sound.note_off(address);
            let mut seconds = 0.5;
            while !sound.is_silent() && seconds < 20.0 {
                render(&mut sound, 4_800);
                seconds += 0.1;
            }
            assert!(seconds - 0.5 <= most, "{part} {key}: {seconds}");
        }
    }
    // An open hi-hat whose key comes up sounds on, and a stop of the music ends it.
    let mut sound = Sound::new(RATE);
    strike(&mut sound, 46, Part::Drums, 0.8);
    sound.note_off(drum(46));
    render(&mut sound, 9_600);
    assert!(peak(&render(&mut sound, 2_400)) > 0.02);
    sound.fade();
    render(&mut sound, 24_000);
    assert!(sound.is_silent());
}

#[test]
fn every_pitched_voice_is_in_tune() {
    for part in PITCHED {
        for key in keys(part).into_iter().filter(|&key| (40..=80).contains(&key)).take(3) {
            let mut sound = Sound::new(RATE);
            strike(&mut sound, key, part, 0.6);
            // Past the attack, for as long as a plucked string lasts.
            render(&mut sound, 9_600);
            let later = render(&mut sound, 96_000);
            let at = |cents: i16| strength(&later, hertz(key) * (f32::from(cents) / 1_200.0).exp2(), RATE);
            let cents = (-9..=9).map(|step| 4 * step).max_by(|&a, &b| at(a).total_cmp(&at(b))).unwrap_or(99);
            // Pairs of oscillators beat, and a window of 2 s tells no less than 0.2 Hz apart.
            let most = 7.0 + 1_200.0 * 0.2 / hertz(key);
            assert!(f32::from(cents).abs() <= most, "{part} {key}: {cents} cents");
        }
    }
}

#[test]
fn a_voice_begins_in_the_sample_asked_for() {
    for part in Part::ALL {
        let key = if part == Part::Drums { 38 } else { 52 };
        let late = |wait: usize| {
            let mut sound = Sound::new(RATE);
            let mut all = render(&mut sound, wait);
            strike(&mut sound, key, part, 0.8);
            all.extend(render(&mut sound, 4_800 - wait));
            all
        };
        let whole = late(0);
        let first = whole.iter().position(|sample| sample.abs() > 1e-7).expect("it sounds");
        assert!(first <= 3, "{part}: {first}");
        for wait in [1, 63, 64, 65, 731] {
            let waited = late(wait);
            assert!(waited[..wait].iter().all(|&sample| sample == 0.0), "{part} {wait}");
            let off = waited[wait..].iter().zip(&whole).map(|(a, b)| (a - b).abs()).fold(0.0, f32::max);
            assert!(off < 1e-6, "{part} {wait}: {off}");
        }
    }
}

#[test]
fn blocks_do_not_matter() {
    for part in Part::ALL {
        let key = if part == Part::Drums { 49 } else { 45 };
        let in_blocks = |of: usize| {
            let mut sound = Sound::new(RATE);
            strike(&mut sound, key, part, 0.7);
            let (mut left, mut right) = (vec![0.0; 24_000], vec![0.0; 24_000]);
            for (left, right) in left.chunks_mut(of).zip(right.chunks_mut(of)) {
                sound.render(left, right, &Levels::default());
            }
            left
        };
        let whole = in_blocks(24_000);
        for of in [1, 7, 33, 480] {
            let off = in_blocks(of).iter().zip(&whole).map(|(a, b)| (a - b).abs()).fold(0.0, f32::max);
            // The piano's straight lines are rounded anew in every block.
            let most = if part == Part::Keys { 1e-4 } else { 0.0 };
            assert!(off <= most, "{part} in blocks of {of}: {off}");
        }
    }
}

#[test]
fn the_voices_are_as_loud_as_each_other() {
    let piano = loudness(&held(60, Part::Keys, 0.75, RATE));
    for part in PITCHED {
        let (low, high) = part.keys();
        let key = 60.clamp(low, high.min(60));
        let samples = held(key, part, 0.75, RATE);
        let (loud, peak) = (loudness(&samples) - piano, peak(&samples));
        assert!((-7.0..=3.0).contains(&loud), "{part}: {loud} dB beside the piano");
        assert!((0.1..0.5).contains(&peak), "{part}: {peak}");
    }
    // The low end is heard, too: a bass beside a piano's left hand.
    let low = loudness(&held(36, Part::Bass, 0.75, RATE)) - loudness(&held(36, Part::Keys, 0.75, RATE));
    assert!((-6.0..=2.0).contains(&low), "{low} dB");
    for key in 35..=81 {
        let peak = peak(&held(key, Part::Drums, 0.8, RATE));
        let most = if matches!(key, 35 | 36 | 38 | 40) { 0.6 } else { 0.5 };
        assert!((0.03..most).contains(&peak), "{key}: {peak}");
    }
    let snare = loudness(&held(38, Part::Drums, 0.75, RATE)) - piano;
    assert!((-6.0..=4.0).contains(&snare), "{snare} dB");
}

#[test]
fn they_are_as_loud_at_every_sample_rate() {
    let power = |part, key, rate| {
        let samples = held(key, part, 0.7, rate);
        10.0 * (samples.iter().map(|sample| sample * sample).sum::<f32>() / rate).log10()
    };
    for (part, key) in
        PITCHED.map(|part| (part, 48)).into_iter().chain([36, 38, 39, 70].map(|key| (Part::Drums, key)))
    {
        let here = power(part, key, 48_000.0);
        for rate in [44_100.0, 96_000.0, 192_000.0] {
            let off = power(part, key, rate) - here;
            assert!(off.abs() < 1.5, "{part} {key} at {rate}: {off} dB");
        }
    }
}

#[test]
fn louder_is_louder_and_there_is_no_offset() {
    for part in Part::ALL {
        for key in if part == Part::Drums { vec![36, 38, 42, 46, 49, 51, 56, 63, 70, 75] } else { keys(part) }
        {
            let strikes = [0.1, 0.4, 0.7, 1.0].map(|velocity| held(key, part, velocity, RATE));
            let peaks = strikes.each_ref().map(|samples| peak(samples));
            assert!(peaks.windows(2).all(|pair| pair[0] * 1.15 < pair[1]), "{part} {key}: {peaks:?}");
            for samples in &strikes {
                let offset = samples.iter().sum::<f32>() / samples.len() as f32;
                assert!(offset.abs() < 0.01 * peak(samples), "{part} {key}: {offset}");
            }
        }
    }
}

#[test]
fn a_hi_hat_that_closes_ends_the_open_one() {
    for (closing, ends) in [(42, true), (44, true), (38, false), (36, false), (46, false)] {
        let mut sound = Sound::new(RATE);
        strike(&mut sound, 46, Part::Drums, 0.8);
        render(&mut sound, 4_800);
        strike(&mut sound, closing, Part::Drums, 0.05);
        render(&mut sound, 9_600);
        let rings = sound.keys().any(|key| key == 46);
        assert_eq!(!rings, ends, "{closing}");
    }
    // Nobody else's hi-hat, and no key 46 that is a note.
    let mut sound = Sound::new(RATE);
    sound.note_on(drum(46), Role::Player, Some(Part::Drums), 0.8);
    sound.note_on(at(46), Role::Segue, Some(Part::Guitar), 0.8);
    strike(&mut sound, 42, Part::Drums, 0.8);
    render(&mut sound, 9_600);
    assert_eq!(sound.keys().filter(|&key| key == 46).count(), 2);
}

/// The largest steps of a voice are those of a strike; nothing else that happens to it makes
/// larger ones.
#[test]
fn nothing_that_happens_to_a_voice_clicks() {
    type Case = (&'static str, fn(&mut Sound, Part, u8));
    let cases: &[Case] = &[
        ("struck again", |sound, part, key| strike(sound, key, part, 0.8)),
        ("struck again softer", |sound, part, key| strike(sound, key, part, 0.2)),
        ("released", |sound, _, key| sound.note_off(at(key))),
        ("faded", |sound, _, _| sound.fade()),
        ("choked", |sound, _, _| strike(sound, 42, Part::Drums, 0.0)),
    ];
    for part in Part::ALL {
        let some = if part == Part::Drums { vec![36, 38, 41, 46, 49, 63, 81] } else { vec![40, 52] };
        for key in some {
            let own = |samples: usize| {
                let mut sound = Sound::new(RATE);
                strike(&mut sound, key, part, 0.8);
                (render(&mut sound, samples), sound)
            };
            let steepest = slope(&own(24_000).0);
            for (name, act) in cases {
                if *name == "choked" && part != Part::Drums {
                    continue;
                }
                for wait in [1, 17, 100, 733, 4_801] {
                    let (mut all, mut sound) = own(wait);
                    act(&mut sound, part, key);
                    all.extend(render(&mut sound, 4_800));
                    // What rings and what is added to it, which may fall together.
                    let most = if name.starts_with("struck") { 1.8 } else { 1.1 };
                    // A closing hi-hat's own.
                    let more = if *name == "choked" { 0.015 } else { 0.002 };
                    assert!(
                        slope(&all) < most * steepest + more,
                        "{part} {key} {name} after {wait}: {} for {steepest}",
                        slope(&all)
                    );
                }
            }
        }
    }
}

#[test]
fn drums_end_no_notes_and_notes_no_drums() {
    let mut sound = Sound::new(RATE);
    for channel in (0..).take(SOUND_VOICES) {
        sound.note_on(Address { channel, key: 50 }, Role::Segue, Some(Part::Strings), 0.5);
    }
    let count = |sound: &Sound, drums: bool| {
        sound.slots.live().filter(|voice| voice.sounds() && voice.is_drum() == drums).count()
    };
    for key in 35..=81 {
        strike(&mut sound, key, Part::Drums, 0.8);
        render(&mut sound, 64);
    }
    assert_eq!([false, true].map(|drums| count(&sound, drums)), [SOUND_VOICES, SOUND_DRUMS]);
    for key in 0..128 {
        strike(&mut sound, key, Part::Guitar, 0.8);
    }
    assert_eq!(count(&sound, true), SOUND_DRUMS);
    // A stolen one fades: its step is no larger than those before.
    let mut sound = Sound::new(RATE);
    for channel in (0..).take(SOUND_VOICES) {
        sound.note_on(Address { channel, key: 40 }, Role::Segue, Some(Part::Strings), 0.3);
    }
    let before = slope(&render(&mut sound, 48_000)[24_000..]);
    let mut all = Vec::new();
    for key in 41..57 {
        sound.note_on(at(key), Role::Segue, Some(Part::Pad), 0.3);
        all.extend(render(&mut sound, 300));
    }
    assert!(slope(&all) < 1.2 * before, "{} for {before}", slope(&all));
}

#[test]
fn each_part_has_a_level() {
    for part in Part::ALL {
        let key = if part == Part::Drums { 38 } else { 48 };
        let mut levels = Levels::default();
        let with = |level: f32, levels: &mut Levels| {
            levels.parts[part.index()] = level;
            let mut sound = Sound::new(RATE);
            strike(&mut sound, key, part, 0.4);
            let (mut left, mut right) = (vec![0.0; 9_600], vec![0.0; 9_600]);
            sound.render(&mut left, &mut right, levels);
            (peak(&left), sound.is_silent())
        };
        let [(whole, _), (half, _), (none, silent)] = [1.0, 0.5, 0.0].map(|level| with(level, &mut levels));
        assert!((whole - 2.0 * half).abs() < 1e-3 && half > 0.01, "{part}: {whole} {half}");
        assert!(none == 0.0 && silent, "{part}: no work is done for what is off");
    }
}

#[test]
fn a_struck_again_drum_is_no_louder_than_twice() {
    for key in 35..=81 {
        let mut sound = Sound::new(RATE);
        strike(&mut sound, key, Part::Drums, 0.8);
        let once = peak(&render(&mut sound, 12_000));
        let mut all = Vec::new();
        for _ in 0..40 {
            strike(&mut sound, key, Part::Drums, 0.8);
            all.extend(render(&mut sound, 1_500));
        }
        assert!(peak(&all) < 2.2 * once, "{key}: {} for {once}", peak(&all));
    }
}
