//! Segue, an instrument that listens to what you play and goes on playing.
//!
//! The path of a note, one file a station:
//!
//! | file | thread | |
//! |---|---|---|
//! | [`plugin`], [`framework`] | host's | the framework's callbacks; nothing that falls there reaches the host |
//! | [`processor`] | audio | the only place that knows sample offsets |
//! | [`clock`] | audio | samples to jam Beats and back, from the host's transport |
//! | [`touch`] | editor to audio | what is played on the keys in the window |
//! | [`player`], [`echo`] | audio | what the player holds; what is our own coming back |
//! | [`heard`] | audio to composer | what was heard |
//! | [`boundary`], [`pace`] | both | the rings between the threads, and who waits for whom: offline only |
//! | [`composer`] | composer | planning ahead; [`answer`], [`phrase`], [`turns`] say when, [`groove`] how far off the grid |
//! | [`planned`] | composer to audio | notes to come |
//! | [`revisions`] | audio | which plans are still wanted |
//! | [`scheduler`], [`voices`] | audio | what is due; every on has its off |
//! | [`sound`] | audio | the built-in tone |
//! | [`sounded`] | audio to composer | what really sounded, which nothing that is played depends on |
//! | [`journal`], [`takes`] | composer | what sounded, cut into takes; played again, made anew, exported, saved |
//!
//! Around it: [`params`], [`state`], [`ranges`] and [`settings`]; [`presets`], and [`preset_discovery`] and [`preset_load`] for hosts that browse, by way of [`clap_entry`]; [`status`], [`roll`] and [`editor`]; [`embedded`], the model in the file, [`models`], the
//! player's own, and [`model_choice`] between them; [`composer_thread`]; [`anchor`], against a crash of hosts; [`log`], in debug builds; [`limits`], every capacity, and [`resident`], memory that is there in time.

pub mod anchor;
pub mod answer;
pub mod boundary;
pub mod clap_entry;
pub mod clock;
pub mod composer;
pub mod composer_thread;
pub mod echo;
pub mod editor;
pub mod embedded;
pub mod framework;
pub mod groove;
pub mod heard;
pub mod journal;
pub mod limits;
pub mod log;
pub mod message;
pub mod model_choice;
pub mod models;
pub mod pace;
pub mod params;
pub mod phrase;
pub mod planned;
pub mod player;
pub mod plugin;
pub mod preset_discovery;
pub mod preset_load;
pub mod presets;
pub mod processor;
pub mod ranges;
pub mod resident;
pub mod revisions;
pub mod roll;
pub mod scheduler;
pub mod settings;
pub mod sound;
pub mod sounded;
pub mod state;
pub mod status;
pub mod takes;
pub mod touch;
pub mod turns;
pub mod voices;

use nice_plug::prelude::*;
use plugin::Segue;

nice_export_vst3!(Segue);
