//! A project that names a SoundFont plays it, in CLAP and in VST3.

use std::fs;
use std::process::Command;

use anyhow::{Context, Result, ensure};
use bundler::Script;
use segue_music::{Beats, Note, Tempo};
use serde_json::{Value, json};
use tests::{Format, PLAYER_CHANNEL};

#[expect(dead_code, reason = "each test uses a part of it")]
#[path = "../../plugin/src/sounds/made_up.rs"]
mod made_up;

/// A note after four seconds: in VST3 a bounce is known by its pace, and waited for from then on.
const NOTE: Note = Note { onset: Beats::ratio(8, 1), key: 69, duration: Beats::ratio(2, 1), velocity: 127 };

/// What is heard of the note, of an instance whose project names this sound.
fn heard(format: Format, sound: Option<&str>) -> Result<Vec<f32>> {
    let mut host = format.open()?;
    let state = host.save()?;
    let begins = state.iter().position(|&byte| byte == b'{').context("the state has no text")?;
    let mut value: Value = serde_json::from_slice(&state[begins..])?;
    let text = value["fields"]["segue"].as_str().context("nothing beside the parameters")?;
    let mut saved: Value = serde_json::from_str(text)?;
    saved["sound"] = json!(sound);
    value["fields"]["segue"] = json!(saved.to_string());
    let text = serde_json::to_vec(&value)?;
    // CLAP's has its length before it.
    let length = if format == Format::Clap { (text.len() as u64).to_le_bytes().to_vec() } else { Vec::new() };
    host.load(&[length, text].concat())?;
    let script = Script::new(Tempo::DEFAULT, Beats::ratio(11, 1)).phrase(PLAYER_CHANNEL, &[NOTE]);
    let performance = script.play(host.as_mut())?;
    let kept = String::from_utf8_lossy(&host.save()?).into_owned();
    ensure!(sound.is_none_or(|sound| kept.contains(sound)), "{format:?}: {sound:?} is not in {kept}");
    // A tenth of a second of what is held.
    let from = (4.3 * performance.sample_rate) as usize;
    let [left, _] = &performance.audio;
    left.get(from..from + (0.1 * performance.sample_rate) as usize).map(<[f32]>::to_vec).context("no sound")
}

/// In a process of its own, whose player has a SoundFont: see below.
#[test]
#[ignore = "is run by the next one"]
fn the_players_soundfont() -> Result<()> {
    for format in Format::ALL {
        let built_in = heard(format, None)?;
        let font = heard(format, Some("tiny.sf2"))?;
        let missing = heard(format, Some("gone.sf2"))?;
        ensure!(built_in == missing, "{format:?}: a missing SoundFont is not replaced");
        ensure!(built_in != font, "{format:?}: the SoundFont is not heard");
        // It is a sine of 440 Hz: as many samples are above zero as below.
        let rising = font.windows(2).filter(|pair| pair[0] <= 0.0 && pair[1] > 0.0).count();
        ensure!((42..=45).contains(&rising), "{format:?}: {rising} periods in a tenth of a second");
    }
    Ok(())
}

#[test]
fn a_project_plays_the_soundfont_that_it_names() -> Result<()> {
    let home = tempfile::tempdir()?;
    // As the plugin finds it on each system.
    let folder = match std::env::consts::OS {
        "macos" => home.path().join("Library/Application Support/Segue/sounds"),
        _ => home.path().join("Segue/sounds"),
    };
    fs::create_dir_all(&folder)?;
    fs::write(folder.join("tiny.sf2"), made_up::band())?;
    let run = Command::new(std::env::current_exe()?)
        .args(["--ignored", "--exact", "the_players_soundfont"])
        .envs(["HOME", "APPDATA", "XDG_DATA_HOME"].map(|name| (name, home.path())))
        .output()?;
    ensure!(run.status.success(), "{}", String::from_utf8_lossy(&run.stdout));
    Ok(())
}
