//! The model at play: a decoder-only transformer that reads one step a note and predicts the next
//! note field by field, with attention heads that copy earlier notes.
//!
//! Three folders, each built on those before it: `shape` says what a model is, `decoding`
//! computes logits from it, `playing` turns logits into notes. Training computes the same function
//! with gradients in a crate of its own, `segue-network`.

mod decoding;
mod playing;
mod shape;

pub use decoding::cpu::Cpu;
pub use decoding::matrix::Resolution;
pub use decoding::model::Model;
pub use decoding::sequence::{Aim, Sequence, TrainingExample};
pub use decoding::sequence_decoder::SequenceDecoder;
pub use playing::accompaniment::{Accompaniment, AccompanimentOptions};
pub use playing::continuation::{Continuation, ContinuationOptions};
pub use playing::fork::{CANDIDATES, Fork, seed_of};
pub use playing::generator::Generator;
pub use playing::guards::{Guards, UnknownGuard};
pub use playing::limits::{Limits, PartLimits};
pub use playing::request::{Next, NoteRequest, Rest};
pub use playing::sampler::Sampler;
pub use shape::checkpoint::{Checkpoint, CheckpointError, Precision};
pub use shape::config::{Config, HEAD_DIM};
pub use shape::critic::{Critic, CriticError};
pub use shape::elementary;
pub use shape::parameters::{Field, initial_numbers, parameters};
pub use shape::rotary::Angles;
pub use shape::rows::{Facts, STYLES};
