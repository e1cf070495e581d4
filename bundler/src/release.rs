//! What a release has for a system: one archive with the bundles, what to do with them, licences,
//! and the model's card; and its checksum.

use std::fs;
use std::path::{Path, PathBuf};

use anyhow::{Context, Result, ensure};

use crate::archive::{self, Entry};
use crate::third_party::third_party;
use crate::{Content, System, Workspace};

/// The version that Cargo.toml gives everything.
const VERSION: &str = env!("CARGO_PKG_VERSION");

/// What says how to begin.
fn install_text(system: System) -> String {
    format!(
        "Segue {VERSION}\n\n{}\n\n\
         Then let your DAW scan its plugins again, put Segue on an instrument track, arm the track, and play: it answers.\n\
         No keyboard at hand? Click the keys in its window.\n\n\
         Segue is MIT or Apache-2.0, as you like. THIRD-PARTY.txt has the licences of what it is built with, MODEL.md the\n\
         sources of the music that trained its model.\n",
        system.places()
    )
}

/// The version to pack, if all agree on it: the newest section of the changelog is its own, and a
/// tag, if there is one, names it and finds it dated.
pub fn version(version: &str, changelog: &str, tag: Option<&str>) -> Result<()> {
    let heading = changelog.lines().find_map(|line| line.strip_prefix("## [")?.split_once(']'));
    let (newest, when) = heading.context("CHANGELOG.md: there is no section of a version")?;
    ensure!(
        newest == version,
        "Cargo.toml says {version}, CHANGELOG.md {newest}: make them agree before packing"
    );
    let Some(tag) = tag else { return Ok(()) };
    ensure!(
        tag == format!("v{version}"),
        "the tag {tag} is not v{version}, which Cargo.toml and CHANGELOG.md say"
    );
    ensure!(
        is_date(when.trim_start_matches(" - ")),
        "CHANGELOG.md: {version} has no date yet; a release has one"
    );
    Ok(())
}

/// Whether it is a day as the changelog writes it, such as 2026-11-28.
fn is_date(text: &str) -> bool {
    let parts: Vec<&str> = text.split('-').collect();
    let digits = |part: &str, count| part.len() == count && part.bytes().all(|byte| byte.is_ascii_digit());
    matches!(parts[..], [year, month, day] if digits(year, 4) && digits(month, 2) && digits(day, 2))
}

/// The files of the bundles in a folder, as they lie there.
fn bundled(system: System, folder: &Path) -> Result<Vec<Entry>> {
    let bundles = system.bundles(folder);
    for file in &bundles.files {
        let bytes = fs::read(&file.path)
            .with_context(|| format!("{}: is not there; lay the bundles out first", file.path.display()))?;
        if file.content == Content::Library {
            ensure!(
                bytes.starts_with(system.magic()),
                "{}: is no library for {}",
                file.path.display(),
                system.name()
            );
        }
    }
    let mut found = Vec::new();
    for bundle in [&bundles.clap, &bundles.vst3] {
        collect(bundle, &mut found)?;
    }
    found.sort();
    let is_library =
        |path: &PathBuf| bundles.files.iter().any(|it| it.path == *path && it.content == Content::Library);
    let entry = |path: PathBuf| {
        let inside = path.strip_prefix(folder).unwrap_or(&path);
        let names: Vec<_> = inside.iter().map(|name| name.to_string_lossy()).collect();
        let bytes = fs::read(&path).with_context(|| format!("{}: cannot be read", path.display()))?;
        Ok(Entry { path: names.join("/"), bytes, executable: is_library(&path) })
    };
    found.into_iter().map(entry).collect()
}

/// Every file of a bundle, also those that a signature added.
fn collect(path: &Path, found: &mut Vec<PathBuf>) -> Result<()> {
    if path.is_file() {
        found.push(path.into());
        return Ok(());
    }
    let unreadable = || format!("{}: cannot be read", path.display());
    for entry in fs::read_dir(path).with_context(unreadable)? {
        collect(&entry.with_context(unreadable)?.path(), found)?;
    }
    Ok(())
}

/// Packs the bundles that lie in a folder. Returns the archive; its checksum lies beside it.
pub fn pack(workspace: &Workspace, system: System, folder: &Path, tag: Option<&str>) -> Result<PathBuf> {
    let text = |name: &str| {
        let path = workspace.root.join(name);
        fs::read_to_string(&path).with_context(|| format!("{}: cannot be read", path.display()))
    };
    version(VERSION, &text("CHANGELOG.md")?, tag)?;
    let mut entries = bundled(system, folder)?;
    let texts = [
        ("INSTALL.txt", install_text(system)),
        ("THIRD-PARTY.txt", third_party(workspace, system.targets())?),
        ("MODEL.md", text("assets/segue.md")?),
        ("LICENSE-MIT", text("LICENSE-MIT")?),
        ("LICENSE-APACHE", text("LICENSE-APACHE")?),
    ];
    for (name, text) in texts {
        // Older editors of Windows know no other line ends.
        let text = if system == System::Windows { text.replace('\n', "\r\n") } else { text };
        entries.push(Entry { path: name.into(), bytes: text.into_bytes(), executable: false });
    }
    let name = format!("segue-{VERSION}-{}", system.name());
    for entry in &mut entries {
        entry.path = format!("{name}/{}", entry.path);
    }
    let (ending, bytes) =
        if system.zips() { ("zip", archive::zip(&entries)?) } else { ("tar.gz", archive::tar_gz(&entries)?) };
    let path = workspace.target.join("release-files").join(format!("{name}.{ending}"));
    archive::write(&path, &bytes)?;
    Ok(path)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn versions_that_disagree_are_refused() {
        let log =
            |heading: &str| format!("# Changelog\n\n{heading}\n\n### Added\n\n## [0.0.9] - 2026-01-01\n");
        // (the changelog, a tag, what the refusal says)
        let cases = [
            ("## [0.1.0] - not released yet", None, None),
            ("## [0.1.0] - 2026-12-01", None, None),
            ("## [0.1.0] - 2026-12-01", Some("v0.1.0"), None),
            ("## [0.2.0] - not released yet", None, Some("CHANGELOG.md 0.2.0")),
            ("## Unreleased", None, Some("CHANGELOG.md 0.0.9")),
            ("## [0.1.0] - 2026-12-01", Some("v0.1.1"), Some("v0.1.1")),
            ("## [0.1.0] - 2026-12-01", Some("0.1.0"), Some("is not v0.1.0")),
            ("## [0.1.0] - not released yet", Some("v0.1.0"), Some("no date")),
            ("## [0.1.0] - 2026-12", Some("v0.1.0"), Some("no date")),
            ("## [0.1.0]", Some("v0.1.0"), Some("no date")),
        ];
        for (heading, tag, refusal) in cases {
            match (version("0.1.0", &log(heading), tag), refusal) {
                (Ok(()), None) => {}
                (Err(error), Some(says)) => {
                    assert!(error.to_string().contains(says), "{heading} {tag:?}: {error}");
                }
                (result, _) => panic!("{heading} {tag:?}: {result:?}"),
            }
        }
        assert!(version("0.1.0", "# Changelog\n", None).is_err());
    }

    #[test]
    fn the_changelog_of_these_sources_agrees() -> Result<()> {
        let workspace = Workspace::find()?;
        version(VERSION, &fs::read_to_string(workspace.root.join("CHANGELOG.md"))?, None)
    }

    #[test]
    fn only_whole_bundles_of_the_system_are_packed() -> Result<()> {
        let place = tempfile::tempdir()?;
        for system in System::ALL {
            let folder = place.path().join(system.name());
            let error = format!("{:#}", bundled(system, &folder).expect_err("nothing is there"));
            assert!(error.contains("is not there"), "{error}");
            let library = place.path().join("library");
            for other in System::ALL {
                fs::write(&library, [other.magic(), b"code"].concat())?;
                crate::bundle(&library, &system.bundles(&folder))?;
                let found = bundled(system, &folder);
                if other != system {
                    let error = format!("{:#}", found.expect_err("another system's library"));
                    assert!(error.contains(system.name()), "{error}");
                    continue;
                }
                let found = found?;
                assert_eq!(found.len(), system.bundles(&folder).files.len(), "{system:?}");
                assert!(found.iter().all(|entry| entry.path.starts_with("Segue.")), "{found:?}");
                let libraries = found.iter().filter(|entry| entry.executable);
                assert!(libraries.clone().all(|entry| entry.bytes.ends_with(b"code")));
                assert_eq!(libraries.count(), 2, "{system:?}");
            }
        }
        Ok(())
    }
}
