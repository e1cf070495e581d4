//! R4 once more, with the editor open and closed: the audio thread of the built plugin at the pace
//! of a sound card, while notes are played and the window draws what they are.
//!
//! The audio thread is one of its own, as in hosts; what it computes is counted in its own time, so
//! that a busy machine does not count. The editor opens and closes in turn beside it, all within
//! one run: both figures have seen the same machine.

use std::env;
use std::sync::atomic::{AtomicU8, Ordering};
use std::thread::{self, sleep};
use std::time::{Duration, Instant};

use anyhow::{Result, anyhow, ensure};
use bundler::{Block, Event, Host, Message, Output, Setup, Transport};
use segue_music::Meter;

use crate::simulation::cpu_time::{Asked, thread_seconds};
use crate::simulation::figures::{Figure, quantile};
use crate::window::Window;
use crate::{PLAYER_CHANNEL, Vst3Host, built, parameter};

const SETUP: Setup = Setup { sample_rate: 48_000.0, block: 64, offline: false };
const TEMPO: f64 = 120.0;
/// How often it is opened, and how long it is then open, and closed before. A part has 1,500 blocks
/// a second less than two.
const ROUNDS: usize = 6;
const PART: Duration = Duration::from_secs(5);
/// How long a machine without a graphics card gets for the first picture.
const PATIENCE: Duration = Duration::from_secs(20);
/// Room for any editor.
const ROOM: (u16, u16) = (1200, 900);
/// How far behind the clock the audio thread gives up what it missed, as a sound card does.
const MISSED: f64 = 0.25;
/// Of the audio thread's time, how much more the open editor may cost: what its drawing takes out
/// of a cache that all cores share. Two halves of the closed parts differ by up to a fifth on a
/// busy machine of two cores.
const LIMIT: f64 = 1.25;

/// What the window is doing.
const CLOSED: u8 = 0;
const OPEN: u8 = 1;
const OVER: u8 = 2;

/// Shares of a block's time that process() computed.
#[derive(Default)]
struct Shares {
    /// By the rounds in which the editor was closed.
    closed: [Vec<f64>; 2],
    open: Vec<f64>,
    /// What it asked of the system while the editor was open.
    asked: Asked,
}

/// The cost of a block with the editor open, that without, and the one over the other. Nothing
/// where there is no display.
///
/// # Errors
/// Where the plugin or its editor does not open, or the editor shows nothing.
pub fn measure() -> Result<Vec<Figure>> {
    if env::var_os("DISPLAY").is_none_or(|display| display.is_empty()) {
        println!(
            "  skipped: R4 with the editor open needs an X11 display; `xvfb-run -a` before the command lends one"
        );
        return Ok(Vec::new());
    }
    let window = Window::open(ROOM)?;
    let mut host = Vst3Host::open(&built()?.vst3)?;
    let duet = parameter(&mut host, "Mode", "Duet")?;
    host.activate(SETUP)?;
    let controller = host.controller();
    let doing = AtomicU8::new(CLOSED);
    let mut shares = thread::scope(|scope| {
        let audio = scope.spawn(|| play(host, duet, &doing));
        let drawn = (0..ROUNDS).try_for_each(|_| {
            sleep(PART);
            doing.store(OPEN, Ordering::Release);
            let editor = controller.open_editor(window.id())?;
            let drawn = watch(&window);
            editor.close()?;
            doing.store(CLOSED, Ordering::Release);
            drawn
        });
        doing.store(OVER, Ordering::Release);
        let (host, shares) = audio.join().map_err(|_| anyhow!("the audio thread panicked"))?;
        // Where it was made, as in hosts.
        drop(host);
        drawn.and(shares)
    })?;
    Ok(figures(&mut shares))
}

/// For one part: it must show something, and something else later.
fn watch(window: &Window) -> Result<()> {
    let opened = Instant::now();
    let first = loop {
        let picture = window.picture()?;
        if picture.shows_something() {
            break picture;
        }
        ensure!(opened.elapsed() < PATIENCE, "the open editor shows nothing");
        sleep(Duration::from_millis(100));
    };
    sleep(PART);
    ensure!(window.picture()? != first, "the open editor stands still while notes are played");
    Ok(())
}

/// The audio thread: sixteenths in a duet, at the pace of a sound card, until it is over.
fn play(mut host: Vst3Host, duet: Message, doing: &AtomicU8) -> (Vst3Host, Result<Shares>) {
    let shares = blocks(&mut host, duet, doing);
    (host, shares)
}

fn blocks(host: &mut Vst3Host, duet: Message, doing: &AtomicU8) -> Result<Shares> {
    let mut shares = Shares::default();
    let mut output = Output::default();
    let length = SETUP.block as f64 / SETUP.sample_rate;
    let mut began = Instant::now();
    let (mut rounds, mut was) = (0, CLOSED);
    for number in 0_u64.. {
        let now = doing.load(Ordering::Acquire);
        if now == OVER {
            break;
        }
        rounds += usize::from(was == OPEN && now == CLOSED);
        was = now;
        let due = began + Duration::from_secs_f64(number as f64 * length);
        sleep(due.saturating_duration_since(Instant::now()));
        let behind = due.elapsed();
        if behind.as_secs_f64() > MISSED {
            began += behind;
        }
        let seconds = number as f64 * length;
        let mut events = if number == 0 { vec![Event { sample: 0, message: duet }] } else { Vec::new() };
        events.extend(sixteenths(seconds, length));
        let beats = seconds * TEMPO / 60.0;
        let transport = Transport { playing: true, beats, seconds, tempo: TEMPO, meter: Meter::COMMON };
        let start = number * SETUP.block as u64;
        let block = Block { start, frames: SETUP.block, transport: Some(transport), events: &events };
        let (before, begun) = (Asked::now(), thread_seconds());
        host.process(&block, &mut output)?;
        let share = (thread_seconds() - begun) / length;
        if now == OPEN {
            shares.asked.add_since(before);
            shares.open.push(share);
        } else {
            shares.closed[rounds % 2].push(share);
        }
    }
    Ok(shares)
}

/// The player's keys in a block: up and down a chord.
fn sixteenths(seconds: f64, length: f64) -> Vec<Event> {
    const KEYS: [u8; 8] = [60, 64, 67, 72, 76, 72, 67, 64];
    let step = 60.0 / TEMPO / 4.0;
    let (this, next) = ((seconds / step).ceil(), ((seconds + length) / step).ceil());
    if this >= next {
        return Vec::new();
    }
    let key = |step: f64| KEYS[step.max(0.0) as usize % KEYS.len()];
    vec![
        Event { sample: 0, message: Message::Off { channel: PLAYER_CHANNEL, key: key(this - 1.0) } },
        Event { sample: 0, message: Message::On { channel: PLAYER_CHANNEL, key: key(this), velocity: 90 } },
    ]
}

fn figures(shares: &mut Shares) -> Vec<Figure> {
    let Shares { closed: [even, odd], open, asked } = shares;
    let halves = quantile(even, 0.999) / quantile(odd, 0.999);
    let mut closed: Vec<f64> = even.iter().chain(&*odd).copied().collect();
    let middle = quantile(open, 0.5) / quantile(&mut closed, 0.5);
    let (with, without) = (quantile(open, 0.999), quantile(&mut closed, 0.999));
    println!(
        "  R4 with the editor open {:.2} %, closed {:.2} % of a block p99.9; {middle:.3} times in the middle; two halves of closed {halves:.3}; {} new pages",
        with * 100.0,
        without * 100.0,
        asked.faults,
    );
    let count = open.len() as u64;
    vec![
        Figure::most(
            "R4 editor",
            with / without,
            LIMIT,
            count,
            "process() p99.9 with the editor open, over that with it closed",
        ),
        Figure::most(
            "R4 open",
            with,
            0.05,
            count,
            "share of a block, p99.9, at a sound card's pace, editor open",
        )
        .paced(),
        Figure::most("R4 closed", without, 0.05, closed.len() as u64, "the same, editor closed").paced(),
        Figure::most(
            "R4 open locks",
            asked.waits as f64,
            0.0,
            count,
            "times that it gave up its core there with the editor open",
        ),
    ]
}
