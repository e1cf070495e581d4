use super::*;

const RATE: f64 = 48_000.0;

fn playing(bpm: f64, meter: (u8, u8)) -> TransportClock {
    let mut clock = TransportClock::new(RATE);
    clock.set_tempo(Tempo::new(bpm));
    clock.set_meter(Meter::new(meter.0, meter.1).expect("a metre"));
    clock.start_in(0);
    clock.next_segment(1);
    clock
}

/// Plays in blocks of these sizes, over and over. Returns the samples of all clicks, and of those
/// on downbeats.
fn clicks(clock: &mut TransportClock, blocks: &[usize], samples: usize) -> (Vec<u64>, Vec<u64>) {
    let (mut all, mut firsts, mut at) = (Vec::new(), Vec::new(), 0);
    for &size in blocks.iter().cycle() {
        if at >= samples {
            break;
        }
        let mut left = size.min(samples - at);
        while left > 0 {
            let segment = clock.next_segment(left);
            for click in clock.clicks(segment) {
                let sample = at as u64 + u64::from(click.time);
                all.push(sample);
                if click.is_downbeat {
                    firsts.push(sample);
                }
            }
            clock.advance(segment);
            at += segment;
            left -= segment;
        }
    }
    (all, firsts)
}

#[test]
fn clicks_fall_on_beats_to_the_sample_in_blocks_of_any_size() {
    // (tempo, metre, samples between clicks, clicks in a bar)
    for (bpm, meter, distance, bar) in [
        (120.0, (4, 4), 24_000.0, 4),
        (97.0, (3, 4), 2_880_000.0 / 97.0, 3),
        (66.6, (6, 8), 1_440_000.0 / 66.6, 6),
    ] {
        for blocks in [&[256][..], &[1], &[64, 1023, 7, 480], &[480_000]] {
            let (all, firsts) = clicks(&mut playing(bpm, meter), blocks, 480_000);
            let expected: Vec<u64> = (0..)
                .map(|beat| (f64::from(beat) * distance).round() as u64)
                .take_while(|&at| at < 480_000)
                .collect();
            assert_eq!(all, expected, "{bpm} BPM, {meter:?}, blocks of {blocks:?}");
            let lines: Vec<u64> = expected.iter().copied().step_by(bar).collect();
            assert_eq!(firsts, lines, "{bpm} BPM, {meter:?}, blocks of {blocks:?}");
        }
    }
}

#[test]
fn a_stopped_clock_does_not_click() {
    let mut clock = TransportClock::new(RATE);
    assert!(clicks(&mut clock, &[256], 100_000).0.is_empty());
    assert!(!clock.song_position().playing);
    assert_eq!(clock.beat(), None);
}

#[test]
fn bars_begin_where_the_metre_says() {
    let mut clock = playing(120.0, (3, 4));
    for (beats, song, bar, beat) in [(0, 0.0, 0.0, 1), (1, 1.0, 0.0, 2), (1, 2.0, 0.0, 3), (2, 4.0, 3.0, 2)] {
        clock.advance(beats * 24_000);
        let position = clock.song_position();
        assert_eq!((position.beats, position.bar_start, clock.beat()), (song, bar, Some(beat)));
    }
    // The bar that began at 3 now has four quarters.
    clock.set_meter(Meter::COMMON);
    clock.advance(24_000 * 3);
    let position = clock.song_position();
    assert_eq!((position.beats, position.bar_start), (7.0, 7.0));
}

#[test]
fn a_tempo_changes_from_here_on() {
    let mut clock = playing(120.0, (4, 4));
    clicks(&mut clock, &[36_000], 36_000);
    assert_eq!(clock.song_position().beats, 1.5);
    clock.set_tempo(Tempo::new(60.0));
    assert_eq!(clock.song_position().beats, 1.5, "the position does not jump");
    // At 60 BPM half a beat is half a second.
    assert_eq!(clicks(&mut clock, &[100], 72_001).0, [24_000, 72_000]);
}

#[test]
fn stopping_keeps_the_position_and_starting_goes_to_a_bar_line() {
    let mut clock = playing(120.0, (4, 4));
    clock.advance(60_000);
    clock.stop();
    clock.advance(1_000);
    assert_eq!((clock.song_position().playing, clock.song_position().beats), (false, 2.5));
    clock.start_in(0);
    clock.next_segment(1);
    assert_eq!((clock.song_position().playing, clock.song_position().beats), (true, 0.0));
    assert_eq!(clicks(&mut clock, &[256], 24_001), (vec![0, 24_000], vec![0]));
}

#[test]
fn a_bar_of_taps_counts_in() {
    let mut clock = TransportClock::new(RATE);
    // At 150 BPM a beat is 19,200 samples. The first tap is at sample 100; blocks have 480.
    let (mut at, mut taps) = (0_i64, [100, 19_300, 38_500, 57_700].into_iter().peekable());
    let mut all = Vec::new();
    while at < 120_000 {
        while let Some(tap) = taps.next_if(|&tap| tap < at + 480) {
            clock.tap(tap - at);
        }
        let (clicked, _) = clicks(&mut clock, &[480], 480);
        all.extend(clicked.into_iter().map(|click| click as i64 + at));
        at += 480;
    }
    assert_eq!(clock.tempo(), Tempo::new(150.0));
    assert_eq!(all, [76_900, 96_100, 115_300], "from the beat after the fourth tap");
}

#[test]
fn taps_while_it_plays_only_change_the_tempo() {
    let mut clock = playing(120.0, (4, 4));
    for tap in [0, 32_000] {
        clock.tap(tap);
    }
    assert_eq!(clock.tempo(), Tempo::new(90.0));
    assert_eq!(clock.song_position().beats, 0.0);
    assert_eq!(clock.next_segment(256), 256);
}

#[test]
fn a_tap_is_a_beat_of_the_metre() {
    let mut clock = playing(120.0, (6, 8));
    for tap in [0, 16_000] {
        clock.tap(tap);
    }
    // 180 eighths a minute are 90 quarters.
    assert_eq!(clock.tempo(), Tempo::new(90.0));
}

#[test]
fn another_sample_rate_keeps_the_position() {
    let mut clock = playing(120.0, (4, 4));
    clock.advance(36_000);
    clock.set_sample_rate(44_100.0);
    assert_eq!(clock.song_position().beats, 1.5);
    assert_eq!(clicks(&mut clock, &[512], 22_050).0, [11_025]);
}
