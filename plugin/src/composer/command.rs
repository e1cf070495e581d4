//! What the composer can be told to do.

use std::sync::Arc;

use segue_model::Model;

/// A command of the editor, or of whoever loads models.
#[derive(Clone)]
pub enum Command {
    /// Forget everything that was played.
    Forget,
    /// Play with another model from here on; what was heard stays heard.
    Play(Arc<Model>),
    /// Play the take of that id again, as it was heard.
    Replay(u64),
    /// No replay any more, nor an answer that was asked for.
    StopReplay,
    /// Another answer to the prompt of that take, with the settings of now.
    Another(u64),
    /// Do not go on from the last answer, as if it had not been played.
    Undo,
    /// Do go on from the one that was undone last.
    Redo,
}
