//! What there is to see, one after the other, each with a picture.

use std::path::Path;
use std::time::{Duration, Instant};

use anyhow::{Context, Result, ensure};
use bundler::{ClapHost, Host};

use crate::contrast;
use crate::jam::{Jam, SETUP};
use crate::picture::Picture;
use crate::places::{ABOUT, ALL_CONTROLS, BAND, FIRST_CONTROLS, Fold, HELP, Places, SMALLEST_TAKES, TAKES};
use crate::screen::Screen;

/// What the densest window needs of the display.
pub const ROOM: (u16, u16) = (1900, 1500);

/// The smallest window, and a large one.
const SMALLEST: (u32, u32) = (600, 500);
const LARGE: (u32, u32) = (1600, 1000);

/// How long what is drawn gets to fit its window.
const SETTLED: Duration = Duration::from_secs(8);

/// The beats of the phrase.
const PHRASE: f64 = 8.0;

/// Orange in a roll or a thumbnail: a few short notes.
const NOTES: usize = 60;

/// How many lines of text any view has.
const LINES: usize = 12;

/// Takes the pictures. The editor stays open, as large as at first.
pub fn take(plugin: &Path, screen: &Screen, folder: &Path) -> Result<Jam> {
    screen.set_scale(1)?;
    let mut host = ClapHost::open(plugin)?;
    host.activate(SETUP)?;
    host.open_editor(screen.window())?;
    let mut views = Views { jam: Jam::new(host), screen, folder };
    views.help()?;
    views.modes()?;
    views.band()?;
    views.menus()?;
    views.all_controls()?;
    views.takes()?;
    views.sizes()?;
    views.dense()?;
    Ok(views.jam)
}

struct Views<'a> {
    jam: Jam,
    screen: &'a Screen,
    folder: &'a Path,
}

impl Views<'_> {
    /// Keeps a picture, where nothing is blank or cut off in it and all text can be read. A window
    /// that was given another size may need a moment.
    fn keep(&mut self, name: &str, scale: usize) -> Result<Picture> {
        let began = Instant::now();
        let whole = |shown: &Picture| shown.is_whole(scale).is_ok() || began.elapsed() > SETTLED;
        let shown = self.jam.picture(self.screen, whole, "shows nothing")?;
        shown.write(&self.folder.join(format!("{name}.png")))?;
        shown.is_whole(scale).with_context(|| format!("the picture {name}"))?;
        legible(&shown, scale).with_context(|| format!("the picture {name}"))?;
        Ok(shown)
    }

    fn places(&self) -> Result<Places> {
        let (width, height) = self.screen.size()?;
        Ok(Places { width: width.try_into()?, height: height.try_into()? })
    }

    fn click(&mut self, at: (i16, i16)) -> Result<()> {
        self.jam.click(self.screen, at)
    }

    /// It is open in a player's first window, below the roll: the answer that it promises can be
    /// seen.
    fn help(&mut self) -> Result<()> {
        self.jam.picture(self.screen, Picture::shows_something, "shows nothing")?;
        self.jam.phrase(1);
        self.jam.until(PHRASE + 4.0)?;
        let help = self.keep("help", 1)?;
        let places = self.places()?;
        let notes = help.orange(places.roll(HELP));
        ensure!(notes > NOTES, "the answer cannot be seen beside the help: {notes} pixels");
        self.click(places.close(HELP))?;
        let unlike = |shown: &Picture| shown.unlike(&help) > 0.1;
        self.jam.picture(self.screen, unlike, "does not close its help at a click")?;
        // Again, from its button.
        let closed = self.screen.picture()?;
        self.click(places.help())?;
        let unlike = |shown: &Picture| shown.unlike(&closed) > 0.1;
        self.jam.picture(self.screen, unlike, "does not open its help again")?;
        self.click(places.close(HELP))?;
        self.jam.until(PHRASE + 10.0)
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
            let notes = shown.orange(self.places()?.roll(FIRST_CONTROLS));
            ensure!(notes > NOTES, "the roll of {mode} shows nothing of Segue's: {notes} pixels");
            self.jam.set("Latch", "Off")?;
            self.jam.until(PHRASE * times as f64 + 10.0)?;
        }
        self.jam.set("Mode", "Answer")
    }

    /// Bass and drums behind two hands, with a strip for each part; in three sizes.
    fn band(&mut self) -> Result<()> {
        let places = self.places()?;
        for (name, text) in [("Mode", "Duet"), ("Bass", "On"), ("Drums", "On")] {
            self.jam.set(name, text)?;
        }
        let without = self.screen.picture()?;
        self.click(places.fold(Fold::Band, FIRST_CONTROLS))?;
        for (name, size) in [("band", None), ("band-large", Some(LARGE)), ("band-smallest", Some(SMALLEST))] {
            if let Some(size) = size {
                self.jam.host.resize_editor(size)?;
            }
            self.jam.phrase(2);
            self.jam.until(PHRASE + 7.0)?;
            let shown = self.keep(name, 1)?;
            ensure!(size.is_some() || shown.unlike(&without) > 0.05, "the strips of a band are not shown");
            self.jam.until(2.0 * PHRASE + 10.0)?;
        }
        let first = (places.width as u32, places.height as u32);
        self.jam.host.resize_editor(first)?;
        self.jam.wait(Duration::from_secs(1))?;
        for (name, text) in [("Mode", "Answer"), ("Bass", "Off"), ("Drums", "Off")] {
            self.jam.set(name, text)?;
        }
        self.click(places.fold(Fold::Band, BAND))?;
        self.jam.wait(Duration::from_secs(1))
    }

    /// The styles, a hint, and About.
    fn menus(&mut self) -> Result<()> {
        let places = self.places()?;
        self.opened("styles", places.style(FIRST_CONTROLS))?;
        // A click beside it closes it.
        self.click((2, 2))?;
        let (x, y) = places.style(FIRST_CONTROLS);
        let before = self.screen.picture()?;
        self.screen.move_to((x, y + 30))?;
        self.changed("hint", &before, 0.002)?;
        self.screen.rest()?;
        self.opened("about", places.about())?;
        self.click(places.close(ABOUT))
    }

    /// What is folded at first.
    fn all_controls(&mut self) -> Result<()> {
        let places = self.places()?;
        self.opened("all-controls", places.fold(Fold::AllControls, FIRST_CONTROLS))?;
        self.click(places.fold(Fold::AllControls, ALL_CONTROLS))
    }

    /// A picture of what a click opens.
    fn opened(&mut self, name: &str, at: (i16, i16)) -> Result<()> {
        let before = self.screen.picture()?;
        self.click(at)?;
        self.changed(name, &before, 0.05)
    }

    /// A picture once so much of the window is another than before.
    fn changed(&mut self, name: &str, before: &Picture, share: f32) -> Result<()> {
        let unlike = |shown: &Picture| shown.unlike(before) > share;
        self.jam.picture(self.screen, unlike, &format!("does not change: {name}"))?;
        // What fades in has done so.
        self.jam.wait(Duration::from_secs(1))?;
        self.keep(name, 1).map(drop)
    }

    /// What was answered, and two candidates more.
    fn takes(&mut self) -> Result<()> {
        let places = self.places()?;
        self.click(places.fold(Fold::Takes, FIRST_CONTROLS))?;
        self.jam.phrase(1);
        self.jam.until(PHRASE + 10.0)?;
        // Of the first line; the second one is still heard.
        for seconds in [7.0, 4.0] {
            self.click(places.another(TAKES))?;
            self.jam.wait(Duration::from_secs_f32(seconds))?;
        }
        let shown = self.keep("takes", 1)?;
        let (_, y) = places.another(TAKES);
        let (right, y) = (shown.width - 220, y as usize);
        let notes = shown.orange([shown.width / 2, y - 18, right, y + 18]);
        ensure!(notes > NOTES, "the takes show nothing of an answer: {notes} pixels");
        Ok(())
    }

    /// A large window with everything in it; the smallest one with the takes, and with controls.
    fn sizes(&mut self) -> Result<()> {
        let first = self.places()?;
        self.resized("large", LARGE)?;
        self.resized("smallest-takes", SMALLEST)?;
        let small = self.places()?;
        // Without the takes there is room for the keyboard and for controls.
        self.opened("smallest", small.fold(Fold::Takes, SMALLEST_TAKES))?;
        self.jam.host.resize_editor((first.width as u32, first.height as u32))?;
        self.jam.wait(Duration::from_secs(1))
    }

    fn resized(&mut self, name: &str, size: (u32, u32)) -> Result<()> {
        self.jam.host.resize_editor(size)?;
        self.jam.phrase(1);
        self.jam.until(PHRASE + 4.0)?;
        let shown = self.keep(name, 1)?;
        let is = (shown.width as u32, shown.height as u32);
        ensure!(is == size, "{name} is {is:?} large, not {size:?}");
        self.jam.until(PHRASE + 10.0)
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

/// Whether all text of a picture can be read.
fn legible(shown: &Picture, scale: usize) -> Result<()> {
    let mut lines = contrast::lines(shown, scale);
    ensure!(lines.len() >= LINES, "only {} lines of text are found", lines.len());
    lines.sort_by(|a, b| a.contrast.total_cmp(&b.contrast));
    let weakest = lines.first().context("there is no text")?;
    println!(
        "  {} lines of text, the weakest {:.2} to 1 at {:?}",
        lines.len(),
        weakest.contrast,
        weakest.frame
    );
    let [left, top, ..] = weakest.frame;
    ensure!(
        weakest.contrast >= contrast::ENOUGH,
        "a text at {left}, {top} has a contrast of {:.2} to 1, less than {}",
        weakest.contrast,
        contrast::ENOUGH
    );
    Ok(())
}
