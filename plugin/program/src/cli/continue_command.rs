//! `segue continue`.

use std::fs;
use std::io::{self, Write};
use std::sync::Arc;

use anyhow::{Context as _, Result, anyhow, bail};
use segue_model::{Continuation, Model, Rest, Wish};
use segue_music::{midi_file, take};

use super::arguments::Continue;
use super::listing::Listing;
use super::paths::{self, Pair};

/// Continues a file, or every file of a folder: there one that cannot be continued does not keep the others from it.
pub fn run(arguments: &Continue) -> Result<()> {
    let pairs = paths::pairs(&arguments.input, &arguments.output)?;
    // As text: these errors say all in one line, their causes included.
    let model = match &arguments.model {
        Some(path) => Model::load(path).map_err(|error| anyhow!("{error}"))?,
        None => Model::from_bytes(segue::models::embedded::model_bytes())
            .map_err(|error| anyhow!("the model inside this program: {error}"))?,
    };
    let model = Arc::new(model);
    if !arguments.input.is_dir() {
        return pairs.iter().try_for_each(|pair| one(arguments, &model, pair));
    }
    let is_new = !arguments.output.exists();
    fs::create_dir_all(&arguments.output)
        .with_context(|| format!("{}: cannot be made", arguments.output.display()))?;
    let mut refused = 0;
    for pair in &pairs {
        if let Err(error) = one(arguments, &model, pair) {
            super::complain(&error);
            refused += 1;
        }
    }
    if refused > 0 {
        if refused == pairs.len() && is_new {
            // An empty folder of ours is of no use; it may be left where somebody has put something into it.
            let _ = fs::remove_dir(&arguments.output);
        }
        bail!("{refused} of {} files were not continued", pairs.len());
    }
    Ok(())
}

fn one(arguments: &Continue, model: &Arc<Model>, Pair { input, output }: &Pair) -> Result<()> {
    let wish = Wish {
        bars: arguments.bars,
        grid: arguments.grid.map(|grid| grid.0),
        temperature: arguments.temperature,
        top_p: arguments.top_p,
        seed: arguments.seed,
    };
    let prompt = midi_file::read(input)?;
    let answer = match Continuation::of(&prompt, Arc::clone(model), &wish) {
        Ok(answer) => answer,
        Err(Rest::Unheard) => {
            bail!("{}: holds no notes to continue (drums do not count)", input.display())
        }
        Err(rest) => bail!("{}: {rest}", model.name()),
    };
    midi_file::write(output, &take(&prompt, &answer.notes, answer.end))?;

    let mut out = io::stdout().lock();
    let said = if arguments.json {
        let listing = Listing::of((input, output), model.name(), &wish, &prompt, &answer);
        serde_json::to_writer(&mut out, &listing).map_err(io::Error::from).and_then(|()| writeln!(out))
    } else {
        let (notes, from, to) = (answer.notes.len(), answer.start, answer.end);
        writeln!(out, "{}: {notes} notes from beat {from} to {to}", output.display())
    };
    match said {
        // Whoever listened has heard enough; the file is written.
        Err(error) if error.kind() == io::ErrorKind::BrokenPipe => Ok(()),
        said => said.context("standard output"),
    }
}
