//! The journal on its own: what only a long or broken jam shows.

use super::*;

fn beat(quarters: i64) -> Beats {
    Beats::ratio(quarters, 4)
}

fn on(at: Beats, role: Role, key: Key, answer: u32) -> Sounded {
    let (channel, pedal) = (role.index() as Channel, PedalMove::Stay);
    Sounded::On { at, role, part: None, channel, key, velocity: 80, answer, pedal }
}

fn off(at: Beats, role: Role, key: Key) -> Sounded {
    Sounded::Off { at, role, channel: role.index() as Channel, key }
}

fn announced(number: u32) -> Announced {
    Announced { number, mode: Mode::Answer, seed: 1, origin: Origin::Jam }
}

fn journal() -> (Journal, Arc<Takes>) {
    let takes = Arc::<Takes>::default();
    let mut journal = Journal::new(takes.clone());
    journal.hear(Sounded::Reset);
    journal.hear(Sounded::Clock {
        at: Beats::ZERO,
        tempo: Tempo::DEFAULT,
        meter: Meter::COMMON,
        line: Beats::ZERO,
    });
    (journal, takes)
}

#[test]
fn memory_is_the_same_after_three_hundred_thousand_notes() {
    let (mut journal, takes) = journal();
    let mut sizes = Vec::new();
    for number in 0..3_000u32 {
        let from = i64::from(number) * 200;
        journal.announce(announced(number + 1));
        for step in 0..100 {
            let at = beat(from + step);
            let (role, answer) = if step < 50 { (Role::Player, 0) } else { (Role::Segue, number + 1) };
            journal.hear(Sounded::Clock {
                at,
                tempo: Tempo::new(100.0 + step as f64),
                meter: Meter::COMMON,
                line: Beats::ZERO,
            });
            journal.hear(on(at, role, 60, answer));
            journal.hear(off(beat(from + step + 1), role, 60));
        }
        journal.settle(None);
        if number == 100 || number == 2_999 {
            let jam = takes.with_jam(|jam| jam.bytes());
            let lists = journal.open.capacity() + journal.announced.capacity() + journal.heard.capacity();
            sizes.push((jam, lists, journal.answers.capacity(), takes.list().len()));
        }
    }
    assert_eq!(sizes[0], sizes[1]);
    let (jam, _, _, takes) = sizes[0];
    assert!(jam <= 65_536 * 16 + 500_000 && takes == 64, "{sizes:?}");
}

#[test]
fn a_prompt_is_what_was_played_since_our_last_note() {
    // (the player's onsets, that of the answer, what is its prompt then), in quarters of a beat;
    // notes of the answer before began at 0 and 3
    let cases: [(&[i64], i64, &[i64]); 7] = [
        // What was played along with us is not.
        (&[-4, 0, 2, 3, 4, 8], 16, &[4, 8]),
        (&[-4, 4, 8], 16, &[4, 8]),
        // On its first sample it is not answered yet.
        (&[4, 16], 16, &[4]),
        // Eight bars.
        (&[4, 8, 20, 100], 140, &[20, 100]),
        // Nothing since: what was played in the bars before.
        (&[-8, -4], 16, &[-8, -4]),
        (&[-8, -4], 124, &[-4]),
        (&[], 16, &[]),
    ];
    for (onsets, opening, expected) in cases {
        let (mut journal, takes) = journal();
        let later = 400;
        let mut reports: Vec<_> = onsets
            .iter()
            .flat_map(|&onset| {
                let (from, until) = (beat(later + onset), beat(later + onset + 1));
                [(from, on(from, Role::Player, 60, 0)), (until, off(until, Role::Player, 60))]
            })
            .collect();
        for (number, from) in [(1, 0), (1, 3), (2, opening)] {
            journal.announce(announced(number));
            let (from, until) = (beat(later + from), beat(later + from + 1));
            reports.extend([(from, on(from, Role::Segue, 72, number)), (until, off(until, Role::Segue, 72))]);
        }
        reports.sort_by_key(|&(at, report)| (at, matches!(report, Sounded::On { .. })));
        reports.into_iter().for_each(|(_, report)| journal.hear(report));
        journal.settle(None);
        let take = takes.list().first().and_then(|row| takes.get(row.id)).expect("a take");
        let since = take.notes[0].note.onset - beat(opening);
        let found: Vec<_> = take.prompt.iter().map(|note| note.onset - since).collect();
        assert_eq!(found, expected.iter().map(|&at| beat(at)).collect::<Vec<_>>(), "{onsets:?} {opening}");
        assert!(take.prompt.iter().all(|note| note.onset >= Beats::ZERO));
        let first = take.prompt.first().map_or(take.notes[0].note.onset, |note| note.onset);
        assert!(first < Meter::COMMON.bar(), "it begins in its first bar");
    }
}

#[test]
fn whatever_is_reported_leaves_whole_notes() {
    let (mut journal, takes) = journal();
    journal.announce(announced(1));
    let reports = [
        off(beat(1), Role::Player, 60),
        on(beat(2), Role::Player, 60, 0),
        on(beat(3), Role::Player, 60, 0),
        on(beat(4), Role::Segue, 62, 1),
        on(beat(4), Role::Segue, 65, 1),
        // An end before its beginning, as positions of the same sample may be told.
        off(beat(3), Role::Segue, 62),
        Sounded::Lost { at: beat(5), count: 9 },
        off(beat(6), Role::Player, 60),
        // Nobody announced it: it is heard, and no take.
        on(beat(8), Role::Segue, 70, 9),
        Sounded::Silence { at: beat(9) },
    ];
    reports.into_iter().for_each(|report| journal.hear(report));
    journal.settle(None);
    let (piece, _) = takes.with_jam(|jam| jam.piece()).expect("it was heard");
    let notes: Vec<_> = piece.notes().iter().map(|note| (note.onset, note.key, note.end())).collect();
    let least = Beats::from_parts(1);
    let expected = [
        (beat(2), 60, beat(3)),
        (beat(3), 60, beat(5)),
        (beat(4), 62, beat(4) + least),
        (beat(4), 65, beat(5)),
        (beat(8), 70, beat(9)),
    ];
    assert_eq!(notes, expected);
    assert_eq!(takes.list().len(), 1);
}

#[test]
fn a_note_that_its_groove_has_delayed_still_belongs_to_its_take() {
    let (mut journal, takes) = journal();
    journal.announce(announced(1));
    journal.hear(on(beat(4), Role::Segue, 62, 1));
    journal.settle(Some(1));
    journal.hear(off(beat(5), Role::Segue, 62));
    journal.settle(Some(1));
    assert_eq!(takes.list().len(), 0, "it still goes on");
    journal.settle(None);
    assert_eq!(takes.list()[0].notes, 1);
    journal.set_undone(1, true);
    takes.star(1, true);
    journal.hear(on(beat(7), Role::Segue, 64, 1));
    journal.settle(None);
    journal.hear(off(beat(8), Role::Segue, 64));
    journal.settle(None);
    let row = takes.list().remove(0);
    assert_eq!((row.notes, row.starred, row.undone, takes.list().len()), (2, true, true, 1));
}
