//! The user's plugin folders.

use std::env;
use std::ffi::OsString;
use std::path::{Path, PathBuf};

use anyhow::{Context, Result, ensure};

use crate::bundle::unwritable;
use crate::{Bundles, File, Os, bundle};

/// Where a system's hosts look for the user's own plugins.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Folders {
    /// Of CLAP plugins.
    pub clap: PathBuf,
    /// Of VST3 plugins.
    pub vst3: PathBuf,
}

impl Folders {
    /// The standard ones of a system, given its environment; `None` if that does not say where the
    /// user lives.
    pub fn standard(os: Os, variable: impl Fn(&str) -> Option<OsString>) -> Option<Self> {
        let folder = |name: &str| variable(name).filter(|value| !value.is_empty()).map(PathBuf::from);
        Some(match os {
            Os::Linux => {
                let home = folder("HOME")?;
                Self { clap: home.join(".clap"), vst3: home.join(".vst3") }
            }
            Os::MacOs => {
                let plugins = folder("HOME")?.join("Library").join("Audio").join("Plug-Ins");
                Self { clap: plugins.join("CLAP"), vst3: plugins.join("VST3") }
            }
            Os::Windows => {
                // The per-user folders of both specifications; the common ones need an
                // administrator.
                let common = folder("LOCALAPPDATA")?.join("Programs").join("Common");
                Self { clap: common.join("CLAP"), vst3: common.join("VST3") }
            }
        })
    }

    /// The one folder named, or the standard ones of this system.
    pub fn choose(to: Option<&Path>) -> Result<Self> {
        match to {
            Some(folder) => Ok(Self { clap: folder.into(), vst3: folder.into() }),
            None => Self::standard(Os::HERE, |name| env::var_os(name))
                .context("the environment names no home folder; name one with `install --to FOLDER`"),
        }
    }
}

impl Folders {
    /// Makes the folders, and an error where nothing can be written there: better reported before a
    /// long build than after.
    pub fn prepare(&self) -> Result<()> {
        for folder in [&self.clap, &self.vst3] {
            std::fs::create_dir_all(folder).with_context(|| unwritable(folder))?;
            drop(tempfile::tempfile_in(folder).with_context(|| unwritable(folder))?);
        }
        Ok(())
    }
}

/// Puts the bundles of that library into the plugin folders.
pub fn install(library: &Path, folders: &Folders) -> Result<Bundles> {
    let bundles = Bundles::here(&folders.clap, &folders.vst3);
    bundle(library, &bundles)?;
    Ok(bundles)
}

/// Removes the bundles from the plugin folders. Returns a result for each bundle that is there: its
/// path, or why it stays. One that cannot be removed does not keep the other one.
pub fn uninstall(folders: &Folders) -> Vec<Result<PathBuf>> {
    let bundles = Bundles::here(&folders.clap, &folders.vst3);
    let installed = |bundle: &&PathBuf| std::fs::symlink_metadata(bundle).is_ok();
    let there = [&bundles.clap, &bundles.vst3].into_iter().filter(installed);
    there.map(|bundle| remove(bundle, &bundles).map(|()| bundle.clone())).collect()
}

/// Removes a bundle that `install` made. What only has its name stays.
fn remove(bundle: &Path, bundles: &Bundles) -> Result<()> {
    let ours = |file: &File| file.path.starts_with(bundle) && file.path.is_file();
    ensure!(
        bundles.files.iter().any(ours),
        "{}: is not what `install` puts there; remove it by hand",
        bundle.display()
    );
    // Of a link, only the link is removed.
    let is_folder = std::fs::symlink_metadata(bundle).is_ok_and(|about| about.is_dir());
    let removed = if is_folder { std::fs::remove_dir_all(bundle) } else { std::fs::remove_file(bundle) };
    removed
        .with_context(|| format!("{}: cannot be removed; does it belong to somebody else?", bundle.display()))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_system_has_its_own_folders() {
        let variable = |name: &str| match name {
            "HOME" => Some("home".into()),
            "LOCALAPPDATA" => Some("local".into()),
            _ => None,
        };
        let cases = [
            (Os::Linux, "home/.clap", "home/.vst3"),
            (Os::MacOs, "home/Library/Audio/Plug-Ins/CLAP", "home/Library/Audio/Plug-Ins/VST3"),
            (Os::Windows, "local/Programs/Common/CLAP", "local/Programs/Common/VST3"),
        ];
        for (os, clap, vst3) in cases {
            let folders = Folders::standard(os, variable).expect("folders");
            assert_eq!(
                (folders.clap.as_path(), folders.vst3.as_path()),
                (Path::new(clap), Path::new(vst3)),
                "{os:?}"
            );
            assert_eq!(Folders::standard(os, |_| None), None, "{os:?}");
            assert_eq!(Folders::standard(os, |_| Some(OsString::new())), None, "{os:?}");
        }
    }

    #[test]
    fn a_folder_that_cannot_be_written_is_told_before_anything_is_built() {
        let place = tempfile::tempdir().expect("a temporary folder");
        let folders = Folders::choose(Some(&place.path().join("made"))).expect("folders");
        folders.prepare().expect("a folder that can be made");
        let file = place.path().join("file");
        std::fs::write(&file, "mine").expect("file");
        let folders = Folders::choose(Some(&file.join("inside"))).expect("folders");
        let error = format!("{:#}", folders.prepare().expect_err("an error"));
        assert!(error.contains("file") && error.contains("--to"), "{error}");
    }

    /// The paths of the bundles that were removed.
    fn removed(folders: &Folders) -> Vec<PathBuf> {
        uninstall(folders).into_iter().map(|result| result.expect("removed")).collect()
    }

    #[test]
    fn what_was_installed_goes_again_and_nothing_else() {
        let place = tempfile::tempdir().expect("a temporary folder");
        let library = place.path().join("library");
        std::fs::write(&library, "code").expect("file");
        let folders = Folders::choose(Some(&place.path().join("plugins"))).expect("folders");
        assert!(uninstall(&folders).is_empty());
        let bundles = install(&library, &folders).expect("bundles");
        let other = folders.clap.join("Other.clap");
        std::fs::write(&other, "another's").expect("file");
        assert_eq!(removed(&folders), [bundles.clap.clone(), bundles.vst3.clone()]);
        assert!(!bundles.clap.exists() && !bundles.vst3.exists() && other.exists());
        // Somebody's own folder that has the name.
        std::fs::create_dir_all(bundles.vst3.join("mine")).expect("folder");
        let errors: Vec<_> = uninstall(&folders).into_iter().filter_map(Result::err).collect();
        let error = format!("{errors:?}");
        assert!(error.contains("Segue.vst3") && bundles.vst3.join("mine").exists(), "{error}");
    }

    #[cfg(unix)]
    #[test]
    fn of_a_link_only_the_link_goes() {
        let place = tempfile::tempdir().expect("a temporary folder");
        let library = place.path().join("library");
        std::fs::write(&library, "code").expect("file");
        let built = install(&library, &Folders::choose(Some(&place.path().join("built"))).expect("folders"));
        let built = built.expect("bundles");
        let folders = Folders::choose(Some(&place.path().join("plugins"))).expect("folders");
        folders.prepare().expect("folders");
        for bundle in [&built.clap, &built.vst3] {
            let name = bundle.file_name().expect("name");
            std::os::unix::fs::symlink(bundle, folders.clap.join(name)).expect("link");
        }
        assert_eq!(removed(&folders).len(), 2);
        assert!(built.clap.is_file() && built.files.iter().all(|file| file.path.is_file()));
    }

    #[test]
    fn a_named_folder_takes_both() {
        let folders = Folders::choose(Some(Path::new("there"))).expect("folders");
        assert_eq!((folders.clap, folders.vst3), ("there".into(), "there".into()));
    }
}
