//! A take as a picture: a piano roll in SVG, drums in lanes below.

use std::fmt::Write as _;

use segue_music::{Beats, DrumLane, Note, Track};

use crate::Take;

/// Pixels: of a beat, a semitone, a lane of drums, and around.
const BEAT: f64 = 24.0;
const SEMITONE: f64 = 4.0;
const LANE: f64 = 8.0;
const MARGIN: f64 = 12.0;
/// Bars in a row of the picture.
const BARS: i64 = 8;
/// The player's colour, and those of Segue's tracks.
const YOU: &str = "#3c6eb4";
const SEGUE: [&str; 5] = ["#d2691e", "#8a3ca0", "#2e8b57", "#b8860b", "#555"];

/// The picture: the player's notes and ours, a colour a track, eight bars a row.
pub fn picture(take: &Take) -> String {
    let tracks: Vec<(&Track, &str)> =
        std::iter::once((&take.you, YOU)).chain(take.segue.iter().zip(SEGUE.into_iter().cycle())).collect();
    let notes = || tracks.iter().flat_map(|(track, _)| &track.notes);
    let bar = take.meter.bar();
    let bars = notes().map(|note| note.onset.div_floor(bar) + 1).max().unwrap_or(1);
    let pitched = || tracks.iter().filter(|(track, _)| !track.is_drums()).flat_map(|(track, _)| &track.notes);
    let (low, high) = (
        pitched().map(|note| note.key).min().unwrap_or(60),
        pitched().map(|note| note.key).max().unwrap_or(60),
    );
    let keys = f64::from(high - low + 1) * SEMITONE;
    let lanes = if take.drums().is_empty() { 0.0 } else { DrumLane::ALL.len() as f64 * LANE + MARGIN / 2.0 };
    let row = keys + lanes + 2.0 * MARGIN;
    let rows = (bars + BARS - 1) / BARS;
    let (width, height) = (pixels(bar.times(BARS)) + 2.0 * MARGIN, row * rows as f64);

    let mut svg = String::new();
    _ = writeln!(
        svg,
        "<svg xmlns=\"http://www.w3.org/2000/svg\" viewBox=\"0 0 {width:.0} {height:.0}\">\
         <rect width=\"{width:.0}\" height=\"{height:.0}\" fill=\"#fff\"/>"
    );
    for number in 0..rows {
        let top = row * number as f64 + MARGIN;
        let (from, until) = (bar.times(number * BARS), bar.times((number + 1) * BARS));
        for line in 0..=BARS.min(bars - number * BARS) {
            let x = MARGIN + pixels(bar.times(line));
            let bottom = top + keys + lanes;
            _ = write!(svg, "<path stroke=\"#ddd\" d=\"M{x:.0} {top:.0}V{bottom:.0}\"/>");
            if line < BARS {
                let name = number * BARS + line + 1;
                _ = write!(
                    svg,
                    "<text x=\"{x:.0}\" y=\"{:.0}\" font-size=\"9\" font-family=\"sans-serif\" fill=\"#888\">{name}</text>",
                    top - 2.0
                );
            }
        }
        for (track, colour) in &tracks {
            let mut strokes = String::new();
            for note in track.notes.iter().filter(|note| note.onset < until && note.end() > from) {
                let y = if track.is_drums() {
                    let lane = DrumLane::of(note.key) as usize as f64;
                    top + keys + lanes - (lane + 0.5) * LANE
                } else {
                    top + (f64::from(high - note.key) + 0.5) * SEMITONE
                };
                strokes.push_str(&stroke(note, track.is_drums(), from, until, y));
            }
            let thick = if track.is_drums() { LANE - 2.0 } else { SEMITONE - 0.5 };
            _ = writeln!(
                svg,
                "<path stroke=\"{colour}\" stroke-width=\"{thick}\" fill=\"none\" d=\"{strokes}\"/>"
            );
        }
    }
    legend(&mut svg, &tracks, height - 2.0);
    svg.push_str("</svg>\n");
    svg
}

/// A note's line: its part in a row, a pixel of air before the next; of a drum, only its onset.
fn stroke(note: &Note, is_drum: bool, from: Beats, until: Beats, y: f64) -> String {
    if is_drum && note.onset < from {
        return String::new();
    }
    let x = pixels(note.onset.max(from) - from);
    let length = if is_drum { 3.0 } else { (pixels(note.end().min(until) - from) - x - 1.0).max(1.5) };
    format!("M{:.1} {y:.1}h{length:.1}", x + MARGIN)
}

fn legend(svg: &mut String, tracks: &[(&Track, &str)], y: f64) {
    let mut x = MARGIN;
    for (track, colour) in tracks {
        // Names may come from a file.
        let name = track.name.replace('&', "&amp;").replace('<', "&lt;");
        _ = write!(
            svg,
            "<text x=\"{x:.0}\" y=\"{y:.0}\" font-size=\"10\" font-family=\"sans-serif\" fill=\"{colour}\">{name}</text>"
        );
        x += 16.0 + 6.0 * track.name.chars().count() as f64;
    }
}

fn pixels(beats: Beats) -> f64 {
    beats.as_f64() * BEAT
}

#[cfg(test)]
mod tests {
    use segue_music::{DRUM_CHANNEL, Meter, Tempo};

    use super::*;

    #[test]
    fn every_note_is_drawn_in_each_row_that_it_sounds_in() {
        let note = |beat: i64, length: i64, key| Note {
            onset: Beats::ratio(beat, 1),
            key,
            duration: Beats::ratio(length, 1),
            velocity: 80,
        };
        let track = |name: &str, channel, notes: Vec<Note>| Track {
            name: name.into(),
            channel,
            notes,
            ..Track::default()
        };
        let take = Take {
            you: track("You & <me>", 0, vec![note(0, 1, 60), note(31, 2, 64)]),
            segue: vec![
                track("Segue bass", 2, vec![note(4, 4, 36)]),
                track("Segue drums", DRUM_CHANNEL, vec![note(4, 1, 36), note(5, 1, 38), note(40, 1, 49)]),
            ],
            tempo: Tempo::DEFAULT,
            meter: Meter::COMMON,
        };
        let svg = picture(&take);
        assert!(svg.starts_with("<svg") && svg.ends_with("</svg>\n"), "{svg}");
        // Two of the player's, one of them in both rows; one of the bass; three drums.
        let strokes = |path: &str| path.split('"').next().unwrap_or_default().matches('h').count();
        assert_eq!(svg.split("fill=\"none\" d=\"").skip(1).map(strokes).sum::<usize>(), 7, "{svg}");
        assert!(svg.contains("You &amp; &lt;me>") && svg.contains(">11</text>"), "{svg}");
    }
}
