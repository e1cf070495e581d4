//! The size of a window as projects remember it.

use nice_plug::editor::dpi::LogicalSize;

/// In whole logical pixels, as projects remember it.
pub fn whole(size: LogicalSize<f32>) -> (u32, u32) {
    // A float cast saturates.
    (size.width.round() as u32, size.height.round() as u32)
}
