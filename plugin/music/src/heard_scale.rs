//! Which scale somebody plays in.

use crate::{ContextNote, PitchClasses, Role, Scale, TICKS_PER_BEAT, Tick};

/// How far back notes still count, and how fast they count less: half every 16 beats, four bars of
/// common time.
const LOOK_BACK: usize = 256;
const HALF_LIFE: f32 = (16 * TICKS_PER_BEAT) as f32;
/// A grace note counts as a 32nd, a drone as a whole note.
const SHORTEST: Tick = TICKS_PER_BEAT / 8;
const LONGEST: Tick = 4 * TICKS_PER_BEAT;
/// A pitch class that takes at least its even share belongs, whatever the key says: the blue note
/// of a blues.
const EVEN_SHARE: f32 = 1.0 / 12.0;

/// How often each degree, from the tonic up in semitones, occurs in the segments of music in a
/// major and a minor key: the Kostka-Payne profiles of Temperley, Music and Probability (2007),
/// chapter 6.
const MAJOR: [f32; 12] = [0.748, 0.060, 0.488, 0.082, 0.670, 0.460, 0.096, 0.715, 0.104, 0.366, 0.057, 0.400];
const MINOR: [f32; 12] = [0.712, 0.084, 0.474, 0.618, 0.049, 0.460, 0.105, 0.747, 0.404, 0.067, 0.133, 0.330];

/// What may be played on a tonic of each mode; the first that holds most of what was heard is it.
const MAJORS: [Scale; 3] = [Scale::Major, Scale::Mixolydian, Scale::Lydian];
const MINORS: [Scale; 5] =
    [Scale::Minor, Scale::HarmonicMinor, Scale::Dorian, Scale::MelodicMinor, Scale::Phrygian];

/// The scale that the player's notes among `notes`, in order of their onsets, fit best; all pitch
/// classes where there are none.
///
/// The key is the one whose profile correlates best with how long each pitch class was held lately
/// (Krumhansl and Schmuckler's algorithm, with Temperley's profiles); then the scale of that mode
/// which holds most of it. What was played as much as chance would have it belongs too, so the
/// scale always holds the one or two notes of somebody who has just begun.
pub fn heard_scale(notes: &[ContextNote]) -> PitchClasses {
    let shares = shares(notes);
    if shares.iter().sum::<f32>() <= 0.0 {
        return PitchClasses::ALL;
    }
    let mut best = (f32::NEG_INFINITY, 0, &MAJORS[..]);
    for tonic in 0..12 {
        for (profile, scales) in [(&MAJOR, &MAJORS[..]), (&MINOR, &MINORS[..])] {
            let fit = correlation(&shares, tonic, profile);
            if fit > best.0 {
                best = (fit, tonic, scales);
            }
        }
    }
    let (_, tonic, scales) = best;
    let inside = |set: PitchClasses| -> f32 {
        (0..12).zip(&shares).filter(|&(class, _)| set.contains(class)).map(|(_, share)| share).sum()
    };
    let mut scale = PitchClasses::of(tonic, scales[0]);
    for &other in &scales[1..] {
        let other = PitchClasses::of(tonic, other);
        if inside(other) > inside(scale) {
            scale = other;
        }
    }
    let played = (0..12).zip(&shares).filter(|&(_, &share)| share >= EVEN_SHARE);
    played.fold(scale, |scale, (class, _)| scale.with(class))
}

/// How long each pitch class was held lately, as shares of one; zeros where nothing was played.
fn shares(notes: &[ContextNote]) -> [f32; 12] {
    let mut shares = [0.0; 12];
    let Some(now) = notes.last().map(|note| note.onset) else { return shares };
    for note in notes.iter().rev().filter(|note| note.role == Role::Player).take(LOOK_BACK) {
        let held = note.end.unwrap_or(now) - note.onset;
        let recency = (-((now - note.onset) as f32) / HALF_LIFE).exp2();
        shares[usize::from(note.key % 12)] += recency * held.clamp(SHORTEST, LONGEST) as f32;
    }
    let total = shares.iter().sum::<f32>();
    if total > 0.0 {
        shares.iter_mut().for_each(|share| *share /= total);
    }
    shares
}

/// Pearson's, between the shares seen from a tonic and a profile.
fn correlation(shares: &[f32; 12], tonic: u8, profile: &[f32; 12]) -> f32 {
    let mean = |values: &[f32; 12]| values.iter().sum::<f32>() / 12.0;
    let (share_mean, profile_mean) = (mean(shares), mean(profile));
    let (mut both, mut shared, mut profiled) = (0.0, 0.0, 0.0);
    for (degree, value) in profile.iter().enumerate() {
        let share = shares[(degree + usize::from(tonic)) % 12] - share_mean;
        let value = value - profile_mean;
        both += share * value;
        shared += share * share;
        profiled += value * value;
    }
    // All twelve alike fit nothing better than anything else.
    if shared <= f32::EPSILON { 0.0 } else { both / (shared * profiled).sqrt() }
}
