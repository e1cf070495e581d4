//! What Segue is doing, for the editor.

/// What Segue is doing.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[repr(u8)]
pub enum Doing {
    /// The model is being loaded; notes pass through.
    Loading,
    /// Nobody plays.
    Listening,
    /// The player plays.
    Hearing,
    /// An answer is planned and starts soon.
    Waiting,
    /// Segue plays.
    Answering,
    /// The player's turn.
    YourTurn,
    /// Both play.
    Alongside,
    /// It would play, but the limits leave no note; the notice names the limit.
    Resting,
    /// It is switched off.
    Off,
    /// It cannot compose; the reason says why. Notes pass through.
    Failed,
}
