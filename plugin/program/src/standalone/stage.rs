//! What the instrument is plugged into, and who plugs it in again: audio and MIDI come and go, the jam goes on.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::thread::{self, JoinHandle};
use std::time::{Duration, Instant};

use super::cue::Baton;
use super::driver::{Driver, Health, NoSound, Shared, Wanted};
use super::ports::Ports;

/// How often somebody looks at the clock, and how many looks there are between two at what is plugged in.
const LOOK: Duration = Duration::from_millis(100);
const LOOKS: u64 = 5;

/// How often sound is asked for where there is none.
const ASK: Duration = Duration::from_secs(2);

/// How long a device may keep silent before it counts as gone.
const HANGS: Duration = Duration::from_secs(4);

/// How often blocks that came too late are told at most.
const COMPLAIN: Duration = Duration::from_secs(10);

/// What the player wants of audio and MIDI.
#[derive(Clone, Debug, Default)]
pub struct Wishes {
    /// Who calls for audio.
    pub audio: Wanted,
    /// Samples a block, where a sound card is asked.
    pub frames: Option<u32>,
    /// A part of the name of the keyboard.
    pub midi_in: Option<String>,
    /// A part of the name of where Segue's notes go, besides its own ports.
    pub midi_out: Option<String>,
}

/// Everything that is plugged in.
pub struct Stage {
    wishes: Wishes,
    instrument: Shared,
    driver: Driver,
    ports: Ports,
    asked: Instant,
    told: (u32, Instant),
    /// How often the driver had called, and when that was more than before.
    called: (u32, Instant),
}

/// A stage with somebody to look after it. Dropped, it is unplugged.
pub struct Staffed {
    stop: Arc<AtomicBool>,
    thread: Option<JoinHandle<()>>,
}

impl Stage {
    /// With what plays now.
    pub fn new(wishes: Wishes, instrument: Shared, driver: Driver, ports: Ports) -> Self {
        let now = Instant::now();
        Self { wishes, instrument, driver, ports, asked: now, told: (0, now), called: (0, now) }
    }

    /// Looks at everything once; what there is to say goes to `say`.
    pub fn look_after(&mut self, say: &mut dyn FnMut(String)) {
        self.look_at_sound(say);
        // The same keyboard may be there twice.
        let heard = self.look_into_jack(say);
        self.ports.look(!heard);
        self.ports.look_after().map(say);
    }

    /// Whether a keyboard comes through JACK.
    #[cfg(target_os = "linux")]
    fn look_into_jack(&mut self, say: &mut dyn FnMut(String)) -> bool {
        let Driver::Jack(jack) = &mut self.driver else { return false };
        jack.look_after(self.wishes.midi_in.as_deref()).map(say);
        jack.listens() || (self.wishes.midi_in.is_none() && !jack.keyboards().is_empty())
    }

    #[cfg(not(target_os = "linux"))]
    fn look_into_jack(&mut self, _say: &mut dyn FnMut(String)) -> bool {
        false
    }

    fn look_at_sound(&mut self, say: &mut dyn FnMut(String)) {
        let calls = self.driver.health().map_or(0, Health::calls);
        if calls != self.called.0 {
            self.called = (calls, Instant::now());
        }
        match self.driver.health() {
            Some(health) if health.is_gone() || self.called.1.elapsed() > HANGS => {
                let name = self.driver.name().to_owned();
                if let Some(quiet) = Driver::quiet(&self.instrument) {
                    self.driver = quiet;
                    say(format!("{name} is gone; Segue goes on without sound until it is back"));
                }
            }
            Some(health) => {
                let (told, when) = self.told;
                let dropouts = health.dropouts();
                if dropouts > told && when.elapsed() > COMPLAIN {
                    say(format!("{} blocks of sound came too late; larger blocks help", dropouts - told));
                    self.told = (dropouts, Instant::now());
                }
            }
            None if self.wishes.audio != Wanted::Nothing && self.asked.elapsed() > ASK => {
                self.asked = Instant::now();
                if let Ok(driver) = self.open() {
                    #[cfg(target_os = "linux")]
                    if let (Driver::Jack(jack), Some(name)) = (&driver, &self.wishes.midi_out) {
                        // It may come back later than its server; the player sees that in the server.
                        let _ = jack.send_to(name);
                    }
                    say(format!("sound: {}", driver.name()));
                    self.driver = driver;
                    (self.told, self.called) = ((0, Instant::now()), (0, Instant::now()));
                }
            }
            None => {}
        }
    }

    fn open(&self) -> Result<Driver, NoSound> {
        Driver::open(&self.wishes.audio, &self.instrument, self.wishes.frames)
    }

    /// Has it looked after from now on, and what changes told to the player.
    pub fn staff(mut self, baton: Baton) -> Staffed {
        let stop = Arc::new(AtomicBool::new(false));
        let stopped = stop.clone();
        let run = move || {
            let mut said = String::new();
            for look in 0.. {
                if stopped.load(Ordering::Acquire) {
                    break;
                }
                if look % LOOKS == 0 {
                    self.look_after(&mut |said| println!("{said}"));
                }
                let says = baton.says();
                if says != said {
                    println!("{says}");
                    said = says;
                }
                thread::park_timeout(LOOK);
            }
        };
        let thread = thread::Builder::new().name("segue-stage".to_owned()).spawn(run).ok();
        Staffed { stop, thread }
    }
}

impl Drop for Staffed {
    fn drop(&mut self) {
        self.stop.store(true, Ordering::Release);
        if let Some(thread) = self.thread.take() {
            thread.thread().unpark();
            let _ = thread.join();
        }
    }
}
