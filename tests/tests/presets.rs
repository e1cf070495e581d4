//! Presets in a CLAP host's own browser.

use std::fs;
use std::process::Command;

use anyhow::{Context, Result, ensure};
use bundler::{ClapHost, Host, PresetBrowser, PresetPlace, Script};
use segue_music::{Beats, Tempo};
use tests::{ANSWER_CHANNEL, PLAYER_CHANNEL, built, parameter, perform_on, phrase};

/// The values that a user sees, by name.
fn texts(host: &mut ClapHost) -> Result<Vec<(String, String)>> {
    Ok(host.parameters()?.into_iter().map(|parameter| (parameter.name, parameter.text)).collect())
}

fn text(host: &mut ClapHost, name: &str) -> Result<String> {
    let found = texts(host)?.into_iter().find(|(it, _)| it == name);
    found.map(|(_, text)| text).with_context(|| format!("there is no {name}"))
}

#[test]
fn a_host_finds_what_comes_with_the_plugin_and_loads_it() -> Result<()> {
    let plugin = &built()?.clap;
    let browser = PresetBrowser::open(plugin, &[])?;
    assert_eq!(browser.errors, [""; 0]);
    let with_it: Vec<_> = browser.presets.iter().filter(|preset| preset.factory).collect();
    assert!(with_it.len() >= 12, "only {} were found", with_it.len());
    let mut host = ClapHost::open(plugin)?;
    let mut seen = Vec::new();
    for preset in with_it {
        assert_eq!(preset.plugin, "org.segue.segue", "{}", preset.name);
        assert!(!preset.what.is_empty() && preset.place == PresetPlace::Plugin(preset.name.clone()));
        host.load_preset(&preset.place)?;
        let now = texts(&mut host)?;
        assert!(!seen.contains(&now), "{} sets what another one does", preset.name);
        seen.push(now);
    }
    host.load_preset(&PresetPlace::Plugin("Trading fours".to_owned()))?;
    assert_eq!((text(&mut host, "Mode")?, text(&mut host, "Length")?), ("Trade".into(), "4 bars".into()));
    Ok(())
}

#[test]
fn a_preset_leaves_the_desk_and_the_jam_alone() -> Result<()> {
    let mut host = ClapHost::open(&built()?.clap)?;
    let mut script = Script::new(Tempo::new(200.0), Beats::ratio(24, 1)).phrase(PLAYER_CHANNEL, &phrase());
    for (name, text) in [("Seed", "77"), ("Mode", "Duet")] {
        script.messages.push((Beats::ZERO, parameter(&mut host, name, text)?));
    }
    let (_, notes) = perform_on(&mut host, &script)?;
    ensure!(!notes.is_empty(), "no note of ours on channel {ANSWER_CHANNEL}");
    let before = host.save()?;
    host.load_preset(&PresetPlace::Plugin("Trading fours".to_owned()))?;
    assert_eq!((text(&mut host, "Seed")?, text(&mut host, "Mode")?), ("77".into(), "Trade".into()));
    // All else that a project keeps is as it was.
    host.load_preset(&PresetPlace::Plugin("Patient partner".to_owned()))?;
    let kept = |state: &[u8]| -> Result<serde_json::Value> {
        let begins = state.iter().position(|byte| *byte == b'{').context("a state is JSON")?;
        Ok(serde_json::from_slice::<serde_json::Value>(&state[begins..])?["fields"].clone())
    };
    assert_eq!(kept(&host.save()?)?, kept(&before)?);
    Ok(())
}

#[test]
fn a_file_of_the_players_is_one_too_and_what_is_none_is_told() -> Result<()> {
    let plugin = &built()?.clap;
    let folder = tempfile::tempdir()?;
    let file = |name: &str, text: &str| -> Result<std::path::PathBuf> {
        let path = folder.path().join(name);
        fs::write(&path, text)?;
        Ok(path)
    };
    let mine = file("mine é.json", r#"{"name": "Mine", "what": "so", "values": {"mode": "Continue"}}"#)?;
    let broken = file("broken.json", "{")?;
    let newer = file("newer.json", r#"{"name": "Newer", "values": {"wings": "2"}}"#)?;
    let browser = PresetBrowser::open(plugin, &[&mine, &broken])?;
    let found = browser.presets.iter().find(|preset| preset.name == "Mine").context("it is not found")?;
    assert_eq!((&*found.what, found.factory), ("so", false));
    assert_eq!(found.place, PresetPlace::File(mine));
    assert_eq!(browser.errors.len(), 1);
    assert!(browser.errors[0].contains("broken.json"), "{}", browser.errors[0]);

    let mut host = ClapHost::open(plugin)?;
    host.load_preset(&found.place)?;
    assert_eq!(text(&mut host, "Mode")?, "Continue");
    let before = texts(&mut host)?;
    // (what is loaded, the message)
    let refused = [
        (PresetPlace::File(broken), "broken.json"),
        (PresetPlace::File(newer), "wings"),
        (PresetPlace::File(folder.path().join("gone.json")), "gone.json"),
        (PresetPlace::Plugin("Nobody's".to_owned()), "Nobody's"),
    ];
    for (place, says) in refused {
        let error = host.load_preset(&place).err().with_context(|| format!("{place:?} is loaded"))?;
        assert!(error.to_string().contains(says), "{place:?}: {error}");
        assert_eq!(texts(&mut host)?, before, "{place:?}");
    }
    Ok(())
}

/// In a process of its own, whose player has kept a preset: see below.
#[test]
#[ignore = "is run by the next one"]
fn the_players_folder() -> Result<()> {
    let browser = PresetBrowser::open(&built()?.clap, &[])?;
    let kept: Vec<_> = browser.presets.iter().filter(|preset| !preset.factory).collect();
    ensure!(browser.folders.len() == 1 && kept.len() == 1, "{browser:?}");
    ensure!(kept[0].name == "Kept" && browser.errors.is_empty(), "{browser:?}");
    ClapHost::open(&built()?.clap)?.load_preset(&kept[0].place)
}

#[test]
fn the_players_own_folder_is_searched() -> Result<()> {
    let home = tempfile::tempdir()?;
    // As the plugin finds it on each system.
    let folder = match std::env::consts::OS {
        "windows" => home.path().join("Segue"),
        "macos" => home.path().join("Library/Application Support/Segue"),
        _ => home.path().join("Segue"),
    };
    fs::create_dir_all(folder.join("presets"))?;
    fs::write(folder.join("presets/kept.json"), r#"{"name": "Kept", "values": {"mode": "Duet"}}"#)?;
    fs::write(folder.join("presets/notes.txt"), "not one")?;
    let run = Command::new(std::env::current_exe()?)
        .args(["--ignored", "--exact", "the_players_folder"])
        .envs(["HOME", "APPDATA", "XDG_DATA_HOME"].map(|name| (name, home.path())))
        .output()?;
    ensure!(run.status.success(), "{}", String::from_utf8_lossy(&run.stdout));
    Ok(())
}
