//! Takes kept, saved and exported.

use std::fs;

use segue_music::midi_file;
use segue_music::{Beats, Meter, Note, Part, PedalMove, Role, Tempo};
use segue_realtime::between::settings::Mode;
use serde_json::json;

use super::*;

fn note(onset: i64, key: u8) -> Note {
    Note { onset: Beats::ratio(onset, 960), key, duration: Beats::ratio(1, 3), velocity: 77 }
}

fn take(takes: &Takes, group: Option<u64>, notes: usize) -> Take {
    let own = |i: i64| TakeNote {
        note: note(3_840 + i * 240, 60 + (i % 12) as u8),
        part: None,
        pedal: PedalMove::Stay,
    };
    let notes = (0..notes as i64).map(own).collect();
    Take {
        name: takes.name(group),
        mode: Mode::Trade,
        seed: u64::MAX,
        tempo: whole(Tempo::new(97.3)),
        tempos: vec![(Beats::ratio(9, 2), whole(Tempo::new(100.0 / 3.0)))],
        meter: Meter { numerator: 3, denominator: 4 },
        prompt: vec![note(1, 48), note(961, 50)],
        notes,
        starred: false,
        undone: false,
    }
}

fn ids(takes: &Takes) -> Vec<u64> {
    takes.list().iter().map(|row| row.id).collect()
}

#[test]
fn the_oldest_goes_first_and_the_starred_last() {
    let takes = Takes::default();
    let keep = |count| (0..count).for_each(|_| takes.keep(take(&takes, None, 3)));
    keep(64);
    assert_eq!(ids(&takes), (1..=64).rev().collect::<Vec<_>>());
    takes.star(1, true);
    takes.star(3, true);
    keep(2);
    let kept = ids(&takes);
    assert_eq!((kept.len(), kept.contains(&1), kept.contains(&3)), (64, true, true));
    assert!(!kept.contains(&2) && !kept.contains(&4));
    // All starred: the oldest goes, and not the one that was just played.
    ids(&takes).into_iter().for_each(|id| takes.star(id, true));
    keep(1);
    let kept = ids(&takes);
    assert_eq!((kept.len(), kept[0], kept.contains(&1)), (64, 67, false));
    // However long they are, there are no more notes than this.
    (0..20).for_each(|_| takes.keep(take(&takes, None, TAKES_NOTES / 8)));
    let notes: usize = takes.list().iter().map(|row| row.notes + 2).sum();
    assert!(notes <= TAKES_NOTES && takes.list().len() >= 6, "{notes}");
}

#[test]
fn the_version_moves_with_the_list() {
    let takes = Takes::default();
    takes.keep(take(&takes, None, 3));
    let group = takes.list()[0].group;
    let changes: [(&str, &dyn Fn(), bool); 12] = [
        ("star", &|| takes.star(1, true), true),
        ("star again", &|| takes.star(1, true), false),
        ("none", &|| takes.star(9, true), false),
        ("replay", &|| takes.set_replaying(Some(1)), true),
        ("replay again", &|| takes.set_replaying(Some(1)), false),
        ("undo", &|| takes.set_undone(1, true), true),
        ("a candidate", &|| takes.keep(take(&takes, Some(group), 3)), true),
        ("another", &|| takes.keep(take(&takes, None, 3)), true),
        ("remove none", &|| takes.remove(99), false),
        ("remove", &|| takes.remove(1), true),
        ("clear", &|| takes.clear(), true),
        ("clear nothing", &|| takes.clear(), false),
    ];
    for (what, change, moves) in changes {
        let (before, list) = (takes.version(), takes.list());
        change();
        assert_eq!(takes.version() != before, moves, "{what}");
        assert_eq!(takes.list() != list, moves, "{what}");
    }
    assert_eq!(takes.candidates(group), 0);
}

#[test]
fn candidates_share_a_number() {
    let takes = Takes::default();
    let names: Vec<_> = [None, Some(1), Some(1), None, Some(4), Some(1), Some(77)]
        .into_iter()
        .map(|group| {
            let take = take(&takes, group, 3);
            let name = take.name;
            takes.keep(take);
            (name.id, name.number, name.group, name.letter)
        })
        .collect();
    let expected = [
        (1, 1, 1, 'A'),
        (2, 1, 1, 'B'),
        (3, 1, 1, 'C'),
        (4, 2, 4, 'A'),
        (5, 2, 4, 'B'),
        (6, 1, 1, 'D'),
        // What it was a candidate of is gone.
        (7, 3, 7, 'A'),
    ];
    assert_eq!(names, expected);
    assert_eq!((takes.candidates(1), takes.candidates(4)), (4, 2));
}

#[test]
fn what_is_written_is_read_and_what_is_damaged_is_refused_alone() {
    let takes = Takes::default();
    (0..4).for_each(|_| takes.keep(take(&takes, None, 40)));
    takes.star(2, true);
    takes.set_undone(3, true);
    let written = takes.written();
    let read = Takes::default();
    assert_eq!(read.restore(&written), 0);
    assert_eq!(read.list(), takes.list());
    assert_eq!(
        (1..=4).map(|id| read.get(id)).collect::<Vec<_>>(),
        (1..=4).map(|id| takes.get(id)).collect::<Vec<_>>()
    );
    assert_eq!(read.written(), written);
    // What comes next has names that nobody has.
    assert_eq!(read.name(None), Name { id: 5, number: 5, group: 5, letter: 'A' });

    let damages = [
        ("id", json!(-1)),
        ("id", json!(2)),
        ("id", json!(u64::MAX)),
        ("id", json!(name::LAST + 1)),
        ("group", json!(u64::MAX)),
        ("number", json!(u64::MAX)),
        ("number", json!("one")),
        ("letter", json!("AB")),
        ("letter", json!("a")),
        ("mode", json!(4)),
        ("meter", json!([4, 3])),
        ("meter", json!([0, 4])),
        ("tempos", json!([])),
        ("tempos", json!([[9, 1], [3, 1]])),
        ("tempos", json!([[0, -1]])),
        ("notes", json!([])),
        ("notes", json!([[0, 128, 1, 1]])),
        ("notes", json!([[0, 60, 0, 1]])),
        ("notes", json!([[0, 60, 1, 0]])),
        ("notes", json!([[-5, 60, 1, 1]])),
        ("notes", json!([[5, 60, 1, 1], [i64::MAX, 60, 1, 1]])),
        ("notes", json!([[i64::MIN, 60, i64::MIN, 1]])),
        ("notes", json!([[i64::MAX, 60, 1, 1]])),
        ("notes", json!([[0, 60, i64::MAX, 1]])),
        ("prompt", json!(vec![json!([0, 60, 1, 1]); TAKE_NOTES_AND_ONE])),
        ("prompt", json!({ "notes": 3 })),
        ("seed", json!(1.5)),
    ];
    for (field, value) in damages {
        let mut damaged = written.clone();
        damaged[2][field] = value.clone();
        let read = Takes::default();
        assert_eq!(read.restore(&damaged), 1, "{field}: {value}");
        assert_eq!(ids(&read), [4, 2, 1], "{field}: {value}");
    }
    for nonsense in [json!(null), json!(17), json!([]), json!({})] {
        let read = Takes::default();
        assert_eq!((read.restore(&[nonsense]), read.list().len()), (1, 0));
    }
}

#[test]
fn a_state_that_is_loaded_loses_nothing_that_was_played_since() {
    let takes = Takes::default();
    (0..3).for_each(|_| takes.keep(take(&takes, None, 40)));
    let written = takes.written();
    (0..2).for_each(|_| takes.keep(take(&takes, None, 40)));
    takes.star(2, true);
    // The host undoes something: what it kept is as it was, and the last two are still there.
    assert_eq!(takes.restore(&written), 0);
    assert_eq!(ids(&takes), [5, 4, 3, 2, 1]);
    assert!(takes.list().iter().all(|row| !row.starred));
    // Another project's, with takes of the same names: all are there, each under a name of its own.
    let other = Takes::default();
    (0..2).for_each(|_| other.keep(take(&other, None, 7)));
    assert_eq!(other.restore(&written), 0);
    let names: Vec<_> = other.list().iter().map(|row| (row.id, row.number, row.notes)).collect();
    assert_eq!(names, [(5, 5, 7), (4, 4, 7), (3, 3, 40), (2, 2, 40), (1, 1, 40)]);
    // One that was being played meanwhile.
    let late = Take { name: Name { id: 2, number: 2, group: 2, letter: 'A' }, ..take(&other, None, 9) };
    other.keep(late);
    assert_eq!(other.list()[0].notes, 9);
    assert_eq!(other.list().len(), 6);
}

#[test]
fn after_the_last_id_come_those_that_nobody_has() {
    let takes = Takes::default();
    (0..3).for_each(|_| takes.keep(take(&takes, None, 3)));
    let mut written = takes.written();
    for (take, (id, number)) in written.iter_mut().zip([(2, 7), (name::LAST, name::LAST), (4, 1)]) {
        (take["id"], take["group"], take["number"]) = (json!(id), json!(id), json!(number));
    }
    let read = Takes::default();
    assert_eq!(read.restore(&written), 0);
    // 3 is the group of a take whose first candidate is gone.
    let first = Name { id: 9, number: 7, group: 3, letter: 'B' };
    read.keep(Take { name: first, ..take(&takes, None, 3) });
    let last = usize::try_from(name::LAST).expect("64 bits");
    let names = [(); 3].map(|()| read.name(None)).map(|name| (name.id, name.number));
    assert_eq!(names, [(1, last), (5, last), (6, last)]);
    // Two takes of other projects under the id that is the last.
    assert_eq!(read.restore(&[written[1].clone()]), 0);
    let mut other = written[1].clone();
    other["notes"] = json!([[0, 61, 967_680, 90]]);
    assert_eq!(read.restore(&[other]), 0);
    let (mut kept, before) = (ids(&read), read.list().len());
    kept.sort_unstable();
    kept.dedup();
    assert_eq!(kept.len(), before, "no two of one id");
}

#[test]
fn of_too_many_takes_the_last_are_read() {
    let takes = Takes::default();
    takes.keep(take(&takes, None, 1));
    let one = &takes.written()[0];
    let many: Vec<_> = (1..=40_000)
        .map(|id| {
            let mut take = one.clone();
            (take["id"], take["starred"]) = (json!(id), json!(id < 100));
            // Those that are not looked at are not refused either.
            take["seed"] = if id <= 39_936 { json!("none") } else { json!(id) };
            take
        })
        .collect();
    let read = Takes::default();
    assert_eq!(read.restore(&many), 0);
    assert_eq!(ids(&read), (39_937..=40_000).rev().collect::<Vec<_>>());
}

const TAKE_NOTES_AND_ONE: usize = segue_realtime::between::limits::TAKE_NOTES + 1;

#[test]
fn a_project_grows_by_so_much() {
    let bytes = |notes: usize| {
        let takes = Takes::default();
        (0..64).for_each(|_| takes.keep(take(&takes, None, notes)));
        serde_json::to_vec(&takes.written()).expect("JSON").len()
    };
    // 40 notes are an answer of four bars; the last is more than is kept.
    let sizes = [40, 500, 4_000].map(bytes);
    assert!(sizes[0] < 100_000 && sizes[1] < 900_000 && sizes[2] < 900_000, "{sizes:?}");
}

#[test]
fn a_take_is_exported_beside_the_others() {
    let takes = Takes::default();
    let folder = tempfile::tempdir().expect("a folder");
    let there = folder.path().join("new").join("Segue");
    takes.keep(take(&takes, None, 5));
    takes.keep(take(&takes, Some(1), 5));
    let names: Vec<_> = [1, 1, 2, 1]
        .into_iter()
        .map(|id| takes.export(id, &there).expect("a file").file_name().map(|name| name.to_owned()))
        .collect();
    let expected =
        ["Segue answer 1.mid", "Segue answer 1 (2).mid", "Segue answer 1 B.mid", "Segue answer 1 (3).mid"];
    assert_eq!(names, expected.map(|name| Some(name.into())));
    assert_eq!(fs::read_dir(&there).expect("a folder").count(), 4, "nothing else is left there");

    let path = there.join("Segue answer 1 B.mid");
    let piece = midi_file::read(&path).expect("a piece");
    let take = takes.get(2).expect("it is kept");
    let tracks: Vec<_> = piece.tracks.iter().map(|track| (track.name.as_str(), &track.notes)).collect();
    let answer: Vec<Note> = take.notes.iter().map(|own| own.note).collect();
    assert_eq!(tracks, [("You", &take.prompt), ("Segue", &answer)]);
    assert_eq!(piece.meters, [(Beats::ZERO, take.meter)]);
    let tempos: Vec<_> = piece.tempos.iter().map(|(at, tempo)| (*at, (tempo.bpm() * 1e3).round())).collect();
    assert_eq!(tempos, [(Beats::ZERO, 97_300.0), (Beats::ratio(9, 2), 33_333.0)]);
    let bytes = fs::read(&path).expect("a file");
    let marker = b"Answer 1 B (Trade)";
    assert!(bytes.windows(marker.len()).any(|part| part == marker));
}

#[test]
fn a_band_is_saved_and_exported_part_by_part() {
    let takes = Takes::default();
    let parts = [None, Some(Part::Bass), Some(Part::Drums), Some(Part::Bass), Some(Part::Pad)];
    let mut played = take(&takes, None, parts.len());
    played.notes.iter_mut().zip(parts).for_each(|(own, part)| own.part = part);
    let written = played.written().expect("it is plain");
    assert_eq!(Take::read(&written), Some(played.clone()));
    let of = |part: u8| json!([0, part, 13, 4, 11]);
    for (parts, sound) in [(of(13), true), (of(14), false), (json!([1, 2]), false), (json!("bass"), false)] {
        let mut changed = written.clone();
        changed["parts"] = parts;
        assert_eq!(Take::read(&changed).is_some(), sound, "{changed}");
    }
    let tracks: Vec<_> = played
        .piece()
        .tracks
        .into_iter()
        .map(|track| (track.name, track.program, track.notes.len()))
        .collect();
    let expected = [
        ("You", None, 2),
        ("Segue", None, 1),
        ("Segue bass", Some(33), 2),
        ("Segue pad", Some(89), 1),
        ("Segue drums", None, 1),
    ];
    assert_eq!(tracks, expected.map(|(name, program, notes)| (name.to_owned(), program, notes)));
}

#[test]
fn what_cannot_be_written_says_so_and_leaves_nothing() {
    let takes = Takes::default();
    let folder = tempfile::tempdir().expect("a folder");
    let file = folder.path().join("a file");
    fs::write(&file, b"mine").expect("a file");
    let told = |result: Result<PathBuf, ExportError>| result.expect_err("an error").to_string();
    assert!(told(takes.export(1, folder.path())).contains("no longer kept"));
    assert!(told(takes.export_jam(folder.path())).contains("play something"));
    takes.keep(take(&takes, None, 5));
    for place in [file.clone(), file.join("below")] {
        let said = told(takes.export(1, &place));
        assert!(said.contains("a file") && said.contains("choose another folder"), "{said}");
    }
    // A note before the start can be in no file: what was begun is taken away again.
    let mut early = take(&takes, None, 1);
    early.notes[0].note.onset = -Beats::ONE;
    takes.keep(early);
    let said = told(takes.export(2, folder.path()));
    assert!(said.contains("Segue answer 2.mid") && said.contains("before the start"), "{said}");
    let left: Vec<_> = fs::read_dir(folder.path()).expect("a folder").collect();
    assert_eq!(left.len(), 1, "{left:?}");
    assert_eq!(fs::read(&file).expect("a file"), b"mine");
}

#[test]
fn a_jam_is_one_file_with_its_clock() {
    let takes = Takes::default();
    takes.with_jam(|jam| {
        jam.set_tempo(Beats::ZERO, Tempo::new(90.0));
        jam.set_meter(Beats::ZERO, Meter { numerator: 3, denominator: 4 });
        // On a ramp one change a sixteenth is enough.
        for step in 0..64 {
            jam.set_tempo(Beats::ratio(640 + step, 64), Tempo::new(100.0 + step as f64));
        }
        jam.set_meter(Beats::ONE.times(12), Meter::COMMON);
        for (onset, role, channel) in [
            (5 * 960, Role::Player, 0),
            (6 * 960, Role::Player, 3),
            (8 * 960 + 1, Role::Segue, 1),
            (16 * 960, Role::Segue, 1),
        ] {
            jam.push(LoggedNote::new(&note(onset, 60), role, None, channel));
        }
        let name = Name { id: 1, number: 7, group: 1, letter: 'A' };
        jam.mark(Beats::ratio(8 * 960 + 1, 960), Mark::Answer(name, Mode::Duet));
        jam.mark(Beats::ONE.times(16), Mark::Replay(name, Mode::Duet));
    });
    let (piece, markers) = takes.with_jam(|jam| jam.piece()).expect("it was heard");
    // From the bar line at beat 3.
    let tracks: Vec<_> = piece
        .tracks
        .iter()
        .map(|track| {
            (track.name.as_str(), track.channel, track.notes.iter().map(|n| n.onset).collect::<Vec<_>>())
        })
        .collect();
    let beat = |beat: i64| Beats::ONE.times(beat);
    let late = beat(5) + Beats::ratio(1, 960);
    assert_eq!(
        tracks,
        [("You", 0, vec![beat(2)]), ("You", 3, vec![beat(3)]), ("Segue", 1, vec![late, beat(13)])]
    );
    let tempos: Vec<_> = piece.tempos.iter().map(|&(at, tempo)| (at.as_f64(), tempo.bpm())).collect();
    assert_eq!(tempos, [(0.0, 90.0), (7.0, 115.0), (7.25, 131.0), (7.5, 147.0), (7.75, 163.0)]);
    assert_eq!(piece.meters, [(beat(0), Meter { numerator: 3, denominator: 4 }), (beat(9), Meter::COMMON)]);
    assert_eq!(
        markers,
        [(late, "Answer 7 (Duet)".to_owned()), (beat(13), "Answer 7 (Duet) again".to_owned())]
    );
    let folder = tempfile::tempdir().expect("a folder");
    let path = takes.export_jam(folder.path()).expect("a file");
    let read = midi_file::read(&path).expect("a piece");
    assert_eq!(read.tracks, piece.tracks);
    assert_eq!(
        takes.export_jam(folder.path()).expect("a file").file_name(),
        Some("Segue jam (2).mid".as_ref())
    );
}
