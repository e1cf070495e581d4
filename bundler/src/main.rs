//! `bundler bundle`, `install`, `try`, `uninstall` and `pack`: from the sources to a plugin that
//! has been heard, and to the archives of a release.

use std::io::{Write, stdout};
use std::path::PathBuf;
use std::process::ExitCode;

use anyhow::{Context, Result, ensure};
use bundler::{Bundles, Folders, System, Trial, Workspace, bundle, install, pack, uninstall};
use clap::{Args, Parser, Subcommand};
use segue_music::one_line;

/// Makes Segue's plugin bundles, installs them, and tries them in a headless host.
#[derive(Parser)]
#[command(version)]
struct Cli {
    #[command(subcommand)]
    command: Command,
}

#[derive(Subcommand)]
enum Command {
    /// Builds the plugin in release and lays out target/bundled/Segue.clap and Segue.vst3
    Bundle,
    /// Bundles, copies the bundles to your plugin folders, and tries what was installed
    Install {
        /// One folder for both, instead of your plugin folders
        #[arg(long, value_name = "FOLDER")]
        to: Option<PathBuf>,
        #[command(flatten)]
        phrases: Phrases,
    },
    /// Plays phrases into the installed plugin, draws its answers and keeps them as MIDI files,
    /// pictures and WAV files
    Try {
        /// The CLAP file to try, instead of the installed one
        #[arg(long, value_name = "FILE")]
        plugin: Option<PathBuf>,
        #[command(flatten)]
        phrases: Phrases,
    },
    /// Takes what was installed out of your plugin folders again
    Uninstall {
        /// One folder for both, instead of your plugin folders
        #[arg(long, value_name = "FOLDER")]
        to: Option<PathBuf>,
    },
    /// Packs the bundles with licences and the model's card, as a release has them, into
    /// target/release-files, with a checksum
    Pack(Packing),
}

#[derive(Args)]
struct Packing {
    /// The system they are for, instead of this one
    #[arg(long)]
    system: Option<System>,
    /// A shared library of that system to lay out, instead of building one here
    #[arg(long, value_name = "FILE")]
    library: Option<PathBuf>,
    /// A folder of bundles to pack as they lie there, signed or not
    #[arg(long, value_name = "FOLDER", conflicts_with = "library")]
    bundles: Option<PathBuf>,
    /// The tag that is released: refused unless it is the version, and the changelog has its date
    #[arg(long)]
    tag: Option<String>,
}

impl Packing {
    fn pack(self, workspace: &Workspace) -> Result<PathBuf> {
        let here = System::here();
        let system = self
            .system
            .or(here)
            .context("no release is made for this system; name another one with `--system`")?;
        let folder = match (self.bundles, self.library) {
            (Some(folder), _) => folder,
            (None, Some(library)) => {
                // Beside those of this system, which `bundle` lays out.
                let folder = workspace.target.join(format!("bundled-{}", system.name()));
                bundle(&library, &system.bundles(&folder))?;
                folder
            }
            (None, None) => {
                ensure!(
                    Some(system) == here,
                    "{}: cannot be built here; name what was built for it with `--library` or `--bundles`",
                    system.name()
                );
                bundle(&workspace.build()?, &system.bundles(&workspace.bundled()))?;
                workspace.bundled()
            }
        };
        pack(workspace, system, &folder, self.tag.as_deref())
    }
}

#[derive(Args)]
struct Phrases {
    /// A folder of .mid files to answer, instead of assets/prompts. Files in a folder within it
    /// are played with the preset that it is named after
    #[arg(long, value_name = "FOLDER")]
    prompts: Option<PathBuf>,
    /// Where the takes go, instead of target/segue
    #[arg(long, value_name = "FOLDER")]
    out: Option<PathBuf>,
    /// A preset to play with: one of the plugin's by its name, or a file
    #[arg(long, value_name = "PRESET")]
    preset: Option<String>,
}

impl Phrases {
    fn attempt(self, workspace: &Workspace, plugin: PathBuf) -> Result<()> {
        let trial = Trial {
            plugin,
            prompts: self.prompts.unwrap_or_else(|| workspace.prompts()),
            takes: self.out.unwrap_or_else(|| workspace.takes()),
            preset: self.preset,
        };
        trial.run(&mut |text| {
            // Who closes the pipe has read enough; the takes are written all the same.
            let _ = stdout().write_all(text.as_bytes());
        })
    }
}

fn run(command: Command) -> Result<()> {
    let workspace = Workspace::find()?;
    match command {
        Command::Bundle => {
            let bundles = Bundles::here(&workspace.bundled(), &workspace.bundled());
            bundle(&workspace.build()?, &bundles)?;
            println!("{}\n{}", bundles.clap.display(), bundles.vst3.display());
        }
        Command::Install { to, phrases } => {
            let folders = Folders::choose(to.as_deref())?;
            folders.prepare()?;
            let library = workspace.build()?;
            let bundled = workspace.bundled();
            bundle(&library, &Bundles::here(&bundled, &bundled))?;
            let bundles = install(&library, &folders)?;
            println!("installed {}\ninstalled {}\n", bundles.clap.display(), bundles.vst3.display());
            phrases.attempt(&workspace, bundles.clap)?;
            match to {
                None => println!("Segue answers. Your DAW has it as soon as it scans its plugins again."),
                Some(folder) => println!("Segue answers. Show your DAW the folder {}.", folder.display()),
            }
        }
        Command::Try { plugin, phrases } => {
            let installed =
                || Folders::choose(None).map(|folders| Bundles::here(&folders.clap, &folders.vst3).clap);
            let plugin = plugin.map_or_else(installed, Ok)?;
            phrases.attempt(&workspace, plugin)?;
        }
        Command::Uninstall { to } => {
            let bundles = uninstall(&Folders::choose(to.as_deref())?);
            if bundles.is_empty() {
                println!("nothing was installed");
            }
            let mut kept = 0;
            for bundle in bundles {
                match bundle {
                    Ok(path) => println!("removed {}", path.display()),
                    Err(error) => {
                        eprintln!("error: {}", one_line(&format!("{error:#}")));
                        kept += 1;
                    }
                }
            }
            ensure!(kept == 0, "{kept} of Segue's bundles could not be removed");
        }
        Command::Pack(packing) => println!("{}", packing.pack(&workspace)?.display()),
    }
    Ok(())
}

fn main() -> ExitCode {
    match run(Cli::parse().command) {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            eprintln!("error: {}", one_line(&format!("{error:#}")));
            ExitCode::FAILURE
        }
    }
}
