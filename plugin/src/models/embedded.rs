//! The built-in model.

use std::sync::{Arc, OnceLock, Weak};

use parking_lot::Mutex;
use segue_model::{Checkpoint, CheckpointError, Model};

/// The weights, shared by all instances of a process and freed with the last one.
static SHARED: Mutex<Weak<Model>> = Mutex::new(Weak::new());

/// The built-in model file. A static is in the library once; a constant was there twice on Windows,
/// 11 MB each, as its linker does not merge what several units of code bring.
static MODEL: &[u8] = include_bytes!("../../../assets/segue.safetensors");

/// Who chooses among its ways to go on.
static CRITIC: &str = include_str!("../../../assets/segue.critic.json");

/// The built-in model file.
pub fn model_bytes() -> &'static [u8] {
    MODEL
}

/// The styles of the built-in model, which a new instance can name before the model is loaded.
pub fn styles() -> &'static [String] {
    static STYLES: OnceLock<Vec<String>> = OnceLock::new();
    STYLES.get_or_init(|| Checkpoint::styles_in(model_bytes()))
}

/// Whether the built-in model knows parts.
pub fn knows_parts() -> bool {
    static KNOWS: OnceLock<bool> = OnceLock::new();
    *KNOWS.get_or_init(|| Checkpoint::knows_parts_in(model_bytes()))
}

/// The built-in model with its critic. That can take a tenth of a second or more.
pub fn checkpoint() -> Result<Checkpoint, CheckpointError> {
    Checkpoint::from_bytes(model_bytes())?.with_critic(CRITIC)
}

/// Loads the built-in model, or shares it if it is in use. That can take a tenth of a second or
/// more: not for the audio thread, nor for a host's.
pub fn shared() -> Result<Arc<Model>, CheckpointError> {
    let mut shared = SHARED.lock();
    if let Some(model) = shared.upgrade() {
        return Ok(model);
    }
    let model = Arc::new(Model::from_checkpoint(checkpoint()?)?);
    *shared = Arc::downgrade(&model);
    Ok(model)
}
