//! Lays out Segue's plugin bundles, installs them, packs releases, and tries the plugin in a
//! headless CLAP host; the tests of this workspace open it through the same host and the same
//! script of a phrase and a clock.

mod archive;
mod bundle;
mod clap_about;
mod clap_editor;
mod clap_host;
mod clap_messages;
mod clap_presets;
mod folders;
mod host;
mod layout;
mod performance;
mod piano_roll;
mod picture;
mod release;
mod script;
mod system;
mod take;
mod third_party;
mod trial;
mod workspace;

pub use bundle::bundle;
pub use clap_about::Page;
pub use clap_host::ClapHost;
pub use clap_presets::{FoundPreset, PresetBrowser, PresetPlace};
pub use folders::{Folders, install, uninstall};
pub use host::{Block, Event, Host, Message, Output, Parameter, Setup, Transport};
pub use layout::{Bundles, Content, File, Os, library_name};
pub use performance::{Performance, PlayedNote};
pub use piano_roll::piano_roll;
pub use picture::picture;
pub use release::pack;
pub use script::{Clock, Cue, Script};
pub use system::System;
pub use take::Take;
pub use trial::{ANSWER_CHANNEL, Open, Trial};
pub use workspace::Workspace;
