//! The hint: what the control under the pointer does and how to use it, in a line of its own at the
//! bottom of the window, where it covers nothing.

use egui::text::{LayoutJob, TextFormat};
use egui::{Color32, Id, Rect, Response, Ui};

use super::theme;

/// Size of its letters.
const LETTERS: f32 = 12.5;

/// Height of a row of them.
const LINE: f32 = 16.0;

/// From this width on two rows are enough for the longest hint.
const WIDE: f32 = 720.0;

/// What is shown while nothing is pointed at.
const REST: &str = "Point at a control to read what it does.";

#[derive(Clone, Default)]
struct Hint {
    what: String,
    how: &'static str,
}

fn place() -> Id {
    Id::unique("hint")
}

/// Shows `what` a control does and `how` to use it while the pointer is on it.
pub fn hint(response: &Response, what: impl Into<String>, how: &'static str) {
    if response.contains_pointer() || response.dragged() {
        let hint = Hint { what: what.into(), how };
        response.ctx.data_mut(|data| data.insert_temp(place(), hint));
    }
}

/// Height of the hint in a window of this width.
pub fn height(width: f32) -> f32 {
    rows(width) as f32 * LINE + 2.0
}

fn rows(width: f32) -> usize {
    if width >= WIDE { 2 } else { 3 }
}

/// Draws the hint of this frame. `missing` is what the window has no room for; it is shown while
/// nothing is pointed at.
pub fn line(ui: &Ui, rect: Rect, missing: Option<String>) {
    let hint = ui.data_mut(|data| data.remove_temp::<Hint>(place()));
    let mut job = LayoutJob::default();
    let mut write = |text: &str, colour: Color32| {
        job.append(text, 0.0, TextFormat::simple(theme::font(LETTERS), colour));
    };
    match (hint, missing) {
        (Some(Hint { what, how }), _) => {
            write(&what, theme::TEXT);
            write(if how.is_empty() { "" } else { "  " }, theme::DIM);
            write(how, theme::DIM);
        }
        (None, Some(missing)) => write(&missing, theme::TEXT),
        (None, None) => write(REST, theme::DIM),
    }
    job.wrap.max_width = rect.width();
    job.wrap.max_rows = rows(rect.width());
    let painter = ui.painter_at(rect);
    let galley = painter.layout_job(job);
    painter.galley(rect.left_top(), galley, theme::TEXT);
}
