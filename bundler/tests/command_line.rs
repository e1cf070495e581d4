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
