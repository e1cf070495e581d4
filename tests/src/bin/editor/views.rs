//! What there is to see, one after the other, each with a picture.

use std::path::Path;
use std::time::{Duration, Instant};

use anyhow::{Context, Result, ensure};
use bundler::{ClapHost, Host};

use crate::jam::{Jam, SETUP};
use crate::picture::Picture;
use crate::screen::Screen;

/// What the densest window needs of the display.
pub const ROOM: (u16, u16) = (1900, 1500);

/// The smallest window.
const SMALLEST: (u32, u32) = (760, 590);

/// How long what is drawn gets to fit its window.
const SETTLED: Duration = Duration::from_secs(8);

/// The beats of the phrase.
const PHRASE: f64 = 8.0;

/// Orange in a thumbnail: a few short notes.
const NOTES: usize = 60;

/// Takes the pictures. The editor stays open, as large as at first.
pub fn take(plugin: &Path, screen: &Screen, folder: &Path) -> Result<Jam> {
    screen.set_scale(1)?;
    let mut host = ClapHost::open(plugin)?;
    host.activate(SETUP)?;
    host.open_editor(screen.window())?;
    let mut views = Views { jam: Jam::new(host), screen, folder };
    views.help()?;
    views.modes()?;
    views.takes()?;
    views.smallest()?;
    views.dense()?;
    Ok(views.jam)
}

struct Views<'a> {
    jam: Jam,
    screen: &'a Screen,
    folder: &'a Path,
}

impl Views<'_> {
    /// Keeps a picture, where nothing is blank or cut off in it. A window that was given another size may need a moment.
    fn keep(&mut self, name: &str, scale: usize) -> Result<Picture> {
        let began = Instant::now();
        let whole = |shown: &Picture| shown.is_whole(scale).is_ok() || began.elapsed() > SETTLED;
        let shown = self.jam.picture(self.screen, whole, "shows nothing")?;
        shown.write(&self.folder.join(format!("{name}.png")))?;
        shown.is_whole(scale).with_context(|| format!("the picture {name}"))?;
        Ok(shown)
    }

    /// A click at so many pixels from the upper right corner, and one from the lower right.
    fn click_upper(&mut self, (left, down): (u16, u16)) -> Result<()> {
        let (width, _) = self.screen.size()?;
        self.jam.click(self.screen, (i16::try_from(width - left)?, i16::try_from(down)?))
    }

    fn click_lower(&mut self, (left, up): (u16, u16)) -> Result<()> {
        let (width, height) = self.screen.size()?;
        self.jam.click(self.screen, (i16::try_from(width - left)?, i16::try_from(height - up)?))
    }

    /// A click on what shows the takes, or hides them.
    fn fold(&mut self) -> Result<()> {
        self.click_upper((56, 120))
    }

    /// It opens for the first time, and a click is enough.
    fn help(&mut self) -> Result<()> {
        let help = self.jam.picture(self.screen, Picture::shows_something, "shows nothing")?;
        help.is_framed(1).context("the help")?;
        help.write(&self.folder.join("help.png"))?;
        let (width, height) = self.screen.size()?;
        self.jam.click(self.screen, (i16::try_from(width / 2)?, i16::try_from(height / 2)?))?;
        let unlike = |shown: &Picture| shown.unlike(&help) > 0.1;
        self.jam.picture(self.screen, unlike, "does not close its help at a click")?;
        Ok(())
    }

    /// Each way to play together, with both in the roll.
    fn modes(&mut self) -> Result<()> {
        // (mode, times the phrase is played, beats after which it is looked at)
        for (mode, times, beats) in [
            ("Answer", 1, PHRASE + 4.0),
            ("Trade", 1, PHRASE + 4.0),
            ("Continue", 1, PHRASE + 5.0),
            ("Duet", 2, 11.0),
        ] {
            self.jam.set("Mode", mode)?;
            self.jam.phrase(times);
            if mode == "Continue" {
                self.jam.until(PHRASE - 0.5)?;
                self.jam.set("Latch", "On")?;
            }
            self.jam.until(beats)?;
            // The first one is how it looks, as README has it.
            let name = if mode == "Answer" { "editor".to_owned() } else { mode.to_lowercase() };
            let shown = self.keep(&name, 1)?;
            // Beyond the keys at its left, from below the modes to above the keys.
            let roll = (60, 135, shown.width - 12, shown.height - 356);
            let notes = shown.orange(roll);
            ensure!(notes > NOTES, "the roll of {mode} shows nothing of Segue's: {notes} pixels");
            self.jam.set("Latch", "Off")?;
            self.jam.until(PHRASE * times as f64 + 10.0)?;
        }
        Ok(())
    }

    /// What was answered, and two candidates more.
    fn takes(&mut self) -> Result<()> {
        self.jam.set("Mode", "Answer")?;
        self.fold()?;
        self.jam.phrase(1);
        self.jam.until(PHRASE + 10.0)?;
        // Of the first line; the second one is still heard.
        for seconds in [7.0, 4.0] {
            self.click_lower((110, 230))?;
            self.jam.wait(Duration::from_secs_f32(seconds))?;
        }
        let shown = self.keep("takes", 1)?;
        let notes =
            shown.orange((shown.width / 2, shown.height - 248, shown.width - 200, shown.height - 210));
        ensure!(notes > NOTES, "the takes show nothing of an answer: {notes} pixels");
        Ok(())
    }

    /// As small as it gets, with the takes and without.
    fn smallest(&mut self) -> Result<()> {
        let (width, height) = self.screen.size()?;
        self.jam.host.resize_editor(SMALLEST)?;
        self.jam.phrase(1);
        self.jam.until(PHRASE + 4.0)?;
        let small = self.keep("smallest-takes", 1)?;
        ensure!(
            (small.width, small.height) == (SMALLEST.0 as usize, SMALLEST.1 as usize),
            "it is {} x {}",
            small.width,
            small.height
        );
        self.fold()?;
        self.keep("smallest", 1)?;
        self.jam.host.resize_editor((width.into(), height.into()))
    }

    /// Where two pixels are one.
    fn dense(&mut self) -> Result<()> {
        let (width, height) = self.screen.size()?;
        self.jam.host.close_editor()?;
        self.screen.set_scale(2)?;
        self.jam.host.open_editor(self.screen.window())?;
        self.jam.phrase(1);
        self.jam.until(PHRASE + 4.0)?;
        let dense = self.keep("dense", 2)?;
        let expected = (usize::from(width) * 2, usize::from(height) * 2);
        ensure!((dense.width, dense.height) == expected, "it is {} x {}", dense.width, dense.height);
        self.jam.host.close_editor()?;
        self.screen.set_scale(1)?;
        self.jam.host.open_editor(self.screen.window())?;
        self.jam.picture(self.screen, Picture::shows_something, "shows nothing when it opens again")?;
        Ok(())
    }
}
