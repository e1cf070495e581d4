//! Finds the workspace and has cargo build the plugin in it.

use std::env;
use std::ffi::OsString;
use std::path::{Path, PathBuf};
use std::process::Command;

use anyhow::{Context, Result, bail};

use crate::{Os, library_name};

/// The source tree this program was built from.
#[derive(Clone, Debug)]
pub struct Workspace {
    /// The folder of the root manifest.
    pub root: PathBuf,
    /// Where cargo builds.
    pub target: PathBuf,
}

impl Workspace {
    /// The tree beside which this program was compiled. It must still be there: the bundler is run
    /// by cargo, from it.
    pub fn find() -> Result<Self> {
        let manifest = Path::new(env!("CARGO_MANIFEST_DIR"));
        let root = manifest.parent().unwrap_or(manifest).to_path_buf();
        if !root.join("Cargo.toml").is_file() || !root.join("plugin").is_dir() {
            bail!(
                "{}: Segue's sources are not here any more; run `cargo run --release -p bundler` in their folder",
                root.display()
            );
        }
        let target = match env::var_os("CARGO_TARGET_DIR") {
            // Cargo reads a relative one from where it is started.
            Some(folder) if !folder.is_empty() => {
                env::current_dir().context("the current folder is gone")?.join(folder)
            }
            _ => root.join("target"),
        };
        Ok(Self { root, target })
    }

    /// Builds the plugin in release and gives its shared library.
    pub fn build(&self) -> Result<PathBuf> {
        let cargo = Self::cargo();
        let status = Command::new(&cargo)
            .args(["build", "--release", "-p", "segue-plugin"])
            .arg("--target-dir")
            .arg(&self.target)
            .current_dir(&self.root)
            .status()
            .with_context(|| format!("{}: cannot be started; is cargo in the PATH?", cargo.display()))?;
        if !status.success() {
            bail!("the plugin does not build: see cargo's lines above");
        }
        Ok(self.target.join("release").join(library_name(Os::HERE)))
    }

    /// The cargo that started this program, or the one in the path.
    pub fn cargo() -> OsString {
        env::var_os("CARGO").unwrap_or_else(|| "cargo".into())
    }

    /// Where `bundle` lays the bundles out.
    pub fn bundled(&self) -> PathBuf {
        self.target.join("bundled")
    }

    /// The phrases that come with the sources.
    pub fn prompts(&self) -> PathBuf {
        self.root.join("assets").join("prompts")
    }

    /// Where takes are kept.
    pub fn takes(&self) -> PathBuf {
        self.target.join("segue")
    }
}
