//! What a model is: its size, the names and shapes of its parameters, what each row of its tables
//! means, how positions turn, the functions that every forward must compute alike, the file that
//! holds it all, and the critic beside it. Pure data: nothing here computes a logit, knows a jam or
//! depends on the other folders.

pub mod checkpoint;
pub mod config;
pub mod critic;
pub mod elementary;
pub mod parameters;
pub mod rotary;
pub mod rows;
pub mod target;
