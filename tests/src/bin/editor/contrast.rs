//! Can what stands in a picture be read? Finds its lines of text and measures their contrast, as
//! WCAG 2.2 defines it, between the pixels of the letters and the ground that they stand on.
//!
//! A letter is a small mark, neither a filled rectangle nor a line, on a ground of one colour. Two
//! or more beside each other are text. What counts is the strongest tenth of their pixels: thin
//! letters are smoothed, and the rest of their pixels are the way from the ground to the letter.

use std::collections::{HashMap, HashSet};

use anyhow::{Result, ensure};
use segue::editor::theme;

use crate::picture::Picture;

/// A colour.
type Rgb = [u8; 3];

/// The least contrast of a text, at level AA.
pub const ENOUGH: f32 = 4.5;

/// The smallest ground, in logical pixels: more than any letter has of one colour.
const GROUND: usize = 160;

/// The smallest and the largest letter, in logical pixels: height, height, width.
const LETTER: (usize, usize, usize) = (5, 24, 40);

/// A mark that fills more of its frame than this is a bar or a note, and no letter.
const FULL: f32 = 0.8;

/// How much of what touches a letter must be of its ground's colour.
const SURROUNDED: f32 = 0.98;

/// The widest gap between letters of a line, in logical pixels.
const SPACE: usize = 8;

/// A line of text.
#[derive(Clone, Debug, PartialEq)]
pub struct Line {
    /// Its frame in pixels: left, top, right, bottom.
    pub frame: [usize; 4],
    /// What its letters have against their ground, to 1.
    pub contrast: f32,
}

/// Relative luminance.
fn luminance(colour: Rgb) -> f32 {
    let linear = |channel: u8| {
        let share = f32::from(channel) / 255.0;
        if share <= 0.04045 { share / 12.92 } else { ((share + 0.055) / 1.055).powf(2.4) }
    };
    0.2126 * linear(colour[0]) + 0.7152 * linear(colour[1]) + 0.0722 * linear(colour[2])
}

/// The contrast ratio of two colours, from 1 to 21.
pub fn contrast(one: Rgb, other: Rgb) -> f32 {
    let (one, other) = (luminance(one), luminance(other));
    (one.max(other) + 0.05) / (one.min(other) + 0.05)
}

/// Whether each of the theme's colours for text can be read on each ground that the window puts it
/// on.
pub fn of_the_theme() -> Result<()> {
    let plain = [theme::GROUND, theme::PANEL, theme::TRACK];
    let raised = [theme::GROUND, theme::PANEL, theme::TRACK, theme::LINE, theme::RAISED];
    let light = [theme::ON, theme::PLAYER, theme::SEGUE];
    let mut weakest = f32::MAX;
    for (name, colour, grounds) in [
        ("TEXT", theme::TEXT, raised.as_slice()),
        ("DIM", theme::DIM, &plain),
        ("PLAYER", theme::PLAYER, &plain),
        ("SEGUE", theme::SEGUE, &plain),
        ("ALARM", theme::ALARM, &plain),
        ("GROUND", theme::GROUND, &light),
    ] {
        for ground in grounds {
            let ratio = contrast([colour.r(), colour.g(), colour.b()], [ground.r(), ground.g(), ground.b()]);
            ensure!(ratio >= ENOUGH, "{name} on {ground:?} has a contrast of {ratio:.2} to 1");
            weakest = weakest.min(ratio);
        }
    }
    println!("the theme's text has a contrast of at least {weakest:.2} to 1");
    Ok(())
}

/// A small mark on a ground of one colour.
struct Mark {
    frame: [usize; 4],
    ground: Rgb,
    pixels: Vec<usize>,
}

/// The lines of text of a picture; `scale` is how many pixels are a logical one.
pub fn lines(picture: &Picture, scale: usize) -> Vec<Line> {
    let ground = grounds(picture, GROUND * scale * scale);
    let mut marks: Vec<_> = marks(picture, &ground, scale);
    marks.sort_by_key(|mark| mark.frame[0]);
    let mut lines: Vec<Vec<Mark>> = Vec::new();
    for mark in marks {
        let near = |line: &&mut Vec<Mark>| {
            line.last().is_some_and(|last| {
                let apart = mark.frame[0].saturating_sub(last.frame[2]);
                let shares_rows = mark.frame[1] < last.frame[3] && last.frame[1] < mark.frame[3];
                mark.ground == last.ground && apart <= SPACE * scale && shares_rows
            })
        };
        match lines.iter_mut().rev().find(near) {
            Some(line) => line.push(mark),
            None => lines.push(vec![mark]),
        }
    }
    lines.into_iter().filter(|line| line.len() > 1).map(|line| measure(picture, &line)).collect()
}

fn measure(picture: &Picture, line: &[Mark]) -> Line {
    let ground = line[0].ground;
    let pixels = line.iter().flat_map(|mark| &mark.pixels);
    let mut ratios: Vec<f32> = pixels.map(|&at| contrast(picture.pixels()[at], ground)).collect();
    ratios.sort_by(|a, b| b.total_cmp(a));
    let strongest = &ratios[..ratios.len().div_ceil(10)];
    let frame = line.iter().map(|mark| mark.frame).reduce(joined).unwrap_or_default();
    Line { frame, contrast: strongest.iter().sum::<f32>() / strongest.len().max(1) as f32 }
}

fn joined(one: [usize; 4], other: [usize; 4]) -> [usize; 4] {
    [one[0].min(other[0]), one[1].min(other[1]), one[2].max(other[2]), one[3].max(other[3])]
}

/// Whether each pixel belongs to an area of one colour that is at least so large.
fn grounds(picture: &Picture, least: usize) -> Vec<bool> {
    let pixels = picture.pixels();
    let mut ground = vec![false; pixels.len()];
    let mut seen = vec![false; pixels.len()];
    for start in 0..pixels.len() {
        if seen[start] {
            continue;
        }
        let area = flood(picture, start, &mut seen, false, |at| pixels[at] == pixels[start]);
        if area.len() >= least {
            area.into_iter().for_each(|at| ground[at] = true);
        }
    }
    ground
}

/// The marks that are shaped like letters and stand on one ground.
fn marks(picture: &Picture, ground: &[bool], scale: usize) -> Vec<Mark> {
    let mut seen = ground.to_vec();
    let mut marks = Vec::new();
    for start in 0..ground.len() {
        if seen[start] {
            continue;
        }
        let pixels = flood(picture, start, &mut seen, true, |at| !ground[at]);
        let place = |at: usize| {
            [at % picture.width, at / picture.width, at % picture.width + 1, at / picture.width + 1]
        };
        let Some(frame) = pixels.iter().map(|&at| place(at)).reduce(joined) else { continue };
        let (width, height) = (frame[2] - frame[0], frame[3] - frame[1]);
        let (lowest, highest, widest) = LETTER;
        let is_small = height >= lowest * scale && height <= highest * scale && width <= widest * scale;
        let full = pixels.len() as f32 / (width * height) as f32;
        if !is_small || full > FULL {
            continue;
        }
        let mut around: HashMap<Rgb, usize> = HashMap::new();
        let within: HashSet<usize> = pixels.iter().copied().collect();
        let beside =
            pixels.iter().flat_map(|&at| neighbours(picture, at, false)).filter(|at| !within.contains(at));
        beside.for_each(|at| *around.entry(picture.pixels()[at]).or_default() += 1);
        let total: usize = around.values().sum();
        if let Some((&colour, &count)) = around.iter().max_by_key(|(_, count)| **count)
            && count as f32 >= SURROUNDED * total as f32
        {
            marks.push(Mark { frame, ground: colour, pixels });
        }
    }
    marks
}

/// The pixels that can be reached from one of them by steps onto such pixels.
fn flood(
    picture: &Picture,
    start: usize,
    seen: &mut [bool],
    slanted: bool,
    like: impl Fn(usize) -> bool,
) -> Vec<usize> {
    seen[start] = true;
    let mut area = vec![start];
    let mut next = 0;
    while next < area.len() {
        for at in neighbours(picture, area[next], slanted) {
            if !seen[at] && like(at) {
                seen[at] = true;
                area.push(at);
            }
        }
        next += 1;
    }
    area
}

/// The pixels beside one, and those at its corners if wanted.
fn neighbours(picture: &Picture, at: usize, slanted: bool) -> impl Iterator<Item = usize> + use<> {
    let (width, height) = (picture.width as isize, picture.height as isize);
    let (x, y) = (at as isize % width, at as isize / width);
    let steps = (-1..=1).flat_map(|up| (-1..=1).map(move |right| (right, up)));
    let steps = steps.filter(move |&(right, up)| (right, up) != (0, 0) && (slanted || right == 0 || up == 0));
    steps.filter_map(move |(right, up)| {
        let (x, y) = (x + right, y + up);
        ((0..width).contains(&x) && (0..height).contains(&y)).then(|| (y * width + x) as usize)
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    /// A picture with marks like an H, each of a colour, and a bar.
    fn drawn(colours: &[Rgb], ground: Rgb) -> Picture {
        let (width, height) = (200, 60);
        let mut bytes = ground.iter().rev().copied().chain([0]).collect::<Vec<u8>>().repeat(width * height);
        let mut dot = |x: usize, y: usize, colour: Rgb| {
            let at = (y * width + x) * 4;
            bytes[at..at + 3].copy_from_slice(&[colour[2], colour[1], colour[0]]);
        };
        for (number, &colour) in colours.iter().enumerate() {
            let left = 20 + 12 * number;
            for y in 20..32 {
                [left, left + 6].into_iter().for_each(|x| dot(x, y, colour));
            }
            (left..left + 7).for_each(|x| dot(x, 26, colour));
        }
        (100..130).for_each(|x| (20..30).for_each(|y| dot(x, y, [90, 90, 90])));
        Picture::new((width as u16, height as u16), &bytes)
    }

    #[test]
    fn text_is_found_and_measured() {
        let ground = [0x15, 0x17, 0x1c];
        for (colour, least, most) in
            [([0xec, 0xe8, 0xe0], 14.0, 15.0), ([0x60, 0x60, 0x60], 2.5, 3.2), ([0x9b, 0xa2, 0xae], 6.5, 7.5)]
        {
            let lines = lines(&drawn(&[colour; 4], ground), 1);
            let [Line { frame, contrast }] = lines.as_slice() else { panic!("{lines:?}") };
            assert_eq!(*frame, [20, 20, 63, 32]);
            assert!((least..most).contains(contrast), "{colour:?}: {contrast}");
        }
        assert_eq!(lines(&drawn(&[[255, 255, 255]], ground), 1), [], "one mark is no text");
        assert!((contrast([0, 0, 0], [255, 255, 255]) - 21.0).abs() < 1e-4);
    }
}
