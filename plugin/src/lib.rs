//! Segue, an instrument that listens to what you play and goes on playing.
//!
//! Each folder says in its first lines which thread it runs on, what it may touch and what it must
//! not.
//!
//! | folder | thread | |
//! |---|---|---|
//! | [`between`] | any, wait-free | what the threads pass to each other; `segue-realtime` |
//! | [`audio`] | audio | from host events to the composer, from plans to sound; `segue-realtime` |
//! | [`composer`] | composer | hears, decides when to play, plans ahead of the playhead |
//! | [`takes`] | all but audio | what was played, to be shown, exported and saved |
//! | [`models`] | all but audio | the model in the plugin's file and those in the player's folder |
//! | [`sounds`] | all; what it makes plays on audio | the SoundFonts in the player's folder |
//! | [`params`] | all | parameters, saved state, presets |
//! | [`status`] | all but audio | what the editor shows of an instance |
//! | [`editor`] | GUI | the window |
//! | [`host`] | host's | the plugin as hosts see it |

pub mod composer;
pub mod editor;
pub mod host;
pub mod models;
pub mod params;
pub mod sounds;
pub mod status;
pub mod takes;

pub use segue_realtime::{audio, between};

use host::plugin::Segue;
use nice_plug::prelude::*;

nice_export_vst3!(Segue);
