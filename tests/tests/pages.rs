//! What the pages promise: short where they must be, no dead link, decisions of one shape, versions
//! that agree.

use std::collections::BTreeSet;
use std::fs;
use std::path::{Path, PathBuf};

/// Pages that must stay short, and how many words they may have, counted as `wc -w` does.
const LONGEST: [(&str, usize); 1] = [("ARCHITECTURE.md", 1300)];
/// The sections of a decision, in order.
const SECTIONS: [&str; 3] = ["## Context", "## Choice", "## Consequence"];
/// Where the decisions are.
const DECISIONS: &str = "plugin/decisions";

fn root() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).parent().expect("the workspace").to_path_buf()
}

fn text(path: &Path) -> String {
    fs::read_to_string(path).unwrap_or_else(|error| panic!("{}: {error}", path.display()))
}

/// All files below a folder, except what git, cargo and Python make.
fn files(folder: &Path) -> Vec<PathBuf> {
    let mut found = Vec::new();
    for entry in fs::read_dir(folder).unwrap_or_else(|error| panic!("{}: {error}", folder.display())) {
        let path = entry.expect("entry").path();
        let name = path.file_name().unwrap_or_default().to_string_lossy().into_owned();
        if !path.is_dir() {
            found.push(path);
        } else if !name.starts_with("target") && name != "__pycache__" && name != ".git" {
            found.extend(files(&path));
        }
    }
    found.sort();
    found
}

fn pages() -> Vec<PathBuf> {
    let is_page = |file: &PathBuf| file.extension().is_some_and(|ending| ending == "md");
    let pages: Vec<PathBuf> = files(&root()).into_iter().filter(is_page).collect();
    assert!(pages.len() > 5, "only {} pages were found", pages.len());
    pages
}

/// The lines of a page that are not code, with their numbers from 1: neither fenced nor indented by
/// four.
fn prose(page: &str) -> Vec<(usize, &str)> {
    let mut fenced = false;
    let numbered = page.lines().enumerate().map(|(index, line)| (index + 1, line));
    numbered
        .filter(|(_, line)| {
            let fence = line.trim_start().starts_with("```");
            fenced ^= fence;
            !fenced && !fence && !line.starts_with("    ")
        })
        .collect()
}

/// The targets of the links and pictures in a line, outside of code spans.
fn links(line: &str) -> Vec<&str> {
    // Every second part between backticks is code.
    let parts = line.split('`').step_by(2);
    parts
        .flat_map(|part| part.split("](").skip(1))
        .filter_map(|rest| rest.split(')').next())
        .map(|target| target.split(' ').next().unwrap_or(target))
        .collect()
}

/// The name by which a heading is linked, as GitHub makes it.
fn anchor(heading: &str) -> String {
    let kept = heading.trim_start_matches('#').trim().to_lowercase();
    let kept = kept.chars().filter(|c| c.is_alphanumeric() || " -_".contains(*c));
    kept.map(|c| if c == ' ' { '-' } else { c }).collect()
}

fn anchors(page: &str) -> BTreeSet<String> {
    prose(page).iter().filter(|(_, line)| line.starts_with('#')).map(|(_, line)| anchor(line)).collect()
}

/// What is wrong with a link of a page, if anything is.
fn fault(page: &Path, target: &str) -> Option<String> {
    if target.contains("://") || target.starts_with("mailto:") {
        return None;
    }
    let (file, heading) = target.split_once('#').unwrap_or((target, ""));
    let file = if file.is_empty() { page.to_path_buf() } else { page.with_file_name("").join(file) };
    if !file.exists() {
        return Some("leads nowhere".into());
    }
    let is_page = file.extension().is_some_and(|ending| ending == "md");
    (!heading.is_empty() && is_page && !anchors(&text(&file)).contains(heading))
        .then(|| format!("{} has no heading for it", file.display()))
}

/// Whether a code span names a file or folder of the sources: by its path or the end of it, and
/// without a placeholder like NAME.
fn is_source(span: &str) -> bool {
    let path = span.chars().all(|c| c.is_ascii_alphanumeric() || "._-/".contains(c));
    let ends = [".rs", ".py", ".toml", "/"].iter().any(|ending| span.ends_with(ending));
    path && ends && !span.contains("NAME") && !span.starts_with("target/")
}

/// What is wrong with the text of a decision, if anything is.
fn flaw(decision: &str) -> Option<String> {
    let lines = prose(decision);
    let headings: Vec<&str> =
        lines.iter().map(|(_, line)| *line).filter(|line| line.starts_with('#')).collect();
    match headings.split_first() {
        Some((title, sections)) if title.starts_with("# ") && sections == SECTIONS => {}
        _ => return Some(format!("the headings are {headings:?}, not a title and {SECTIONS:?}")),
    }
    let parts = decision.split("\n## ").skip(1);
    let empty = parts.filter(|part| part.lines().skip(1).all(|line| line.trim().is_empty())).count();
    (empty > 0).then(|| "a section is empty".into())
}

#[test]
fn no_page_exceeds_its_limit() {
    for (page, limit) in LONGEST {
        let words = text(&root().join(page)).split_whitespace().count();
        assert!(words <= limit, "{page}: {words} words, more than {limit}; a decision has a file of its own");
    }
}

#[test]
fn no_relative_link_is_dead() {
    let (mut seen, mut dead) = (0, Vec::new());
    for page in pages() {
        let content = text(&page);
        for (number, line) in prose(&content) {
            for target in links(line) {
                seen += 1;
                if let Some(fault) = fault(&page, target) {
                    dead.push(format!("{}:{number}: {target}: {fault}", page.display()));
                }
            }
        }
    }
    assert!(seen > 20, "only {seen} links were found");
    assert!(dead.is_empty(), "{}", dead.join("\n"));
}

/// A report that is made elsewhere and copied leads to where it was made.
#[test]
fn no_relative_link_of_a_page_for_browsers_is_dead() {
    let is_page = |file: &PathBuf| file.extension().is_some_and(|ending| ending == "html");
    let (mut seen, mut dead) = (0, Vec::new());
    for page in files(&root().join("assets")).into_iter().filter(is_page) {
        let content = text(&page);
        for target in content.split("href=\"").skip(1).filter_map(|rest| rest.split('"').next()) {
            seen += 1;
            if let Some(fault) = fault(&page, target) {
                dead.push(format!("{}: {target}: {fault}", page.display()));
            }
        }
    }
    assert!(seen >= 10, "only {seen} links were found");
    assert!(dead.is_empty(), "{}", dead.join("\n"));
}

#[test]
fn every_file_that_a_page_names_exists() {
    let all: Vec<String> =
        files(&root()).iter().map(|file| file.to_string_lossy().replace('\\', "/")).collect();
    let (mut seen, mut missing) = (0, Vec::new());
    for page in pages() {
        let content = text(&page);
        for (number, line) in prose(&content) {
            for name in line.split('`').skip(1).step_by(2).filter(|span| is_source(span)) {
                seen += 1;
                let place = format!("/{name}");
                let there = |file: &String| {
                    if name.ends_with('/') { file.contains(&place) } else { file.ends_with(&place) }
                };
                if !all.iter().any(there) {
                    missing.push(format!("{}:{number}: there is no {name}", page.display()));
                }
            }
        }
    }
    assert!(seen > 30, "only {seen} names were found");
    assert!(missing.is_empty(), "{}", missing.join("\n"));
}

#[test]
fn every_decision_has_its_sections_and_is_listed() {
    let folder = root().join(DECISIONS);
    let index = text(&folder.join("README.md"));
    let listed: Vec<&str> = prose(&index).iter().flat_map(|(_, line)| links(line)).collect();
    let mut numbers = Vec::new();
    for file in files(&folder) {
        let name = file.file_name().unwrap_or_default().to_string_lossy().into_owned();
        if name == "README.md" {
            continue;
        }
        if let Some(flaw) = flaw(&text(&file)) {
            panic!("{}: {flaw}", file.display());
        }
        assert!(listed.contains(&name.as_str()), "{}: is not in the index", file.display());
        let number = name.split('-').next().filter(|digits| digits.len() == 4).map(str::parse::<usize>);
        numbers.push(number.and_then(Result::ok).unwrap_or_else(|| panic!("{name}: is not NNNN-title.md")));
    }
    // Two branches that take the same number meet here.
    let expected: Vec<usize> = (1..=numbers.len()).collect();
    assert_eq!(numbers, expected, "the numbers of the decisions");
    assert!(!numbers.is_empty(), "no decision was found");
}

#[test]
fn every_figure_is_defined() {
    let measures = text(&root().join("tests/MEASURES.md"));
    let defined: Vec<&str> =
        measures.lines().filter_map(|line| line.strip_prefix("| ")?.split(" |").next()).collect();
    let mut seen = 0;
    for file in files(&root().join("tests/src")).iter().filter(|file| file.to_string_lossy().ends_with(".rs"))
    {
        let code = text(file);
        let made = ["Figure::most(", "Figure::least("].into_iter().flat_map(|made| code.split(made).skip(1));
        for id in made.filter_map(|rest| rest.trim_start().strip_prefix('"')?.split('"').next()) {
            let first = id.split(' ').next().unwrap_or(id);
            // What tests of figures themselves make up.
            if first != "R" {
                assert!(defined.contains(&first), "{}: {id} is not in tests/MEASURES.md", file.display());
                seen += 1;
            }
        }
    }
    assert!(seen > 15, "only {seen} figures were found");
}

#[test]
fn versions_agree() {
    let manifest = text(&root().join("Cargo.toml"));
    let value = |text: &str, key: &str| {
        let line = text.lines().find(|line| line.split('=').next().is_some_and(|name| name.trim() == key));
        line.and_then(|line| line.split('"').nth(1)).unwrap_or_else(|| panic!("no {key}")).to_owned()
    };
    let compiler = value(&text(&root().join("rust-toolchain.toml")), "channel");
    let least = value(&manifest, "rust-version");
    assert!(
        compiler == least || compiler.starts_with(&format!("{least}.")),
        "rust-toolchain.toml has {compiler}, Cargo.toml {least}"
    );
    let version = value(&manifest, "version");
    let log = text(&root().join("CHANGELOG.md"));
    assert!(log.contains(&format!("\n## [{version}]")), "CHANGELOG.md has no section for {version}");
}

#[test]
fn faults_are_found() {
    // (a link in ARCHITECTURE.md, whether it is in order)
    for (target, good) in [
        ("README.md", true),
        ("plugin", true),
        ("#invariants", true),
        ("README.md#in-time", true),
        ("https://rustup.rs", true),
        ("NOWHERE.md", false),
        ("#nowhere", false),
        ("README.md#nowhere", false),
    ] {
        assert_eq!(fault(&root().join("ARCHITECTURE.md"), target).is_none(), good, "{target}");
    }
    // (a line, its links)
    let lines: [(&str, &[&str]); 4] = [
        ("see [a](b.md) and ![c](d/e.png)", &["b.md", "d/e.png"]),
        ("`[a](b)` is code, [c](d \"title\") is not", &["d"]),
        ("[a], (b)", &[]),
        ("[![picture](a.svg)](b.md)", &["a.svg", "b.md"]),
    ];
    for (line, expected) in lines {
        assert_eq!(links(line), expected, "{line}");
    }
    assert_eq!(anchor("## What the model's *heads* do, `in` time"), "what-the-models-heads-do-in-time");
    for (span, expected) in [
        ("answer.rs", true),
        ("plugin/src/", true),
        ("Cargo.toml", true),
        ("guards/NAME.rs", false),
        ("target/segue/", false),
        ("cargo run", false),
        ("prompt.mid", false),
    ] {
        assert_eq!(is_source(span), expected, "{span}");
    }
    let page = "# A\n```\n# code\n[a](b)\n```\n    # code\ntext\n";
    assert_eq!(prose(page), [(1, "# A"), (7, "text")]);
    // (a decision, whether it is in order)
    for (decision, good) in [
        ("# T\n\n## Context\n\na\n\n## Choice\n\nb\n\n## Consequence\n\nc\n", true),
        ("# T\n\n## Choice\n\na\n\n## Context\n\nb\n\n## Consequence\n\nc\n", false),
        ("# T\n\n## Context\n\na\n\n## Choice\n\n## Consequence\n\nc\n", false),
        ("# T\n\n## Context\n\na\n\n## Choice\n\nb\n", false),
        ("## Context\n\na\n\n## Choice\n\nb\n\n## Consequence\n\nc\n", false),
    ] {
        assert_eq!(flaw(decision).is_none(), good, "{decision}");
    }
}
