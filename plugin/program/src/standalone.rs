//! `segue play`: the plugin as an instrument of its own, with its clock, its sound and its MIDI ports.
//!
//! The framework has a program of this kind, too. Its clock is JACK's or stands, it has neither metronome nor tap, takes ports by
//! exact name at the start only, and falls with a sound card that is unplugged; so this is a host of our own, for one plugin.
//!
//! | file | thread | |
//! |---|---|---|
//! | [`driver`]: [`jack`], [`system`], [`quiet`] | audio | who calls for audio |
//! | [`instrument`] | audio | the plugin, its clock and its metronome; [`context`] is what the plugin asks of its host |
//! | [`conductor`], [`tap`], [`click`] | audio | tempo, metre, where the song is; the sound of a beat |
//! | [`cue`] | both | what the player tells the clock |
//! | [`wire`], [`wires`] | both | MIDI, and between ports and audio |
//! | [`ports`] | MIDI's | the system's MIDI ports |
//! | [`stage`] | its own | what is plugged in, and in again; [`devices`] and [`choice`] name it |
//! | [`terminal`], [`window`], [`strip`], [`panel`] | main | what the player sees and types |
//! | [`memory`], [`preset`] | main | what is kept from one time to the next; presets by name |

mod choice;
mod click;
mod conductor;
mod context;
mod cue;
mod devices;
mod driver;
mod hush;
mod instrument;
#[cfg(target_os = "linux")]
mod jack;
mod memory;
mod panel;
mod ports;
mod preset;
mod quiet;
mod stage;
mod strip;
mod system;
mod tap;
mod terminal;
mod window;
mod wire;
mod wires;

use std::io;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::thread;
use std::time::{Duration, Instant};

use anyhow::{Context as _, Result, bail};
use nice_plug::prelude::{Params, Plugin};
use parking_lot::Mutex;
use segue::between::settings::Trigger;
use segue::host::plugin::Segue;
use segue_music::{Meter, Tempo};

use cue::{Baton, Cue, baton};
pub use devices::list;
pub use driver::Wanted;
use driver::{Driver, NoSound};
use instrument::Instrument;
use ports::{Exit, Ports};
pub use stage::Wishes;
use stage::{Staffed, Stage};
pub use terminal::{meter, tempo};
use window::Own;

/// How long the last note-offs may take at the end: several of the longest blocks.
const LAST: Duration = Duration::from_millis(1000);

/// How often somebody looks whether it ends.
const LOOK: Duration = Duration::from_millis(20);

/// What the player wants.
#[derive(Debug, Default)]
pub struct Play {
    /// Of audio and MIDI.
    pub wishes: Wishes,
    /// The tempo; the clock goes from the start if there is one.
    pub tempo: Option<Tempo>,
    /// The metre.
    pub meter: Option<Meter>,
    /// Whether it clicks, and goes, from the start.
    pub metronome: bool,
    /// A part of the name of a preset.
    pub preset: Option<String>,
    /// What taps the tempo.
    pub tap: Option<Trigger>,
    /// Whether there is a window.
    pub window: bool,
}

/// Plays until the player has enough. An error where nothing could be heard, seen or sent.
pub fn play(play: Play) -> Result<()> {
    let mut segue = Segue::default();
    let params = segue.params();
    recall(params.as_ref());
    if let Some(name) = &play.preset {
        preset::apply(params.as_ref(), name)?;
    }
    let (baton, cues) = baton();
    let own = if play.window { Own::of(&mut segue, baton.clone()) } else { None };
    let exit = Exit::open(play.wishes.midi_out.as_deref());
    // With JACK, the name may be one of its ports.
    let (exit, elsewhere) = match exit {
        Ok(exit) => (exit, None),
        Err(unknown) => (Exit::open(None).ok().flatten(), Some(unknown)),
    };
    let (wires, inlet, due) = wires::wires(exit.is_some());
    let instrument = Arc::new(Mutex::new(Instrument::new(segue, cues, wires, play.tap)));
    conduct(&play, &baton);

    let (driver, no_sound) = sound(&play.wishes, &instrument)?;
    #[cfg(target_os = "linux")]
    let elsewhere = match (&driver, &play.wishes.midi_out, elsewhere) {
        (Driver::Jack(jack), Some(name), Some(_)) => jack.send_to(name).err(),
        (_, _, elsewhere) => elsewhere,
    };
    if let Some(unknown) = elsewhere {
        return Err(unknown.into());
    }
    let ports = Ports::open(play.wishes.midi_in.clone(), inlet, exit, due, keyboards(&driver))?;

    let opened = own.map(|own| own.open());
    let window = match opened {
        Some(Ok(window)) => Some(window),
        Some(Err(error)) => {
            println!("no window, as there is no display ({error}); Segue goes on without");
            None
        }
        None => None,
    };
    match no_sound {
        None => println!("sound: {}", driver.name()),
        Some(missing) if window.is_some() || ports::exist() => {
            println!("no sound; Segue goes on without, and takes it when it is there\n{missing}");
        }
        Some(missing) => bail!("neither sound, nor MIDI, nor a window:\n{missing}\n{}", ports::NONE),
    }
    println!("{}", terminal::HELP);

    let quit = Arc::new(AtomicBool::new(false));
    let jam = Jam {
        baton: baton.clone(),
        params,
        stage: Stage::new(play.wishes, instrument, driver, ports).staff(baton.clone()),
    };
    let jam = Arc::new(Mutex::new(Some(jam)));
    end_by_signal(&quit, window.is_some().then(|| jam.clone()));
    listen_to_terminal(&baton, &quit);
    let quits = || quit.load(Ordering::Acquire);
    match window {
        Some(window) => window.stay(quits).unwrap_or_else(|error| println!("the window closed: {error}")),
        None => {
            while !quits() {
                thread::sleep(LOOK);
            }
        }
    }
    if let Some(jam) = jam.lock().take() {
        jam.end();
    }
    Ok(())
}

/// What is to be ended in order.
struct Jam {
    baton: Baton,
    params: Arc<dyn Params>,
    stage: Staffed,
}

impl Jam {
    /// Every note ends, then everything is unplugged, and what is to be kept is kept.
    fn end(self) {
        self.baton.give(Cue::End);
        let begun = Instant::now();
        while !self.baton.ended() && begun.elapsed() < LAST {
            thread::sleep(LOOK / 10);
        }
        // What the last block sent is to arrive.
        thread::sleep(LOOK);
        drop(self.stage);
        if let Some(place) = memory::place()
            && let Err(error) = memory::write(&place, &memory::state_of(self.params.as_ref()))
        {
            println!("{}: what is set cannot be kept: {error}", place.display());
        }
    }
}

/// Sound, or how it is without, and why.
fn sound(wishes: &Wishes, instrument: &driver::Shared) -> Result<(Driver, Option<String>)> {
    let why = match Driver::open(&wishes.audio, instrument, wishes.frames) {
        Ok(driver) => return Ok((driver, None)),
        Err(NoSound::Unknown(unknown)) => return Err(unknown.into()),
        Err(error) => error.to_string(),
    };
    let quiet = Driver::quiet(instrument).context("no thread can be had")?;
    Ok((quiet, Some(why)))
}

fn keyboards(driver: &Driver) -> Vec<String> {
    match driver {
        #[cfg(target_os = "linux")]
        Driver::Jack(jack) => jack.sources(),
        _ => Vec::new(),
    }
}

/// What the clock does from the start.
fn conduct(play: &Play, baton: &Baton) {
    let cues = [
        play.meter.map(Cue::Meter),
        play.tempo.map(Cue::Tempo),
        play.tempo.map(|_| Cue::Start),
        play.metronome.then_some(Cue::Click(true)),
    ];
    cues.into_iter().flatten().for_each(|cue| {
        baton.give(cue);
    });
}

/// As it was left the last time.
fn recall(params: &dyn Params) {
    let Some(place) = memory::place() else { return };
    match memory::read(&place) {
        Ok(Some(state)) => memory::restore(params, state),
        Ok(None) => {}
        Err(error) => println!("{}: cannot be read ({error}); Segue begins as new", place.display()),
    }
}

/// Ctrl-C ends it in order. Where the system keeps the main thread for the window, from here.
fn end_by_signal(quit: &Arc<AtomicBool>, jam: Option<Arc<Mutex<Option<Jam>>>>) {
    let quit = quit.clone();
    let jam = jam.filter(|_| cfg!(not(target_os = "linux")));
    let end = move || {
        quit.store(true, Ordering::Release);
        if let Some(jam) = jam.as_ref().and_then(|jam| jam.lock().take()) {
            jam.end();
            std::process::exit(0);
        }
    };
    if let Err(error) = on_signal(end) {
        println!("Ctrl-C will not end the notes: {error}; end with q");
    }
}

/// Whoever asks a second time is not made to wait.
#[cfg(unix)]
fn on_signal(end: impl Fn() + Send + 'static) -> io::Result<()> {
    use signal_hook::consts::{SIGHUP, SIGINT, SIGTERM};
    use signal_hook::iterator::Signals;
    let mut signals = Signals::new([SIGINT, SIGTERM, SIGHUP])?;
    let run = move || {
        for (asked, _) in signals.forever().enumerate() {
            if asked > 0 {
                std::process::exit(1);
            }
            end();
        }
    };
    thread::Builder::new().name("segue-signals".to_owned()).spawn(run).map(drop)
}

#[cfg(windows)]
fn on_signal(end: impl Fn() + Send + 'static) -> Result<(), ctrlc::Error> {
    ctrlc::set_handler(end)
}

fn listen_to_terminal(baton: &Baton, quit: &Arc<AtomicBool>) {
    let (baton, quit) = (baton.clone(), quit.clone());
    let run = move || {
        let end = || quit.store(true, Ordering::Release);
        terminal::follow(io::stdin().lock(), &baton, |said| println!("{said}"), end);
    };
    if let Err(error) = thread::Builder::new().name("segue-terminal".to_owned()).spawn(run) {
        println!("the terminal is not listened to: {error}");
    }
}
