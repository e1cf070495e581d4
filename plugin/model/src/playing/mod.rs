//! From logits to notes: what is asked for, the hard limits, the soft guards, the sampler, and the
//! generator that applies them in order. It may use everything in this crate; no other folder may
//! use it. Nothing here knows a host, a clock or a thread.

pub mod accompaniment;
mod band;
mod chance;
pub mod continuation;
mod draw;
pub mod fork;
pub mod generator;
pub mod guards;
mod half_bar;
pub mod limits;
pub mod onsets;
pub mod request;
pub mod sampler;
