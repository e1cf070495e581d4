//! Watches the devices on a thread of its own: audio and MIDI may come and go, and the jam goes on.

use std::io::{self, Write as _};
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::thread::{self, JoinHandle};
use std::time::{Duration, Instant};

use segue_music::one_line;

use super::audio::driver::{AudioError, AudioRequest, Driver, DriverHealth, SharedInstrument};
use super::midi::ports::{Ports, WantedInputs};
use super::sound_status::SoundStatus;
use super::transport::handle::TransportHandle;

/// How often the clock's state is looked at, and every how many times the devices are.
const POLL: Duration = Duration::from_millis(100);
const DEVICES_EVERY: u64 = 5;

/// How often to try to open audio while there is none.
const RETRY: Duration = Duration::from_secs(2);

/// How long a driver may go without a callback before it counts as lost.
const TIMEOUT: Duration = Duration::from_secs(4);

/// The shortest time between two notices of dropouts.
const DROPOUT_NOTICE: Duration = Duration::from_secs(10);

/// The devices that the player asks for.
#[derive(Clone, Debug, Default)]
pub struct DeviceRequest {
    /// Where the sound goes.
    pub audio: AudioRequest,
    /// The block size in samples, for a sound card.
    pub frames: Option<u32>,
    /// Parts of the names of the keyboard and of what other tracks come from.
    pub inputs: WantedInputs,
    /// A part of the name of where Segue's notes go, besides its own ports.
    pub midi_out: Option<String>,
}

/// The open devices, and what is known of them.
pub struct DeviceSupervisor {
    request: DeviceRequest,
    instrument: SharedInstrument,
    driver: Driver,
    ports: Ports,
    sound: SoundStatus,
    last_retry: Instant,
    /// The dropouts of which the player was told, and when.
    reported_dropouts: (u32, Instant),
    /// The number of callbacks when it last changed, and when that was.
    last_callback: (u32, Instant),
}

/// A running [`DeviceSupervisor`]. Dropping it closes the devices.
pub struct SupervisorThread {
    stop: Arc<AtomicBool>,
    thread: Option<JoinHandle<()>>,
}

impl DeviceSupervisor {
    /// Takes over the devices that are open.
    pub fn new(
        request: DeviceRequest,
        instrument: SharedInstrument,
        driver: Driver,
        ports: Ports,
        sound: SoundStatus,
    ) -> Self {
        let now = Instant::now();
        Self {
            request,
            instrument,
            driver,
            ports,
            sound,
            last_retry: now,
            reported_dropouts: (0, now),
            last_callback: (0, now),
        }
    }

    /// Looks at every device once, and passes to `say` what the player should know.
    fn poll(&mut self, say: &mut dyn FnMut(String)) {
        self.poll_audio(say);
        // The system's MIDI may list the same devices again.
        let (keyboard, tracks) = self.poll_jack_inputs(say);
        self.ports.search(!keyboard, !tracks);
        self.ports.poll(say);
    }

    /// Returns whether the keyboard, and whether other tracks, come through JACK.
    #[cfg(target_os = "linux")]
    fn poll_jack_inputs(&mut self, say: &mut dyn FnMut(String)) -> (bool, bool) {
        let Driver::Jack(jack) = &mut self.driver else { return (false, false) };
        let WantedInputs { keyboard, tracks } = &self.request.inputs;
        jack.poll_tracks(tracks.as_deref()).map(&mut *say);
        jack.poll_keyboard(keyboard.as_deref()).map(say);
        let has_keyboard = jack.has_keyboard() || (keyboard.is_none() && !jack.keyboards().is_empty());
        (has_keyboard, jack.has_tracks())
    }

    #[cfg(not(target_os = "linux"))]
    fn poll_jack_inputs(&mut self, _say: &mut dyn FnMut(String)) -> (bool, bool) {
        (false, false)
    }

    fn poll_audio(&mut self, say: &mut dyn FnMut(String)) {
        let now = Instant::now();
        let callbacks = self.driver.health().map_or(0, DriverHealth::callbacks);
        if callbacks != self.last_callback.0 {
            self.last_callback = (callbacks, now);
        }
        match self.driver.health() {
            Some(health) if health.is_lost() || self.last_callback.1.elapsed() > TIMEOUT => {
                let name = self.driver.name().to_owned();
                if let Some(timer) = Driver::timer(&self.instrument) {
                    self.driver = timer;
                    self.ports.lose_tracks();
                    self.sound.set(Some(format!("{name} is gone")));
                    say(format!("{name} is gone; Segue goes on without sound until it is back"));
                }
            }
            Some(health) => {
                let (reported, when) = self.reported_dropouts;
                let dropouts = health.dropouts();
                if dropouts > reported && when.elapsed() > DROPOUT_NOTICE {
                    let late = dropouts - reported;
                    say(format!("{late} blocks of sound came too late; larger blocks help"));
                    self.reported_dropouts = (dropouts, now);
                }
            }
            None if self.request.audio != AudioRequest::None && self.last_retry.elapsed() > RETRY => {
                self.last_retry = now;
                if let Ok(driver) = self.open() {
                    #[cfg(target_os = "linux")]
                    if let (Driver::Jack(jack), Some(name)) = (&driver, &self.request.midi_out) {
                        // The receiver may return later than its server; then the player
                        // connects it in the server.
                        let _ = jack.send_to(name);
                    }
                    say(format!("sound: {}", driver.name()));
                    self.sound.set(None);
                    self.driver = driver;
                    let opened = Instant::now();
                    self.reported_dropouts = (0, opened);
                    self.last_callback = (0, opened);
                }
            }
            None => {}
        }
    }

    fn open(&self) -> Result<Driver, AudioError> {
        Driver::open(&self.request.audio, &self.instrument, self.request.frames)
    }

    /// Watches the devices on a thread from now on, and prints what the player should know.
    pub fn start(mut self, transport: TransportHandle) -> SupervisorThread {
        let stop = Arc::new(AtomicBool::new(false));
        let stopped = stop.clone();
        let run = move || {
            let mut printed = String::new();
            for turn in 0.. {
                if stopped.load(Ordering::Acquire) {
                    break;
                }
                if turn % DEVICES_EVERY == 0 {
                    self.poll(&mut |notice| say(&one_line(&notice)));
                }
                let summary = transport.summary();
                if summary != printed {
                    say(&summary);
                    printed = summary;
                }
                thread::park_timeout(POLL);
            }
        };
        let thread = thread::Builder::new().name("segue-devices".to_owned()).spawn(run).ok();
        SupervisorThread { stop, thread }
    }
}

/// Prints a line. Where nobody reads it, the music goes on.
fn say(line: &str) {
    let _ = writeln!(io::stdout(), "{line}");
}

impl Drop for SupervisorThread {
    fn drop(&mut self) {
        self.stop.store(true, Ordering::Release);
        if let Some(thread) = self.thread.take() {
            thread.thread().unpark();
            let _ = thread.join();
        }
    }
}
