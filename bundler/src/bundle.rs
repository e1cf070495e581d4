//! Writes the bundles, a file at a time, so that a host never sees half of one.

use std::fs;
use std::path::Path;

use anyhow::{Context, Result, bail};

use crate::{Bundles, Content, File};

/// Makes the bundles from the plugin's shared library. What lies there already is replaced, each
/// file in one step; a library that a running host has open stays whole for it.
pub fn bundle(library: &Path, bundles: &Bundles) -> Result<()> {
    if !library.is_file() {
        bail!(
            "{}: there is no such library; build it with `cargo build --release -p segue-plugin`",
            library.display()
        );
    }
    for bundle in [&bundles.clap, &bundles.vst3] {
        clear(bundle, &bundles.files)?;
    }
    for file in &bundles.files {
        let folder = file.path.parent().unwrap_or(Path::new("."));
        fs::create_dir_all(folder).with_context(|| unwritable(folder))?;
        let part = tempfile::Builder::new()
            .prefix(".Segue.")
            .suffix(".part")
            .tempfile_in(folder)
            .with_context(|| unwritable(folder))?;
        match &file.content {
            Content::Library => drop(fs::copy(library, part.path()).with_context(|| unwritable(&file.path))?),
            Content::Text(text) => fs::write(part.path(), text).with_context(|| unwritable(&file.path))?,
        }
        permit(part.path(), &file.content).with_context(|| unwritable(&file.path))?;
        part.persist(&file.path).map_err(|error| error.error).with_context(|| unwritable(&file.path))?;
    }
    Ok(())
}

/// Takes away a bundle of another shape: the folder another installer made where a file must be, or
/// the reverse. Nothing but the bundle itself is ever removed.
fn clear(bundle: &Path, files: &[File]) -> Result<()> {
    let wants_file = files.iter().any(|file| file.path == bundle);
    if wants_file && bundle.is_dir() {
        fs::remove_dir_all(bundle).with_context(|| unwritable(bundle))?;
    } else if !wants_file && bundle.is_file() {
        fs::remove_file(bundle).with_context(|| unwritable(bundle))?;
    }
    Ok(())
}

/// Temporary files are private to their maker; a plugin is for everyone, and a library may be asked
/// to be executable.
#[cfg(unix)]
fn permit(path: &Path, content: &Content) -> std::io::Result<()> {
    use std::os::unix::fs::PermissionsExt;
    let mode = if *content == Content::Library { 0o755 } else { 0o644 };
    fs::set_permissions(path, fs::Permissions::from_mode(mode))
}

/// Permissions come from the folder.
#[cfg(not(unix))]
fn permit(_path: &Path, _content: &Content) -> std::io::Result<()> {
    Ok(())
}

/// The line of an error that names the place and the way out.
pub(crate) fn unwritable(path: &Path) -> String {
    format!("{}: cannot be written; choose another folder with `install --to FOLDER`", path.display())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn folder() -> tempfile::TempDir {
        tempfile::tempdir().expect("a temporary folder")
    }

    #[test]
    fn every_file_is_written_and_nothing_else_is_left() {
        let folder = folder();
        let library = folder.path().join("libsegue.so");
        fs::write(&library, b"code").expect("library");
        for os in [crate::Os::Linux, crate::Os::MacOs, crate::Os::Windows] {
            let to = folder.path().join(format!("{os:?}"));
            let bundles = Bundles::new(os, "x86_64", &to, &to);
            // Twice, since the second time it replaces.
            for content in ["one", "other"] {
                fs::write(&library, content).expect("library");
                bundle(&library, &bundles).expect("bundles");
                for file in &bundles.files {
                    let expected = match &file.content {
                        Content::Library => content,
                        Content::Text(text) => text,
                    };
                    assert_eq!(fs::read_to_string(&file.path).expect("file"), expected);
                }
            }
            assert_eq!(count(&to), bundles.files.len(), "{os:?}");
        }
    }

    fn count(folder: &Path) -> usize {
        let entries = fs::read_dir(folder).expect("folder").map(|entry| entry.expect("entry").path());
        entries.map(|path| if path.is_dir() { count(&path) } else { 1 }).sum()
    }

    #[test]
    fn a_bundle_of_another_shape_is_replaced() {
        let folder = folder();
        let library = folder.path().join("libsegue.so");
        fs::write(&library, "code").expect("library");
        fs::create_dir_all(folder.path().join("Segue.clap/Contents")).expect("folder");
        fs::write(folder.path().join("Segue.vst3"), "a file").expect("file");
        let bundles = Bundles::new(crate::Os::Linux, "x86_64", folder.path(), folder.path());
        bundle(&library, &bundles).expect("bundles");
        assert!(bundles.clap.is_file() && bundles.vst3.is_dir());
    }

    #[test]
    fn what_cannot_be_written_says_where_and_what_to_do() {
        let folder = folder();
        let library = folder.path().join("libsegue.so");
        fs::write(&library, "code").expect("library");
        // A device is no folder.
        let to = if cfg!(windows) { Path::new("NUL\\x") } else { Path::new("/dev/null/x") };
        let error = format!("{:#}", bundle(&library, &Bundles::here(to, to)).expect_err("an error"));
        assert!(error.contains(&to.display().to_string()) && error.contains("--to"), "{error}");
        // Nor is a file of the user's that happens to have the folder's name.
        let file = folder.path().join("notes.txt");
        fs::write(&file, "mine").expect("file");
        bundle(&library, &Bundles::here(&file, &file)).expect_err("an error");
        assert_eq!(fs::read_to_string(&file).expect("file"), "mine");
        let missing = folder.path().join("nothing.so");
        let error = format!(
            "{:#}",
            bundle(&missing, &Bundles::here(folder.path(), folder.path())).expect_err("an error")
        );
        assert!(error.contains("nothing.so") && error.contains("cargo build"), "{error}");
    }
}
