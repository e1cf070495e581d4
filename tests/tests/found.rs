//! What hosts find out before anybody plays: what Segue is, where its parameters stand, what goes
//! on eight knobs, which keys are commands, and how long it sounds.

use anyhow::{Context, Result, ensure};
use bundler::{Block, ClapHost, Event, Host, Output, Setup};
use tests::{Vst3Host, built, parameter};

/// The parameters by group, as the window shows them from top to bottom.
const WINDOW: [(&str, &[&str]); 5] = [
    ("", &["Play", "Bypass", "Mode"]),
    (
        "When",
        &[
            "Length",
            "Latch",
            "Patience",
            "Grid",
            "Quantise",
            "Yield",
            "Comes in",
            "Latch trigger",
            "Mode trigger",
        ],
    ),
    (
        "What",
        &[
            "Style",
            "Temperature",
            "Density",
            "Scale",
            "Root",
            "Top-p",
            "Polyphony",
            "Seed",
            "Lowest key",
            "Highest key",
            "Softest",
            "Hardest",
        ],
    ),
    (
        "Band/Bass",
        &[
            "Bass",
            "Bass level",
            "Bass mute",
            "Bass solo",
            "Bass channel",
            "Bass lowest key",
            "Bass highest key",
            "Bass density",
        ],
    ),
    ("Sound", &["Your level", "Segue level", "MIDI channel", "Your channel", "Pass through", "Follow pedal"]),
];

/// What has no place on a knob: the host has a button for it, or it is learnt.
const OFF_THE_KNOBS: [&str; 3] = ["Bypass", "Latch trigger", "Mode trigger"];

#[test]
fn it_is_an_instrument_and_a_source_of_notes() -> Result<()> {
    let bundles = built()?;
    let features = ClapHost::features(&bundles.clap)?;
    assert_eq!(features, ["instrument", "synthesizer", "note-effect", "stereo"]);
    assert_eq!(Vst3Host::categories(&bundles.vst3)?, ["Instrument", "Synth", "Stereo"]);
    Ok(())
}

/// The last name of a path.
fn leaf(module: &str) -> &str {
    module.rsplit('/').next().unwrap_or(module)
}

#[test]
fn the_hosts_list_reads_as_the_window() -> Result<()> {
    let bundles = built()?;
    let clap = ClapHost::open(&bundles.clap)?.modules()?;
    let vst3 = Vst3Host::open(&bundles.vst3)?.units()?;
    // A unit has its own name alone, a module that of what it is in, too.
    let own: Vec<_> = clap.iter().map(|(module, name)| (leaf(module), &**name)).collect();
    let units: Vec<_> = vst3.iter().map(|(unit, name)| (&**unit, &**name)).collect();
    assert_eq!(own, units, "CLAP's list and VST3's");
    for (group, expected) in WINDOW {
        let listed: Vec<&str> =
            clap.iter().filter(|(module, _)| module == group).map(|(_, name)| name.as_str()).collect();
        assert_eq!(listed, expected, "{group}");
    }
    // A group stands together.
    let mut groups: Vec<&str> = clap.iter().map(|(module, _)| module.as_str()).collect();
    groups.dedup();
    let once: std::collections::BTreeSet<_> = groups.iter().collect();
    assert_eq!(once.len(), groups.len(), "{groups:?}");
    Ok(())
}

#[test]
fn eight_knobs_reach_everything_that_is_turned() -> Result<()> {
    let mut host = ClapHost::open(&built()?.clap)?;
    let parameters = host.parameters()?;
    let name = |id: u32| {
        let found = parameters.iter().find(|parameter| parameter.id == id);
        found.map(|parameter| parameter.name.clone()).with_context(|| format!("there is no parameter {id}"))
    };
    let mut pages = Vec::new();
    for (title, knobs) in host.pages()? {
        ensure!(knobs.len() == 8 && !title.is_empty(), "{title}: {} knobs", knobs.len());
        pages.push((title, knobs.into_iter().flatten().map(name).collect::<Result<Vec<_>>>()?));
    }
    let first =
        ["Mode", "Length", "Latch", "Patience", "Temperature", "Density", "Your level", "Segue level"];
    assert_eq!(
        pages.first().map(|(title, names)| (&**title, &**names)),
        Some(("Together", &first.map(String::from)[..]))
    );
    for parameter in &parameters {
        let there = pages.iter().any(|(_, names)| names.contains(&parameter.name));
        let wanted = !OFF_THE_KNOBS.contains(&&*parameter.name);
        assert_eq!(there, wanted, "{} on the pages", parameter.name);
    }
    Ok(())
}

#[test]
fn keys_that_are_commands_have_names() -> Result<()> {
    let setup = Setup { sample_rate: 48_000.0, block: 64, offline: true };
    let mut host = ClapHost::open(&built()?.clap)?;
    host.activate(setup)?;
    assert_eq!(host.note_names()?, []);
    let turn = |host: &mut ClapHost, moves: &[(&str, &str)]| -> Result<()> {
        let mut events = Vec::new();
        for (name, text) in moves {
            events.push(Event { sample: 0, message: parameter(host, name, text)? });
        }
        let block = Block { start: 0, frames: 64, transport: None, events: &events };
        host.process(&block, &mut Output::default())
    };
    turn(&mut host, &[])?;
    assert_eq!(host.renamed(), 0, "nothing has moved");
    turn(&mut host, &[("Latch trigger", "C1 key"), ("Mode trigger", "D1 key")])?;
    assert_eq!(host.renamed(), 1);
    let named = |key, name: &str| (key, name.to_owned(), None);
    assert_eq!(host.note_names()?, [named(24, "Segue: latch"), named(26, "Segue: next mode")]);
    // A controller is no key, and another parameter no trigger.
    turn(&mut host, &[("Latch trigger", "CC 64"), ("Density", "2 a beat")])?;
    assert_eq!(host.renamed(), 2);
    assert_eq!(host.note_names()?, [named(26, "Segue: next mode")]);
    turn(&mut host, &[("Density", "3 a beat")])?;
    assert_eq!(host.renamed(), 2);
    // As loaded with a project.
    let kept = host.save()?;
    let mut other = ClapHost::open(&built()?.clap)?;
    other.load(&kept)?;
    assert_eq!(other.note_names()?, [named(26, "Segue: next mode")]);
    Ok(())
}

#[test]
fn it_tells_no_delay_no_end_and_its_voices() -> Result<()> {
    let mut host = ClapHost::open(&built()?.clap)?;
    // Of the built-in sound.
    assert_eq!(host.voices()?, 32);
    host.activate(Setup { sample_rate: 48_000.0, block: 64, offline: true })?;
    assert_eq!(host.latency()?, 0);
    // An answer comes out of silence; a host may ask before the first block, as it may after.
    assert!(host.is_endless()?);
    let block = Block { start: 0, frames: 64, transport: None, events: &[] };
    host.process(&block, &mut Output::default())?;
    assert!(host.is_endless()?);
    Ok(())
}
