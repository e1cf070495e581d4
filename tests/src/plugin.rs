//! The plugin that this run of the tests has built.

use std::env::current_exe;
use std::path::Path;
use std::sync::OnceLock;

use anyhow::{Context, Result, ensure};
use bundler::{Bundles, ClapHost, Host, Os, bundle, library_name};

use crate::Vst3Host;

/// The plugin formats.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Format {
    /// CLAP.
    Clap,
    /// VST3.
    Vst3,
}

impl Format {
    /// Both.
    pub const ALL: [Self; 2] = [Self::Clap, Self::Vst3];

    /// Makes an instance of the built plugin in a host of this format.
    pub fn open(self) -> Result<Box<dyn Host>> {
        let bundles = built()?;
        Ok(match self {
            Self::Clap => Box::new(ClapHost::open(&bundles.clap)?),
            Self::Vst3 => Box::new(Vst3Host::open(&bundles.vst3)?),
        })
    }
}

/// The bundles of the library beside the running test, laid out once a process.
///
/// `cargo test` leaves a shared library in the `deps` folder only: one above it is that of an
/// earlier `cargo build`, and testing it would be testing yesterday's plugin.
pub fn built() -> Result<&'static Bundles> {
    static BUILT: OnceLock<Result<Bundles, String>> = OnceLock::new();
    let result = BUILT.get_or_init(|| lay_out().map_err(|error| format!("{error:#}")));
    result.as_ref().map_err(|error| anyhow::anyhow!(error.clone()))
}

fn lay_out() -> Result<Bundles> {
    let test = current_exe().context("this test does not know where it lies")?;
    let beside = test.parent().map(Path::to_path_buf).unwrap_or_default();
    // A program lies above that folder, a test in it.
    let folder = Some(beside.join("deps")).filter(|deps| deps.is_dir()).unwrap_or(beside);
    let library = folder.join(library_name(Os::HERE));
    ensure!(
        library.is_file(),
        "{}: the plugin is not there; run this with cargo, which builds it",
        library.display()
    );
    // Beside the build, so that nothing is left elsewhere; one folder for all tests, since each
    // file is replaced in one step, and by the same.
    let bundles_folder = folder.join("bundles");
    let bundles = Bundles::here(&bundles_folder, &bundles_folder);
    bundle(&library, &bundles)?;
    Ok(bundles)
}
