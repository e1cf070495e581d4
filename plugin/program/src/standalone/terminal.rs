//! The clock from the terminal: a line is a cue.

use std::io::BufRead;
use std::ops::RangeInclusive;
use std::time::Instant;

use segue_music::{Meter, Tempo};

use super::cue::{Baton, Cue};

/// What may be typed.
pub const HELP: &str = "Enter taps the tempo (a bar of taps starts the clock); 96 sets it; 3/4 sets the metre; \
                        m metronome on or off; s start or stop; q ends";

/// What a line asks for.
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum Line {
    /// A cue for the clock.
    Cue(Cue),
    /// The end.
    Quit,
    /// What may be typed.
    Help,
}

/// The slowest and the fastest that may be asked for.
pub const TEMPOS: RangeInclusive<f64> = 20.0..=300.0;

/// A tempo as it is typed.
pub fn tempo(text: &str) -> Result<Tempo, String> {
    let bpm = text.parse().ok().filter(|bpm| TEMPOS.contains(bpm));
    bpm.map(Tempo::new).ok_or_else(|| "a tempo from 20 to 300".to_owned())
}

/// A metre as it is typed.
pub fn meter(text: &str) -> Result<Meter, String> {
    let parts = text.split_once('/').and_then(|(above, below)| {
        let (above, below) = (above.trim().parse().ok()?, below.trim().parse().ok()?);
        Meter::new(above, below).filter(|_| above <= 32 && below <= 16)
    });
    parts.ok_or_else(|| "a metre such as 4/4, 3/4 or 6/8".to_owned())
}

/// What a line means now.
pub fn read(line: &str, now: Instant, baton: &Baton) -> Line {
    match line.trim() {
        "" | "t" => Line::Cue(Cue::Tap(now)),
        "m" => Line::Cue(Cue::Click(!baton.clicks())),
        "s" if baton.goes() => Line::Cue(Cue::Stop),
        "s" => Line::Cue(Cue::Start),
        "q" => Line::Quit,
        text => {
            let tempo = tempo(text).map(Cue::Tempo);
            tempo.or_else(|_| meter(text).map(Cue::Meter)).map_or(Line::Help, Line::Cue)
        }
    }
}

/// Follows the lines until they end, or ask for the end.
pub fn follow(lines: impl BufRead, baton: &Baton, mut say: impl FnMut(String), quit: impl FnOnce()) {
    for line in lines.lines().map_while(Result::ok) {
        match read(&line, Instant::now(), baton) {
            Line::Quit => return quit(),
            Line::Help => say(HELP.to_owned()),
            // What comes of it is told by the clock.
            Line::Cue(cue) => {
                baton.give(cue);
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::super::cue::baton;
    use super::*;

    #[test]
    fn lines_are_cues() {
        let (baton, cues) = baton();
        let now = Instant::now();
        let three = Meter::new(3, 4).expect("a metre");
        // (whether the clock goes and clicks, the line, what it means)
        for (goes, line, expected) in [
            (false, "", Line::Cue(Cue::Tap(now))),
            (false, " t ", Line::Cue(Cue::Tap(now))),
            (false, "m", Line::Cue(Cue::Click(true))),
            (true, "m", Line::Cue(Cue::Click(false))),
            (false, "s", Line::Cue(Cue::Start)),
            (true, "s", Line::Cue(Cue::Stop)),
            (true, "96.5", Line::Cue(Cue::Tempo(Tempo::new(96.5)))),
            (true, "3/4", Line::Cue(Cue::Meter(three))),
            (true, "5", Line::Help),
            (true, "3/5", Line::Help),
            (true, "inf", Line::Help),
            (true, "what", Line::Help),
            (true, "q", Line::Quit),
        ] {
            cues.show(Tempo::DEFAULT, Meter::COMMON, goes.then_some(1), goes);
            assert_eq!(read(line, now, &baton), expected, "{line:?}");
        }
    }

    #[test]
    fn cues_arrive_until_the_end() {
        let (baton, mut cues) = baton();
        let (mut said, mut quit) = (Vec::new(), false);
        follow("120\nhuh\ns\nq\n90\n".as_bytes(), &baton, |text| said.push(text), || quit = true);
        assert_eq!(cues.next(), Some(Cue::Tempo(Tempo::new(120.0))));
        assert_eq!((cues.next(), cues.next()), (Some(Cue::Start), None));
        assert_eq!(said, [HELP]);
        assert!(quit);
    }
}
