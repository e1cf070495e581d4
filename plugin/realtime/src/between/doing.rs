//! What Segue does, as the editor says it.

/// What the composer does.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[repr(u8)]
pub enum Doing {
    /// The model is being loaded; notes pass through.
    Loading,
    /// Nothing is played.
    Listening,
    /// The player plays.
    Hearing,
    /// The answer is planned, and begins soon.
    Waiting,
    /// Segue plays.
    Answering,
    /// The player's turn.
    YourTurn,
    /// Both play.
    Alongside,
    /// It would play, but the limits leave no note; the notice says which.
    Resting,
    /// It is switched off.
    Off,
    /// It cannot; the reason says why. Notes pass through.
    Failed,
}
