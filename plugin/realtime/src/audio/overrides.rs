//! Mode and latch as the player's triggers set them.

use crate::between::choice::Choice;
use crate::between::convert;
use crate::between::mode::Mode;
use crate::between::settings::{Settings, Trigger};

/// What overrides the parameters.
#[derive(Default)]
pub struct Overrides {
    /// The mode, until its parameter moves.
    pub mode: Option<Mode>,
    /// A trigger holds the latch down.
    pub latch: bool,
}

impl Overrides {
    /// A mode parameter that moves clears the trigger's override, and another trigger or bypass
    /// releases the latch. A project that is loaded clears all of them: it plays as it was saved.
    pub fn follow(&mut self, old: &Settings, new: &Settings) {
        if old.generation != new.generation {
            *self = Self::default();
            return;
        }
        if old.mode != new.mode {
            self.mode = None;
        }
        // From here on nobody would be told that the trigger is released.
        if old.when.latch_trigger != new.when.latch_trigger || old.bypass != new.bypass {
            self.latch = false;
        }
    }

    /// The mode in effect.
    pub fn mode(&self, settings: &Settings) -> Mode {
        self.mode.unwrap_or(settings.mode)
    }

    /// Whether the latch is down.
    pub fn latched(&self, settings: &Settings) -> bool {
        self.latch || settings.when.latch
    }

    /// The settings in effect.
    pub fn applied(&self, settings: &Settings) -> Settings {
        let mut applied = *settings;
        applied.mode = self.mode(settings);
        applied.when.latch = self.latched(settings);
        applied
    }
}

/// The mode that a trigger selects. A key steps to the next one when it goes down; the range of a
/// controller is divided among the modes. `value` is 0 when a key comes up.
pub fn next_mode(mode: Mode, trigger: Trigger, value: f32) -> Mode {
    let modes = Mode::ALL.len();
    let index = match trigger {
        Trigger::Note(_) => mode.index() + usize::from(value > 0.0),
        Trigger::Control(_) => convert::place(value.clamp(0.0, 1.0) * modes as f32).min(modes - 1),
    };
    Mode::at(index % modes)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_latch_whose_release_nobody_would_tell_comes_up() {
        type Change = fn(&mut Settings);
        let changes: [(&str, Change, bool); 5] = [
            ("nothing", |_| (), true),
            ("tempo of the answer", |settings| settings.when.bars += 1, true),
            ("another trigger", |settings| settings.when.latch_trigger = Some(Trigger::Note(31)), false),
            ("no trigger", |settings| settings.when.latch_trigger = None, false),
            ("bypass", |settings| settings.bypass = true, false),
        ];
        for (name, change, stays) in changes {
            let mut old = Settings::default();
            old.when.latch_trigger = Some(Trigger::Control(64));
            let mut new = old;
            change(&mut new);
            let mut overrides = Overrides { latch: true, mode: None };
            overrides.follow(&old, &new);
            assert_eq!(overrides.latch, stays, "{name}");
        }
    }
}
