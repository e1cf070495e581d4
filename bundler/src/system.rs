//! The systems that a release is packed for.

use std::path::Path;

use clap::ValueEnum;

use crate::{Bundles, Os};

/// A system, by the end of its archive's name.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub enum System {
    /// Linux, x86-64.
    #[value(name = "linux-x86_64")]
    Linux,
    /// Windows, x86-64.
    #[value(name = "windows-x86_64")]
    Windows,
    /// macOS, on Apple's processors and Intel's.
    #[value(name = "macos-universal")]
    MacOs,
}

impl System {
    /// All of them.
    pub const ALL: [Self; 3] = [Self::Linux, Self::Windows, Self::MacOs];

    /// The one this program runs on, if a release is made for it.
    pub fn here() -> Option<Self> {
        let intel = cfg!(target_arch = "x86_64");
        match Os::HERE {
            Os::Linux => (intel && cfg!(target_os = "linux")).then_some(Self::Linux),
            Os::Windows => intel.then_some(Self::Windows),
            Os::MacOs => Some(Self::MacOs),
        }
    }

    /// As archives are called.
    pub fn name(self) -> &'static str {
        match self {
            Self::Linux => "linux-x86_64",
            Self::Windows => "windows-x86_64",
            Self::MacOs => "macos-universal",
        }
    }

    /// Rust's names for what the bundles may have been built for: their packages are listed.
    pub fn targets(self) -> &'static [&'static str] {
        match self {
            Self::Linux => &["x86_64-unknown-linux-gnu"],
            // A release is built with the first, `.ci/windows` builds with the second.
            Self::Windows => &["x86_64-pc-windows-msvc", "x86_64-pc-windows-gnu"],
            Self::MacOs => &["aarch64-apple-darwin", "x86_64-apple-darwin"],
        }
    }

    /// Its bundles in a folder.
    pub fn bundles(self, folder: &Path) -> Bundles {
        let os = match self {
            Self::Linux => Os::Linux,
            Self::Windows => Os::Windows,
            Self::MacOs => Os::MacOs,
        };
        Bundles::new(os, "x86_64", folder, folder)
    }

    /// How its shared libraries begin: ELF, PE, and Mach-O for several processors.
    pub fn magic(self) -> &'static [u8] {
        match self {
            Self::Linux => b"\x7fELF",
            Self::Windows => b"MZ",
            Self::MacOs => b"\xca\xfe\xba\xbe",
        }
    }

    /// Whether its users expect `.zip`; the others get `.tar.gz`, which keeps a file executable.
    pub fn zips(self) -> bool {
        self != Self::Linux
    }

    /// What to do with the bundles.
    pub fn places(self) -> &'static str {
        match self {
            Self::Linux => {
                "Copy Segue.clap to ~/.clap and Segue.vst3 to ~/.vst3; make the folders if they are missing."
            }
            Self::Windows => {
                "Copy Segue.clap to %LOCALAPPDATA%\\Programs\\Common\\CLAP and the folder Segue.vst3 to\n\
                 %LOCALAPPDATA%\\Programs\\Common\\VST3; make the folders if they are missing. (Paste the path into the\n\
                 Explorer's address bar.)"
            }
            Self::MacOs => {
                "Copy Segue.clap to ~/Library/Audio/Plug-Ins/CLAP and Segue.vst3 to ~/Library/Audio/Plug-Ins/VST3.\n\
                 The bundles are not notarised. Before your DAW scans them, run in a terminal, in the folder of this file:\n\
                 \n    xattr -dr com.apple.quarantine Segue.clap Segue.vst3"
            }
        }
    }
}
