//! The module trees of our crates, file by file, and which file reaches which: what the arrows of
//! ARCHITECTURE.md are held against.

mod arrows;
mod source;

use std::collections::{BTreeMap, BTreeSet, VecDeque};
use std::path::{Path, PathBuf};

pub use arrows::Arrows;
use source::Source;

/// One file of a crate.
#[derive(Debug)]
pub struct File {
    /// Where it is.
    pub path: PathBuf,
    /// The folder of the crate that it stands in; `None` for a file at the crate's root.
    pub folder: Option<String>,
    /// The first segments of the paths that lead out of our trees: other crates, and whatever else
    /// is in scope.
    pub outside: BTreeSet<String>,
    /// The files that it names something of, by their places in [`Modules::files`].
    pub reaches: BTreeSet<usize>,
}

/// The files of some crates.
#[derive(Debug, Default)]
pub struct Modules {
    /// All of them.
    pub files: Vec<File>,
    sources: Vec<Source>,
    /// The place of the file that a path of modules from its crate's name on stands in.
    places: BTreeMap<Vec<String>, usize>,
    modules: Vec<Vec<String>>,
}

impl Modules {
    /// Reads crates from their root files on, following `mod`. Test code is not read. `text` gives
    /// the contents of a file.
    ///
    /// # Errors
    /// Where a file is missing, with its name.
    pub fn read(crates: &[(&str, &Path)], text: impl Fn(&Path) -> Option<String>) -> Result<Self, String> {
        let mut modules = Self::default();
        for (name, root) in crates {
            modules.add(vec![(*name).to_owned()], root, &text)?;
        }
        for place in 0..modules.files.len() {
            for path in modules.sources[place].paths.clone() {
                match modules.resolve(&modules.modules[place], &path) {
                    Some(other) if other == place => {}
                    Some(other) => drop(modules.files[place].reaches.insert(other)),
                    None => drop(modules.files[place].outside.insert(path[0].clone())),
                }
            }
        }
        Ok(modules)
    }

    fn add(
        &mut self,
        module: Vec<String>,
        path: &Path,
        text: &impl Fn(&Path) -> Option<String>,
    ) -> Result<(), String> {
        let text_of = text(path).ok_or_else(|| format!("{} cannot be read", path.display()))?;
        let source = Source::read(&text_of);
        let children = source.children.clone();
        let folder = path.parent().unwrap_or(path);
        // A module's children stand beside lib.rs and mod.rs, and in a folder of the module's name
        // beside any other file.
        let inside = match path.file_stem().and_then(|stem| stem.to_str()) {
            Some("lib" | "main" | "mod") | None => folder.to_path_buf(),
            Some(stem) => folder.join(stem),
        };
        self.places.insert(module.clone(), self.files.len());
        self.files.push(File {
            path: path.to_path_buf(),
            folder: module.get(1).cloned(),
            outside: BTreeSet::new(),
            reaches: BTreeSet::new(),
        });
        self.modules.push(module.clone());
        self.sources.push(source);
        for child in children {
            let file = [inside.join(format!("{child}.rs")), inside.join(&child).join("mod.rs")]
                .into_iter()
                .find(|file| text(file).is_some())
                .ok_or_else(|| format!("{}: no file for mod {child}", path.display()))?;
            self.add([module.clone(), vec![child]].concat(), &file, text)?;
        }
        Ok(())
    }

    /// The file that a path named in a module leads into; `None` where it leads out of our trees.
    fn resolve(&self, from: &[String], path: &[String]) -> Option<usize> {
        let mut module = from.to_vec();
        let mut segments = path.iter().peekable();
        match path.first().map(String::as_str)? {
            "crate" => {
                module.truncate(1);
                segments.next();
            }
            "self" => drop(segments.next()),
            "super" => {
                while segments.next_if(|segment| *segment == "super").is_some() {
                    module.pop();
                }
            }
            head => {
                let child = [from, &[head.to_owned()]].concat();
                let own_crate = vec![head.to_owned()];
                module = [child, own_crate].into_iter().find(|module| self.places.contains_key(module))?;
                segments.next();
            }
        }
        while let Some(segment) = segments.next() {
            module.push(segment.clone());
            if !self.places.contains_key(&module) {
                module.pop();
                let place = *self.places.get(&module)?;
                let exports = &self.sources[place].exports;
                return match exports
                    .iter()
                    .find(|(name, path)| name == segment && path != std::slice::from_ref(segment))
                {
                    Some((_, path)) => {
                        self.resolve(&module, &[path.clone(), segments.cloned().collect()].concat())
                    }
                    None => Some(place),
                };
            }
        }
        self.places.get(&module).copied()
    }

    /// A way from a file of some folders to one that names a crate, if there is any.
    pub fn way_to(&self, folders: &[&str], outside: &str) -> Option<String> {
        let starts = |file: &File| file.folder.as_deref().is_some_and(|folder| folders.contains(&folder));
        let starts = (0..self.files.len()).filter(|&place| starts(&self.files[place]));
        let mut before: BTreeMap<usize, Option<usize>> = starts.map(|place| (place, None)).collect();
        let mut waiting: VecDeque<usize> = before.keys().copied().collect();
        while let Some(place) = waiting.pop_front() {
            if self.files[place].outside.contains(outside) {
                let way = std::iter::successors(Some(place), |place| before[place]).collect::<Vec<_>>();
                return Some(format!("{} -> {outside}", self.names(way.into_iter().rev())));
            }
            for &next in &self.files[place].reaches {
                before.entry(next).or_insert_with(|| {
                    waiting.push_back(next);
                    Some(place)
                });
            }
        }
        None
    }

    /// Files that reach each other in a circle, if there are any.
    pub fn circle(&self) -> Option<String> {
        let mut done = BTreeSet::new();
        (0..self.files.len()).find_map(|place| self.circle_from(place, &mut Vec::new(), &mut done))
    }

    fn circle_from(&self, place: usize, way: &mut Vec<usize>, done: &mut BTreeSet<usize>) -> Option<String> {
        if let Some(first) = way.iter().position(|&other| other == place) {
            return Some(self.names(way[first..].iter().copied().chain([place])));
        }
        if !done.contains(&place) {
            way.push(place);
            for &next in &self.files[place].reaches {
                if let Some(circle) = self.circle_from(next, way, done) {
                    return Some(circle);
                }
            }
            way.pop();
            done.insert(place);
        }
        None
    }

    fn names(&self, places: impl Iterator<Item = usize>) -> String {
        places.map(|place| self.files[place].path.display().to_string()).collect::<Vec<_>>().join(" -> ")
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// A crate `ours` made up of these files under `src`, and a crate `low` of `low/lib.rs`.
    pub(super) fn made_up(files: &[(&str, &str)]) -> Result<Modules, String> {
        let text = |path: &Path| {
            let name = path.to_str()?;
            files.iter().find(|(file, _)| *file == name).map(|(_, text)| (*text).to_owned())
        };
        Modules::read(&[("ours", Path::new("src/lib.rs")), ("low", Path::new("low/lib.rs"))], text)
    }

    const LOW: (&str, &str) = ("low/lib.rs", "pub mod deep;");
    const DEEP: (&str, &str) = ("low/deep.rs", "");

    #[test]
    fn a_path_leads_to_the_file_it_names() {
        // (what src/a/b.rs says, the file it reaches)
        let cases = [
            ("use crate::c::Item;", Some("src/c.rs")),
            ("use super::d::Item;", Some("src/a/d.rs")),
            ("use super::*;", Some("src/a/mod.rs")),
            ("use super::super::Item;", Some("src/lib.rs")),
            ("fn f() { e::g() }", Some("src/a/b/e.rs")),
            ("use low::deep::Item;", Some("low/deep.rs")),
            ("fn f() -> low::Item {}", Some("low/lib.rs")),
            // Handed on by another file, which is only a signpost then.
            ("use crate::Signpost;", Some("src/c.rs")),
            ("use crate::a::Renamed;", Some("src/a/d.rs")),
            ("use std::fmt;", None),
            ("use self::Item;", None),
        ];
        for (text, expected) in cases {
            let modules = made_up(&[
                ("src/lib.rs", "mod a; mod c; pub use c::Signpost;"),
                ("src/a/mod.rs", "mod b; mod d; pub use d::Item as Renamed;"),
                ("src/a/b.rs", &format!("mod e; {text}")),
                ("src/a/b/e.rs", ""),
                ("src/a/d.rs", ""),
                ("src/c.rs", ""),
                LOW,
                DEEP,
            ])
            .expect("every file is there");
            let file = modules.files.iter().find(|file| file.path.ends_with("b.rs")).expect("it was read");
            let reached: Vec<_> =
                file.reaches.iter().map(|&place| modules.files[place].path.to_str()).collect();
            assert_eq!(reached, expected.map(Some).into_iter().collect::<Vec<_>>(), "{text}");
            assert_eq!(file.folder.as_deref(), Some("a"));
        }
        assert_eq!(
            made_up(&[("src/lib.rs", "mod a;")]).map(drop),
            Err("src/lib.rs: no file for mod a".into())
        );
    }

    #[test]
    fn circles_and_ways_to_a_crate_are_found() {
        // (a, b, c, the circle, the way from a to `model`)
        let cases = [
            ("", "use crate::a::X;", "use model::X;", None, None),
            ("use crate::b::X;", "use crate::a::X;", "", Some("src/a.rs -> src/b.rs -> src/a.rs"), None),
            ("use crate::b::X;", "", "use crate::a::X;", None, None),
            ("use model::X;", "", "", None, Some("src/a.rs -> model")),
            (
                "use crate::b::X;",
                "use crate::c::X;",
                "fn f() { model::g() }",
                None,
                Some("src/a.rs -> src/b.rs -> src/c.rs -> model"),
            ),
            ("use crate::b::X;", "#[cfg(test)] mod tests { use model::X; }", "use model::X;", None, None),
        ];
        for (a, b, c, circle, way) in cases {
            let files =
                [("src/lib.rs", "mod a; mod b; mod c;"), ("src/a.rs", a), ("src/b.rs", b), ("src/c.rs", c)];
            let modules = made_up(&[&files[..], &[LOW, DEEP]].concat()).expect("every file is there");
            assert_eq!(modules.circle().as_deref(), circle, "{a} {b} {c}");
            assert_eq!(modules.way_to(&["a"], "model").as_deref(), way, "{a} {b} {c}");
        }
    }
}
