//! A window on an X11 display, for a plugin's editor to be in, and pictures of it.

use std::collections::HashSet;

use anyhow::{Context, Result};
use x11rb::COPY_DEPTH_FROM_PARENT;
use x11rb::connection::Connection;
use x11rb::protocol::xproto::{ConnectionExt, CreateWindowAux, ImageFormat, WindowClass};
use x11rb::rust_connection::RustConnection;

/// Smoothed text alone has more shades than this; an empty window has one.
const COLOURS: usize = 24;

/// A window of ours; it goes with its connection.
pub struct Window {
    display: RustConnection,
    id: u32,
    size: (u16, u16),
}

impl Window {
    /// Opens one on the display that the environment names.
    ///
    /// # Errors
    /// Where there is none.
    pub fn open(size: (u16, u16)) -> Result<Self> {
        let (display, screen) = x11rb::connect(None).context("there is no X11 display")?;
        let root = &display.setup().roots[screen];
        let looks = CreateWindowAux::new().background_pixel(root.black_pixel);
        let id = display.generate_id()?;
        let (depth, class) = (COPY_DEPTH_FROM_PARENT, WindowClass::INPUT_OUTPUT);
        display.create_window(depth, id, root.root, 0, 0, size.0, size.1, 0, class, 0, &looks)?.check()?;
        display.map_window(id)?.check()?;
        Ok(Self { display, id, size })
    }

    /// Its number on the display.
    pub fn id(&self) -> u32 {
        self.id
    }

    /// What it shows now.
    pub fn picture(&self) -> Result<Picture> {
        let (width, height) = self.size;
        let image =
            self.display.get_image(ImageFormat::Z_PIXMAP, self.id, 0, 0, width, height, u32::MAX)?.reply()?;
        Ok(Picture(image.data.chunks_exact(4).map(|pixel| [pixel[2], pixel[1], pixel[0]]).collect()))
    }
}

/// One picture: red, green and blue of each pixel.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Picture(Vec<[u8; 3]>);

impl Picture {
    /// Whether there is more in it than a plain area: text, at least.
    pub fn shows_something(&self) -> bool {
        self.0.iter().collect::<HashSet<_>>().len() > COLOURS
    }
}
