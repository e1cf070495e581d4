//! Every way we know for an instance to take its host down with it. Alone in its process: one test,
//! since what goes wrong shows only when the last instance is closed, and then ends the process.
//!
//! On Linux the framework's VST3 instances share one worker, which falls over a task of an instance
//! that is gone; the last instance to close then aborted the host
//! (plugin/src/host/worker_workaround.rs).

use std::thread;

use anyhow::{Context, Result, anyhow};
use bundler::{Block, Event, Host, Message, Output, Setup, Transport};
use segue_music::Meter;
use tests::{Vst3Host, built};

/// How many instances die in a row, by each way.
const STORM: usize = 12;

const SETUP: Setup = Setup { sample_rate: 48_000.0, block: 256, offline: false };

fn open() -> Result<Vst3Host> {
    Vst3Host::open(&built()?.vst3)
}

/// Does that to the instance on another thread than the one that made it, as hosts process audio
/// and load projects.
fn elsewhere(mut host: Vst3Host, act: fn(&mut Vst3Host) -> Result<()>) -> Result<Vst3Host> {
    thread::spawn(move || act(&mut host).map(|()| host)).join().map_err(|_| anyhow!("it panicked"))?
}

/// The first parameter a user sees, and the value it does not have.
fn change(host: &mut Vst3Host) -> Result<(u32, f64)> {
    let parameter = host.parameters()?.into_iter().next().context("there are no parameters")?;
    Ok((parameter.id, if parameter.value > 0.5 { 0.0 } else { 1.0 }))
}

/// One block with this many changes of one parameter, to and fro.
fn block(host: &mut Vst3Host, changes: usize) -> Result<()> {
    let (id, value) = change(host)?;
    let to = |index: usize| if index.is_multiple_of(2) { value } else { 1.0 - value };
    let events: Vec<_> = (0..changes)
        .map(|index| Event { sample: 0, message: Message::Parameter { id, value: to(index) } })
        .collect();
    let transport = Transport { playing: true, beats: 0.0, seconds: 0.0, tempo: 120.0, meter: Meter::COMMON };
    let block = Block { start: 0, frames: SETUP.block, transport: Some(transport), events: &events };
    host.process(&block, &mut Output::default())
}

fn tell(host: &mut Vst3Host) -> Result<()> {
    let (id, value) = change(host)?;
    host.set_parameter(id, value)
}

fn load(host: &mut Vst3Host) -> Result<()> {
    let state = host.save()?;
    host.load(&state)
}

/// A life, from the new instance to its end.
type Life = fn(Vst3Host) -> Result<()>;

const LIVES: [(&str, Life); 12] = [
    ("a change in the last block", |mut host| {
        host.activate(SETUP)?;
        drop(elsewhere(host, |host| block(host, 1))?);
        Ok(())
    }),
    ("more changes in the last block than the queue takes", |mut host| {
        host.activate(SETUP)?;
        drop(elsewhere(host, |host| block(host, 6000))?);
        Ok(())
    }),
    ("a change, and closed without deactivation", |mut host| {
        host.activate(SETUP)?;
        elsewhere(host, |host| block(host, 1))?.abandon();
        Ok(())
    }),
    ("a change told to an instance that never was active", |host| {
        drop(elsewhere(host, tell)?);
        Ok(())
    }),
    ("a state loaded into an instance that never was active", |host| {
        drop(elsewhere(host, load)?);
        Ok(())
    }),
    ("a state loaded after the deactivation", |mut host| {
        host.activate(SETUP)?;
        block(&mut host, 0)?;
        host.deactivate();
        drop(elsewhere(host, load)?);
        Ok(())
    }),
    ("a state loaded while it is active", |mut host| {
        host.activate(SETUP)?;
        drop(elsewhere(host, load)?);
        Ok(())
    }),
    ("activated twice", |mut host| {
        host.activate(SETUP)?;
        host.set_active(true);
        drop(elsewhere(host, |host| block(host, 1))?);
        Ok(())
    }),
    ("deactivated without a stop, and twice", |mut host| {
        host.activate(SETUP)?;
        let mut host = elsewhere(host, |host| block(host, 1))?;
        host.set_active(false);
        host.set_active(false);
        host.abandon();
        Ok(())
    }),
    ("stopped and started, and closed while it processes", |mut host| {
        host.activate(SETUP)?;
        host.set_processing(false);
        host.set_processing(true);
        host.set_processing(true);
        elsewhere(host, |host| block(host, 1))?.abandon();
        Ok(())
    }),
    ("closed while it renders offline and its model loads", |mut host| {
        host.activate(Setup { offline: true, ..SETUP })?;
        drop(elsewhere(host, |host| block(host, 1))?);
        Ok(())
    }),
    ("made here and closed elsewhere", |mut host| {
        host.activate(SETUP)?;
        thread::spawn(move || block(&mut host, 1).map(|()| drop(host)))
            .join()
            .map_err(|_| anyhow!("it panicked"))?
    }),
];

/// The threads of this process, where the system tells.
fn threads() -> Option<usize> {
    std::fs::read_dir("/proc/self/task").ok().map(Iterator::count)
}

#[test]
fn no_end_of_an_instance_ends_the_host() -> Result<()> {
    let before = threads();
    for (name, life) in LIVES {
        println!("{name}");
        let kept = open()?;
        for _ in 0..STORM {
            life(open()?).with_context(|| name)?;
        }
        drop(kept);
        // The last instance: here the host aborted.
        drop(open()?);
    }
    // Many at once, and all ways into each other.
    let storm: Vec<_> = (0..4)
        .map(|first| {
            thread::spawn(move || -> Result<()> {
                (0..2 * LIVES.len()).try_for_each(|index| {
                    let (name, life) = LIVES[(first + index) % LIVES.len()];
                    life(open()?).with_context(|| name)
                })
            })
        })
        .collect();
    for thread in storm {
        thread.join().map_err(|_| anyhow!("a thread panicked"))??;
    }
    drop(open()?);
    // And it still plays.
    let mut host = open()?;
    host.activate(SETUP)?;
    block(&mut host, 1)?;
    drop(host);

    // A thread that has been joined is gone; one that its owner let go of gets this long.
    for _ in 0..100 {
        if threads() <= before {
            return Ok(());
        }
        thread::sleep(std::time::Duration::from_millis(20));
    }
    assert_eq!(threads(), before, "threads outlive the last instance");
    Ok(())
}
