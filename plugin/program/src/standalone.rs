//! `segue play`: the plugin as an instrument of its own, with a transport, sound and MIDI ports.
//!
//! The framework has a standalone host, too. Its transport is JACK's or stopped, it has neither
//! metronome nor tap tempo, finds ports by exact name and only at the start, and ends when a sound
//! card is unplugged. So this is a host of our own, for one plugin.
//!
//! | module | thread | |
//! |---|---|---|
//! | [`transport`] | audio, any | tempo, metre and song position; commands from the player |
//! | [`midi`] | audio, MIDI | messages, queues and the system's ports |
//! | [`audio`] | audio | the instrument, and the drivers that play it |
//! | [`device_supervisor`] | its own | opens devices again when they come back |
//! | [`terminal`] | its own | what the player types |
//! | [`window`] | main | the plugin's editor with a row for the transport |
//! | [`sound_status`] | main, device | whether there is sound, for the window |
//! | [`device_list`], [`device_name`] | main | devices as text, and found by name |
//! | [`saved_state`], [`preset`] | main | what is kept between runs; presets by name |

mod alsa_errors;
mod audio;
mod device_list;
mod device_name;
mod device_supervisor;
mod midi;
mod preset;
mod saved_state;
mod sound_status;
mod terminal;
mod transport;
mod window;

use std::io;
use std::path::PathBuf;
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

pub use audio::driver::AudioRequest;
use audio::driver::{AudioError, Driver, SharedInstrument};
use audio::instrument::Instrument;
pub use device_list::device_list;
pub use device_supervisor::DeviceRequest;
use device_supervisor::{DeviceSupervisor, SupervisorThread};
pub use midi::ports::WantedInputs;
use midi::ports::{self, OutputPort, Ports};
use midi::queues::midi_queues;
use sound_status::SoundStatus;
pub use terminal::{meter, tempo};
use transport::handle::{Command, TransportHandle, transport_channel};
use window::plugin_window::PluginWindow;

/// How long to wait at the end for the last note-offs: several of the longest blocks.
const LAST_BLOCK: Duration = Duration::from_millis(1000);

/// How often to look whether the program should end.
const POLL: Duration = Duration::from_millis(20);

/// What the player asks for.
#[derive(Debug, Default)]
pub struct PlayOptions {
    /// Audio and MIDI.
    pub devices: DeviceRequest,
    /// The tempo. If there is one, the clock plays from the start.
    pub tempo: Option<Tempo>,
    /// The metre.
    pub meter: Option<Meter>,
    /// Whether the metronome is on, and the clock plays, from the start.
    pub metronome: bool,
    /// A part of the name of a preset.
    pub preset: Option<String>,
    /// A key or controller that taps the tempo.
    pub tap: Option<Trigger>,
    /// Whether there is a window.
    pub window: bool,
}

/// Plays until the player ends it.
///
/// # Errors
/// A name that nothing has; or there is neither sound, nor MIDI, nor a window.
pub fn play(options: PlayOptions) -> Result<()> {
    let mut segue = Segue::default();
    let params = segue.params();
    let state_path = restore_state(params.as_ref());
    let preset = match &options.preset {
        Some(name) => Some(preset::apply(params.as_ref(), name)?),
        None => None,
    };
    let (transport, commands) = transport_channel();
    let sound = SoundStatus::default();
    let window = if options.window {
        PluginWindow::new(&mut segue, transport.clone(), sound.clone(), preset)
    } else {
        None
    };
    let output = OutputPort::open(options.devices.midi_out.as_deref());
    // The name may be that of a port in JACK, which is asked later.
    let (output, unknown) = match output {
        Ok(output) => (output, None),
        Err(unknown) => (OutputPort::open(None).ok().flatten(), Some(unknown)),
    };
    let (queues, input, outgoing) = midi_queues(output.is_some());
    let instrument = Instrument::new(segue, commands, queues, options.tap);
    let instrument = Arc::new(Mutex::new(instrument));
    set_up_transport(&options, &transport);

    let (driver, no_sound) = open_audio(&options.devices, &instrument)?;
    sound.set(no_sound.clone());
    #[cfg(target_os = "linux")]
    let unknown = match (&driver, &options.devices.midi_out, unknown) {
        (Driver::Jack(jack), Some(name), Some(_)) => jack.send_to(name).err(),
        (_, _, unknown) => unknown,
    };
    if let Some(unknown) = unknown {
        return Err(unknown.into());
    }
    let wanted = options.devices.inputs.clone();
    let ports = Ports::open(wanted, &input, output, outgoing, jack_sources(&driver))?;

    let window = match window.map(|window| window.open()) {
        Some(Ok(window)) => Some(window),
        Some(Err(error)) => {
            println!("no window, as there is no display ({error}); Segue goes on without");
            None
        }
        None => None,
    };
    match no_sound {
        None => println!("sound: {}", driver.name()),
        Some(reason) if window.is_some() || ports::exist() => {
            println!("no sound; Segue goes on without, and takes it when it is there\n{reason}");
        }
        Some(reason) => {
            eprintln!("{reason}\n{}", ports::NO_MIDI);
            bail!("there is neither sound, nor MIDI, nor a window");
        }
    }
    println!("{}", terminal::HELP);

    let quit = Arc::new(AtomicBool::new(false));
    let supervisor = DeviceSupervisor::new(options.devices, instrument, driver, ports, sound);
    let devices = supervisor.start(transport.clone());
    let session = Session { transport: transport.clone(), params, devices, state_path };
    let session = Arc::new(Mutex::new(Some(session)));
    end_on_signal(&quit, window.is_some().then(|| session.clone()));
    read_terminal(&transport, &quit);
    let should_quit = || quit.load(Ordering::Acquire);
    match window {
        Some(window) => {
            let closed = window.stay(should_quit);
            closed.unwrap_or_else(|error| println!("the window closed: {error}"));
        }
        None => {
            while !should_quit() {
                thread::sleep(POLL);
            }
        }
    }
    if let Some(session) = session.lock().take() {
        session.end();
    }
    Ok(())
}

/// What has to end in order.
struct Session {
    transport: TransportHandle,
    params: Arc<dyn Params>,
    devices: SupervisorThread,
    /// Where the state is saved; `None` if it cannot be.
    state_path: Option<PathBuf>,
}

impl Session {
    /// Ends every note, closes the devices and saves the state.
    fn end(self) {
        self.transport.send(Command::End);
        let start = Instant::now();
        while !self.transport.has_ended() && start.elapsed() < LAST_BLOCK {
            thread::sleep(POLL / 10);
        }
        // Give the last block's messages time to leave.
        thread::sleep(POLL);
        drop(self.devices);
        if let Some(path) = self.state_path
            && let Err(error) = saved_state::write(&path, &saved_state::capture(&*self.params))
        {
            println!("{}: the settings cannot be kept: {error}", path.display());
        }
    }
}

/// Opens the audio, or a timer and the reason why there is no sound.
fn open_audio(request: &DeviceRequest, instrument: &SharedInstrument) -> Result<(Driver, Option<String>)> {
    let reason = match Driver::open(&request.audio, instrument, request.frames) {
        Ok(driver) => return Ok((driver, None)),
        Err(AudioError::Unknown(unknown)) => return Err(unknown.into()),
        Err(error) => error.to_string(),
    };
    let timer = Driver::timer(instrument).context("the system has no thread left")?;
    Ok((timer, Some(reason)))
}

/// The names of what sends MIDI in JACK, if that plays.
fn jack_sources(driver: &Driver) -> Vec<String> {
    match driver {
        #[cfg(target_os = "linux")]
        Driver::Jack(jack) => jack.sources(),
        _ => Vec::new(),
    }
}

/// Sends the commands that the options imply.
fn set_up_transport(options: &PlayOptions, transport: &TransportHandle) {
    let commands = [
        options.meter.map(Command::Meter),
        options.tempo.map(Command::Tempo),
        options.tempo.map(|_| Command::Start),
        options.metronome.then_some(Command::Metronome(true)),
    ];
    for command in commands.into_iter().flatten() {
        transport.send(command);
    }
}

/// Restores the state of the last run. Returns where to save it at the end; `None` if it cannot be
/// saved there, which the player learns now rather than at the end.
fn restore_state(params: &dyn Params) -> Option<PathBuf> {
    let path = saved_state::path()?;
    match saved_state::read(&path) {
        Ok(Some(state)) => saved_state::restore(params, state),
        Ok(None) => {}
        Err(error) => {
            println!("{}: cannot be read ({error}); Segue begins as new", path.display());
        }
    }
    match saved_state::try_writing(&path) {
        Ok(()) => Some(path),
        Err(error) => {
            let way_out = "make its folder writable, or what you set is forgotten at the end";
            println!("{}: cannot be written ({error}); {way_out}", path.display());
            None
        }
    }
}

/// Ends the session in order on Ctrl-C. Where the window keeps the main thread to itself, the
/// session is ended from the signal's thread.
fn end_on_signal(quit: &Arc<AtomicBool>, session: Option<Arc<Mutex<Option<Session>>>>) {
    let quit = quit.clone();
    let session = session.filter(|_| cfg!(not(target_os = "linux")));
    let end = move || {
        quit.store(true, Ordering::Release);
        if let Some(session) = session.as_ref().and_then(|session| session.lock().take()) {
            session.end();
            std::process::exit(0);
        }
    };
    if let Err(error) = on_signal(end) {
        println!("Ctrl-C will not end the notes: {error}; end with q");
    }
}

/// Calls `end` on a signal, and ends the program at once on a second one.
#[cfg(unix)]
fn on_signal(end: impl Fn() + Send + 'static) -> io::Result<()> {
    use signal_hook::consts::{SIGHUP, SIGINT, SIGTERM};
    use signal_hook::iterator::Signals;
    let mut signals = Signals::new([SIGINT, SIGTERM, SIGHUP])?;
    let run = move || {
        for (before, _) in signals.forever().enumerate() {
            if before > 0 {
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

fn read_terminal(transport: &TransportHandle, quit: &Arc<AtomicBool>) {
    let (transport, quit) = (transport.clone(), quit.clone());
    let run = move || {
        let end = || quit.store(true, Ordering::Release);
        terminal::follow(io::stdin().lock(), &transport, |text| println!("{text}"), end);
    };
    if let Err(error) = thread::Builder::new().name("segue-terminal".to_owned()).spawn(run) {
        println!("the terminal is not read: {error}");
    }
}
