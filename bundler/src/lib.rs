//! Lays out Segue's plugin bundles, installs them, and tries them in a headless CLAP host; the
//! tests of this workspace open the plugin through the same host and the same script of a phrase
//! and a clock.

mod bundle;
mod clap_editor;
mod clap_host;
mod clap_messages;
mod clap_presets;
mod folders;
mod host;
mod layout;
mod performance;
mod piano_roll;
mod script;
mod take;
mod trial;
mod workspace;

pub use bundle::bundle;
pub use clap_host::ClapHost;
pub use clap_presets::{FoundPreset, PresetBrowser, PresetPlace};
pub use folders::{Folders, install, uninstall};
pub use host::{Block, Event, Host, Message, Output, Parameter, Setup, Transport};
pub use layout::{Bundles, Content, File, Os, library_name};
pub use performance::{Performance, PlayedNote};
pub use piano_roll::piano_roll;
pub use script::{Clock, Cue, Script};
pub use take::Take;
pub use trial::{ANSWER_CHANNEL, Trial};
pub use workspace::Workspace;
