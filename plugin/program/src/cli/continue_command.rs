//! `segue continue`.

use std::fs;
use std::io::{self, Write};
use std::sync::Arc;

use anyhow::{Context as _, Result, bail};
use segue_model::{CANDIDATES, Continuation, ContinuationOptions, Guards, Model, Rest};
use segue_music::{Beats, midi_file, one_line};

use super::arguments::{self, Continue};
use super::listing::Listing;
use super::model;
use super::paths::{self, Pair};

/// Continues a file, or every file of a folder. In a folder, a file that cannot be continued is
/// reported and the others are continued all the same.
pub fn run(arguments: &Continue) -> Result<()> {
    let pairs = paths::pairs(&arguments.input, &arguments.output)?;
    let model = model::load(arguments.playing.model.as_deref(), arguments::set(&arguments.parts))?;
    if !arguments.input.is_dir() {
        return pairs.iter().try_for_each(|pair| continue_file(arguments, &model, pair));
    }
    let is_new = !arguments.output.exists();
    fs::create_dir_all(&arguments.output)
        .with_context(|| format!("{}: cannot be made", arguments.output.display()))?;
    let mut refused = 0;
    for pair in &pairs {
        if let Err(error) = continue_file(arguments, &model, pair) {
            super::report(&error);
            refused += 1;
        }
    }
    if refused > 0 {
        if refused == pairs.len() && is_new {
            // Remove the folder that we made. It stays if somebody has put something into it.
            let _ = fs::remove_dir(&arguments.output);
        }
        bail!("{refused} of {} files were not continued", pairs.len());
    }
    Ok(())
}

fn continue_file(arguments: &Continue, model: &Arc<Model>, Pair { input, output }: &Pair) -> Result<()> {
    let playing = &arguments.playing;
    let options = ContinuationOptions {
        bars: arguments.bars,
        grid: playing.grid.map(|grid| grid.0),
        temperature: playing.temperature,
        top_p: playing.top_p,
        seed: playing.seed,
        guards: Guards::ALL,
        parts: arguments::set(&arguments.parts),
        candidates: CANDIDATES,
    };
    let prompt = midi_file::read(input)?;
    for remark in prompt.remarks() {
        super::complain(&format!("{}: {remark}", one_line(&input.to_string_lossy())));
    }
    // Refused before anything is computed: 250 bars of 255/1 took 93 s.
    if let Some((_, end)) = Continuation::span(&prompt, arguments.bars, options.parts)
        && end > midi_file::LONGEST
    {
        bail!(
            "{}: {} bars more would end at beat {}, and a MIDI file ends at beat {} at the latest; ask for fewer --bars",
            input.display(),
            arguments.bars,
            end.div_floor(Beats::ONE),
            midi_file::LONGEST.div_floor(Beats::ONE)
        );
    }
    let answer = match Continuation::of(&prompt, Arc::clone(model), &options) {
        Ok(answer) => answer,
        Err(Rest::Unheard) => {
            let drums = if options.parts.is_empty() { " (drums do not count)" } else { "" };
            bail!("{}: holds no notes to continue{drums}", input.display())
        }
        Err(rest) => bail!("{}: {rest}", model.name()),
    };
    midi_file::write(output, &answer.with_prompt(&prompt))?;

    let mut out = io::stdout().lock();
    let printed = if arguments.json {
        let listing = Listing::of([input, output], model.name(), &options, &prompt, &answer);
        writeln!(out, "{}", serde_json::to_string(&listing)?)
    } else {
        let (notes, from, to) = (answer.notes.len(), answer.start, answer.end);
        let name = output.to_string_lossy();
        writeln!(out, "{}: {notes} notes from beat {from} to {to}", one_line(&name))
    };
    super::said(printed)
}
