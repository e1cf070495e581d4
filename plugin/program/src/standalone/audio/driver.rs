//! The audio driver: JACK, the system's sound card, or a timer where there is no sound.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicU32, Ordering};

use parking_lot::Mutex;

use super::instrument::Instrument;
#[cfg(target_os = "linux")]
use super::jack::Jack;
use super::sound_card::SoundCard;
use super::timer_driver::TimerDriver;
use crate::standalone::device_name::UnknownName;

/// The instrument, which one driver plays at a time. A callback that finds it locked plays silence
/// and does not wait.
pub type SharedInstrument = Arc<Mutex<Instrument>>;

/// What a driver's callbacks report.
#[derive(Debug, Default)]
pub struct DriverHealth {
    callbacks: AtomicU32,
    lost: AtomicBool,
    dropouts: AtomicU32,
}

impl DriverHealth {
    /// Counts a callback.
    ///
    /// # Real-time safety
    /// Wait-free.
    pub fn count_callback(&self) {
        self.callbacks.fetch_add(1, Ordering::Relaxed);
    }

    /// Callbacks so far. A driver that hangs does not report it; this number stands still.
    pub fn callbacks(&self) -> u32 {
        self.callbacks.load(Ordering::Relaxed)
    }

    /// Records that the device is gone.
    ///
    /// # Real-time safety
    /// Wait-free.
    pub fn set_lost(&self) {
        self.lost.store(true, Ordering::Release);
    }

    /// Counts a block that came too late.
    ///
    /// # Real-time safety
    /// Wait-free.
    pub fn count_dropout(&self) {
        self.dropouts.fetch_add(1, Ordering::Relaxed);
    }

    /// Whether the device is gone.
    pub fn is_lost(&self) -> bool {
        self.lost.load(Ordering::Acquire)
    }

    /// Blocks that came too late.
    pub fn dropouts(&self) -> u32 {
        self.dropouts.load(Ordering::Relaxed)
    }
}

/// The audio that the player asks for.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub enum AudioRequest {
    /// JACK if it is running, else the system's default device.
    #[default]
    Any,
    /// JACK.
    Jack,
    /// The system's device with this in its name.
    Named(String),
    /// No sound.
    None,
}

/// Why there is no sound.
#[derive(Debug, thiserror::Error)]
pub enum AudioError {
    /// No device has that name.
    #[error(transparent)]
    Unknown(#[from] UnknownName),
    /// No driver could be opened: a line for each one tried.
    #[error("{}", .0.join("\n"))]
    Unavailable(Vec<String>),
    /// The player asked for none.
    #[error("no sound, as asked for")]
    NotRequested,
}

/// An open driver, which plays the instrument.
pub enum Driver {
    /// A JACK server.
    #[cfg(target_os = "linux")]
    Jack(Jack),
    /// The system's sound card.
    SoundCard(SoundCard),
    /// No sound: a timer calls for blocks.
    Timer(TimerDriver),
}

impl Driver {
    /// Opens what the player asks for. `frames` is the wanted block size, in samples.
    ///
    /// # Errors
    /// Why there is no sound; [`Self::timer`] still works.
    pub fn open(
        request: &AudioRequest,
        instrument: &SharedInstrument,
        frames: Option<u32>,
    ) -> Result<Self, AudioError> {
        let mut reasons = Vec::new();
        #[cfg(target_os = "linux")]
        if matches!(request, AudioRequest::Any | AudioRequest::Jack) {
            match Jack::open(instrument) {
                Ok(jack) => return Ok(Self::Jack(jack)),
                Err(error) => reasons.push(error.to_string()),
            }
        }
        #[cfg(not(target_os = "linux"))]
        if *request == AudioRequest::Jack {
            reasons.push("JACK: this program was built without it; choose a device of the system".to_owned());
        }
        let name = match request {
            AudioRequest::None => return Err(AudioError::NotRequested),
            AudioRequest::Jack => return Err(AudioError::Unavailable(reasons)),
            AudioRequest::Any => None,
            AudioRequest::Named(name) => Some(name.as_str()),
        };
        match SoundCard::open(name, instrument, frames) {
            Ok(card) => Ok(Self::SoundCard(card)),
            Err(AudioError::Unavailable(more)) => {
                reasons.extend(more);
                Err(AudioError::Unavailable(reasons))
            }
            Err(error) => Err(error),
        }
    }

    /// A driver without sound. `None` if the system gives us no thread.
    pub fn timer(instrument: &SharedInstrument) -> Option<Self> {
        TimerDriver::start(instrument).map(Self::Timer)
    }

    /// What its callbacks report; `None` for a timer, which cannot fail.
    pub fn health(&self) -> Option<&DriverHealth> {
        match self {
            #[cfg(target_os = "linux")]
            Self::Jack(jack) => Some(jack.health()),
            Self::SoundCard(card) => Some(card.health()),
            Self::Timer(_) => None,
        }
    }

    /// Its name, for the player.
    pub fn name(&self) -> &str {
        match self {
            #[cfg(target_os = "linux")]
            Self::Jack(jack) => jack.name(),
            Self::SoundCard(card) => card.name(),
            Self::Timer(timer) => timer.name(),
        }
    }
}
