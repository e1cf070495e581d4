//! Pictures of the editor, and what can be measured in one without reading it.

use std::collections::HashSet;
use std::fs::File;
use std::io::BufWriter;
use std::path::Path;

use anyhow::{Context, Result, ensure};
use png::{BitDepth, ColorType, Compression, Encoder};

/// Smoothed text alone has more shades than this; an empty area has one.
const COLOURS: usize = 24;

/// The largest that is worth keeping beside sources.
const LARGEST: u64 = 300_000;

/// What the editor leaves free around itself, in logical pixels; a shade of a round corner may lie
/// in it.
const MARGIN: usize = 11;

/// The parts of the editor from top to bottom, by their share of its height: state, modes, roll,
/// keys, controls.
const BANDS: usize = 5;

/// Three bytes a pixel.
pub struct Picture {
    /// In pixels.
    pub width: usize,
    /// In pixels.
    pub height: usize,
    pixels: Vec<[u8; 3]>,
}

impl Picture {
    /// From what a display sends: blue, green, red and a byte of nothing.
    pub fn new((width, height): (u16, u16), bytes: &[u8]) -> Self {
        let pixels = bytes.chunks_exact(4).map(|pixel| [pixel[2], pixel[1], pixel[0]]).collect();
        Self { width: width.into(), height: height.into(), pixels }
    }

    fn rows(&self, from: usize, to: usize) -> &[[u8; 3]] {
        &self.pixels[from * self.width..to * self.width]
    }

    /// Whether there is something in it: words, at least.
    pub fn shows_something(&self) -> bool {
        colours(&self.pixels) > COLOURS
    }

    /// Whether every part of it shows something, and nothing runs out of the window: `scale` is how
    /// many pixels are a logical one.
    pub fn is_whole(&self, scale: usize) -> Result<()> {
        for band in 0..BANDS {
            let (from, to) = (self.height * band / BANDS, self.height * (band + 1) / BANDS);
            let colours = colours(self.rows(from, to));
            ensure!(colours > COLOURS, "part {} of {BANDS} from above is blank: {colours} colours", band + 1);
        }
        self.is_framed(scale)
    }

    /// Whether nothing runs out of the window.
    pub fn is_framed(&self, scale: usize) -> Result<()> {
        let margin = MARGIN * scale;
        let is_outside = |number: usize| {
            let (x, y) = (number % self.width, number / self.width);
            x < margin || y < margin || x >= self.width - margin || y >= self.height - margin
        };
        let ground = {
            let colour = segue::editor::theme::GROUND;
            [colour.r(), colour.g(), colour.b()]
        };
        let stain =
            (0..self.pixels.len()).find(|&number| is_outside(number) && self.pixels[number] != ground);
        if let Some(number) = stain {
            let (x, y) = (number % self.width, number / self.width);
            anyhow::bail!("something runs into the margin at {x}, {y}: it is cut off");
        }
        Ok(())
    }

    /// The pixels, row by row.
    pub fn pixels(&self) -> &[[u8; 3]] {
        &self.pixels
    }

    /// How many pixels of Segue's colour, bright or dim, lie in an area: left, top, right, bottom.
    pub fn orange(&self, [left, top, right, bottom]: [usize; 4]) -> usize {
        let row = |y: usize| &self.pixels[y * self.width..][left..right.min(self.width)];
        (top..bottom.min(self.height)).flat_map(row).filter(|pixel| is_orange(**pixel)).count()
    }

    /// The share of its pixels that another picture of the size has otherwise.
    pub fn unlike(&self, other: &Self) -> f32 {
        let unlike = self.pixels.iter().zip(&other.pixels).filter(|(one, other)| one != other).count();
        unlike as f32 / self.pixels.len().max(1) as f32
    }

    /// As a PNG file.
    pub fn write(&self, path: &Path) -> Result<()> {
        let file = File::create(path).with_context(|| format!("{}: cannot be written", path.display()))?;
        let mut encoder = Encoder::new(BufWriter::new(file), self.width as u32, self.height as u32);
        encoder.set_color(ColorType::Rgb);
        encoder.set_depth(BitDepth::Eight);
        encoder.set_compression(Compression::High);
        let mut writer = encoder.write_header()?;
        writer.write_image_data(self.pixels.as_flattened())?;
        writer.finish()?;
        let size = path.metadata()?.len();
        ensure!(size < LARGEST, "{}: {size} bytes, more than {LARGEST}", path.display());
        println!("{}: {} x {}, {size} bytes", path.display(), self.width, self.height);
        Ok(())
    }
}

/// Notes are as bright as they are loud.
fn is_orange([red, green, blue]: [u8; 3]) -> bool {
    red > 120 && red > green && red.saturating_sub(blue) > 70
}

fn colours(pixels: &[[u8; 3]]) -> usize {
    pixels.iter().collect::<HashSet<_>>().len()
}
