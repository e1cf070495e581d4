//! A display, a window on it for editors to be in, and the mouse of whoever sits before it.

use std::thread::sleep;
use std::time::Duration;

use anyhow::{Context, Result, ensure};
use x11rb::COPY_DEPTH_FROM_PARENT;
use x11rb::connection::Connection;
use x11rb::protocol::xproto::{
    AtomEnum, BUTTON_PRESS_EVENT, BUTTON_RELEASE_EVENT, ButtonPressEvent, ConnectionExt, CreateWindowAux,
    EventMask, ImageFormat, KeyButMask, PropMode, Window, WindowClass,
};
use x11rb::rust_connection::RustConnection;
use x11rb::wrapper::ConnectionExt as _;

use crate::picture::Picture;

/// Dots an inch where a logical pixel is one.
const DOTS: usize = 96;

/// The display that the environment names, with a window as large as it.
pub struct Screen {
    display: RustConnection,
    root: Window,
    window: Window,
    size: (u16, u16),
}

impl Screen {
    /// Opens it; it must have room for so much.
    pub fn open((width, height): (u16, u16)) -> Result<Self> {
        let (display, number) = x11rb::connect(None).context("there is no X11 display")?;
        let screen = &display.setup().roots[number];
        let (root, black) = (screen.root, screen.black_pixel);
        let size = (screen.width_in_pixels, screen.height_in_pixels);
        ensure!(
            size.0 > width && size.1 > height,
            "the display has {} x {} pixels; it needs more than {width} x {height}",
            size.0,
            size.1
        );
        let window = display.generate_id()?;
        let looks = CreateWindowAux::new().background_pixel(black);
        let (depth, class) = (COPY_DEPTH_FROM_PARENT, WindowClass::INPUT_OUTPUT);
        display.create_window(depth, window, root, 0, 0, size.0, size.1, 0, class, 0, &looks)?.check()?;
        display.map_window(window)?.check()?;
        let screen = Self { display, root, window, size };
        screen.rest()?;
        Ok(screen)
    }

    /// The window's number.
    pub fn window(&self) -> u32 {
        self.window
    }

    /// How many pixels are a logical one, for editors that open from now on.
    pub fn set_scale(&self, scale: usize) -> Result<()> {
        let resources = format!("Xft.dpi:\t{}\n", scale * DOTS);
        let (property, kind) = (AtomEnum::RESOURCE_MANAGER, AtomEnum::STRING);
        self.display
            .change_property8(PropMode::REPLACE, self.root, property, kind, resources.as_bytes())?
            .check()?;
        Ok(())
    }

    fn editor(&self) -> Result<Window> {
        let tree = self.display.query_tree(self.window)?.reply()?;
        Ok(*tree.children.last().context("the editor has no window")?)
    }

    /// The size of the editor's window.
    pub fn size(&self) -> Result<(u16, u16)> {
        let place = self.display.get_geometry(self.editor()?)?.reply()?;
        Ok((place.width, place.height))
    }

    /// What the editor shows.
    pub fn picture(&self) -> Result<Picture> {
        let (width, height) = self.size()?;
        let size = (width.min(self.size.0), height.min(self.size.1));
        let image = self
            .display
            .get_image(ImageFormat::Z_PIXMAP, self.window, 0, 0, size.0, size.1, u32::MAX)?
            .reply()?;
        Ok(Picture::new(size, &image.data))
    }

    /// The mouse is out of the way: what it lies on shows a tooltip.
    pub fn rest(&self) -> Result<()> {
        self.move_to((i16::try_from(self.size.0)? - 1, i16::try_from(self.size.1)? - 1))
    }

    /// The mouse lies there.
    pub fn move_to(&self, (x, y): (i16, i16)) -> Result<()> {
        self.display.warp_pointer(x11rb::NONE, self.root, 0, 0, 0, 0, x, y)?.check()?;
        Ok(())
    }

    /// The mouse's button goes down or comes up there, in the editor's window.
    pub fn button(&self, down: bool, (x, y): (i16, i16)) -> Result<()> {
        self.move_to((x, y))?;
        sleep(Duration::from_millis(100));
        let event = self.editor()?;
        let (response_type, mask) = if down {
            (BUTTON_PRESS_EVENT, EventMask::BUTTON_PRESS)
        } else {
            (BUTTON_RELEASE_EVENT, EventMask::BUTTON_RELEASE)
        };
        let press = ButtonPressEvent {
            response_type,
            detail: 1,
            sequence: 0,
            time: x11rb::CURRENT_TIME,
            root: self.root,
            event,
            child: x11rb::NONE,
            root_x: x,
            root_y: y,
            event_x: x,
            event_y: y,
            state: KeyButMask::default(),
            same_screen: true,
        };
        self.display.send_event(false, event, mask, press)?.check()?;
        Ok(())
    }
}
