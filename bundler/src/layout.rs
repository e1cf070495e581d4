//! Where the parts of a plugin bundle lie on each system: pure functions of the system and a
//! folder.
//!
//! The library is one and the same file for both formats; its name inside a VST3 bundle must be the
//! bundle's own.

use std::path::{Path, PathBuf};

/// The plugin's name: of its bundles, and of the libraries in them.
const NAME: &str = "Segue";
/// How Apple's systems call the two bundles.
const IDENTIFIER: &str = "org.segue.segue";

/// The systems Segue is laid out for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Os {
    /// Linux and its like.
    Linux,
    /// macOS.
    MacOs,
    /// Windows.
    Windows,
}

impl Os {
    /// The one this program was built for.
    pub const HERE: Self = if cfg!(target_os = "macos") {
        Self::MacOs
    } else if cfg!(target_os = "windows") {
        Self::Windows
    } else {
        Self::Linux
    };
}

/// What a file of a bundle holds.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Content {
    /// The plugin's shared library.
    Library,
    /// This text.
    Text(String),
}

/// One file of a bundle.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct File {
    /// Where it lies.
    pub path: PathBuf,
    /// What it holds.
    pub content: Content,
}

/// The two bundles: a file or a folder each, as the system wants it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Bundles {
    /// `Segue.clap`.
    pub clap: PathBuf,
    /// `Segue.vst3`.
    pub vst3: PathBuf,
    /// Every file of both.
    pub files: Vec<File>,
}

impl Bundles {
    /// The bundles of a system in two folders, which may be one and the same.
    /// `arch` is the processor as Rust calls it (`x86_64`, `aarch64`), which names the library's
    /// folder in a VST3 bundle.
    pub fn new(os: Os, arch: &str, clap_folder: &Path, vst3_folder: &Path) -> Self {
        let clap = clap_folder.join(format!("{NAME}.clap"));
        let vst3 = vst3_folder.join(format!("{NAME}.vst3"));
        let library = |path: PathBuf| File { path, content: Content::Library };
        let files = match os {
            Os::Linux => {
                // As uname calls them there.
                let arch = match arch {
                    "x86" => "i386",
                    "arm" => "armv7l",
                    same => same,
                };
                let place = vst3.join("Contents").join(format!("{arch}-linux"));
                vec![library(clap.clone()), library(place.join(format!("{NAME}.so")))]
            }
            Os::Windows => {
                // The VST3 SDK's names: x86_64-win, arm64-win.
                let arch = if arch == "aarch64" { "arm64" } else { arch };
                let place = vst3.join("Contents").join(format!("{arch}-win"));
                vec![library(clap.clone()), library(place.join(format!("{NAME}.vst3")))]
            }
            Os::MacOs => [apple(&clap, "clap"), apple(&vst3, "vst3")].concat(),
        };
        Self { clap, vst3, files }
    }

    /// The bundles of this system and processor.
    pub fn here(clap_folder: &Path, vst3_folder: &Path) -> Self {
        Self::new(Os::HERE, std::env::consts::ARCH, clap_folder, vst3_folder)
    }
}

/// How cargo calls a shared library on a system.
pub fn library_name(os: Os) -> &'static str {
    match os {
        Os::Linux => "libsegue.so",
        Os::MacOs => "libsegue.dylib",
        Os::Windows => "segue.dll",
    }
}

/// The three files of an Apple bundle.
fn apple(bundle: &Path, format: &str) -> Vec<File> {
    let contents = bundle.join("Contents");
    let text = |name: &str, text: String| File { path: contents.join(name), content: Content::Text(text) };
    vec![
        text("Info.plist", info_plist(format)),
        text("PkgInfo", "BNDL????".into()),
        File { path: contents.join("MacOS").join(NAME), content: Content::Library },
    ]
}

/// What tells macOS that the folder is a bundle and where its library is.
fn info_plist(format: &str) -> String {
    let version = env!("CARGO_PKG_VERSION");
    let entries = [
        ("CFBundleDevelopmentRegion", "en"),
        ("CFBundleExecutable", NAME),
        ("CFBundleIdentifier", &format!("{IDENTIFIER}.{format}")),
        ("CFBundleInfoDictionaryVersion", "6.0"),
        ("CFBundleName", NAME),
        ("CFBundleDisplayName", NAME),
        ("CFBundlePackageType", "BNDL"),
        ("CFBundleSignature", "????"),
        ("CFBundleShortVersionString", version),
        ("CFBundleVersion", version),
    ]
    .map(|(key, value)| format!("    <key>{key}</key>\n    <string>{value}</string>\n"));
    format!(
        "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n\
         <!DOCTYPE plist PUBLIC \"-//Apple//DTD PLIST 1.0//EN\" \"http://www.apple.com/DTDs/PropertyList-1.0.dtd\">\n\
         <plist version=\"1.0\">\n  <dict>\n{}  </dict>\n</plist>\n",
        entries.concat()
    )
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_system_has_its_files_where_its_hosts_look() {
        let cases = [
            (Os::Linux, "x86_64", vec!["a/Segue.clap", "b/Segue.vst3/Contents/x86_64-linux/Segue.so"]),
            (Os::Linux, "aarch64", vec!["a/Segue.clap", "b/Segue.vst3/Contents/aarch64-linux/Segue.so"]),
            (Os::Linux, "x86", vec!["a/Segue.clap", "b/Segue.vst3/Contents/i386-linux/Segue.so"]),
            (Os::Windows, "x86_64", vec!["a/Segue.clap", "b/Segue.vst3/Contents/x86_64-win/Segue.vst3"]),
            (Os::Windows, "aarch64", vec!["a/Segue.clap", "b/Segue.vst3/Contents/arm64-win/Segue.vst3"]),
            (
                Os::MacOs,
                "aarch64",
                vec!["a/Segue.clap/Contents/MacOS/Segue", "b/Segue.vst3/Contents/MacOS/Segue"],
            ),
        ];
        for (os, arch, libraries) in cases {
            let bundles = Bundles::new(os, arch, Path::new("a"), Path::new("b"));
            let found: Vec<&Path> = bundles
                .files
                .iter()
                .filter(|file| file.content == Content::Library)
                .map(|file| file.path.as_path())
                .collect();
            let expected: Vec<&Path> = libraries.iter().map(Path::new).collect();
            assert_eq!(found, expected, "{os:?} {arch}");
        }
    }

    #[test]
    fn apples_bundles_say_what_they_are() {
        let bundles = Bundles::new(Os::MacOs, "aarch64", Path::new("a"), Path::new("b"));
        for (bundle, identifier) in
            [(&bundles.clap, "org.segue.segue.clap"), (&bundles.vst3, "org.segue.segue.vst3")]
        {
            let text = |name: &str| {
                let path = bundle.join("Contents").join(name);
                let file = bundles.files.iter().find(|file| file.path == path).expect(name);
                let Content::Text(text) = &file.content else { panic!("{name} is no text") };
                text.clone()
            };
            let plist = text("Info.plist");
            assert!(plist.contains(identifier) && plist.contains("<string>Segue</string>"), "{plist}");
            assert_eq!(text("PkgInfo").len(), 8);
            assert_eq!(plist.matches("<key>").count(), plist.matches("<string>").count());
        }
    }

    #[test]
    fn other_systems_have_two_files_and_no_text() {
        for os in [Os::Linux, Os::Windows] {
            let files = Bundles::new(os, "x86_64", Path::new("a"), Path::new("a")).files;
            assert!(files.len() == 2 && files.iter().all(|file| file.content == Content::Library));
        }
    }
}
