//! Editors that close: with a key down, larger than they were, and while their parameters move.

use std::path::Path;
use std::thread::{self, sleep};
use std::time::Duration;

use anyhow::{Context, Result, anyhow, ensure};
use bundler::{Block, ClapHost, Event, Host, Message, Output};
use tests::Vst3Host;

use crate::jam::{Jam, SETUP};
use crate::places::{FIRST_CONTROLS, Places};
use crate::screen::Screen;

/// The key that is clicked, and which white key it is from the left.
const KEY: (u8, f64) = (60, 23.0);
/// A size that the editor is given.
const LARGER: (u32, u32) = (1010, 780);

/// How many VST3 instances are closed with an editor.
const ROUNDS: u32 = 12;

/// A key of the editor plays, and ends with it; its size is remembered another day.
pub fn with_a_key_down(mut jam: Jam, plugin: &Path, screen: &Screen) -> Result<()> {
    let (width, height) = screen.size()?;
    let places = Places { width: width.try_into()?, height: height.try_into()? };
    jam.heard.clear();
    screen.button(true, places.white_key(KEY.1, FIRST_CONTROLS))?;
    let down = |message: &Message| matches!(message, Message::On { channel: 0, key, .. } if *key == KEY.0);
    jam.wait_for(down, "a click on a key of the editor plays nothing")?;
    jam.host.close_editor()?;
    let up = |message: &Message| matches!(message, Message::Off { channel: 0, key } if *key == KEY.0);
    jam.wait_for(up, "the editor closes, and a key of it sounds on")?;
    println!("its keys play, and end with it");
    // Once more, as people do, and larger.
    jam.host.open_editor(screen.window())?;
    jam.host.resize_editor(LARGER)?;
    jam.wait(Duration::from_secs(1))?;
    jam.host.close_editor()?;
    let project = jam.host.save()?;
    drop(jam);
    let mut host = ClapHost::open(plugin)?;
    host.load(&project)?;
    let size = host.open_editor(screen.window())?;
    host.close_editor()?;
    ensure!(size == LARGER, "the editor was {LARGER:?} large, and opens {size:?} large");
    println!("its size is remembered");
    Ok(())
}

/// VST3 instances whose editor is open while their parameters move.
pub fn while_parameters_move(bundle: &Path, screen: &Screen) -> Result<()> {
    for round in 0..ROUNDS {
        close(bundle, screen.window(), round % 4)?;
    }
    // What went wrong shows when the last instance closes.
    drop(Vst3Host::open(bundle)?);
    println!("the editor of the VST3: closed {ROUNDS} times while its parameters moved");
    Ok(())
}

/// One that ends in one of four orders.
fn close(bundle: &Path, window: u32, order: u32) -> Result<()> {
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
