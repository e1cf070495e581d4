//! A host may close the library with its last instance while threads that ran it end. Alone in its
//! process, since another test's instance would keep the library open.

use std::thread::spawn;

use anyhow::{Result, anyhow};
use bundler::{Performance, Script};
use segue_music::{Beats, Tempo};
use tests::{Format, PLAYER_CHANNEL, phrase};

/// Linked without nodelete the plugin crashed in eight runs of eight.
const ROUNDS: usize = 24;

#[test]
fn threads_that_ran_the_plugin_may_end_while_the_library_is_closed() -> Result<()> {
    let play = |beats: i64| -> Result<Performance> {
        let script = Script::new(Tempo::DEFAULT, Beats::ratio(beats, 4)).phrase(PLAYER_CHANNEL, &phrase());
        Format::ALL
            .into_iter()
            .try_fold(Performance::default(), |_, format| script.play(format.open()?.as_mut()))
    };
    for _ in 0..ROUNDS {
        // They end one after the other, each with what was the last instance or was not.
        let threads: Vec<_> = (1..=3).map(|beats| spawn(move || play(beats))).collect();
        for thread in threads {
            thread.join().map_err(|_| anyhow!("a thread panicked"))??;
        }
    }
    Ok(())
}
