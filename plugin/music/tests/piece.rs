//! What a piece says of its time.

use segue_music::{Beats, Meter, Note, Piece, Tempo, Track};

fn beat(count: i64) -> Beats {
    Beats::ONE.times(count)
}

fn notes(onsets: impl IntoIterator<Item = Beats>) -> Vec<Note> {
    onsets
        .into_iter()
        .map(|onset| Note { onset, key: 60, duration: Beats::ratio(1, 8), velocity: 80 })
        .collect()
}

#[test]
fn seconds_pass_through_every_change_of_tempo() {
    let tempos = vec![(beat(2), Tempo::new(60.0)), (beat(4), Tempo::new(240.0))];
    let piece = Piece { tempos, ..Piece::default() };
    // 120 until somebody says otherwise.
    for (at, seconds) in [(0, 0.0), (1, 0.5), (2, 1.0), (3, 2.0), (4, 3.0), (8, 4.0)] {
        assert!((piece.seconds_at(beat(at)) - seconds).abs() < 1e-9, "beat {at}");
    }
}

#[test]
fn a_metre_holds_from_its_beat_on() {
    let three = Meter { numerator: 3, denominator: 4 };
    let piece = Piece { meters: vec![(beat(1), Meter::COMMON), (beat(5), three)], ..Piece::default() };
    for (at, expected) in
        [(0, None), (1, Some((1, Meter::COMMON))), (4, Some((1, Meter::COMMON))), (9, Some((5, three)))]
    {
        assert_eq!(piece.meter_at(beat(at)), expected.map(|(from, meter)| (beat(from), meter)), "beat {at}");
    }
}

#[test]
fn drums_are_no_notes_to_continue() {
    let track = |channel, at| Track { channel, notes: notes([beat(at)]), ..Track::default() };
    let piece = Piece { tracks: vec![track(3, 2), track(9, 0), track(0, 1)], ..Piece::default() };
    assert_eq!(piece.notes(), notes([beat(1), beat(2)]));
}

#[test]
fn a_grid_shows_in_the_onsets() {
    let every = |parts| (0..100).map(move |i| Beats::from_parts(i * parts)).collect::<Vec<_>>();
    let unit = Beats::UNIT;
    for (onsets, on_grid) in [
        (every(unit / 4), true),
        (every(unit / 3), true),
        (every(unit / 32), true),
        (every(unit * 37 / 100), false),
        (every(123_457), false),
    ] {
        let track = Track { notes: notes(onsets.clone()), ..Track::default() };
        let piece = Piece { tracks: vec![track], ..Piece::default() };
        assert_eq!(piece.is_on_grid(), on_grid, "{:?}", &onsets[..3]);
    }
}
