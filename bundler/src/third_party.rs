//! What the bundles are built with, and under which licences: asked of cargo, read from the
//! packages.

use std::collections::{BTreeMap, HashMap, HashSet};
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

use anyhow::{Context, Result, ensure};
use serde::Deserialize;

use crate::Workspace;

/// The package whose library the bundles hold.
const PLUGIN: &str = "segue-plugin";

/// A package, as cargo tells of it.
#[derive(Clone, Debug, Deserialize)]
struct Package {
    id: String,
    name: String,
    version: String,
    license: Option<String>,
    repository: Option<String>,
    /// None where it is ours.
    source: Option<String>,
    manifest_path: PathBuf,
    targets: Vec<Target>,
}

#[derive(Clone, Debug, Deserialize)]
struct Target {
    kind: Vec<String>,
}

/// The packages that cargo resolves for a target, and who needs whom.
#[derive(Deserialize)]
struct Metadata {
    packages: Vec<Package>,
    resolve: Resolve,
}

#[derive(Deserialize)]
struct Resolve {
    nodes: Vec<Node>,
}

#[derive(Deserialize)]
struct Node {
    id: String,
    deps: Vec<Dependency>,
}

#[derive(Deserialize)]
struct Dependency {
    pkg: String,
    dep_kinds: Vec<Kind>,
}

#[derive(Deserialize)]
struct Kind {
    /// None where it is linked; else what it only builds or tests.
    kind: Option<String>,
}

impl Metadata {
    fn of(workspace: &Workspace, target: &str) -> Result<Self> {
        let asked = Command::new(Workspace::cargo())
            .args(["metadata", "--format-version", "1", "--locked", "--filter-platform", target])
            .current_dir(&workspace.root)
            .stderr(Stdio::inherit())
            .output()
            .context("cargo cannot be started; is it in the PATH?")?;
        ensure!(asked.status.success(), "cargo does not tell what Segue is built with: see its lines above");
        serde_json::from_slice(&asked.stdout).context("cargo tells of packages in another way than it did")
    }

    /// The packages of others that are linked into the plugin: neither what only builds it nor what
    /// only tests it.
    fn linked(self) -> Result<Vec<Package>> {
        let nodes: HashMap<&str, &Node> =
            self.resolve.nodes.iter().map(|node| (node.id.as_str(), node)).collect();
        let packages: HashMap<&str, &Package> =
            self.packages.iter().map(|package| (package.id.as_str(), package)).collect();
        let ours = self.packages.iter().find(|package| package.name == PLUGIN && package.source.is_none());
        let mut wanted = vec![ours.context("the plugin's package is not in the workspace")?.id.as_str()];
        let (mut seen, mut found) = (HashSet::new(), Vec::new());
        while let Some(id) = wanted.pop() {
            let (Some(package), Some(node)) = (packages.get(id), nodes.get(id)) else { continue };
            let is_macro =
                package.targets.iter().any(|target| target.kind.iter().any(|it| it == "proc-macro"));
            if is_macro || !seen.insert(id) {
                continue;
            }
            if package.source.is_some() {
                found.push((*package).clone());
            }
            let linked = |it: &&Dependency| it.dep_kinds.iter().any(|kind| kind.kind.is_none());
            wanted.extend(node.deps.iter().filter(linked).map(|it| it.pkg.as_str()));
        }
        Ok(found)
    }
}

/// Whether a file of a package is a licence, by its name.
fn is_licence(name: &str) -> bool {
    let name = name.to_lowercase();
    ["license", "licence", "copying", "notice", "unlicense"].iter().any(|begins| name.starts_with(begins))
        || (name.ends_with(".txt") && (name.contains("license") || name.contains("licence")))
}

/// The licence texts that come with a package.
fn texts(package: &Package) -> Result<Vec<String>> {
    let folder = package.manifest_path.parent().unwrap_or(Path::new("."));
    let mut files = Vec::new();
    // Fonts have theirs beside them.
    for (folder, fonts) in [(folder.to_path_buf(), false), (folder.join("fonts"), true)] {
        let Ok(entries) = folder.read_dir() else { continue };
        for entry in entries {
            let path = entry?.path();
            let name = path.file_name().unwrap_or_default().to_string_lossy().into_owned();
            let wanted = if fonts { name.ends_with(".txt") } else { is_licence(&name) };
            if path.is_file() && wanted {
                files.push(path);
            }
        }
    }
    files.sort();
    let read = |file: &PathBuf| {
        let bytes = std::fs::read(file).with_context(|| format!("{}: cannot be read", file.display()))?;
        Ok(String::from_utf8_lossy(&bytes).replace("\r\n", "\n").trim().to_owned())
    };
    files.iter().map(read).collect()
}

/// Every package with its licence, then every different text with those it belongs to.
pub fn third_party(workspace: &Workspace, targets: &[&str]) -> Result<String> {
    let mut packages = BTreeMap::new();
    for target in targets {
        for package in Metadata::of(workspace, target)?.linked()? {
            packages.insert((package.name.clone(), package.version.clone()), package);
        }
    }
    let mut listed =
        vec!["Rust's standard library: MIT OR Apache-2.0, https://github.com/rust-lang/rust".to_owned()];
    let mut owners: Vec<(String, Vec<String>)> = Vec::new();
    for ((name, version), package) in &packages {
        let source = package.repository.clone().unwrap_or_else(|| format!("https://crates.io/crates/{name}"));
        let found = texts(package)?;
        let without =
            if found.is_empty() { " (its package comes without a text; its repository has it)" } else { "" };
        let licence = package.license.as_deref().unwrap_or("see its text");
        listed.push(format!("{name} {version}: {licence}, {source}{without}"));
        for text in found {
            let owner = format!("{name} {version}");
            match owners.iter_mut().find(|(known, _)| *known == text) {
                Some((_, names)) => names.push(owner),
                None => owners.push((text, vec![owner])),
            }
        }
    }
    let mut parts = vec![format!("Segue's bundles are built with these packages:\n\n{}", listed.join("\n"))];
    let rule = "=".repeat(80);
    parts.extend(owners.iter().map(|(text, names)| format!("{rule}\n{}\n\n{text}", names.join(", "))));
    Ok(parts.join("\n\n") + "\n")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn licences_are_known_by_their_names() {
        for (name, expected) in [
            ("LICENSE", true),
            ("LICENSE-MIT", true),
            ("licence.md", true),
            ("COPYING", true),
            ("UNLICENSE", true),
            ("Notice.txt", true),
            ("Ubuntu-License.txt", true),
            ("README.md", false),
            ("licenses.rs.txt.gz", true),
            ("my-license.rs", false),
        ] {
            assert_eq!(is_licence(name), expected, "{name}");
        }
    }

    #[test]
    fn what_is_linked_is_told_apart_from_what_builds_and_tests() -> Result<()> {
        let package = |name: &str, source: Option<&str>, kind: &str| {
            serde_json::json!({ "id": name, "name": name, "version": "1.0.0", "license": "MIT", "repository": null,
                "source": source, "manifest_path": "nowhere/Cargo.toml", "targets": [{ "kind": [kind] }] })
        };
        let needs = |pkg: &str, kind: Option<&str>| serde_json::json!({ "pkg": pkg, "dep_kinds": [{ "kind": kind }] });
        let from = Some("registry");
        let told = serde_json::json!({
            "packages": [package(PLUGIN, None, "lib"), package("linked", from, "lib"), package("below", from, "lib"),
                package("builds", from, "lib"), package("tests", from, "lib"), package("macro", from, "proc-macro"),
                package("of-macro", from, "lib"), package("others", from, "lib")],
            "resolve": { "nodes": [
                { "id": PLUGIN, "deps": [needs("linked", None), needs("builds", Some("build")),
                    needs("tests", Some("dev")), needs("macro", None)] },
                { "id": "linked", "deps": [needs("below", None)] },
                { "id": "below", "deps": [needs("linked", None)] },
                { "id": "builds", "deps": [] }, { "id": "tests", "deps": [] }, { "id": "others", "deps": [] },
                { "id": "macro", "deps": [needs("of-macro", None)] }, { "id": "of-macro", "deps": [] } ] }
        });
        let metadata: Metadata = serde_json::from_value(told)?;
        let mut names: Vec<_> = metadata.linked()?.into_iter().map(|package| package.name).collect();
        names.sort();
        assert_eq!(names, ["below", "linked"]);
        Ok(())
    }
}
