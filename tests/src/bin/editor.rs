//! Opens the plugin's editor in an X11 window, plays to it, and keeps a picture of what it shows.
//!
//! `cargo run -p tests --bin editor -- target/bundled/Segue.clap target/editor.ppm Mode=Duet`, with a display such as Xvfb's: any
//! number of parameters may be set. An error where nothing is drawn.

#[cfg(target_os = "linux")]
use linux::run;

#[cfg(not(target_os = "linux"))]
fn run() -> anyhow::Result<()> {
    anyhow::bail!("this check opens X11 windows: it is for Linux")
}

fn main() -> anyhow::Result<()> {
    run()
}

#[cfg(target_os = "linux")]
mod linux {
    use std::collections::HashSet;
    use std::path::Path;
    use std::thread::{self, sleep};
    use std::time::{Duration, Instant};

    use anyhow::{Context, Result, anyhow, ensure};
    use bundler::{Block, ClapHost, Event, Host, Message, Output, Setup, Transport};
    use segue_music::Meter;
    use tests::Vst3Host;
    use x11rb::COPY_DEPTH_FROM_PARENT;
    use x11rb::connection::Connection;
    use x11rb::protocol::xproto::{ConnectionExt, CreateWindowAux, ImageFormat, WindowClass};
    use x11rb::rust_connection::RustConnection;

    const SETUP: Setup = Setup { sample_rate: 48_000.0, block: 512, offline: false };
    /// Room for any editor.
    const ROOM: (u16, u16) = (1200, 900);
    /// How long a slow machine without a graphics card gets for the first picture, and for what a phrase changes.
    const PATIENCE: Duration = Duration::from_secs(20);
    /// How long is played to it.
    const PHRASE: Duration = Duration::from_secs(6);
    /// Smoothed text alone has more shades than this; an empty window has one.
    const COLOURS: usize = 24;

    /// How many VST3 instances are closed with an editor.
    const ROUNDS: usize = 12;

    /// One picture: three bytes a pixel.
    struct Picture {
        width: u16,
        height: u16,
        pixels: Vec<[u8; 3]>,
    }

    impl Picture {
        fn of(display: &RustConnection, window: u32, (width, height): (u16, u16)) -> Result<Self> {
            let image =
                display.get_image(ImageFormat::Z_PIXMAP, window, 0, 0, width, height, u32::MAX)?.reply()?;
            let pixels = image.data.chunks_exact(4).map(|pixel| [pixel[2], pixel[1], pixel[0]]).collect();
            Ok(Self { width, height, pixels })
        }

        fn colours(&self) -> usize {
            self.pixels.iter().collect::<HashSet<_>>().len()
        }

        /// As a portable pixmap.
        fn write(&self, path: &Path) -> Result<()> {
            let mut bytes = format!("P6\n{} {}\n255\n", self.width, self.height).into_bytes();
            bytes.extend(self.pixels.iter().flatten());
            std::fs::write(path, bytes).with_context(|| format!("{}: cannot be written", path.display()))
        }
    }

    /// Runs the check named in the arguments.
    pub fn run() -> Result<()> {
        let mut arguments = std::env::args_os().skip(1);
        let (plugin, picture) =
            arguments.next().zip(arguments.next()).context("name a CLAP file and a picture to write")?;
        let wanted: Vec<_> = arguments.map(|argument| argument.to_string_lossy().into_owned()).collect();
        let (display, screen) = x11rb::connect(None).context("there is no X11 display")?;
        let root = &display.setup().roots[screen];
        let window = display.generate_id()?;
        let looks = CreateWindowAux::new().background_pixel(root.black_pixel);
        let class = WindowClass::INPUT_OUTPUT;
        let depth = COPY_DEPTH_FROM_PARENT;
        display
            .create_window(depth, window, root.root, 0, 0, ROOM.0, ROOM.1, 0, class, 0, &looks)?
            .check()?;
        display.map_window(window)?.check()?;

        // Out of the way: what it lies on shows a tooltip.
        let (right, bottom) = (i16::try_from(ROOM.0)?, i16::try_from(ROOM.1)?);
        display.warp_pointer(x11rb::NONE, root.root, 0, 0, 0, 0, right - 1, bottom - 1)?.check()?;

        let mut host = ClapHost::open(Path::new(&plugin))?;
        let set = settings(&mut host, &wanted)?;
        host.activate(SETUP)?;
        let (width, height) = host.open_editor(window)?;
        let size = (u16::try_from(width)?.min(ROOM.0), u16::try_from(height)?.min(ROOM.1));
        let began = Instant::now();
        let mut blocks = 0;
        let shown = loop {
            play(&mut host, &mut blocks, began.elapsed(), &set)?;
            let shown = Picture::of(&display, window, size)?;
            if shown.colours() > COLOURS && began.elapsed() > PHRASE {
                break shown;
            }
            ensure!(began.elapsed() < PATIENCE, "the editor shows {} colours, so nothing", shown.colours());
            sleep(Duration::from_millis(50));
        };
        shown.write(Path::new(&picture))?;
        println!("the editor, {width} x {height}: {} colours", shown.colours());
        host.close_editor()?;
        // Once more, as people do.
        host.open_editor(window)?;
        host.close_editor()?;
        drop(host);

        let bundle = Path::new(&plugin).with_extension("vst3");
        for round in 0..ROUNDS {
            close(&bundle, window, round % 4)?;
        }
        // What went wrong shows when the last instance closes.
        drop(Vst3Host::open(&bundle)?);
        println!("the editor of the VST3: closed {ROUNDS} times while its parameters moved");
        Ok(())
    }

    /// A VST3 instance whose editor is open while its parameters move, and that ends in one of four orders.
    fn close(bundle: &Path, window: u32, order: usize) -> Result<()> {
        let mut host = Vst3Host::open(bundle)?;
        let parameter = host.parameters()?.into_iter().next().context("there are no parameters")?;
        host.activate(SETUP)?;
        let editor = host.open_editor(window)?;
        let moved = thread::spawn(move || -> Result<Vst3Host> {
            for step in 0..40 {
                let value = f64::from(step % 2);
                let change = Event { sample: 0, message: Message::Parameter { id: parameter.id, value } };
                let start = SETUP.block as u64 * u64::from(step as u32);
                let block = Block { start, frames: SETUP.block, transport: None, events: &[change] };
                host.process(&block, &mut Output::default())?;
                sleep(Duration::from_millis(2));
            }
            Ok(host)
        });
        let mut host = moved.join().map_err(|_| anyhow!("a thread panicked"))??;
        match order {
            0 => editor.close()?,
            1 => {
                host.deactivate();
                editor.close()?;
            }
            2 => {
                editor.close()?;
                host.abandon();
                return Ok(());
            }
            // Left open: its owner is gone before it.
            _ => {
                drop(host);
                drop(editor);
                return Ok(());
            }
        }
        drop(host);
        Ok(())
    }

    /// The parameters to set, from `Name=text`.
    fn settings(host: &mut ClapHost, wanted: &[String]) -> Result<Vec<Event>> {
        let parameters = host.parameters()?;
        let event = |wanted: &String| {
            let (name, text) = wanted.split_once('=').with_context(|| format!("{wanted}: not NAME=TEXT"))?;
            let parameter = parameters.iter().find(|parameter| parameter.name == name);
            let id = parameter.with_context(|| format!("{name}: there is no such parameter"))?.id;
            let value = host.parse(id, text)?;
            Ok(Event { sample: 0, message: Message::Parameter { id, value } })
        };
        wanted.iter().map(event).collect()
    }

    /// Plays a scale, then listens, up to the time that has passed.
    fn play(host: &mut ClapHost, blocks: &mut u64, passed: Duration, set: &[Event]) -> Result<()> {
        let seconds = |block: u64| block as f64 * SETUP.block as f64 / SETUP.sample_rate;
        let mut output = Output::default();
        while seconds(*blocks) < passed.as_secs_f64() {
            let quarter = |block: u64| (seconds(block) * 4.0) as u64;
            let (last, now) = (quarter(blocks.saturating_sub(1)), quarter(*blocks));
            let key = |step: u64| [60, 62, 64, 65, 67, 69, 71, 72][step as usize % 8];
            let mut events = if *blocks == 0 { set.to_vec() } else { Vec::new() };
            if now != last && now <= 8 {
                events.push(Event { sample: 0, message: Message::Off { channel: 0, key: key(last) } });
                if now < 8 {
                    events.push(Event {
                        sample: 0,
                        message: Message::On { channel: 0, key: key(now), velocity: 90 },
                    });
                }
            }
            let beats = seconds(*blocks) * 2.0;
            let transport = Transport {
                playing: true,
                beats,
                seconds: seconds(*blocks),
                tempo: 120.0,
                meter: Meter::COMMON,
            };
            let block = Block {
                start: *blocks * SETUP.block as u64,
                frames: SETUP.block,
                transport: Some(transport),
                events: &events,
            };
            host.process(&block, &mut output)?;
            *blocks += 1;
        }
        Ok(())
    }
}
