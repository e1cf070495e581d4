//! Which folder of the plugin reaches which: the arrows of ARCHITECTURE.md, and no others; no
//! circle; the model out of the audio thread's reach.

use std::fs;
use std::path::Path;

use tests::modules::{Arrows, Modules};

/// Our crates whose files are held to it.
const CRATES: [(&str, &str); 2] =
    [("segue_realtime", "plugin/realtime/src/lib.rs"), ("segue", "plugin/src/lib.rs")];

/// The folders that the audio thread runs in.
const REAL_TIME: [&str; 2] = ["between", "audio"];

fn root() -> &'static Path {
    Path::new(concat!(env!("CARGO_MANIFEST_DIR"), "/.."))
}

fn modules() -> Modules {
    let text = |path: &Path| fs::read_to_string(root().join(path)).ok();
    let modules = Modules::read(&CRATES.map(|(name, file)| (name, Path::new(file))), text);
    let modules = modules.expect("every file is there");
    assert!(modules.files.len() > 80, "only {} files were found", modules.files.len());
    modules
}

#[test]
fn the_arrows_are_those_on_the_page() {
    let page = fs::read_to_string(root().join("ARCHITECTURE.md")).expect("the page");
    let differences = Arrows::on(&page).expect("its arrows").differences(&modules());
    assert!(differences.is_empty(), "{}", differences.join("\n"));
}

#[test]
fn the_audio_thread_never_reaches_the_model() {
    let modules = modules();
    for folder in REAL_TIME {
        assert!(modules.files.iter().any(|file| file.folder.as_deref() == Some(folder)), "no {folder}");
    }
    assert_eq!(modules.way_to(&REAL_TIME, "segue_model"), None);
    assert!(modules.way_to(&["composer"], "segue_model").is_some(), "the composer does");
}

#[test]
fn no_files_reach_each_other_in_a_circle() {
    assert_eq!(modules().circle(), None);
}
