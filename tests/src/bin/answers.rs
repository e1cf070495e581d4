//! The bundles of a folder as a player has them, in both formats: plays the prompts into them,
//! keeps the answers and a state, and opens the editors. Runs on every system, so that two systems'
//! answers can be compared byte for byte: `.ci/windows` does.
//!
//! `cargo build --workspace --bin answers` builds it, and
//! `target/debug/answers target/bundled target/answers` runs it.

use std::fs;
use std::io::{Write, stdout};
use std::path::{Path, PathBuf};

use anyhow::{Context, Result, bail, ensure};
use bundler::{Bundles, ClapHost, Host, Script, Trial};
use clap::Parser;
use segue_music::{Beats, Tempo};
use tests::{Format, Vst3Host, parameter};

/// What is moved before a state is kept: a choice, a whole number, a key, a level.
const MOVED: [(&str, &str); 4] =
    [("Mode", "Trade"), ("Seed", "77"), ("Highest key", "C6"), ("Segue level", "-20 dB")];

/// Plays the prompts into both bundles of a folder, and keeps what they answer.
#[derive(Parser)]
struct Arguments {
    /// The folder of Segue.clap and Segue.vst3
    bundles: PathBuf,
    /// Where the answers and states go, in a folder of each format
    out: PathBuf,
    /// The folder of prompts
    #[arg(long, value_name = "FOLDER", default_value = "assets/prompts")]
    prompts: PathBuf,
    /// Lays the bundles out first, from this library
    #[arg(long, value_name = "FILE")]
    library: Option<PathBuf>,
    /// Instead of playing, opens each format's editor for so many seconds, at the display's corner;
    /// on Windows alone, as the program `editor` does more on Linux
    #[arg(long, value_name = "SECONDS")]
    editor: Option<u64>,
}

fn open(format: Format, bundle: &Path) -> Result<Box<dyn Host>> {
    Ok(match format {
        Format::Clap => Box::new(ClapHost::open(bundle)?),
        Format::Vst3 => Box::new(Vst3Host::open(bundle)?),
    })
}

/// Keeps a state, and gives it to another instance. Returns it.
fn state(format: Format, bundle: &Path) -> Result<Vec<u8>> {
    let mut first = open(format, bundle)?;
    let fresh = first.parameters()?;
    let mut script = Script::new(Tempo::DEFAULT, Beats::ONE);
    for (name, text) in MOVED {
        script.messages.push((Beats::ZERO, parameter(first.as_mut(), name, text)?));
    }
    script.play(first.as_mut())?;
    let (moved, kept) = (first.parameters()?, first.save()?);
    let count = moved.iter().zip(&fresh).filter(|(moved, fresh)| moved.value != fresh.value).count();
    ensure!(count == MOVED.len(), "{count} parameters moved, not {}", MOVED.len());
    let mut second = open(format, bundle)?;
    second.load(&kept)?;
    ensure!(second.parameters()? == moved, "the parameters are not those that were kept");
    ensure!(second.save()? == kept, "saved again, the state is another");
    Ok(kept)
}

#[cfg(windows)]
fn show(format: Format, bundle: &Path, seconds: u64) -> Result<()> {
    let time = std::time::Duration::from_secs(seconds);
    let frame = tests::Frame::open((1024, 768))?;
    match format {
        Format::Clap => {
            let mut host = ClapHost::open(bundle)?;
            let (width, height) = host.open_editor(frame.id())?;
            println!("{format:?}: the editor is open, {width} x {height}");
            frame.run(time);
            host.close_editor()
        }
        Format::Vst3 => {
            let mut host = Vst3Host::open(bundle)?;
            let editor = host.open_editor(frame.id())?;
            println!("{format:?}: the editor is open");
            frame.run(time);
            editor.close()
        }
    }
}

#[cfg(not(windows))]
fn show(_format: Format, _bundle: &Path, _seconds: u64) -> Result<()> {
    bail!("the program `editor` opens windows here");
}

fn main() -> Result<()> {
    let arguments = Arguments::parse();
    let bundles = Bundles::here(&arguments.bundles, &arguments.bundles);
    if let Some(library) = &arguments.library {
        bundler::bundle(library, &bundles)?;
    }
    if let Some(seconds) = arguments.editor {
        show(Format::Clap, &bundles.clap, seconds)?;
        return show(Format::Vst3, &bundles.vst3, seconds);
    }
    for (format, bundle) in [(Format::Clap, &bundles.clap), (Format::Vst3, &bundles.vst3)] {
        if !bundle.exists() {
            bail!("{}: is not there; lay it out with `cargo bundle`", bundle.display());
        }
        let takes = arguments.out.join(format!("{format:?}").to_lowercase());
        println!("{format:?}:");
        let (plugin, prompts) = (bundle.clone(), arguments.prompts.clone());
        let trial = Trial { plugin, prompts, takes: takes.clone(), preset: None };
        trial.run_in(&|bundle| open(format, bundle), &mut |text| {
            // Piano rolls are for `bundler try`: the first line says enough.
            let said = text.lines().find(|line| line.contains("answered"));
            let _ = said.map(|line| writeln!(stdout(), "  {line}"));
        })?;
        let kept = state(format, bundle).with_context(|| format!("{format:?}: a state"))?;
        fs::write(takes.join("state"), &kept)?;
        println!("  a state of {} bytes goes round", kept.len());
    }
    Ok(())
}
