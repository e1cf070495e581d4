//! Opens the plugin's editor in an X11 window, plays to it, and keeps a picture of what it shows.
//!
//! `cargo run -p tests --bin editor -- target/bundled/Segue.clap target/editor.ppm`, with a display such as Xvfb's. An
//! error where nothing is drawn.

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
    use std::thread::sleep;
    use std::time::{Duration, Instant};

    use anyhow::{Context, Result, ensure};
    use bundler::{Block, ClapHost, Event, Host, Message, Output, Setup, Transport};
    use segue_music::Meter;
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

        let mut host = ClapHost::open(Path::new(&plugin))?;
        host.activate(SETUP)?;
        let (width, height) = host.open_editor(window)?;
        let size = (u16::try_from(width)?.min(ROOM.0), u16::try_from(height)?.min(ROOM.1));
        let began = Instant::now();
        let mut blocks = 0;
        let shown = loop {
            play(&mut host, &mut blocks, began.elapsed())?;
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
        host.close_editor()
    }

    /// Plays a scale, then listens, up to the time that has passed.
    fn play(host: &mut ClapHost, blocks: &mut u64, passed: Duration) -> Result<()> {
        let seconds = |block: u64| block as f64 * SETUP.block as f64 / SETUP.sample_rate;
        let mut output = Output::default();
        while seconds(*blocks) < passed.as_secs_f64() {
            let quarter = |block: u64| (seconds(block) * 4.0) as u64;
            let (last, now) = (quarter(blocks.saturating_sub(1)), quarter(*blocks));
            let key = |step: u64| [60, 62, 64, 65, 67, 69, 71, 72][step as usize % 8];
            let mut events = Vec::new();
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
