//! The model: a decoder-only transformer that reads one step a note and says the next note field by field, with heads that
//! copy. [`Network`] is its training forward in candle; [`Model`] and [`Generator`] play it, one cached step a note.

mod ask;
pub mod backprop;
mod cache;
mod checkpoint;
mod config;
mod continuation;
mod cpu;
mod decoder;
mod fixed;
mod floats;
mod forward;
mod generator;
mod homing;
mod limits;
mod matrix;
mod model;
mod network;
mod parameters;
mod played;
mod poisoned;
mod products;
mod pulse;
mod recall;
mod register;
mod restraint;
mod rings;
mod rotary;
mod rows;
mod sampler;
mod sequence;
mod texture;
mod weariness;

pub mod ops;

pub use ask::{Ask, Next, Rest};
pub use checkpoint::{Checkpoint, CheckpointError, Precision};
pub use config::Config;
pub use continuation::{Continuation, Wish};
pub use cpu::Cpu;
pub use generator::Generator;
pub use limits::Limits;
pub use matrix::Resolution;
pub use model::Model;
pub use network::Network;
pub use parameters::{Field, parameters};
pub use played::Played;
pub use rows::{Facts, STYLES};
pub use sampler::Sampler;
pub use sequence::{Batch, Sequence};
