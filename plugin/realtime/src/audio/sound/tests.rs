//! Keys in, samples out.

mod band;
mod guests;

use super::*;
use crate::between::limits::{SOUND_DRUMS, SOUND_VOICES};

const RATE: f32 = 48_000.0;
const LOUD: [f32; 2] = [1.0, 1.0];
const RATES: [f32; 5] = [8_000.0, 22_050.0, 44_100.0, 48_000.0, 192_000.0];

fn at(key: u8) -> Address {
    Address { channel: 0, key }
}

fn stereo(sound: &mut Sound, samples: usize, levels: [f32; 2]) -> (Vec<f32>, Vec<f32>) {
    let (mut left, mut right) = (vec![0.0; samples], vec![0.0; samples]);
    // Blocks that are no multiple of anything inside.
    for (left, right) in left.chunks_mut(233).zip(right.chunks_mut(233)) {
        sound.render(left, right, &Levels::new(levels[0], levels[1]));
    }
    (left, right)
}

fn render(sound: &mut Sound, samples: usize) -> Vec<f32> {
    stereo(sound, samples, LOUD).0
}

fn peak(samples: &[f32]) -> f32 {
    samples.iter().fold(0.0, |peak, sample| peak.max(sample.abs()))
}

/// The largest step between two samples.
fn slope(samples: &[f32]) -> f32 {
    samples.windows(2).map(|pair| (pair[1] - pair[0]).abs()).fold(0.0, f32::max)
}

/// How strong a frequency is in the samples.
fn strength(samples: &[f32], hertz: f32, rate: f32) -> f32 {
    let (mut real, mut imaginary) = (0.0f64, 0.0f64);
    for (index, &sample) in samples.iter().enumerate() {
        let angle = f64::from(hertz / rate) * index as f64 * std::f64::consts::TAU;
        // Hann's window.
        let part = (index as f64 / samples.len() as f64 * std::f64::consts::TAU).cos();
        let sample = f64::from(sample) * (1.0 - part);
        real += sample * angle.cos();
        imaginary += sample * angle.sin();
    }
    convert::narrow(real.hypot(imaginary) / samples.len() as f64 * 2.0)
}

fn hertz(key: u8) -> f32 {
    440.0 * ((f32::from(key) - 69.0) / 12.0).exp2()
}

/// The first quarter of a second of a key.
fn struck(key: u8, velocity: f32, rate: f32) -> Vec<f32> {
    let mut sound = Sound::new(rate);
    sound.note_on(at(key), Role::Player, None, velocity);
    render(&mut sound, convert::place(rate / 4.0))
}

#[test]
fn a_key_sounds_fades_and_ends_at_every_sample_rate() {
    for rate in RATES {
        let mut sound = Sound::new(rate);
        sound.note_on(at(60), Role::Player, None, 0.8);
        let peak = peak(&render(&mut sound, convert::place(rate / 10.0)));
        assert!(peak > 0.2 && peak < 0.8, "{rate}: {peak}");
        sound.note_off(at(60));
        render(&mut sound, 2 * convert::place(rate));
        assert!(sound.is_silent(), "{rate}");
        assert!(render(&mut sound, 64).iter().all(|&sample| sample == 0.0));
    }
}

#[test]
fn the_pitch_is_the_keys() {
    for rate in RATES {
        for key in [33, 45, 60, 72] {
            let samples = struck(key, 0.3, rate);
            let fits = strength(&samples, hertz(key), rate);
            for off in [-0.5, 0.5f32] {
                let beside = strength(&samples, hertz(key) * (off / 12.0).exp2(), rate);
                assert!(beside <= fits, "{rate}, {key}: {beside} beside {fits}");
            }
        }
    }
}

#[test]
fn what_is_held_ends_too() {
    let mut sound = Sound::new(8_000.0);
    for key in [21, 60, 108] {
        sound.note_on(at(key), Role::Player, None, 1.0);
    }
    render(&mut sound, 90 * 8_000);
    assert!(sound.is_silent());
    assert_eq!(peak(&render(&mut sound, 800)), 0.0);
}

#[test]
fn no_tail_ends_in_subnormal_numbers() {
    for rate in RATES.into_iter().chain([1_000.0, 17_500.0, 96_000.0]) {
        for levels in [LOUD, [1e-3, 1e-3], [1e-30, 1e-36]] {
            let mut sound = Sound::new(rate);
            for key in [0, 21, 60, 100, 127] {
                sound.note_on(at(key), Role::Player, None, 1e-3);
                sound.note_on(at(key), Role::Segue, None, 1.0);
            }
            let mut samples = stereo(&mut sound, convert::place(rate) / 5, levels).0;
            [0, 21, 60, 100, 127].into_iter().for_each(|key| sound.note_off(at(key)));
            samples.extend(stereo(&mut sound, 4 * convert::place(rate), levels).1);
            assert!(sound.is_silent());
            let subnormal = samples.iter().position(|sample| sample.is_subnormal());
            assert_eq!(subnormal, None, "{rate}, {levels:?}: {:?}", subnormal.map(|at| samples[at]));
        }
    }
}

#[test]
fn off_is_silence_and_each_has_a_level() {
    let mut sound = Sound::new(RATE);
    let roles = [(Role::Player, at(60)), (Role::Segue, at(67))];
    roles.iter().for_each(|&(role, address)| sound.note_on(address, role, None, 1.0));
    let (left, right) = stereo(&mut sound, 4800, [0.0, 0.0]);
    assert_eq!(peak(&left) + peak(&right), 0.0);
    assert!(sound.is_silent(), "no work is done for what is off");

    for (levels, present, absent) in [([1.0, 0.0], 60, 67), ([0.0, 1.0], 67, 60)] {
        roles.iter().for_each(|&(role, address)| sound.note_on(address, role, None, 1.0));
        let (left, _) = stereo(&mut sound, 12_000, levels);
        let strengths = [present, absent].map(|key| strength(&left, hertz(key), RATE));
        assert!(strengths[0] > 100.0 * strengths[1], "{levels:?}: {strengths:?}");
        sound.fade();
        stereo(&mut sound, 48_000, levels);
    }
    // Turned off while it sounds.
    sound.note_on(at(60), Role::Player, None, 1.0);
    render(&mut sound, 4800);
    stereo(&mut sound, 12_000, [0.0, 0.0]);
    assert_eq!(peak(&stereo(&mut sound, 480, [0.0, 0.0]).0), 0.0);
    // Half the level, half the sound.
    let half = {
        let mut sound = Sound::new(RATE);
        sound.note_on(at(60), Role::Player, None, 0.5);
        peak(&stereo(&mut sound, 4800, [0.5, 1.0]).0)
    };
    let whole = peak(&struck(60, 0.5, RATE)[..4800]);
    assert!((half * 2.0 - whole).abs() < 1e-3, "{half} {whole}");
}

/// Whatever happens, no step between two samples is much larger than the largest that the tone
/// itself makes. Soft low tones, whose own steps are small: a jump of the signal from its peak
/// would be five to ninety times as large.
#[test]
fn nothing_clicks() {
    type Case = (&'static str, fn(&mut Sound, u8));
    let cases: &[Case] = &[
        ("struck again", |sound, key| sound.note_on(at(key), Role::Player, None, 0.4)),
        ("struck again softer", |sound, key| sound.note_on(at(key), Role::Player, None, 0.1)),
        ("released", |sound, key| sound.note_off(at(key))),
        ("released and struck", |sound, key| {
            sound.note_off(at(key));
            sound.note_on(at(key), Role::Player, None, 0.4);
        }),
        ("taken over", |sound, key| sound.note_on(at(key), Role::Segue, None, 0.4)),
        ("faded", |sound, _| sound.fade()),
    ];
    for key in [28u8, 40, 52, 64] {
        let mut sound = Sound::new(RATE);
        sound.note_on(at(key), Role::Player, None, 0.4);
        let first = render(&mut sound, 24_000);
        // The tone's own, once the strike has led it to its peak; from silence it is no steeper.
        let steady = slope(&first[1200..]);
        assert!(slope(&first[..1200]) < 1.3 * steady, "{key} begins: {} for {steady}", slope(&first[..1200]));
        for (name, act) in cases {
            for wait in [0usize, 1, 17, 100, 733, 4801] {
                let mut sound = Sound::new(RATE);
                sound.note_on(at(key), Role::Player, None, 0.4);
                let mut all = render(&mut sound, wait);
                act(&mut sound, key);
                all.extend(render(&mut sound, 4800));
                // Two tones of a key may overlap where the other takes it over.
                let most = if *name == "taken over" { 2.4 } else { 1.3 };
                assert!(
                    slope(&all) < most * steady,
                    "{key} {name} after {wait}: {} for {steady}",
                    slope(&all)
                );
            }
        }
        // The level is turned up and down.
        let mut all = Vec::new();
        for step in 0..20 {
            all.extend(stereo(&mut sound, 701, if step % 2 == 0 { [0.1; 2] } else { LOUD }).0);
        }
        assert!(slope(&all) < 1.3 * steady, "{key} level: {} for {steady}", slope(&all));
    }
}

#[test]
fn a_stolen_tone_fades_and_is_the_one_missed_least() {
    // 32 soft low tones of one key, each on a channel of its own.
    let voice = |channel| Address { channel, key: 30 };
    let mut sound = Sound::new(RATE);
    for (channel, count) in (0..).zip(1..=SOUND_VOICES) {
        // The last is the softest, and number 5 is released.
        sound.note_on(voice(channel), Role::Player, None, if count == SOUND_VOICES { 0.05 } else { 0.3 });
        render(&mut sound, 311);
    }
    // Neither the sum nor what is taken from it or added to it is steeper by itself; a jump would
    // be twenty times as large.
    let one = slope(&struck(36, 0.3, RATE));
    let before = slope(&render(&mut sound, 9600));
    sound.note_off(voice(5));
    let channels = |sound: &Sound| {
        let sounding = sound.slots.live().filter(|voice| voice.sounds());
        sounding.map(|voice| usize::from(voice.address.channel)).collect::<Vec<_>>()
    };
    let mut all = Vec::new();
    for (stolen, key) in [(5, 35), (SOUND_VOICES - 1, 33)] {
        sound.note_on(Address { channel: 99, key }, Role::Segue, None, 0.3);
        assert!(!channels(&sound).contains(&stolen), "{stolen} was to make room: {:?}", channels(&sound));
        assert_eq!(channels(&sound).len(), SOUND_VOICES);
        all.extend(render(&mut sound, 2400));
    }
    assert!(slope(&all) < before + 2.0 * one, "{} for {before} and {one}", slope(&all));
    // Far more than there is room for, in one sample and one after another.
    for key in 0..128 {
        sound.note_on(Address { channel: 7, key }, Role::Segue, None, 1.0);
    }
    assert_eq!(channels(&sound).len(), SOUND_VOICES);
    for key in 0..128 {
        sound.note_on(Address { channel: 8, key }, Role::Segue, None, 1.0);
        render(&mut sound, 1);
    }
    assert!(channels(&sound).len() <= SOUND_VOICES);
}

#[test]
fn it_is_stereo_and_each_has_a_side() {
    let side = |role, key| {
        let mut sound = Sound::new(RATE);
        sound.note_on(at(key), role, None, 0.7);
        let (left, right) = stereo(&mut sound, 24_000, LOUD);
        assert!(left.iter().zip(&right).any(|(l, r)| (l - r).abs() > 0.01));
        let power = |side: &[f32]| side.iter().map(|sample| sample * sample).sum::<f32>();
        power(&right) / power(&left)
    };
    assert!(side(Role::Player, 60) < side(Role::Segue, 60));
    assert!(side(Role::Player, 36) < side(Role::Player, 84));
}

#[test]
fn hard_is_bright_and_brightness_fades() {
    let centroid = |samples: &[f32], key| {
        let partials = (1..24).map(|n| hertz(key) * n as f32).take_while(|&hertz| hertz < RATE / 2.0);
        let (mut sum, mut moment) = (0.0, 0.0);
        for hertz in partials {
            let strength = strength(samples, hertz, RATE);
            sum += strength;
            moment += strength * hertz;
        }
        moment / sum
    };
    for key in [36u8, 48, 60, 72, 84] {
        let all = [0.1, 0.5, 1.0].map(|velocity| struck(key, velocity, RATE));
        let [soft, middle, hard] = all.each_ref().map(|samples| centroid(&samples[..4096], key));
        assert!(soft * 1.05 < middle && middle * 1.1 < hard, "{key}: {soft} {middle} {hard}");
        let later = centroid(&all[2][7904..], key);
        assert!(later * 1.05 < hard, "{key}: {later} after {hard}");
    }
}

/// The ear's sensitivity (the A curve), not in decibels.
fn ear(hertz: f32) -> f32 {
    let f = hertz * hertz;
    let low = ((f + 107.7 * 107.7) * (f + 737.9 * 737.9)).sqrt();
    1.2589 * 12_194.0f32.powi(2) * f * f / ((f + 20.6 * 20.6) * low * (f + 12_194.0f32.powi(2)))
}

#[test]
fn the_keys_are_as_loud_as_each_other_and_louder_is_louder() {
    let loudness = |key, velocity| {
        let samples = struck(key, velocity, RATE);
        let partials = (1..24).map(|n| hertz(key) * n as f32).take_while(|&hertz| hertz < RATE / 2.0);
        let power: f32 = partials.map(|hertz| (strength(&samples, hertz, RATE) * ear(hertz)).powi(2)).sum();
        10.0 * power.log10()
    };
    let all: Vec<_> = (36..=96).step_by(4).map(|key| loudness(key, 0.6)).collect();
    let spread = all.iter().copied().fold(f32::MIN, f32::max) - all.iter().copied().fold(f32::MAX, f32::min);
    // Sines of one amplitude would spread by 26 dB.
    assert!(spread < 14.0, "{spread} dB: {all:.1?}");
    for key in [40, 60, 80] {
        let steps: Vec<_> = [0.05, 0.2, 0.4, 0.6, 0.8, 1.0].map(|velocity| loudness(key, velocity)).into();
        assert!(steps.windows(2).all(|pair| pair[0] + 1.0 < pair[1]), "{key}: {steps:.1?}");
        assert!(steps[5] - steps[0] < 40.0, "{key}: a soft note is still heard: {steps:.1?}");
    }
}

#[test]
fn the_pedal_holds_the_players_tones_only() {
    let mut sound = Sound::new(RATE);
    sound.note_on(at(60), Role::Player, None, 0.8);
    sound.note_on(Address { channel: 1, key: 67 }, Role::Segue, None, 0.8);
    sound.pedal(Role::Player, true);
    sound.note_off(at(60));
    sound.note_off(Address { channel: 1, key: 67 });
    render(&mut sound, 48_000);
    assert_eq!(sound.keys().collect::<Vec<_>>(), [60]);
    // Struck again under the pedal and held beyond it.
    sound.note_on(at(60), Role::Player, None, 0.5);
    sound.pedal(Role::Player, false);
    render(&mut sound, 48_000);
    assert_eq!(sound.keys().collect::<Vec<_>>(), [60]);
    sound.note_off(at(60));
    render(&mut sound, 48_000);
    assert!(sound.is_silent());
}

#[test]
fn a_key_that_is_released_at_once_is_heard() {
    let mut sound = Sound::new(RATE);
    sound.note_on(at(60), Role::Player, None, 0.8);
    sound.note_off(at(60));
    assert!(peak(&render(&mut sound, 4800)) > 0.2);
}

#[test]
fn all_voices_at_full_strength_stay_below_full_scale() {
    for rate in [44_100.0, 96_000.0] {
        let mut sound = Sound::new(rate);
        for key in (0..).take(SOUND_VOICES) {
            sound.note_on(at(30 + 2 * key), Role::ALL[usize::from(key % 2)], None, 1.0);
        }
        let (left, right) = stereo(&mut sound, convert::place(rate), LOUD);
        let peaks = [peak(&left), peak(&right)];
        assert!(peaks.iter().all(|&peak| peak > 0.5 && peak < 0.99), "{peaks:?}");
        // A hard chord of both hands at the default level is not rounded off.
        let mut sound = Sound::new(rate);
        for key in [36, 43, 48, 52, 55, 60, 64, 67, 70, 74] {
            sound.note_on(at(key), Role::Player, None, 0.95);
        }
        let peak = peak(&stereo(&mut sound, convert::place(rate), [0.25; 2]).0);
        assert!((0.2..0.7).contains(&peak), "{peak}");
    }
}

#[test]
fn no_input_makes_it_anything_but_a_number() {
    let odd = [f32::NAN, f32::INFINITY, f32::NEG_INFINITY, -1.0, 0.0, f32::MIN_POSITIVE, 1e30];
    for rate in odd.into_iter().chain(RATES).chain([384_000.0]) {
        let mut sound = Sound::new(rate);
        for (index, &value) in odd.iter().chain(&odd).enumerate() {
            for key in [0, 21, 60, 108, 127, 200, 255] {
                sound.note_on(Address { channel: 255, key }, Role::ALL[index % 2], None, value);
            }
            let (left, right) = stereo(&mut sound, 500, [value, 1.0]);
            let fine = |sample: &f32| sample.is_finite() && sample.abs() < 1.0;
            assert!(left.iter().all(fine) && right.iter().all(fine), "{rate} {value}");
        }
        // Sides of different lengths, and none.
        sound.render(&mut [0.0; 70], &mut [0.0; 3], &Levels::default());
        sound.render(&mut [], &mut [], &Levels::default());
    }
}
