//! Whoever calls for audio: JACK, the system's sound card, or, where there is neither, a clock of our own.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicU32, Ordering};

use parking_lot::Mutex;

use super::choice::Unknown;
use super::instrument::Instrument;
#[cfg(target_os = "linux")]
use super::jack::Jack;
use super::quiet::Quiet;
use super::system::System;

/// The instrument, lent to one driver at a time. A callback that finds it taken plays silence rather than wait.
pub type Shared = Arc<Mutex<Instrument>>;

/// How a driver is, as told by its callbacks.
#[derive(Debug, Default)]
pub struct Health {
    calls: AtomicU32,
    gone: AtomicBool,
    dropouts: AtomicU32,
}

impl Health {
    /// It calls.
    ///
    /// # Real-time safety
    /// Counts.
    pub fn call(&self) {
        self.calls.fetch_add(1, Ordering::Relaxed);
    }

    /// How often it has called: what hangs does not say so.
    pub fn calls(&self) -> u32 {
        self.calls.load(Ordering::Relaxed)
    }

    /// It calls no more.
    ///
    /// # Real-time safety
    /// Sets a flag.
    pub fn lose(&self) {
        self.gone.store(true, Ordering::Release);
    }

    /// A block came too late.
    ///
    /// # Real-time safety
    /// Counts.
    pub fn drop_out(&self) {
        self.dropouts.fetch_add(1, Ordering::Relaxed);
    }

    /// Whether it calls no more.
    pub fn is_gone(&self) -> bool {
        self.gone.load(Ordering::Acquire)
    }

    /// How many blocks came too late.
    pub fn dropouts(&self) -> u32 {
        self.dropouts.load(Ordering::Relaxed)
    }
}

/// Which audio the player wants.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub enum Wanted {
    /// JACK where it runs, else the system's default.
    #[default]
    Any,
    /// JACK.
    Jack,
    /// The system's device whose name has this as a part.
    Named(String),
    /// None.
    Nothing,
}

/// Why there is no sound.
#[derive(Debug, thiserror::Error)]
pub enum NoSound {
    /// No such device.
    #[error(transparent)]
    Unknown(#[from] Unknown),
    /// Nothing that could be had.
    #[error("{}", .0.join("\n"))]
    Missing(Vec<String>),
    /// The player does not want any.
    #[error("no sound, as asked for")]
    Unwanted,
}

/// One of them, playing.
pub enum Driver {
    /// JACK's server.
    #[cfg(target_os = "linux")]
    Jack(Jack),
    /// The system's sound card.
    System(System),
    /// Nobody: time passes.
    Quiet(Quiet),
}

impl Driver {
    /// Opens what the player wants, or says why there is no sound.
    pub fn open(wanted: &Wanted, instrument: &Shared, frames: Option<u32>) -> Result<Self, NoSound> {
        let mut missing = Vec::new();
        #[cfg(target_os = "linux")]
        if matches!(wanted, Wanted::Any | Wanted::Jack) {
            match Jack::open(instrument) {
                Ok(jack) => return Ok(Self::Jack(jack)),
                Err(error) => missing.push(error.to_string()),
            }
        }
        #[cfg(not(target_os = "linux"))]
        if *wanted == Wanted::Jack {
            missing.push("JACK: this program was built without it; choose a device of the system".to_owned());
        }
        let name = match wanted {
            Wanted::Nothing => return Err(NoSound::Unwanted),
            Wanted::Jack => return Err(NoSound::Missing(missing)),
            Wanted::Any => None,
            Wanted::Named(name) => Some(name.as_str()),
        };
        match System::open(name, instrument, frames) {
            Ok(system) => Ok(Self::System(system)),
            Err(NoSound::Missing(more)) => {
                missing.extend(more);
                Err(NoSound::Missing(missing))
            }
            Err(error) => Err(error),
        }
    }

    /// One that makes no sound.
    pub fn quiet(instrument: &Shared) -> Option<Self> {
        Quiet::start(instrument).map(Self::Quiet)
    }

    /// How it is; nothing to lose where nobody calls.
    pub fn health(&self) -> Option<&Health> {
        match self {
            #[cfg(target_os = "linux")]
            Self::Jack(jack) => Some(jack.health()),
            Self::System(system) => Some(system.health()),
            Self::Quiet(_) => None,
        }
    }

    /// What it is, for the player.
    pub fn name(&self) -> &str {
        match self {
            #[cfg(target_os = "linux")]
            Self::Jack(jack) => jack.name(),
            Self::System(system) => system.name(),
            Self::Quiet(quiet) => quiet.name(),
        }
    }
}
