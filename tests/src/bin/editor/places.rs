//! Where things lie in the window, in logical pixels: what a player would click on.

/// What the window leaves free at its edges.
const MARGIN: i16 = 12;
/// Space between parts.
const GAP: i16 = 4;
/// Height of the hint at the bottom, in windows of at least and below 744 pixels.
const HINT: (i16, i16) = (34, 50);
/// Height of the bar that folds panels, and of the keyboard above it.
const BAR: i16 = 26;
const KEYS: i16 = 62;

/// Height of what lies below the bar in the first window, with all controls, and with other
/// contents.
pub const FIRST_CONTROLS: i16 = 156;
pub const ALL_CONTROLS: i16 = 306;
pub const BAND: i16 = 186;
pub const TAKES: i16 = 274;
pub const HELP: i16 = 216;
pub const ABOUT: i16 = 300;
/// In the smallest one.
pub const SMALLEST_TAKES: i16 = 146;

/// The names in the bar, from left to right, by the middle of each.
#[derive(Clone, Copy)]
pub enum Fold {
    Band = 246,
    Takes = 392,
    AllControls = 487,
}

/// A window of this size.
#[derive(Clone, Copy)]
pub struct Places {
    /// In logical pixels.
    pub width: i16,
    /// In logical pixels.
    pub height: i16,
}

impl Places {
    /// The upper edge of what lies below the bar, where that is so high.
    fn lower(self, height: i16) -> i16 {
        let hint = if self.width - 2 * MARGIN >= 720 { HINT.0 } else { HINT.1 };
        self.height - MARGIN - hint - GAP - height
    }

    /// A name in the bar above panels of that height.
    pub fn fold(self, which: Fold, lower: i16) -> (i16, i16) {
        (which as i16, self.lower(lower) - GAP - BAR / 2)
    }

    /// What closes a page of that height.
    pub fn close(self, page: i16) -> (i16, i16) {
        (self.width - MARGIN - 8 - 26, self.lower(page) + 8 + 13)
    }

    /// Help and About, at the top.
    pub fn help(self) -> (i16, i16) {
        (self.width - MARGIN - 86 - 6 - 24, MARGIN + 17)
    }

    pub fn about(self) -> (i16, i16) {
        (self.width - MARGIN - 86 - 6 - 48 - 6 - 28, MARGIN + 17)
    }

    /// The front of a key of the keyboard, by its white key from the left, above panels of that
    /// height.
    pub fn white_key(self, number: f64, lower: i16) -> (i16, i16) {
        let white = f64::from(self.width - 2 * MARGIN) / 52.0;
        let y = self.lower(lower) - GAP - BAR - GAP - 8;
        (MARGIN + (white * (number + 0.5)) as i16, y)
    }

    /// *Another* of the first take, where the takes are so high.
    pub fn another(self, takes: i16) -> (i16, i16) {
        (self.width - 120, self.lower(takes) + 8 + 30 + 18)
    }

    /// The first row of the panel *What*, the second one of three.
    pub fn style(self, lower: i16) -> (i16, i16) {
        (self.width / 2, self.lower(lower) + 8 + 20 + GAP + 13)
    }

    /// The frame of the roll's field: left, top, right, bottom.
    pub fn roll(self, lower: i16) -> [usize; 4] {
        let bottom = self.lower(lower) - GAP - BAR - GAP - KEYS - GAP;
        [60, 135, self.width - MARGIN, bottom].map(|edge| edge.max(0) as usize)
    }
}
