//! The panels of the window that can be folded, and which of them are open.

use serde::{Deserialize, Serialize};

/// A part of the window that can be folded.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Panel {
    /// The keys to play on.
    Keys,
    /// When Segue plays.
    When,
    /// What it plays.
    What,
    /// Which parts it plays.
    Band,
    /// How it sounds.
    Sound,
    /// What it has played.
    Takes,
}

impl Panel {
    /// All of them, as they lie in the window: the keys above, the others from left to right.
    pub const ALL: [Self; 6] = [Self::Keys, Self::When, Self::What, Self::Band, Self::Sound, Self::Takes];

    /// Its name.
    pub const fn name(self) -> &'static str {
        match self {
            Self::Keys => "Keyboard",
            Self::When => "When",
            Self::What => "What",
            Self::Band => "Band",
            Self::Sound => "Sound",
            Self::Takes => "Takes",
        }
    }

    /// What is in it.
    pub const fn about(self) -> &'static str {
        match self {
            Self::Keys => "Keys to play on with the mouse and with the letters A to L.",
            Self::When => "When Segue comes in, on which grid, and how it makes way.",
            Self::What => "What Segue plays: style, daring, density, scale and range.",
            Self::Band => {
                "The parts that Segue plays: bass, drums, keys and others, each on a channel of its own."
            }
            Self::Sound => "Levels, MIDI channel and model.",
            Self::Takes => "Every answer, to hear again, compare, keep and export.",
        }
    }
}

/// Which panels are open.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(from = "Written", into = "Written")]
pub struct Panels {
    /// In the order in which they were opened: where there is no room for all, the last ones stay.
    open: Vec<Panel>,
    /// Whether they show all their controls, and not only the ones used most.
    pub all_controls: bool,
}

impl Default for Panels {
    fn default() -> Self {
        Self { open: vec![Panel::Keys, Panel::Sound, Panel::When, Panel::What], all_controls: false }
    }
}

impl Panels {
    /// Whether it is open; it may still have no room.
    pub fn is_open(&self, panel: Panel) -> bool {
        self.open.contains(&panel)
    }

    /// The open ones, the one opened last first.
    pub fn newest_first(&self) -> impl Iterator<Item = Panel> + '_ {
        self.open.iter().rev().copied()
    }

    /// Folds a panel that is shown; opens one that is not, which comes before all others.
    pub fn toggle(&mut self, panel: Panel, is_shown: bool) {
        self.open.retain(|other| *other != panel);
        if !is_shown {
            self.open.push(panel);
        }
    }
}

/// As it is written: by names, of which a later version may have more.
#[derive(Serialize, Deserialize)]
struct Written {
    open: Vec<String>,
    #[serde(default)]
    all_controls: bool,
}

impl From<Written> for Panels {
    fn from(written: Written) -> Self {
        let named = |name: &String| Panel::ALL.into_iter().find(|panel| panel.name() == name);
        let open = written.open.iter().filter_map(named).collect();
        Self { open, all_controls: written.all_controls }
    }
}

impl From<Panels> for Written {
    fn from(panels: Panels) -> Self {
        let open = panels.open.iter().map(|panel| panel.name().to_owned()).collect();
        Self { open, all_controls: panels.all_controls }
    }
}
