//! What the threads pass to each other. Any thread may use it, so everything here is wait-free: no
//! lock, no allocation after construction, no log. It depends on `segue-music` and on the ring
//! buffer, and on no other folder. It must never name the model, the plugin framework or the
//! editor.

pub mod band;
pub mod boundary;
pub mod choice;
pub mod convert;
pub mod doing;
pub mod entry;
pub mod heard;
pub mod instrument;
pub mod limits;
pub mod message;
pub mod meters;
pub mod mode;
pub mod planned;
pub mod prefault;
pub mod settings;
pub mod situation;
pub mod sounded;
pub mod span;
pub mod survival;
pub mod touch;
pub mod yielding;
