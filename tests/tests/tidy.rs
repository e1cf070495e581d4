//! What the sources promise of themselves: short files, no way to panic in the plugin, arrows that
//! point one way.

use std::collections::{BTreeMap, BTreeSet};
use std::fs;
use std::path::{Path, PathBuf};

use segue::between::settings::Mode;

/// The longest file, in lines.
const LONGEST: usize = 400;
/// The widest comment line, in columns.
const WIDEST: usize = 100;
/// The folders that hold our code.
const CODE: [&str; 4] = ["plugin", "trainer", "bundler", "tests"];
/// The folders whose code runs in a host, or is the program that plays in its place.
const SHIPPED: [&str; 5] =
    ["plugin/music/src", "plugin/model/src", "plugin/realtime/src", "plugin/src", "plugin/program/src"];
/// A file of models made from chance for tests, which stands in `segue-model` as tests of other
/// packages need it; and what it gives, which nothing shipped may call.
const UNTRAINED: (&str, [&str; 2]) =
    ("plugin/model/src/decoding/untrained.rs", ["Model::random(", "Model::poisoned("]);

fn root() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).parent().expect("the workspace").to_path_buf()
}

/// All files under a folder with one of these endings, but what git or cargo or Python made.
fn files(folder: &Path, endings: &[&str]) -> Vec<PathBuf> {
    let mut found = Vec::new();
    for entry in fs::read_dir(folder).unwrap_or_else(|error| panic!("{}: {error}", folder.display())) {
        let path = entry.expect("entry").path();
        let name = path.file_name().unwrap_or_default().to_string_lossy().into_owned();
        if path.is_dir() {
            let made = name.starts_with("target")
                || name == "__pycache__"
                || (name.starts_with('.') && name != ".ci");
            if !made {
                found.extend(files(&path, endings));
            }
        } else if endings.iter().any(|ending| name.ends_with(ending)) {
            found.push(path);
        }
    }
    found.sort();
    found
}

fn text(path: &Path) -> String {
    fs::read_to_string(path).unwrap_or_else(|error| panic!("{}: {error}", path.display()))
}

/// The lines of a Rust file with their numbers, without comments and without its tests, which stand
/// at its end unless they are a file of their own.
fn shipped(text: &str) -> Vec<(usize, &str)> {
    let lines: Vec<&str> = text.lines().collect();
    let begins = |index: usize| {
        lines[index].trim() == "#[cfg(test)]" && lines.get(index + 1).is_some_and(|next| next.ends_with('{'))
    };
    let end = (0..lines.len()).find(|&index| begins(index)).unwrap_or(lines.len());
    let numbered = lines[..end].iter().enumerate().map(|(index, line)| (index + 1, *line));
    numbered.filter(|(_, line)| !line.trim_start().starts_with("//")).collect()
}

/// Whether another file says that this one is a module of tests, or the one that it is a part of.
fn is_test_module(path: &Path) -> bool {
    let stem = path.file_stem().unwrap_or_default().to_string_lossy();
    let declared = format!("#[cfg(test)]\nmod {stem};");
    let folder = path.parent().unwrap_or(path);
    let parent = folder.with_extension("rs");
    [folder.join("lib.rs"), folder.join("main.rs"), folder.join("mod.rs"), parent.clone()]
        .iter()
        .any(|file| fs::read_to_string(file).is_ok_and(|text| text.contains(&declared)))
        || (parent.is_file() && is_test_module(&parent))
}

#[test]
fn no_file_is_long() {
    let mut seen = 0;
    for folder in CODE {
        for file in files(&root().join(folder), &[".rs", ".py", ".toml"]) {
            let lines = text(&file).lines().count();
            assert!(lines <= LONGEST, "{}: {lines} lines, more than {LONGEST}", file.display());
            seen += 1;
        }
    }
    assert!(seen > 50, "only {seen} files were found");
}

#[test]
fn no_comment_is_wide() {
    let mut seen = 0;
    for file in CODE.iter().flat_map(|folder| files(&root().join(folder), &[".rs"])) {
        for (number, line) in text(&file).lines().enumerate() {
            if line.trim_start().starts_with("//") {
                let columns = line.chars().count();
                assert!(columns <= WIDEST, "{}:{}: {columns} columns", file.display(), number + 1);
                seen += 1;
            }
        }
    }
    assert!(seen > 1000, "only {seen} lines of comments were found");
}

#[test]
fn the_plugin_has_no_way_to_panic_by_choice() {
    let ways = [".unwrap()", ".expect(", "panic!(", "unreachable!(", "todo!(", "unimplemented!("];
    let mut seen = 0;
    for file in SHIPPED.iter().flat_map(|folder| files(&root().join(folder), &[".rs"])) {
        if is_test_module(&file) || file.ends_with(UNTRAINED.0) {
            continue;
        }
        for (number, line) in shipped(&text(&file)) {
            let way = ways.iter().chain(&UNTRAINED.1).find(|way| line.contains(*way));
            assert!(way.is_none(), "{}:{number}: {}", file.display(), line.trim());
            seen += 1;
        }
    }
    assert!(seen > 500, "only {seen} lines were found");
}

#[test]
fn modes_differ_in_one_file() {
    // And in the words that the editor has for them.
    let may = ["between/mode.rs", "src/editor/"];
    let modes = Mode::ALL.map(|mode| format!("Mode::{mode:?}"));
    let mut seen = 0;
    for file in SHIPPED.iter().flat_map(|folder| files(&root().join(folder), &[".rs"])) {
        let path = file.display().to_string();
        if is_test_module(&file) || may.iter().any(|place| path.contains(place)) {
            continue;
        }
        for (number, line) in shipped(&text(&file)) {
            let named = modes.iter().find(|name| line.contains(*name));
            assert!(named.is_none(), "{path}:{number}: ask a method of Mode: {}", line.trim());
            seen += usize::from(line.contains("Mode"));
        }
    }
    assert!(seen > 20, "only {seen} lines name the mode");
}

#[test]
fn the_arrows_point_one_way() {
    // (package, what it may depend on of ours, besides what only its tests need)
    let arrows: [(&str, &[&str]); 8] = [
        ("plugin/music", &[]),
        ("plugin/model", &["segue-music"]),
        ("plugin/network", &["segue-music", "segue-model"]),
        ("plugin/realtime", &["segue-music"]),
        ("plugin", &["segue-music", "segue-model", "segue-realtime"]),
        ("plugin/program", &["segue-music", "segue-model", "segue-plugin"]),
        ("trainer", &["segue-music", "segue-model", "segue-network"]),
        ("bundler", &["segue-music"]),
    ];
    let ours = [
        "segue-music",
        "segue-model",
        "segue-network",
        "segue-realtime",
        "segue-plugin",
        "segue",
        "trainer",
        "bundler",
        "tests",
    ];
    for (package, allowed) in arrows {
        let manifest = text(&root().join(package).join("Cargo.toml"));
        let dependencies =
            manifest.split("\n[").find(|part| part.starts_with("dependencies]")).unwrap_or_default();
        for line in dependencies.lines() {
            let name = line.split(['.', '=', ' ']).next().unwrap_or_default();
            assert!(!ours.contains(&name) || allowed.contains(&name), "{package} may not depend on {name}");
        }
    }
}

#[test]
fn the_audio_thread_depends_on_three_crates() {
    let manifest = text(&root().join("plugin/realtime/Cargo.toml"));
    let (_, dependencies) = manifest.split_once("\n[dependencies]\n").expect("it has dependencies");
    let names: Vec<_> =
        dependencies.lines().take_while(|line| !line.is_empty()).map(|line| line.split('.').next()).collect();
    assert_eq!(names, ["segue-music", "biquad", "rtrb"].map(Some));
    assert_eq!(manifest.matches("dependencies]").count(), 1, "dependencies of another kind");
}

#[test]
fn the_plugin_links_no_candle() {
    // By name: what the lock file says it depends on, on every platform and with every feature.
    let lock = text(&root().join("Cargo.lock"));
    let mut packages = BTreeMap::<&str, Vec<&str>>::new();
    for package in lock.split("[[package]]").skip(1) {
        let value = |line: &'static str| package.lines().find_map(|found| found.strip_prefix(line));
        let name = value("name = ").unwrap_or_default().trim_matches('"');
        let listed = package.split_once("dependencies = [").map_or("", |(_, rest)| rest);
        let listed = listed.lines().map(|line| line.trim().trim_matches(['"', ',']));
        let names = listed.take_while(|line| *line != "]").filter_map(|line| line.split(' ').next());
        packages.entry(name).or_default().extend(names.filter(|name| !name.is_empty()));
    }
    let (mut linked, mut next) = (BTreeSet::new(), vec!["segue"]);
    while let Some(name) = next.pop() {
        if linked.insert(name) {
            next.extend(packages.get(name).unwrap_or_else(|| panic!("{name} is not in Cargo.lock")));
        }
    }
    assert!(linked.contains("segue-model") && linked.len() > 100, "only {linked:?}");
    for name in ["segue-network", "candle-core", "candle-nn", "gemm"] {
        assert!(packages.contains_key(name), "{name} is not in Cargo.lock");
        assert!(!linked.contains(name), "the plugin links {name}: see cargo tree -p segue -i {name}");
    }
}

#[test]
fn no_path_of_one_machine_is_written_down() {
    // Spelled so that this file does not hold what it looks for.
    let folders = ["work", "root", "home", "tmp"].map(|name| format!("/{name}/"));
    for file in files(&root(), &[".rs", ".py", ".toml", ".md", ".yml", ".txt", "run"]) {
        for (number, line) in text(&file).lines().enumerate() {
            for folder in &folders {
                let absolute = line.match_indices(folder.as_str()).any(|(at, _)| {
                    // Part of a longer path, such as one under target, is none of a machine's.
                    !line[..at]
                        .ends_with(|before: char| before.is_alphanumeric() || "._-}~$".contains(before))
                });
                assert!(!absolute, "{}:{}: {}", file.display(), number + 1, line.trim());
            }
        }
    }
}
