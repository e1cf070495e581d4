//! Opens the plugin's editor in an X11 window, reads its help away, plays to it, keeps a picture of what it shows (and of the help,
//! beside it), plays on its keys, and closes it with a key down.
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
    use x11rb::protocol::xproto::{
        BUTTON_PRESS_EVENT, BUTTON_RELEASE_EVENT, ButtonPressEvent, ConnectionExt, CreateWindowAux,
        EventMask, ImageFormat, KeyButMask, WindowClass,
    };
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

    /// The key that is clicked; where it lies: its middle, in white keys of 52 within the margins, and above the lower edge.
    const KEY: (u8, f64, i16) = (60, 23.5, 302);
    /// A size that it is given.
    const LARGER: (u32, u32) = (1010, 760);
    /// What the editor leaves free at its sides.
    const MARGIN: f64 = 12.0;

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

        /// The share of its pixels that another picture of the size has otherwise.
        fn unlike(&self, other: &Self) -> f32 {
            let unlike = self.pixels.iter().zip(&other.pixels).filter(|(one, other)| one != other).count();
            unlike as f32 / self.pixels.len().max(1) as f32
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

        let mouse = Mouse { display: &display, root: root.root, window };
        mouse.rest()?;

        let mut host = ClapHost::open(Path::new(&plugin))?;
        let set = settings(&mut host, &wanted)?;
        host.activate(SETUP)?;
        let (width, height) = host.open_editor(window)?;
        let size = (u16::try_from(width)?.min(ROOM.0), u16::try_from(height)?.min(ROOM.1));
        let look = || Picture::of(&display, window, size);
        let mut jam = Jam { host, set, began: Instant::now(), blocks: 0, heard: Vec::new() };

        let help = jam.picture(look, |shown| shown.colours() > COLOURS, "shows nothing")?;
        help.write(&Path::new(&picture).with_extension("help.ppm"))?;
        let (right, bottom) = (i16::try_from(size.0)?, i16::try_from(size.1)?);
        mouse.button(true, (right / 2, bottom / 2))?;
        jam.picture(look, |_| true, "")?;
        mouse.button(false, (right / 2, bottom / 2))?;
        mouse.rest()?;
        let unlike = |shown: &Picture| shown.unlike(&help) > 0.1;
        jam.picture(look, unlike, "does not close its help at a click")?;

        let began = jam.began;
        let played = |shown: &Picture| shown.colours() > COLOURS && began.elapsed() > PHRASE;
        let shown = jam.picture(look, played, "shows nothing of a phrase")?;
        shown.write(Path::new(&picture))?;
        println!("the editor, {width} x {height}: {} colours", shown.colours());

        let white = (f64::from(size.0) - 2.0 * MARGIN) / 52.0;
        jam.heard.clear();
        mouse.button(true, ((MARGIN + white * KEY.1) as i16, bottom - KEY.2))?;
        let down =
            |message: &Message| matches!(message, Message::On { channel: 0, key, .. } if *key == KEY.0);
        jam.wait_for(down, "a click on a key of the editor plays nothing")?;
        jam.host.close_editor()?;
        let up = |message: &Message| matches!(message, Message::Off { channel: 0, key } if *key == KEY.0);
        jam.wait_for(up, "the editor closes, and a key of it sounds on")?;
        println!("its keys play, and end with it");
        // Once more, as people do, and larger.
        jam.host.open_editor(window)?;
        jam.host.resize_editor(LARGER)?;
        jam.wait(Duration::from_secs(1))?;
        jam.host.close_editor()?;
        let project = jam.host.save()?;
        drop(jam);
        reopen(&plugin, window, &project)?;

        let bundle = Path::new(&plugin).with_extension("vst3");
        for round in 0..ROUNDS {
            close(&bundle, window, round % 4)?;
        }
        // What went wrong shows when the last instance closes.
        drop(Vst3Host::open(&bundle)?);
        println!("the editor of the VST3: closed {ROUNDS} times while its parameters moved");
        Ok(())
    }

    /// The project is loaded another day: its window has the size it had.
    fn reopen(plugin: impl AsRef<Path>, window: u32, project: &[u8]) -> Result<()> {
        let mut host = ClapHost::open(plugin.as_ref())?;
        host.load(project)?;
        let size = host.open_editor(window)?;
        host.close_editor()?;
        ensure!(size == LARGER, "the editor was {LARGER:?} large, and opens {size:?} large");
        println!("its size is remembered");
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

    /// The mouse of whoever sits at the display.
    struct Mouse<'a> {
        display: &'a RustConnection,
        root: u32,
        window: u32,
    }

    impl Mouse<'_> {
        /// Out of the way: what it lies on shows a tooltip.
        fn rest(&self) -> Result<()> {
            self.move_to((i16::try_from(ROOM.0)? - 1, i16::try_from(ROOM.1)? - 1))
        }

        fn move_to(&self, (x, y): (i16, i16)) -> Result<()> {
            self.display.warp_pointer(x11rb::NONE, self.root, 0, 0, 0, 0, x, y)?.check()?;
            Ok(())
        }

        /// Its button goes down or comes up there, in the editor's window.
        fn button(&self, down: bool, (x, y): (i16, i16)) -> Result<()> {
            self.move_to((x, y))?;
            sleep(Duration::from_millis(100));
            let tree = self.display.query_tree(self.window)?.reply()?;
            let event = *tree.children.last().context("the editor has no window")?;
            let (response_type, mask) = if down {
                (BUTTON_PRESS_EVENT, EventMask::BUTTON_PRESS)
            } else {
                (BUTTON_RELEASE_EVENT, EventMask::BUTTON_RELEASE)
            };
            let press = ButtonPressEvent {
                response_type,
                detail: 1,
                sequence: 0,
                time: x11rb::CURRENT_TIME,
                root: self.root,
                event,
                child: x11rb::NONE,
                root_x: x,
                root_y: y,
                event_x: x,
                event_y: y,
                state: KeyButMask::default(),
                same_screen: true,
            };
            self.display.send_event(false, event, mask, press)?.check()?;
            Ok(())
        }
    }

    /// A phrase and what comes of it, at the pace of the clock.
    struct Jam {
        host: ClapHost,
        set: Vec<Event>,
        began: Instant,
        blocks: u64,
        heard: Vec<Message>,
    }

    impl Jam {
        /// For a while, in steps as short as a host's: what is played in bursts is a lag.
        fn play(&mut self) -> Result<()> {
            for _ in 0..5 {
                let passed = self.began.elapsed();
                play(&mut self.host, &mut self.blocks, passed, &self.set, &mut self.heard)?;
                sleep(Duration::from_millis(10));
            }
            Ok(())
        }

        /// The first picture like that.
        fn picture(
            &mut self,
            look: impl Fn() -> Result<Picture>,
            like: impl Fn(&Picture) -> bool,
            unless: &str,
        ) -> Result<Picture> {
            let began = Instant::now();
            loop {
                self.play()?;
                let shown = look()?;
                if like(&shown) {
                    return Ok(shown);
                }
                ensure!(began.elapsed() < PATIENCE, "the editor {unless}: {} colours", shown.colours());
            }
        }

        fn wait(&mut self, long: Duration) -> Result<()> {
            let began = Instant::now();
            while began.elapsed() < long {
                self.play()?;
            }
            Ok(())
        }

        fn wait_for(&mut self, wanted: impl Fn(&Message) -> bool, unless: &str) -> Result<()> {
            let began = Instant::now();
            while !self.heard.iter().any(&wanted) {
                ensure!(began.elapsed() < PATIENCE, "{unless}: {:?}", self.heard);
                self.play()?;
            }
            Ok(())
        }
    }

    /// Plays a scale, then listens, up to the time that has passed.
    fn play(
        host: &mut ClapHost,
        blocks: &mut u64,
        passed: Duration,
        set: &[Event],
        heard: &mut Vec<Message>,
    ) -> Result<()> {
        let mut output = Output::default();
        let seconds = |block: u64| block as f64 * SETUP.block as f64 / SETUP.sample_rate;
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
            heard.extend(output.events.iter().map(|event| event.message));
            *blocks += 1;
        }
        Ok(())
    }
}
