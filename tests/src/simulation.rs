//! A seeded virtual host: the plugin's audio side and its composer in line, without threads and
//! without a clock on the wall.
//!
//! | file | |
//! |---|---|
//! | [`song`] | the host's song: what its transport says, and what is true |
//! | [`musician`], [`gesture`] | who plays, and the odd messages that hosts send |
//! | [`virtual_composer`], [`cpu_time`] | the composer in virtual time: a step takes what it cost |
//! | [`virtual_host`], [`cue`] | blocks, and what a host does between them |
//! | [`witness`], [`matching`], [`bounds`] | what must hold after every block |
//! | [`performance`] | a script for one host, at any block size |
//! | [`seeded`], [`mutation`] | everything at random, by a seed that replays |
//! | [`figures`] | R1 to R9 |
//! | [`allocations`] | an allocator that counts |
//!
//! Positions are samples since the host began; a song position is in quarter notes.

pub mod allocations;
pub mod bounds;
pub mod cpu_time;
pub mod cue;
pub mod figures;
pub mod gesture;
pub mod matching;
pub mod models;
pub mod musician;
pub mod mutation;
mod passing;
pub mod performance;
pub mod seeded;
pub mod song;
pub mod virtual_composer;
pub mod virtual_host;
pub mod witness;
