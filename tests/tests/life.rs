//! Instances come and go in any order, and never touch one another. The ways that have ended hosts
//! are in `death.rs`; what a host may do to one that lives, in `calls.rs`. One test, since it
//! counts the threads of the process.

use anyhow::{Context, Result, ensure};
use bundler::{Block, Host, Message, Output, Script, Setup};
use segue_music::{Beats, Tempo};
use tests::{Format, PLAYER_CHANNEL, perform_on, phrase};

const SETUP: Setup = Setup { sample_rate: 48_000.0, block: 512, offline: true };

fn script() -> Script {
    Script::new(Tempo::DEFAULT, Beats::ratio(20, 1)).phrase(PLAYER_CHANNEL, &phrase())
}

/// Still there, and answers.
fn answers(host: &mut dyn Host) -> Result<()> {
    let (_, answer) = perform_on(host, &script())?;
    ensure!(!answer.is_empty(), "no answer");
    Ok(())
}

/// Gives a new instance one block with a parameter change, and closes it: what left an aborting
/// host behind with the framework's shared worker.
fn change_and_close(format: Format) -> Result<()> {
    let mut host = format.open()?;
    let parameter = host.parameters()?.into_iter().next().context("there are no parameters")?;
    host.activate(SETUP)?;
    let message = Message::Parameter { id: parameter.id, value: 1.0 - parameter.value.min(1.0) };
    let events = [bundler::Event { sample: 0, message }];
    let block = Block { start: 0, frames: 512, transport: None, events: &events };
    host.process(&block, &mut Output::default())
}

/// The threads of this process, where the system tells.
fn threads() -> Option<usize> {
    std::fs::read_dir("/proc/self/task").ok().map(Iterator::count)
}

#[test]
fn one_instances_end_touches_no_other() -> Result<()> {
    let before = threads();
    for format in Format::ALL {
        for first_dies_first in [true, false] {
            let (mut first, mut second) = (format.open()?, format.open()?);
            answers(first.as_mut())?;
            answers(second.as_mut())?;
            let (dead, mut left) = if first_dies_first { (first, second) } else { (second, first) };
            drop(dead);
            answers(left.as_mut())
                .with_context(|| format!("{format:?}, first dies first: {first_dies_first}"))?;
        }
        // Both alive together, one in the middle of its answer when it dies.
        let (mut first, mut second) = (format.open()?, format.open()?);
        Script { length: Beats::ratio(10, 1), ..script() }.play(first.as_mut())?;
        drop(first);
        answers(second.as_mut())?;
        for _ in 0..30 {
            change_and_close(format)?;
        }
        answers(second.as_mut()).with_context(|| format!("{format:?} after thirty others"))?;
    }
    // The two formats in one process.
    let (mut clap, mut vst3) = (Format::Clap.open()?, Format::Vst3.open()?);
    answers(clap.as_mut())?;
    drop(clap);
    answers(vst3.as_mut())?;
    drop(vst3);

    // A thread that has been joined is gone; one that its owner let go of gets this long.
    for _ in 0..100 {
        if threads() <= before {
            return Ok(());
        }
        std::thread::sleep(std::time::Duration::from_millis(20));
    }
    assert_eq!(threads(), before, "threads outlive the last instance");
    Ok(())
}
