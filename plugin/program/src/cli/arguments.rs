//! The arguments on the command line.

use std::path::PathBuf;

use clap::{Args, Parser, Subcommand};

use segue_music::{Part, PartSet};

use super::grid::Grid;

/// Segue listens to a phrase and goes on playing.
#[derive(Debug, Parser)]
#[command(name = "segue", version)]
pub struct Arguments {
    /// What to do.
    #[command(subcommand)]
    pub command: Command,
}

/// What to do.
#[derive(Debug, Subcommand)]
pub enum Command {
    /// Continue a MIDI file, or every MIDI file of a folder.
    ///
    /// The answer begins at the bar line after the prompt's last note. The file written holds the
    /// prompt, unchanged but for the names of its tracks, and the answer as a new track "Segue".
    /// The tracks that it continues are called "You"; drums are not continued and keep their name.
    ///
    /// With --parts a band goes on instead: it hears drums, too, and each part is a track of its
    /// own, "Segue bass", with its General MIDI program, drums on channel 10.
    Continue(Continue),
    /// Play along with a MIDI file: bass and drums to a tune, or any other parts.
    ///
    /// Segue listens to the first two bars and comes in with the third. What it plays depends on
    /// what lies before, never on what comes. The file written holds the input, unchanged, and a
    /// track for each part, "Segue bass", with its General MIDI program, drums on channel 10.
    Accompany(Accompany),
    /// Play with Segue, without a host: it has its own window, sound, MIDI ports and clock.
    ///
    /// Keyboards may be plugged in and out. Without one, the window has keys to play on. The clock
    /// is stopped until a tempo, the metronome or a bar of taps starts it; until then Segue follows
    /// your own time. Meanwhile you can type commands in the terminal. Ctrl-C ends every note, and
    /// then the program.
    #[cfg(feature = "standalone")]
    Play(super::play::Play),
    /// List what `play` can play with.
    #[cfg(feature = "standalone")]
    Devices,
    /// Explains how to build a program that has it.
    #[cfg(not(feature = "standalone"))]
    #[command(hide = true, disable_help_flag = true)]
    Play {
        /// Any arguments.
        #[arg(trailing_var_arg = true, allow_hyphen_values = true)]
        rest: Vec<std::ffi::OsString>,
    },
    /// Explains how to build a program that has it.
    #[cfg(not(feature = "standalone"))]
    #[command(hide = true, disable_help_flag = true)]
    Devices {
        /// Any arguments.
        #[arg(trailing_var_arg = true, allow_hyphen_values = true)]
        rest: Vec<std::ffi::OsString>,
    },
}

/// How to continue.
#[derive(Args, Debug)]
pub struct Continue {
    /// The prompt: a MIDI file, or a folder of them.
    #[arg(value_name = "IN.mid")]
    pub input: PathBuf,
    /// Where the prompt and its answer go: a file, or a folder if the input is one.
    #[arg(short, long, value_name = "OUT.mid")]
    pub output: PathBuf,
    /// How many bars to play.
    #[arg(long, default_value_t = 8, value_parser = clap::value_parser!(u32).range(1..=1000))]
    pub bars: u32,
    /// Which parts go on, by a model that knows parts: bass,drums,keys or others; without it one
    /// keyboard does.
    #[arg(long, value_delimiter = ',')]
    pub parts: Vec<Part>,
    #[command(flatten)]
    pub playing: Playing,
    /// List the notes of prompt and answer on standard output, as a line of JSON for each file.
    #[arg(long)]
    pub json: bool,
}

/// What to play along with.
#[derive(Args, Debug)]
pub struct Accompany {
    /// The music to play along with: a MIDI file of three bars or more.
    #[arg(value_name = "IN.mid")]
    pub input: PathBuf,
    /// Where the music and its accompaniment go.
    #[arg(short, long, value_name = "OUT.mid")]
    pub output: PathBuf,
    /// Which parts play along: bass,drums,keys or others.
    #[arg(long, value_delimiter = ',', default_value = "bass,drums")]
    pub parts: Vec<Part>,
    #[command(flatten)]
    pub playing: Playing,
}

/// How notes are drawn, and by which model.
#[derive(Args, Debug)]
pub struct Playing {
    /// Another seed, another answer; the same seed, the same answer.
    #[arg(long, default_value_t = 1)]
    pub seed: u64,
    /// How daring: below 1 the likely gets likelier; 0 takes the likeliest only.
    #[arg(long, default_value_t = 1.0, value_parser = temperature, allow_negative_numbers = true)]
    pub temperature: f32,
    /// The share of probability that is kept, from the likeliest down.
    #[arg(long, value_name = "P", default_value_t = 0.95, value_parser = top_p, allow_negative_numbers = true)]
    pub top_p: f32,
    /// Notes begin on multiples of this: 1/4, 1/8, 1/8T, 1/16, 1/16T, 1/32, or off. By default 1/16
    /// if all of the input lies on sixteenths, and off otherwise; parts know 1/8T, too, and the
    /// grid that holds both.
    #[arg(long)]
    pub grid: Option<Grid>,
    /// A model of `trainer train`, instead of the one inside this program.
    #[arg(long, value_name = "FILE")]
    pub model: Option<PathBuf>,
}

/// The parts of a list.
pub fn set(parts: &[Part]) -> PartSet {
    parts.iter().copied().collect()
}

fn temperature(text: &str) -> Result<f32, String> {
    number(text).filter(|temperature| (0.0..=5.0).contains(temperature)).ok_or("a number from 0 to 5".into())
}

fn top_p(text: &str) -> Result<f32, String> {
    number(text).filter(|&share| share > 0.0 && share <= 1.0).ok_or("a number above 0, at most 1".into())
}

fn number(text: &str) -> Option<f32> {
    text.parse().ok()
}
