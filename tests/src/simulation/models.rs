//! The models that the simulation plays with, loaded once.

use std::sync::{Arc, OnceLock};

use anyhow::{Context, Result};
use segue_model::{Checkpoint, Config, Model};
use segue_music::PedalMove;

/// The one that Segue ships with.
pub fn shipped() -> Result<Arc<Model>> {
    static LOADED: OnceLock<Result<Arc<Model>, String>> = OnceLock::new();
    let load = || segue::models::embedded::shared().map_err(|error| error.to_string());
    LOADED.get_or_init(load).clone().map_err(anyhow::Error::msg)
}

/// The smallest there is, untrained: what it plays is wild, and costs little.
pub fn wild() -> Arc<Model> {
    static MADE: OnceLock<Arc<Model>> = OnceLock::new();
    MADE.get_or_init(|| Arc::new(Model::random(7))).clone()
}

/// The same, of one that knows parts and likes to move the pedal.
pub fn band() -> Result<Arc<Model>> {
    static MADE: OnceLock<Result<Arc<Model>, String>> = OnceLock::new();
    let make = || -> Result<Arc<Model>> {
        let mut checkpoint = Checkpoint::random(&Config::tiny_with_pedal(), 7);
        let bias = checkpoint.numbers.get_mut("pedal.out.bias").context("the model has a pedal")?;
        bias[PedalMove::Press.index()] += 4.0;
        Ok(Arc::new(Model::from_checkpoint(checkpoint)?))
    };
    MADE.get_or_init(|| make().map_err(|error| format!("{error:#}"))).clone().map_err(anyhow::Error::msg)
}

/// The shipped one, damaged in memory: every one of its logits is no number.
pub fn broken() -> Result<Arc<Model>> {
    static MADE: OnceLock<Result<Arc<Model>, String>> = OnceLock::new();
    let make = || -> Result<Arc<Model>> {
        let mut checkpoint = segue::models::embedded::checkpoint()?;
        let norm = checkpoint.numbers.get_mut("norm").context("the model has a last norm")?;
        norm.fill(f32::NAN);
        Ok(Arc::new(Model::from_checkpoint(checkpoint)?))
    };
    MADE.get_or_init(|| make().map_err(|error| format!("{error:#}"))).clone().map_err(anyhow::Error::msg)
}
