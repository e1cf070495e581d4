//! The arrows that a page allows, and where the sources differ from it.

use std::collections::{BTreeMap, BTreeSet};

use super::Modules;

/// For each folder of a crate the folders and crates that it may reach.
///
/// A crate that stands behind any arrow is for the folders that name it, and for no other; crates
/// that stand nowhere are free.
#[derive(Debug, Default, PartialEq)]
pub struct Arrows(BTreeMap<String, BTreeSet<String>>);

impl Arrows {
    /// Those of the block that begins with ```` ```arrows ````, a line a folder: `from -> to to
    /// to`.
    ///
    /// # Errors
    /// Where there is no such block, or a line of it is none.
    pub fn on(page: &str) -> Result<Self, String> {
        let block = page.split_once("```arrows\n").and_then(|(_, rest)| rest.split_once("```"));
        let (block, _) = block.ok_or("the page has no block of arrows")?;
        let mut arrows = Self::default();
        for line in block.lines().filter(|line| !line.trim().is_empty()) {
            let (from, to) = line.split_once("->").ok_or_else(|| format!("no arrow: {line}"))?;
            let to = to.split_whitespace().map(|name| name.replace('-', "_")).collect();
            if arrows.0.insert(from.trim().to_owned(), to).is_some() {
                return Err(format!("{} has two lines", from.trim()));
            }
        }
        Ok(arrows)
    }

    /// Every arrow of the sources that the page lacks, and every one of the page that the sources
    /// lack.
    pub fn differences(&self, modules: &Modules) -> Vec<String> {
        let watched: BTreeSet<&String> = self.0.values().flatten().collect();
        let mut found: BTreeMap<(&str, &str), String> = BTreeMap::new();
        for file in &modules.files {
            let Some(folder) = &file.folder else { continue };
            let reached = file.reaches.iter().filter_map(|&place| modules.files[place].folder.as_deref());
            let outside = file.outside.iter().filter(|name| watched.contains(name)).map(String::as_str);
            for to in reached.filter(|to| to != folder).chain(outside) {
                found.entry((folder, to)).or_insert_with(|| file.path.display().to_string());
            }
        }
        let allowed = |from: &str, to: &str| self.0.get(from).is_some_and(|all| all.contains(to));
        let missing = found.iter().filter(|((from, to), _)| !allowed(from, to));
        let mut differences: Vec<_> = missing
            .map(|((from, to), file)| format!("{from} -> {to} is not on the page, but in {file}"))
            .collect();
        for (from, to) in self.0.iter().flat_map(|(from, all)| all.iter().map(move |to| (from, to))) {
            if !found.contains_key(&(from.as_str(), to.as_str())) {
                differences.push(format!("{from} -> {to} is on the page, but in no file"));
            }
        }
        differences
    }
}

#[cfg(test)]
mod tests {
    use super::super::tests::made_up;
    use super::*;

    const PAGE: &str = "# Page\n\n```arrows\na -> b other-crate\nb ->\n```\n\nMore.";

    #[test]
    fn the_sources_and_the_page_are_held_against_each_other() {
        // (what src/a.rs says, what src/b.rs says, the differences)
        let both = "use crate::b::X; use other_crate::X;";
        let cases: [(&str, &str, &[&str]); 5] = [
            (both, "use std::fmt; use free_crate::X;", &[]),
            (both, "use crate::a::X;", &["b -> a is not on the page, but in src/b.rs"]),
            (both, "fn f() { crate::a::g() }", &["b -> a is not on the page, but in src/b.rs"]),
            (both, "use other_crate::X;", &["b -> other_crate is not on the page, but in src/b.rs"]),
            ("use other_crate::X;", "", &["a -> b is on the page, but in no file"]),
        ];
        let arrows = Arrows::on(PAGE).expect("it has arrows");
        for (a, b, expected) in cases {
            let files = [
                ("src/lib.rs", "mod a; mod b; use b::X;"),
                ("src/a.rs", a),
                ("src/b.rs", b),
                ("low/lib.rs", ""),
            ];
            let modules = made_up(&files).expect("every file is there");
            assert_eq!(arrows.differences(&modules), expected, "{a} {b}");
        }
    }

    #[test]
    fn a_page_without_arrows_is_refused() {
        for (page, error) in [
            ("no block", "no block of arrows"),
            ("```arrows\na b\n```", "no arrow: a b"),
            ("```arrows\na -> b\na -> c\n```", "a has two lines"),
        ] {
            assert!(Arrows::on(page).expect_err(page).contains(error), "{page}");
        }
    }
}
