//! Controlling the transport from the terminal: a line is a command.

use std::io::BufRead;
use std::ops::RangeInclusive;
use std::time::Instant;

use segue_music::{Meter, Tempo};

use super::transport::handle::{Command, TransportHandle};

/// What can be typed.
pub const HELP: &str = "Enter taps the tempo (a bar of taps starts the clock); 96 sets it; 3/4 sets the metre; \
                        m metronome on or off; s start or stop; q ends";

/// What a line asks for.
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum Line {
    /// A command for the transport.
    Command(Command),
    /// To end the program.
    Quit,
    /// What can be typed.
    Help,
}

/// The tempos that can be set, in quarter notes a minute.
pub const TEMPOS: RangeInclusive<f64> = 20.0..=300.0;

/// Reads a tempo such as 96 or 96.5.
///
/// # Errors
/// What a tempo looks like.
pub fn tempo(text: &str) -> Result<Tempo, String> {
    let bpm = text.parse().ok().filter(|bpm| TEMPOS.contains(bpm));
    bpm.map(Tempo::new).ok_or_else(|| "a tempo from 20 to 300".to_owned())
}

/// Reads a metre such as 3/4.
///
/// # Errors
/// What a metre looks like.
pub fn meter(text: &str) -> Result<Meter, String> {
    let parts = text.split_once('/').and_then(|(numerator, denominator)| {
        let numerator = numerator.trim().parse().ok()?;
        let denominator = denominator.trim().parse().ok()?;
        Meter::new(numerator, denominator).filter(|_| numerator <= 32 && denominator <= 16)
    });
    parts.ok_or_else(|| "a metre such as 4/4, 3/4 or 6/8".to_owned())
}

/// Reads a line that was typed at this moment.
pub fn read(line: &str, now: Instant, transport: &TransportHandle) -> Line {
    match line.trim() {
        "" | "t" => Line::Command(Command::Tap(now)),
        "m" => Line::Command(Command::Metronome(!transport.metronome())),
        "s" if transport.is_playing() => Line::Command(Command::Stop),
        "s" => Line::Command(Command::Start),
        "q" => Line::Quit,
        text => {
            let tempo = tempo(text).map(Command::Tempo);
            tempo.or_else(|_| meter(text).map(Command::Meter)).map_or(Line::Help, Line::Command)
        }
    }
}

/// Follows the lines until they end, or one asks to quit.
pub fn follow(
    lines: impl BufRead,
    transport: &TransportHandle,
    mut say: impl FnMut(String),
    quit: impl FnOnce(),
) {
    for line in lines.lines().map_while(Result::ok) {
        match read(&line, Instant::now(), transport) {
            Line::Quit => return quit(),
            Line::Help => say(HELP.to_owned()),
            // The supervisor prints the clock's new state.
            Line::Command(command) => {
                transport.send(command);
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::super::transport::handle::transport_channel;
    use super::*;

    #[test]
    fn lines_are_commands() {
        let (transport, receiver) = transport_channel();
        let now = Instant::now();
        let three = Meter::new(3, 4).expect("a metre");
        // (whether the clock plays and clicks, the line, what it means)
        for (playing, line, expected) in [
            (false, "", Line::Command(Command::Tap(now))),
            (false, " t ", Line::Command(Command::Tap(now))),
            (false, "m", Line::Command(Command::Metronome(true))),
            (true, "m", Line::Command(Command::Metronome(false))),
            (false, "s", Line::Command(Command::Start)),
            (true, "s", Line::Command(Command::Stop)),
            (true, "96.5", Line::Command(Command::Tempo(Tempo::new(96.5)))),
            (true, "3/4", Line::Command(Command::Meter(three))),
            (true, "5", Line::Help),
            (true, "3/5", Line::Help),
            (true, "inf", Line::Help),
            (true, "what", Line::Help),
            (true, "q", Line::Quit),
        ] {
            receiver.publish(Tempo::DEFAULT, Meter::COMMON, playing.then_some(1), playing);
            assert_eq!(read(line, now, &transport), expected, "{line:?}");
        }
    }

    #[test]
    fn commands_arrive_until_the_end() {
        let (transport, mut receiver) = transport_channel();
        let (mut said, mut quit) = (Vec::new(), false);
        follow("120\nhuh\ns\nq\n90\n".as_bytes(), &transport, |text| said.push(text), || quit = true);
        assert_eq!(receiver.next(), Some(Command::Tempo(Tempo::new(120.0))));
        assert_eq!((receiver.next(), receiver.next()), (Some(Command::Start), None));
        assert_eq!(said, [HELP]);
        assert!(quit);
    }
}
