//! Commands to the composer.

use std::sync::Arc;

use segue_model::Model;

use crate::takes::Memory;

/// A command from the editor, or from whoever loads models.
#[derive(Clone)]
pub enum Command {
    /// Forget everything that was played.
    Forget,
    /// Play with another model from now on. The jam goes on.
    Play(Arc<Model>),
    /// Play a take again as it was heard, by its id.
    Replay(u64),
    /// Stop a replay, or an answer that was asked for.
    StopReplay,
    /// Answer the prompt of a take again, with the current settings, by its id.
    Another(u64),
    /// Forget the last answer, as if it had not been played.
    Undo,
    /// Take back the last undo.
    Redo,
    /// Keep what was heard under this name.
    Remember(String),
    /// Go on from what was heard then, and forget everything else.
    Recall(Arc<Memory>),
}
