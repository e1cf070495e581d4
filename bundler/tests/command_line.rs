//! The built `bundler` program: what it says, and what it leaves behind.

use std::fs;
use std::path::Path;
use std::process::{Command, Output};

use bundler::Bundles;

fn bundler(arguments: &[&str]) -> Command {
    let mut command = Command::new(env!("CARGO_BIN_EXE_bundler"));
    command.args(arguments);
    command
}

fn uninstall(folder: &Path) -> Output {
    bundler(&["uninstall", "--to"]).arg(folder).output().expect("the program starts")
}

/// Writes the bundles that `install` would put into a folder.
fn installed(folder: &Path) -> Bundles {
    let bundles = Bundles::here(folder, folder);
    for file in &bundles.files {
        fs::create_dir_all(file.path.parent().expect("a folder")).expect("made");
        fs::write(&file.path, "code").expect("written");
    }
    bundles
}

#[test]
fn a_bundle_that_cannot_be_removed_does_not_keep_the_other() {
    for is_clap in [true, false] {
        let folder = tempfile::tempdir().expect("a folder");
        let bundles = installed(folder.path());
        let (stays, goes) =
            if is_clap { (&bundles.clap, &bundles.vst3) } else { (&bundles.vst3, &bundles.clap) };
        // A folder of somebody's own that only has the name.
        if stays.is_dir() {
            fs::remove_dir_all(stays).expect("removed");
        } else {
            fs::remove_file(stays).expect("removed");
        }
        fs::create_dir_all(stays.join("mine")).expect("made");

        let ran = uninstall(folder.path());
        let (out, errors) = (String::from_utf8_lossy(&ran.stdout), String::from_utf8_lossy(&ran.stderr));
        assert!(!ran.status.success(), "{out}{errors}");
        assert!(stays.join("mine").is_dir() && !goes.exists(), "{out}{errors}");
        assert!(out.contains(&format!("removed {}", goes.display())), "{out}");
        assert!(errors.contains(&stays.display().to_string()), "{errors}");
        assert!(errors.contains("1 of Segue's bundles"), "{errors}");
    }
}

#[test]
fn what_is_uninstalled_is_named() {
    let folder = tempfile::tempdir().expect("a folder");
    let bundles = installed(folder.path());
    for expected in [
        format!("removed {}\nremoved {}\n", bundles.clap.display(), bundles.vst3.display()),
        "nothing was installed\n".to_owned(),
    ] {
        let ran = uninstall(folder.path());
        assert!(ran.status.success());
        assert_eq!(String::from_utf8_lossy(&ran.stdout), expected);
    }
}

/// Building the program as well would replace one that was built with `play` by one without.
#[cfg(unix)]
#[test]
fn a_build_makes_the_library_and_leaves_the_program_alone() {
    use std::os::unix::fs::PermissionsExt;

    let folder = tempfile::tempdir().expect("a folder");
    let (cargo, asked, target) =
        (folder.path().join("cargo"), folder.path().join("asked"), folder.path().join("target"));
    let library = target.join("release").join(bundler::library_name(bundler::Os::HERE));
    fs::create_dir_all(library.parent().expect("a folder")).expect("made");
    fs::write(&library, "code").expect("written");
    // It stands in for cargo and writes down what it is asked for.
    fs::write(&cargo, format!("#!/bin/sh\necho \"$@\" >'{}'\n", asked.display())).expect("written");
    fs::set_permissions(&cargo, fs::Permissions::from_mode(0o755)).expect("permitted");

    let ran = bundler(&["bundle"])
        .env("CARGO", &cargo)
        .env("CARGO_TARGET_DIR", &target)
        .output()
        .expect("the program starts");
    assert!(ran.status.success(), "{}", String::from_utf8_lossy(&ran.stderr));
    let asked = fs::read_to_string(&asked).expect("cargo was called");
    let words: Vec<&str> = asked.split_whitespace().collect();
    let packages: Vec<&str> = words.windows(2).filter(|pair| pair[0] == "-p").map(|pair| pair[1]).collect();

    // The package that is built has the library, and no program.
    let plugin = Path::new(env!("CARGO_MANIFEST_DIR")).join("../plugin");
    let manifest = fs::read_to_string(plugin.join("Cargo.toml")).expect("a manifest");
    assert!(manifest.contains("cdylib") && !manifest.contains("[[bin]]"));
    assert!(!plugin.join("src/main.rs").exists() && !plugin.join("src/bin").exists());
    assert!(packages.iter().all(|package| manifest.contains(&format!("name = \"{package}\""))), "{asked}");
    assert_eq!(packages.len(), 1, "{asked}");
}

/// Packs what lies in a folder, and whatever else is asked for.
fn pack(target: &Path, bundles: &Path, further: &[&str]) -> Output {
    let mut command = bundler(&["pack", "--bundles"]);
    command.arg(bundles).args(further).env("CARGO_TARGET_DIR", target);
    command.output().expect("the program starts")
}

#[test]
fn a_release_has_both_bundles_and_every_licence() {
    let Some(system) = bundler::System::here() else { return };
    let folder = tempfile::tempdir().expect("a folder");
    let (library, bundles, target) =
        (folder.path().join("library"), folder.path().join("bundles"), folder.path().join("target"));
    fs::write(&library, [system.magic(), b"code"].concat()).expect("written");
    bundler::bundle(&library, &system.bundles(&bundles)).expect("laid out");

    let packed = || {
        let ran = pack(&target, &bundles, &[]);
        assert!(ran.status.success(), "{}", String::from_utf8_lossy(&ran.stderr));
        let path = String::from_utf8_lossy(&ran.stdout).trim().to_owned();
        fs::read(Path::new(&path)).map(|bytes| (path, bytes)).expect("an archive")
    };
    let (path, bytes) = packed();
    assert_eq!(packed().1, bytes, "packed twice, it is another");
    let name = format!("segue-{}-{}", env!("CARGO_PKG_VERSION"), system.name());
    assert!(path.contains(&name), "{path}");
    assert!(fs::metadata(format!("{path}.sha256")).is_ok_and(|sum| sum.len() > 64));

    let files = contents(&path, &bytes);
    let text = |inside: &str| {
        let found = files.iter().find(|(path, _)| *path == format!("{name}/{inside}"));
        String::from_utf8_lossy(&found.unwrap_or_else(|| panic!("{inside} is not in {path}")).1).into_owned()
    };
    assert!(text("INSTALL.txt").contains(system.places().lines().next().unwrap_or_default()));
    assert!(text("MODEL.md").contains("Segue") && text("LICENSE-MIT").contains("MIT"));
    let licences = text("THIRD-PARTY.txt");
    // The framework and its licence, the fonts with theirs, and nothing of the trainer's.
    for said in
        ["nice-plug 0.", "ISC", "epaint_default_fonts", "SIL OPEN FONT LICENSE", "Rust's standard library"]
    {
        assert!(licences.contains(said), "THIRD-PARTY.txt does not say {said}");
    }
    assert!(!licences.contains("\ncandle-core "), "THIRD-PARTY.txt names what is not in the bundles");
    let inside = files.iter().filter(|(_, bytes)| bytes.ends_with(b"code")).count();
    assert_eq!(inside, 2, "each bundle has the library");
}

/// The files of an archive.
fn contents(path: &str, bytes: &[u8]) -> Vec<(String, Vec<u8>)> {
    use std::io::Read;

    let mut files = Vec::new();
    if path.ends_with(".zip") {
        let mut zip = zip::ZipArchive::new(std::io::Cursor::new(bytes)).expect("an archive");
        for index in 0..zip.len() {
            let mut file = zip.by_index(index).expect("a file");
            let mut bytes = Vec::new();
            file.read_to_end(&mut bytes).expect("its bytes");
            files.push((file.name().expect("a name").into_owned(), bytes));
        }
        return files;
    }
    let mut tar = tar::Archive::new(flate2::read::GzDecoder::new(bytes));
    for file in tar.entries().expect("an archive") {
        let mut file = file.expect("a file");
        let mut bytes = Vec::new();
        file.read_to_end(&mut bytes).expect("its bytes");
        files.push((file.path().expect("a path").display().to_string(), bytes));
    }
    files
}

#[test]
fn what_is_no_release_is_refused() {
    let Some(system) = bundler::System::here() else { return };
    let folder = tempfile::tempdir().expect("a folder");
    let (library, bundles, target) =
        (folder.path().join("library"), folder.path().join("bundles"), folder.path().join("target"));
    let refused = |further: &[&str], says: &str| {
        let ran = pack(&target, &bundles, further);
        let errors = String::from_utf8_lossy(&ran.stderr);
        assert!(!ran.status.success() && errors.contains(says), "{further:?}: {errors}");
        assert!(!target.exists(), "{further:?}: something was packed");
    };
    refused(&[], "is not there");
    fs::write(&library, [system.magic(), b"code"].concat()).expect("written");
    bundler::bundle(&library, &system.bundles(&bundles)).expect("laid out");
    refused(&["--tag", "v99.0.0"], "the tag v99.0.0 is not v");
    let other = bundler::System::ALL.into_iter().find(|it| *it != system).expect("another");
    // A file of another system, or none where that one has a folder.
    refused(&["--system", other.name()], "Segue.clap: is no");
}
