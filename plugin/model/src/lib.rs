//! The model: a decoder-only transformer that reads one step a note and says the next note field by field, with heads that
//! copy. [`Network`] is its training forward in candle; [`Model`] and [`Generator`] play it, one cached step a note.

mod cache;
mod checkpoint;
mod config;
mod continuation;
mod decoder;
mod generator;
mod matvec;
mod model;
mod network;
mod parameters;
mod rotary;
mod rows;
mod sampler;
mod sequence;

pub mod ops;

pub use checkpoint::{Checkpoint, CheckpointError, Precision};
pub use config::Config;
pub use continuation::{Continuation, Wish};
pub use generator::{Ask, Generator};
pub use model::Model;
pub use network::Network;
pub use parameters::{Field, parameters};
pub use sampler::Sampler;
pub use sequence::{Batch, Sequence};
