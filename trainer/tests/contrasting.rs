//! Two collections of music, and by what they differ.

use std::fs;
use std::path::Path;

use common::{fails, succeeds, text, write_piece};
use segue_music::{Beats, Note};

mod common;

#[test]
fn music_is_told_from_other_music_by_what_differs() {
    let home = tempfile::tempdir().unwrap();
    let path = |name: &str| home.path().join(name);
    let (piano, sung) = (path("piano"), path("sung"));
    for (folder, kind) in [(&piano, "piano"), (&sung, "sung")] {
        succeeds(&["arrange", "--out", text(folder), "--count", "40", "--kinds", kind]);
    }
    let contrast = |with: &Path, more: &[&str]| {
        let fixed = ["contrast", "--midi", text(&piano), "--with", text(with), "--bars", "8", "--tells", "5"];
        [&fixed[..], more].concat().into_iter().map(str::to_owned).collect::<Vec<_>>()
    };
    let shown = |with: &Path| succeeds(&contrast(with, &[]).iter().map(String::as_str).collect::<Vec<_>>());
    let mean = |said: &str, row: &str| -> f64 {
        let line = said.lines().find(|line| line.starts_with(row)).unwrap_or_else(|| panic!("{row}: {said}"));
        line.trim_end_matches(" |").rsplit(' ').next().unwrap().parse().unwrap()
    };
    let (same, other) = (shown(&piano), shown(&sung));
    let tells = |said: &str| -> Vec<f64> {
        let rows = said.lines().map(|line| line.split(" | ").collect::<Vec<_>>());
        rows.filter(|row| row.len() == 5).filter_map(|row| row[3].parse().ok()).collect()
    };
    let apart = tells(&other);
    assert!(apart.len() == 5 && apart[0].abs() > 0.5, "{other}");
    assert!(apart.is_sorted_by(|one, next| one.abs() >= next.abs()), "{other}");
    assert_eq!(tells(&same), [0.0; 5], "nothing lies apart from itself: {same}");
    assert!(mean(&other, "| the other music") > mean(&other, "| its own other half") + 0.1, "{other}");
    let ends = contrast(&piano, &["--ends"]);
    let ends = succeeds(&ends.iter().map(String::as_str).collect::<Vec<_>>());
    assert!(tells(&ends)[0].abs() > 1.0 && ends.contains("| arc, "), "endings are endings: {ends}");

    let refused = |with: &Path, more: &[&str]| {
        fails(&contrast(with, more).iter().map(String::as_str).collect::<Vec<_>>())
    };
    let said = refused(&sung, &["--prompt-bars", "64"]);
    assert!(said.contains("ask for fewer"), "{said}");
    let few = path("few");
    fs::create_dir(&few).unwrap();
    let note =
        |i: i64| Note { onset: Beats::ratio(i, 2), key: 60, duration: Beats::ratio(1, 2), velocity: 80 };
    write_piece(&few.join("one.mid"), (0..200).map(note).collect());
    let said = refused(&few, &[]);
    assert!(said.contains("1 of each") && said.contains("needs 24"), "{said}");
    let said = refused(&path("absent"), &[]);
    assert!(said.contains("absent"), "{said}");
}
