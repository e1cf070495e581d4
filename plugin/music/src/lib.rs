//! Musical time, notes, the vocabulary of the model and the tokenizer, and MIDI files: pure code
//! without threads, clocks or a network, shared by the plugin and the trainer.

#![forbid(unsafe_code)]
// Musical time is integers: what a cast may lose is said where it is cast.
#![deny(clippy::cast_possible_truncation, clippy::cast_sign_loss, clippy::cast_possible_wrap)]

mod bars;
mod beats;
mod context;
mod context_note;
mod drum_lane;
mod heard_scale;
mod meter;
mod note;
mod part;
mod pedal;
mod piece;
mod piece_clock;
mod replace;
mod scale;
mod take;
mod text;
mod timeline;
mod tokenizer;
mod vocabulary;

pub mod midi_file;

pub use bars::form_begins;
pub use beats::Beats;
pub use context::{BarPosition, Context};
pub use context_note::ContextNote;
pub use drum_lane::DrumLane;
pub use heard_scale::heard_scale;
pub use meter::{Meter, Tempo};
pub use note::{Channel, Key, Note, Role, Velocity};
pub use part::{DRUM_CHANNEL, Part, PartSet, UnknownPart};
pub use pedal::PedalMove;
pub use piece::{Piece, Track};
pub use piece_clock::PieceClock;
pub use replace::replace;
pub use scale::{PitchClasses, Scale};
pub use take::{joined_pedal, take, with_band};
pub use text::one_line;
pub use timeline::Timeline;
pub use tokenizer::{Step, Token, Tokenizer, has_pedal, key_symbol, part_symbol};
pub use vocabulary::{Alphabet, TICK, TICKS_PER_BEAT, Tick, Vocabulary, beats_at, tick_at};
