//! `segue accompany`.

use std::io::{self, Write};

use anyhow::{Result, bail, ensure};
use segue_model::{Accompaniment, AccompanimentOptions, Guards, Rest};
use segue_music::{midi_file, one_line};

use super::arguments::{self, Accompany};
use super::{model, paths};

/// Plays along with a file.
pub fn run(arguments: &Accompany) -> Result<()> {
    let (input, output) = (&arguments.input, &arguments.output);
    ensure!(!input.is_dir(), "{}: is a folder; name a MIDI file", input.display());
    paths::pairs(input, output)?;
    let playing = &arguments.playing;
    let options = AccompanimentOptions {
        grid: playing.grid.map(|grid| grid.0),
        temperature: playing.temperature,
        top_p: playing.top_p,
        seed: playing.seed,
        guards: Guards::ALL,
        parts: arguments::set(&arguments.parts),
    };
    let model = model::load(playing.model.as_deref(), options.parts)?;
    let piece = midi_file::read(input)?;
    for remark in piece.remarks() {
        super::complain(&format!("{}: {remark}", one_line(&input.to_string_lossy())));
    }
    match Accompaniment::span(&piece) {
        None => bail!("{}: holds no notes to play along with", input.display()),
        Some((start, end)) if start >= end => bail!(
            "{}: is over before Segue comes in, which it does with the third bar; give three bars or more",
            input.display()
        ),
        Some(_) => {}
    }
    let played = match Accompaniment::of(&piece, model.clone(), &options) {
        Ok(played) => played,
        Err(Rest::NotFinite) => bail!("{}: {}", model.name(), Rest::NotFinite),
        Err(rest) => bail!("{}: {rest}", input.display()),
    };
    midi_file::write(output, &played.with_piece(&piece))?;

    let of_part = |(part, notes): &(_, Vec<_>)| format!("{part} {}", notes.len());
    let parts: Vec<String> = played.band.iter().map(of_part).collect();
    let (name, from, to) = (output.to_string_lossy(), played.start, played.end);
    let mut out = io::stdout().lock();
    super::said(writeln!(out, "{}: from beat {from} to {to}, notes: {}", one_line(&name), parts.join(", ")))
}
