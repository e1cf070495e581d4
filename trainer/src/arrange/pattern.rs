//! The patterns in which styles are written: rows of strokes for drums, figures for everything
//! else.

use anyhow::{Context as _, Result, bail, ensure};
use segue_music::Tick;
use serde::Deserialize;

/// One step of a row.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Stroke {
    /// `.`: none.
    Rest,
    /// `o`: a ghost note.
    Ghost,
    /// `x`: a plain stroke.
    Plain,
    /// `X`: an accent.
    Accent,
}

/// A stroke or a rest for each step of a bar: `x... X... x.x. X..o`. Blanks are for the eye.
#[derive(Clone, Debug, PartialEq, Eq, Deserialize)]
#[serde(try_from = "String")]
pub struct Row(pub Vec<Stroke>);

impl TryFrom<String> for Row {
    type Error = anyhow::Error;

    fn try_from(text: String) -> Result<Self> {
        let stroke = |letter: char| {
            Ok(match letter {
                '.' => Stroke::Rest,
                'o' => Stroke::Ghost,
                'x' => Stroke::Plain,
                'X' => Stroke::Accent,
                other => {
                    bail!("{other:?} is no stroke; a row is written in x, X (accent), o (ghost) and . (rest)")
                }
            })
        };
        let letters = text.chars().filter(|letter| !letter.is_whitespace() && *letter != '|');
        Ok(Self(letters.map(stroke).collect::<Result<_>>()?))
    }
}

impl Row {
    /// The steps that are struck.
    pub fn hits(&self) -> impl Iterator<Item = (Tick, Stroke)> + '_ {
        let numbered = self.0.iter().enumerate().map(|(step, &stroke)| (step as Tick, stroke));
        numbered.filter(|&(_, stroke)| stroke != Stroke::Rest)
    }
}

/// One event of a figure, in steps of a bar.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Event {
    /// The step at which it begins.
    pub step: Tick,
    /// What is played, a letter whose meaning depends on the instrument.
    pub what: char,
    /// How many steps it lasts; it may last beyond the bar.
    pub length: Tick,
}

/// No event lasts for more steps: four bars.
const LONGEST: Tick = 64;

/// A bar of events, written `step:what:length` with blanks between.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Figure(pub Vec<Event>);

impl Figure {
    /// Reads a figure whose events are among `letters`.
    fn parse(text: &str, letters: &str) -> Result<Self> {
        let event = |text: &str| {
            let parts: Vec<&str> = text.split(':').collect();
            let &[step, what, length] = parts.as_slice() else {
                bail!("{text:?} is no event; an event is written step:what:length")
            };
            let number =
                |text: &str| text.parse::<Tick>().with_context(|| format!("{text:?} is no number of steps"));
            let mut these = what.chars();
            let what = these.next().filter(|letter| these.next().is_none() && letters.contains(*letter));
            let what = what.with_context(|| format!("{text:?} plays none of: {letters}"))?;
            let event = Event { step: number(step)?, what, length: number(length)? };
            ensure!(event.step >= 0 && event.length > 0, "{text:?} begins before the bar or lasts no step");
            ensure!(event.length <= LONGEST, "{text:?} lasts more than {LONGEST} steps");
            Ok(event)
        };
        let events: Vec<Event> = text.split_whitespace().map(event).collect::<Result<_>>()?;
        ensure!(!events.is_empty(), "a figure needs an event, such as 0:{}:4", &letters[..1]);
        ensure!(events.is_sorted_by_key(|event| event.step), "{text:?} is not in the order of its steps");
        Ok(Self(events))
    }

    /// The last step at which something begins.
    pub fn last_step(&self) -> Tick {
        self.0.iter().map(|event| event.step).max().unwrap_or(0)
    }
}

/// What a bass plays in a bar.
#[derive(Clone, Debug, PartialEq, Eq, Deserialize)]
#[serde(try_from = "String")]
pub enum BassLine {
    /// A note a beat, chord tones that lead to the next root.
    Walk,
    /// Eighths up and down the chord with its sixth and seventh.
    Boogie,
    /// A riff of the song's own in sixteenths around the root.
    Funk,
    /// r root, R its octave above, l its octave below, 2 to 7 the degree, b the flat third, a a
    /// semitone beside the next bar's root, d a scale step beside it, n that root itself.
    Figure(Figure),
}

impl TryFrom<String> for BassLine {
    type Error = anyhow::Error;

    fn try_from(text: String) -> Result<Self> {
        Ok(match text.as_str() {
            "walk" => Self::Walk,
            "boogie" => Self::Boogie,
            "funk" => Self::Funk,
            other => Self::Figure(Figure::parse(other, "rRl234567badn")?),
        })
    }
}

/// What chords are played in.
#[derive(Clone, Debug, PartialEq, Eq, Deserialize)]
#[serde(try_from = "String")]
pub enum CompLine {
    /// The piano of Cuban music: octaves and chord tones in turn, off the beat.
    Montuno,
    /// Root with fifth and root with sixth in turn, in eighths.
    Shuffle,
    /// C an accented chord, c a chord, o a ghosted one, u its upper two notes, 1 to 6 one note of
    /// it from below (beyond the top an octave higher), - the bass's note.
    Figure(Figure),
}

impl TryFrom<String> for CompLine {
    type Error = anyhow::Error;

    fn try_from(text: String) -> Result<Self> {
        Ok(match text.as_str() {
            "montuno" => Self::Montuno,
            "shuffle" => Self::Shuffle,
            other => Self::Figure(Figure::parse(other, "Ccou123456-")?),
        })
    }
}

/// What a pianist's left hand plays.
#[derive(Clone, Debug, PartialEq, Eq, Deserialize)]
#[serde(try_from = "String")]
pub enum LeftLine {
    /// As a bass walks.
    Walk,
    /// As a bass plays boogie.
    Boogie,
    /// l low root, L it in octaves, f low fifth, F fifth, R root above, N ninth above it, T tenth,
    /// V twelfth, O two octaves, W the tenth above them, C chord, Q shell (root, seventh and
    /// mostly tenth), S root and fifth, X root and sixth, 7 root and seventh, n the next bar's
    /// root, 1 to 3 one note of the chord.
    Figure(Figure),
}

impl TryFrom<String> for LeftLine {
    type Error = anyhow::Error;

    fn try_from(text: String) -> Result<Self> {
        Ok(match text.as_str() {
            "walk" => Self::Walk,
            "boogie" => Self::Boogie,
            other => Self::Figure(Figure::parse(other, "lLfFRNTVOWCQSX7n123")?),
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_no_pattern_says_why() {
        let row = |text: &str| Row::try_from(text.to_owned()).map(|row| row.hits().count());
        assert_eq!(row("x... X..o | ....").unwrap(), 3);
        assert!(row("x..y").unwrap_err().to_string().contains("'y'"));
        let bass = |text: &str| BassLine::try_from(text.to_owned());
        assert!(bass("0:r:4 8:5:8").is_ok() && bass("walk").is_ok());
        for (wrong, named) in
            [("0:r", "0:r"), ("x:r:4", "\"x\""), ("0:q:4", "0:q:4"), ("", "event"), ("8:r:4 0:r:4", "order")]
        {
            let why = bass(wrong).unwrap_err().to_string();
            assert!(why.contains(named), "{wrong}: {why}");
        }
    }
}
