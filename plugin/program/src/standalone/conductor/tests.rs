use super::*;

const RATE: f64 = 48_000.0;

fn going(bpm: f64, meter: (u8, u8)) -> Conductor {
    let mut conductor = Conductor::new(RATE);
    conductor.set_tempo(Tempo::new(bpm));
    conductor.set_meter(Meter::new(meter.0, meter.1).expect("a metre"));
    conductor.start_in(0);
    conductor.piece(1);
    conductor
}

/// Plays in blocks of these sizes, again and again: the samples of all clicks, and those of first beats.
fn clicks(conductor: &mut Conductor, blocks: &[usize], samples: usize) -> (Vec<u64>, Vec<u64>) {
    let (mut all, mut firsts, mut at) = (Vec::new(), Vec::new(), 0);
    for &size in blocks.iter().cycle() {
        if at >= samples {
            break;
        }
        let mut left = size.min(samples - at);
        while left > 0 {
            let piece = conductor.piece(left);
            for click in conductor.clicks(piece) {
                let sample = at as u64 + u64::from(click.time);
                all.push(sample);
                if click.first {
                    firsts.push(sample);
                }
            }
            conductor.advance(piece);
            at += piece;
            left -= piece;
        }
    }
    (all, firsts)
}

#[test]
fn clicks_fall_on_beats_to_the_sample_in_blocks_of_any_size() {
    // (tempo, metre, samples a click, clicks a bar)
    for (bpm, meter, distance, bar) in [
        (120.0, (4, 4), 24_000.0, 4),
        (97.0, (3, 4), 2_880_000.0 / 97.0, 3),
        (66.6, (6, 8), 1_440_000.0 / 66.6, 6),
    ] {
        for blocks in [&[256][..], &[1], &[64, 1023, 7, 480], &[480_000]] {
            let (all, firsts) = clicks(&mut going(bpm, meter), blocks, 480_000);
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
fn a_standing_clock_says_nothing() {
    let mut conductor = Conductor::new(RATE);
    assert!(clicks(&mut conductor, &[256], 100_000).0.is_empty());
    assert!(!conductor.place().playing);
    assert_eq!(conductor.beat(), None);
}

#[test]
fn bars_begin_where_the_metre_says() {
    let mut conductor = going(120.0, (3, 4));
    for (beats, song, bar, beat) in [(0, 0.0, 0.0, 1), (1, 1.0, 0.0, 2), (1, 2.0, 0.0, 3), (2, 4.0, 3.0, 2)] {
        conductor.advance(beats * 24_000);
        let place = conductor.place();
        assert_eq!((place.song, place.bar, conductor.beat()), (song, bar, Some(beat)));
    }
    // In the bar that began at 3, four quarters from there.
    conductor.set_meter(Meter::COMMON);
    conductor.advance(24_000 * 3);
    let place = conductor.place();
    assert_eq!((place.song, place.bar), (7.0, 7.0));
}

#[test]
fn a_tempo_changes_from_here_on() {
    let mut conductor = going(120.0, (4, 4));
    clicks(&mut conductor, &[36_000], 36_000);
    assert_eq!(conductor.place().song, 1.5);
    conductor.set_tempo(Tempo::new(60.0));
    assert_eq!(conductor.place().song, 1.5, "the song does not jump");
    // Half a beat at 60 is half a second.
    assert_eq!(clicks(&mut conductor, &[100], 72_001).0, [24_000, 72_000]);
}

#[test]
fn stopping_keeps_the_place_and_starting_goes_to_a_bar_line() {
    let mut conductor = going(120.0, (4, 4));
    conductor.advance(60_000);
    conductor.stop();
    conductor.advance(1_000);
    assert_eq!((conductor.place().playing, conductor.place().song), (false, 2.5));
    conductor.start_in(0);
    conductor.piece(1);
    assert_eq!((conductor.place().playing, conductor.place().song), (true, 0.0));
    assert_eq!(clicks(&mut conductor, &[256], 24_001), (vec![0, 24_000], vec![0]));
}

#[test]
fn a_bar_of_taps_counts_in() {
    let mut conductor = Conductor::new(RATE);
    // At 150 BPM a beat is 19,200 samples; taps lie at 100, within blocks of 480.
    let (mut at, mut taps) = (0_i64, [100, 19_300, 38_500, 57_700].into_iter().peekable());
    let mut all = Vec::new();
    while at < 120_000 {
        while let Some(tap) = taps.next_if(|&tap| tap < at + 480) {
            conductor.tap(tap - at);
        }
        let (clicked, _) = clicks(&mut conductor, &[480], 480);
        all.extend(clicked.into_iter().map(|click| click as i64 + at));
        at += 480;
    }
    assert_eq!(conductor.tempo(), Tempo::new(150.0));
    assert_eq!(all, [76_900, 96_100, 115_300], "from the fifth beat on");
}

#[test]
fn taps_while_it_goes_change_the_tempo_alone() {
    let mut conductor = going(120.0, (4, 4));
    for tap in [0, 32_000] {
        conductor.tap(tap);
    }
    assert_eq!(conductor.tempo(), Tempo::new(90.0));
    assert_eq!(conductor.place().song, 0.0);
    assert_eq!(conductor.piece(256), 256);
}

#[test]
fn a_tap_is_a_beat_of_the_metre() {
    let mut conductor = going(120.0, (6, 8));
    for tap in [0, 16_000] {
        conductor.tap(tap);
    }
    // 180 eighths a minute are 90 quarters.
    assert_eq!(conductor.tempo(), Tempo::new(90.0));
}

#[test]
fn another_sample_rate_keeps_the_place() {
    let mut conductor = going(120.0, (4, 4));
    conductor.advance(36_000);
    conductor.set_sample_rate(44_100.0);
    assert_eq!(conductor.place().song, 1.5);
    assert_eq!(clicks(&mut conductor, &[512], 22_050).0, [11_025]);
}
