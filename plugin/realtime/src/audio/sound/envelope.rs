//! A level that is struck, falls, and is followed smoothly, so that it never jumps.

/// A level quieter than -90 dB has ended.
pub const SILENT: f32 = 3e-5;

/// The factor per sample for decaying to 1/e in this many seconds.
pub fn fall(seconds: f32, sample_rate: f32) -> f32 {
    (-1.0 / (seconds * sample_rate)).exp()
}

/// The level jumps at a strike and decays towards a floor; what is heard follows it.
#[derive(Clone, Copy, Default)]
pub struct Envelope {
    level: f32,
    heard: f32,
    /// What is left of the level after a sample, and what is added to it.
    fall: f32,
    rise: f32,
    /// The share of the distance that is closed in a sample.
    follow: f32,
}

impl Envelope {
    /// Strikes: up to `peak` in about `attack` seconds, then towards `floor`, a share of the peak.
    /// A level that is higher still decays from where it is.
    pub fn strike(&mut self, peak: f32, attack: f32, seconds: f32, floor: f32, sample_rate: f32) {
        self.level = self.level.max(peak);
        // Nine tenths of the way in the time of the attack.
        self.follow = 1.0 - fall((attack / 2.3).max(1.0 / sample_rate), sample_rate);
        self.fall = fall(seconds, sample_rate);
        self.rise = floor * peak * (1.0 - self.fall);
    }

    /// Falls to nothing from here on.
    pub fn release(&mut self, seconds: f32, sample_rate: f32) {
        // What is not reached yet will not be, but a touch of the key is heard.
        self.level = self.heard.max(0.5 * self.level);
        self.follow = self.follow.max(1.0 - fall(0.004, sample_rate));
        // What falls sooner by itself goes on to.
        (self.fall, self.rise) = (self.fall.min(fall(seconds, sample_rate)), 0.0);
    }

    /// The next sample's level.
    #[inline]
    pub fn next(&mut self) -> f32 {
        self.heard += (self.level - self.heard) * self.follow;
        self.level = self.level * self.fall + self.rise;
        self.heard
    }

    /// How loud it is or is about to be.
    pub fn loud(&self) -> f32 {
        self.level.max(self.heard)
    }

    /// How loud it is.
    pub fn heard(&self) -> f32 {
        self.heard
    }

    /// Whether it has ended. Before it decays into subnormal numbers, which cost a hundred times as
    /// much, it is set to zero.
    pub fn ends(&mut self) -> bool {
        if self.rise == 0.0 && self.loud() < SILENT {
            (self.level, self.heard) = (0.0, 0.0);
        }
        self.level == 0.0 && self.rise == 0.0
    }
}
