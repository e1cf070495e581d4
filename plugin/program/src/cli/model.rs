//! The model that plays.

use std::path::Path;
use std::sync::Arc;

use anyhow::{Result, anyhow, ensure};
use segue_model::Model;
use segue_music::PartSet;

/// The model of a file, or the one inside this program.
///
/// # Errors
/// Why it cannot be used; also where it cannot play the parts that are asked for.
pub fn load(path: Option<&Path>, parts: PartSet) -> Result<Arc<Model>> {
    // These errors name their causes themselves; as text, anyhow does not repeat them.
    let model = match path {
        Some(path) => Model::load(path).map_err(|error| anyhow!("{error}"))?,
        None => segue::models::embedded::checkpoint()
            .and_then(Model::from_checkpoint)
            .map_err(|error| anyhow!("the model inside this program: {error}"))?,
    };
    let whose = path.map_or("the model inside this program".into(), Path::to_string_lossy);
    ensure!(
        parts.is_empty() || model.config().parts,
        "{whose}: knows no parts; name one that does with --model, as `trainer train --parts` makes it"
    );
    Ok(Arc::new(model))
}
