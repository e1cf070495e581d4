//! Songs as they come out: notes in, promises checked.

use std::collections::{BTreeMap, BTreeSet};
use std::fs;
use std::ops::RangeInclusive;
use std::path::Path;

use segue_music::{Beats, Note, Track, beats_at, midi_file};

use super::dice::Dice;
use super::piece::{Kind, Made, Maker, suits};
use super::song::Song;
use super::style::Style;
use super::{band, library};

fn maker(kind: Kind, style: Option<&str>) -> Maker {
    let mut styles = library::load(None).unwrap();
    styles.retain(|other| style.is_none_or(|name| other.file.name == name));
    assert!(!styles.is_empty(), "{style:?}");
    Maker { styles, kinds: vec![kind], seed: 7, loose: 0.0 }
}

/// A few songs of each style, with what to call them when one of them fails.
fn songs(kind: Kind) -> Vec<(String, Made)> {
    let mut songs = Vec::new();
    for style in library::load(None).unwrap() {
        let name = style.file.name.clone();
        if !suits(&style, kind) {
            continue;
        }
        let maker = maker(kind, Some(&name));
        songs.extend((0..3).map(|number| (format!("{name}, seed 7, {kind:?} {number}"), maker.song(number))));
    }
    songs
}

fn track<'a>(made: &'a Made, name: &str) -> Option<&'a Track> {
    made.piece.tracks.iter().find(|track| track.name == name)
}

fn bar(made: &Made) -> Beats {
    made.piece.meters[0].1.bar()
}

/// The chord at a position.
fn chord_at(made: &Made, at: Beats) -> &super::piece::ChordAt {
    let after = made.chords.partition_point(|chord| chord.beat <= at);
    &made.chords[after.saturating_sub(1)]
}

fn hash(bytes: &[u8]) -> u64 {
    bytes
        .iter()
        .fold(0xcbf2_9ce4_8422_2325, |hash, &byte| (hash ^ u64::from(byte)).wrapping_mul(0x0100_0000_01b3))
}

#[test]
fn a_song_is_the_same_everywhere_and_however_many_are_asked_for() {
    let maker = |seed| Maker {
        styles: library::load(None).unwrap(),
        kinds: vec![Kind::Band, Kind::Piano, Kind::Duo, Kind::Sung],
        seed,
        loose: 0.3,
    };
    let bytes = |made: &Made| midi_file::to_bytes_marked(&made.piece, &made.sections).unwrap();
    let (one, other) = (maker(1), maker(2));
    let songs = |numbers: &mut dyn Iterator<Item = u64>| -> BTreeMap<u64, u64> {
        numbers.map(|number| (number, hash(&bytes(&one.song(number))))).collect()
    };
    let hashes = songs(&mut (0..24));
    assert_eq!(hashes, songs(&mut (0..24).rev()));
    assert_eq!(hashes.values().collect::<BTreeSet<_>>().len(), 24);
    assert_ne!(hashes[&0], hash(&bytes(&other.song(0))));
    let all: Vec<u8> = hashes.values().flat_map(|hash| hash.to_le_bytes()).collect();
    // This changes when the composer changes, never with a platform or a library.
    assert_eq!(hash(&all), 0x30e8_76bd_975f_fe94, "{:#x}", hash(&all));
}

#[test]
fn every_style_file_is_part_of_the_program() {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("styles");
    let mut there: Vec<String> = fs::read_dir(&folder)
        .unwrap()
        .map(|entry| entry.unwrap().file_name().into_string().unwrap())
        .filter(|name| name.ends_with(".toml"))
        .collect();
    there.sort();
    let mut known: Vec<String> = library::ours().map(str::to_owned).collect();
    known.sort();
    assert_eq!(there, known);
    let styles = library::load(None).unwrap();
    assert!(styles.len() >= 40, "{} styles", styles.len());
    // The same folder given as one's own is the same styles.
    let again = library::load(Some(&folder)).unwrap();
    assert_eq!(again.len(), styles.len());
}

#[test]
fn the_example_of_the_page_is_a_style() {
    let page = fs::read_to_string(Path::new(env!("CARGO_MANIFEST_DIR")).join("styles/README.md")).unwrap();
    let example =
        page.split("```toml\n").nth(1).and_then(|rest| rest.split("```").next()).expect("an example");
    let folder = tempfile::tempdir().unwrap();
    fs::write(folder.path().join("mine.toml"), example).unwrap();
    let mine = library::load(Some(folder.path())).unwrap();
    assert_eq!(mine.len(), library::load(None).unwrap().len() + 1);
    // Every field that a file may have is in it.
    for line in fs::read_to_string(Path::new(env!("CARGO_MANIFEST_DIR")).join("src/arrange/style.rs"))
        .unwrap()
        .lines()
    {
        let Some(field) = line.strip_prefix("    pub ").and_then(|rest| rest.split(':').next()) else {
            continue;
        };
        if field.starts_with("fn ") {
            continue;
        }
        let shared = ["file", "grid", "pianos", "left", "right", "accompaniments"].contains(&field);
        let named = example.contains(&format!("{field} =")) || example.contains(&format!("[{field}]"));
        assert!(
            shared || named || example.contains(&format!("[[{field}]]")),
            "the page does not show {field:?}"
        );
    }
}

#[test]
fn a_broken_file_is_named_with_its_field() {
    let good =
        fs::read_to_string(Path::new(env!("CARGO_MANIFEST_DIR")).join("styles/bossa-nova.toml")).unwrap();
    // (what is replaced, by what, what the line must name)
    for (from, to, named) in [
        ("tempo = [112, 144]", "tempo = \"fast\"", "tempo"),
        ("tempo = [112, 144]", "tempo = [144, 112]", "tempo"),
        ("tempo = [112, 144]\n", "", "tempo"),
        ("weight = 1.8", "weigth = 1.8", "weigth"),
        ("form = \"aaba\"", "form = \"fugue\"", "form"),
        ("progressions = [\"bossa\"]", "progressions = [\"bosa\"]", "progressions"),
        ("endings = [\"jazz\"]", "endings = []", "endings"),
        ("rhythms = \"syncopated\"", "rhythms = \"waltz\"", "melody.rhythms"),
        ("0:r:6 6:5:2", "0:q:6 6:5:2", "0:q:6"),
        ("0:r:6 6:5:2 8:5:6 14:r:2", "0:r:6 6:5:2 8:5:6 17:r:2", "bass.patterns[0]"),
        ("x... ..x. x... ..x.", "x... ..x. x... ..x", "grooves[0]"),
        ("x... ..x. x... ..x.", "x... ..x. x... ..y.", "kick"),
        ("kick =", "big-drum =", "big-drum"),
        ("form = \"aaba\"", "form = \"aaba\"\nmeter = \"4/5\"", "meter"),
        ("[bass]", "[bass", "line"),
        ("0:r:6 6:5:2", "0:r:96 6:5:2", "64 steps"),
        ("line = \"theme\"", "line = \"sung\"", "line"),
        ("[comp]", "[sung]\ntempo = [80, 90]\n\n[comp]", "sung"),
        ("[comp]", "[sung]\ntempo = [80, 90]\nprogressions = []\naccompaniment = []\n\n[comp]", "sung"),
        (
            "[comp]",
            "[sung]\ntempo = [80, 90]\nprogressions = [\"bossa\"]\naccompaniment = [\"9ths\"]\n\n[comp]",
            "9ths",
        ),
        ("programs = [32]", "programs = [300]", "programs"),
    ] {
        assert!(good.contains(from), "{from}");
        let folder = tempfile::tempdir().unwrap();
        fs::write(folder.path().join("broken.toml"), good.replacen(from, to, 1)).unwrap();
        let error = format!("{:#}", library::load(Some(folder.path())).unwrap_err());
        assert!(error.contains("broken.toml") && error.contains(named), "{to}: {error}");
        assert_eq!(error.lines().count(), 1, "{error}");
    }
}

#[test]
fn every_kind_has_its_parts_within_their_ranges() {
    // (kind, track, must be there, lowest and highest key)
    let cases = [
        (Kind::Band, "lead", true, 45, 103),
        (Kind::Band, "comp", true, 28, 96),
        (Kind::Band, "second", false, 28, 96),
        (Kind::Band, "bass", true, 23, 64),
        (Kind::Band, "drums", false, 35, 81),
        (Kind::Piano, "right", true, 40, 103),
        (Kind::Piano, "left", true, 21, 84),
        (Kind::Duo, "call", true, 21, 103),
        (Kind::Duo, "answer", true, 21, 108),
        (Kind::Sung, "tune", false, 45, 98),
        (Kind::Sung, "second", false, 40, 103),
        (Kind::Sung, "accompaniment", true, 24, 91),
    ];
    let mut there = BTreeMap::<&str, usize>::new();
    for kind in [Kind::Band, Kind::Piano, Kind::Duo, Kind::Sung] {
        for (what, made) in songs(kind) {
            for &(_, name, needed, low, high) in cases.iter().filter(|case| case.0 == kind) {
                match track(&made, name) {
                    Some(track) => {
                        *there.entry(name).or_default() += 1;
                        check_track(&what, track, low..=high);
                    }
                    None => assert!(!needed, "{what} has no {name}"),
                }
            }
            let known = |track: &Track| cases.iter().any(|case| case.1 == track.name);
            assert!(made.piece.tracks.iter().all(known), "{what} has a track of another name");
        }
    }
    assert!(cases.iter().all(|case| there[case.1] >= 20), "{there:?}");
}

fn check_track(what: &str, track: &Track, keys: RangeInclusive<u8>) {
    let name = &track.name;
    assert_eq!(track.is_drums(), name == "drums", "{what}");
    assert_eq!(track.program.is_none(), track.is_drums(), "{what}");
    let mut ends = BTreeMap::new();
    for note in &track.notes {
        assert!(keys.contains(&note.key), "{what}: {name} plays {}", note.key);
        assert!(note.duration > Beats::ZERO && note.onset >= Beats::ZERO, "{what}: {note:?}");
        // No key is struck while it is down.
        let before = ends.insert(note.key, note.end());
        assert!(before.is_none_or(|end| end <= note.onset), "{what}: {name} {note:?}");
    }
}

#[test]
fn a_singer_has_one_voice_and_nobody_plays_what_cannot_be_heard() {
    for (what, made) in songs(Kind::Sung) {
        let tune = track(&made, "tune").map_or(&[][..], |track| &track.notes);
        for pair in tune.windows(2) {
            assert!(pair[0].end() <= pair[1].onset, "{what}: {pair:?} sound together");
        }
        let step = Beats::ratio(1, 8);
        for note in made.piece.tracks.iter().flat_map(|track| &track.notes) {
            assert!(note.duration >= step, "{what}: {note:?} is shorter than half a sixteenth");
        }
    }
}

#[test]
fn harmony_goes_round_no_more_than_pop_does() {
    let four_bars = Beats::ratio(16, 1);
    let (mut same, mut beats, mut held, mut bars) = (0, 0, 0, 0);
    for (_, made) in songs(Kind::Sung) {
        let end = made.piece.end;
        let starts = || (0_i64..).map(|beat| Beats::ratio(beat, 1)).take_while(|&at| at < end);
        for at in starts().skip_while(|&at| at < four_bars) {
            same += u32::from(chord_at(&made, at).symbol == chord_at(&made, at - four_bars).symbol);
            beats += 1;
        }
        // A bass that is held for the bar.
        let Some(hands) = track(&made, "accompaniment") else { continue };
        let lasts = |note: &&Note| note.key < 52 && note.duration > Beats::ratio(5, 2);
        held += hands.notes.iter().filter(lasts).count();
        bars += starts().count() / 4;
    }
    // In 100 songs of POP909 it is 30 % of the beats, and 0.39 basses a bar are held.
    let share = f64::from(same) / f64::from(beats);
    assert!((0.25..0.5).contains(&share), "{share} of the beats have the chord of four bars before");
    let share = held as f64 / bars as f64;
    assert!((0.2..0.7).contains(&share), "{share} held basses a bar");
}

#[test]
fn bars_add_up_and_songs_end_on_a_held_cadence() {
    for kind in [Kind::Band, Kind::Piano, Kind::Duo, Kind::Sung] {
        for (what, made) in songs(kind) {
            let (end, bar) = (made.piece.end, bar(&made));
            assert_eq!(end % bar, Beats::ZERO, "{what} ends within a bar");
            assert!(made.sections.iter().all(|(at, _)| *at % bar == Beats::ZERO), "{what}");
            assert!(made.piece.is_on_grid(), "{what} would be read as free playing");
            let last = end - bar;
            let home = chord_at(&made, last);
            // Everybody but the drums plays in the last bar, chord tones, to its end.
            for track in made.piece.tracks.iter().filter(|track| !track.is_drums()) {
                let ending: Vec<&Note> = track.notes.iter().filter(|note| note.end() > last).collect();
                assert!(!ending.is_empty(), "{what}: {} has stopped before the end", track.name);
                let held = ending.iter().all(|note| note.end() == end);
                assert!(held, "{what}: {} does not hold to the end", track.name);
                for note in ending.iter().filter(|note| note.onset >= last) {
                    assert!(
                        home.tones.contains(&(i32::from(note.key) % 12)),
                        "{what}: {} {note:?}",
                        track.name
                    );
                }
            }
            let lowest =
                made.piece.notes().into_iter().filter(|note| note.end() > last).map(|note| note.key).min();
            assert_eq!(
                lowest.map(|key| i32::from(key) % 12),
                Some(home.root),
                "{what}: the root is not below"
            );
        }
    }
}

#[test]
fn the_bass_is_never_silent_for_a_bar_and_lies_on_the_chord() {
    let (mut on_chord, mut changes) = (0, 0);
    for (what, made) in songs(Kind::Band) {
        let bass = &track(&made, "bass").unwrap().notes;
        let bar = bar(&made);
        for number in 0..made.piece.end.div_floor(bar) {
            let (start, end) = (bar.times(number), bar.times(number + 1));
            let heard = bass.iter().any(|note| note.onset < end && note.end() > start);
            assert!(heard, "{what}: no bass in bar {number}");
        }
        for chord in &made.chords {
            // What sounds just after the change.
            let at = chord.beat + beats_at(6);
            if let Some(note) = bass.iter().rev().find(|note| note.onset <= at && note.end() > at) {
                let class = i32::from(note.key) % 12;
                let fifth = chord.tones.get(2).copied().unwrap_or(chord.root);
                on_chord += u32::from(class == chord.root || class == chord.bass || class == fifth);
                changes += 1;
            }
        }
    }
    let share = f64::from(on_chord) / f64::from(changes);
    assert!(share > 0.93, "{share:.3} of {changes} changes have the bass on root, fifth or the named bass");
}

#[test]
fn sections_come_back() {
    let styles = library::load(None).unwrap();
    let (mut same, mut returns) = (0, 0);
    for style in styles.iter().flat_map(|style| std::iter::repeat_n(style, 4)).enumerate() {
        let (number, style): (usize, &Style) = style;
        let song = Song::compose(&mut Dice::of_song(5, number as u64), style);
        let mut first = BTreeMap::new();
        for section in
            song.sections.iter().filter(|section| section.name != "solo" && !section.tune.is_empty())
        {
            let shape =
                |key: i32| section.tune.iter().map(|tone| (tone.at, tone.key - key)).collect::<Vec<_>>();
            let up = (section.key.tonic - song.key.tonic).rem_euclid(12);
            let tune = shape(if up > 6 { up - 12 } else { up });
            match first.get(&section.letter) {
                None => _ = first.insert(section.letter, tune),
                Some(before) => {
                    returns += 1;
                    same += u32::from(*before == tune);
                }
            }
        }
    }
    let share = f64::from(same) / f64::from(returns);
    assert!(returns > 150, "only {returns} sections come back");
    assert!((0.5..0.9).contains(&share), "{share:.2} of {returns} come back as they were");
}

#[test]
fn fills_lead_into_sections() {
    let style = library::load(None).unwrap().into_iter().find(|style| style.file.name == "rock").unwrap();
    let mut seen = 0;
    for number in 0..6 {
        let mut dice = Dice::of_song(9, number);
        let song = Song::compose(&mut dice, &style);
        let parts = band::play(&mut dice, &song);
        let drums = parts.iter().find(|part| part.name == "drums").unwrap();
        let strokes = |start: i64| {
            let inside =
                drums.notes.iter().filter(|note| (start..start + song.grid.bar()).contains(&note.at));
            inside.map(|note| (note.at - start, note.key)).collect::<BTreeSet<_>>()
        };
        for section in song.sections.iter().filter(|section| section.bars >= 8) {
            let bar = |number: usize| section.start + number as i64 * song.grid.bar();
            let (plain, last) = (strokes(bar(section.bars - 2)), strokes(bar(section.bars - 1)));
            assert_ne!(plain, last, "song {number}, {}: no fill", section.name);
            // Bars without a fill are the groove, give or take a stroke.
            let another = strokes(bar(1));
            let changed = another.symmetric_difference(&plain).count();
            assert!(changed <= 3, "song {number}, {}: no groove", section.name);
            assert!(last.symmetric_difference(&plain).count() > changed, "song {number}, {}", section.name);
            seen += 1;
        }
    }
    assert!(seen > 12, "only {seen} sections");
}
