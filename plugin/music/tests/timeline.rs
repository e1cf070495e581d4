//! Beats and samples are the same positions in two units.

use proptest::prelude::*;
use segue_music::{Beats, Tempo, Timeline};

const RATES: [f64; 6] = [22_050.0, 44_100.0, 48_000.0, 88_200.0, 96_000.0, 192_000.0];

fn timeline() -> impl Strategy<Value = Timeline> {
    (0..RATES.len(), 1.0f64..999.0, -1_000_000_000i64..1_000_000_000_000).prop_map(|(rate, bpm, origin)| {
        Timeline { origin: Beats::from_parts(origin), tempo: Tempo::new(bpm), sample_rate: RATES[rate] }
    })
}

/// The parts of a beat that pass in one sample.
fn parts_in_sample(timeline: &Timeline) -> f64 {
    timeline.tempo.bpm() / 60.0 / timeline.sample_rate * Beats::UNIT as f64
}

proptest! {
    #[test]
    fn beats_to_samples_and_back_is_exact(timeline in timeline(), beats in -100_000i64..100_000, part in 0i64..967_680) {
        let at = timeline.origin + Beats::ONE.times(beats) + Beats::from_parts(part);
        prop_assert_eq!(timeline.beats_at(timeline.sample_at(at)), at);
    }

    #[test]
    fn a_whole_sample_lies_within_half_a_sample(timeline in timeline(), parts in 0i64..100_000_000_000) {
        let at = timeline.origin + Beats::from_parts(parts);
        let sample = timeline.sample_at(at).round();
        let off = (timeline.beats_at(sample) - at).parts() as f64;
        // Half a sample, and half a part for the rounding of Beats themselves.
        prop_assert!(off.abs() <= parts_in_sample(&timeline) / 2.0 + 0.5 + 1e-3, "{off} parts");
    }

    #[test]
    fn samples_to_beats_and_back_is_within_half_a_part(timeline in timeline(), sample in 0i64..40_000_000_000) {
        let sample = sample as f64;
        let off = timeline.sample_at(timeline.beats_at(sample)) - sample;
        prop_assert!(off.abs() <= 0.5 / parts_in_sample(&timeline) + 1e-3, "{off} samples");
    }

    #[test]
    fn later_is_later(timeline in timeline(), sample in -1_000_000i64..1_000_000, more in 1i64..1_000_000) {
        prop_assert!(timeline.beats_at(sample as f64) <= timeline.beats_at((sample + more) as f64));
    }
}

#[test]
fn known_positions() {
    // (BPM, rate, beats in 1/100, sample from the origin on)
    for (bpm, rate, hundredths, sample) in [
        (120.0, 48_000.0, 100, 24_000.0),
        (120.0, 44_100.0, 25, 5_512.5),
        (60.0, 96_000.0, -50, -48_000.0),
        (90.0, 48_000.0, 300, 96_000.0),
        // What no host should send counts as 120.
        (0.0, 48_000.0, 100, 24_000.0),
        (f64::NAN, 48_000.0, 100, 24_000.0),
    ] {
        let origin = Beats::ONE.times(7);
        let timeline = Timeline { origin, tempo: Tempo::new(bpm), sample_rate: rate };
        let at = origin + Beats::ratio(hundredths, 100);
        assert!((timeline.sample_at(at) - sample).abs() < 1e-6, "{bpm} {rate}");
        assert_eq!(timeline.beats_at(sample), at, "{bpm} {rate}");
    }
}
