//! The model in the plugin's file.

use std::sync::{Arc, OnceLock, Weak};

use parking_lot::Mutex;
use segue_model::{Checkpoint, CheckpointError, Model};

/// The weights, once for all instances of a process; they go with the last one.
static SHARED: Mutex<Weak<Model>> = Mutex::new(Weak::new());

/// The contents of the shipped model file.
pub fn model_bytes() -> &'static [u8] {
    include_bytes!("../../../assets/segue.safetensors")
}

/// The shipped model's styles, before it is loaded: a new instance can name them at once.
pub fn styles() -> &'static [String] {
    static STYLES: OnceLock<Vec<String>> = OnceLock::new();
    STYLES.get_or_init(|| Checkpoint::styles_in(model_bytes()))
}

/// The shipped model, loaded by whoever asks first and shared with those who ask while it is in use. Takes a tenth of
/// a second or more: not for the audio thread, nor for a host's.
pub fn shared() -> Result<Arc<Model>, CheckpointError> {
    let mut shared = SHARED.lock();
    if let Some(model) = shared.upgrade() {
        return Ok(model);
    }
    let model = Arc::new(Model::from_bytes(model_bytes())?);
    *shared = Arc::downgrade(&model);
    Ok(model)
}
