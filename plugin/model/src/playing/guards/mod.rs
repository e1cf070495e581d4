//! Soft guards: each adjusts logits before a symbol is drawn, against one way in which a model
//! drifts when it reads its own notes. A guard may read the context and nothing else, and never
//! forbids a symbol: that is for [`crate::playing::limits`]. Each guard is a file with its reason
//! and its numbers; [`LIST`] is the order in which they act.
//!
//! The numbers are of answers of 16 bars to 240 prompts, from validation pieces that people wrote
//! or played, by weights that saw 30.5 million notes. Other weights need other numbers: run the
//! commands again.
//!
//! To add one: write its file, and add it to the `mod` lines and to [`LIST`].

mod again;
mod chord;
mod close;
mod density;
mod fill;
mod ground;
mod key;
mod kit;
mod range;
mod recall;
mod repetition;
mod root;
mod subdivision;
mod texture;

use segue_music::{Context, Role, Tick};

/// All guards, in the order in which they act.
const LIST: &[&dyn Guard] = &[
    &density::Density,
    &subdivision::Subdivision,
    &texture::Texture,
    &repetition::Repetition,
    &again::Again,
    &key::Key,
    &range::Range,
    &recall::Recall,
    &ground::Ground,
    &close::Close,
    &kit::Kit,
    &fill::Fill,
    &root::Root,
    &chord::Chord,
];

/// What a guard reads when a note is about to be drawn.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Situation<'a> {
    /// The notes so far, of both roles; never empty.
    pub context: &'a Context,
    /// Whose note is drawn.
    pub role: Role,
    /// The onset of the newest note, whoever played it.
    pub last: Tick,
    /// The end of what is played: no note begins there or later.
    pub until: Tick,
}

impl Situation<'_> {
    /// The role that plays with the one whose note is drawn.
    fn other(&self) -> Role {
        self.role.other()
    }
}

/// A soft guard. Of the hooks it implements those for what it guards.
pub(crate) trait Guard: Sync {
    /// The name it is switched by.
    fn name(&self) -> &'static str;

    /// Whether it acts in a duet, too, where the role has a part of its own beside the other's.
    fn acts_in_duet(&self) -> bool;

    /// Whether it acts where parts are asked for. Most guards compare a keyboard with a keyboard: a
    /// drummer is denser than any player, and a bass line goes round on purpose.
    fn acts_in_ensemble(&self) -> bool {
        false
    }

    /// Adjusts the logits of the next onset. `onset` gives the tick that a symbol would begin the
    /// note at, `None` where it is masked.
    fn times(&self, _: &Situation<'_>, _onset: &dyn Fn(usize) -> Option<Tick>, _logits: &mut [f32]) {}

    /// Adjusts the logits of the key of a note at `onset`.
    fn keys(&self, _: &Situation<'_>, _onset: Tick, _logits: &mut [f32]) {}

    /// Adjusts the logits of the key of a bass's note at `onset`, after [`Self::keys`].
    fn bass(&self, _: &Situation<'_>, _onset: Tick, _logits: &mut [f32]) {}

    /// Adjusts the logits of the drum of a stroke at `onset`, by their symbols.
    fn drums(&self, _: &Situation<'_>, _onset: Tick, _logits: &mut [f32]) {}

    /// Adjusts the logits of the duration of a note at `onset`. `length` gives a symbol's ticks.
    fn durations(
        &self,
        _: &Situation<'_>,
        _onset: Tick,
        _length: &dyn Fn(usize) -> Tick,
        _logits: &mut [f32],
    ) {
    }
}

/// Which guards act: a switch for each, all of them on by default.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Guards {
    on: [bool; LIST.len()],
}

impl Default for Guards {
    fn default() -> Self {
        Self::ALL
    }
}

/// A name that no guard has.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("there is no guard named {name:?}; the guards are {}", Guards::names().join(", "))]
pub struct UnknownGuard {
    /// The unknown name.
    pub name: String,
}

impl Guards {
    /// All of them, as in the plugin.
    pub const ALL: Self = Self { on: [true; LIST.len()] };

    /// None of them: what the model itself would play.
    pub const NONE: Self = Self { on: [false; LIST.len()] };

    /// The guards' names, in the order in which they act.
    pub fn names() -> Vec<&'static str> {
        LIST.iter().map(|guard| guard.name()).collect()
    }

    /// The same set with one guard switched.
    ///
    /// # Errors
    /// Lists the names if there is no such guard.
    pub fn switch(mut self, name: &str, on: bool) -> Result<Self, UnknownGuard> {
        let place = LIST.iter().position(|guard| guard.name() == name);
        let place = place.ok_or_else(|| UnknownGuard { name: name.to_owned() })?;
        self.on[place] = on;
        Ok(self)
    }

    /// Those that act, in order.
    pub(crate) fn acting(self, in_duet: bool, in_ensemble: bool) -> impl Iterator<Item = &'static dyn Guard> {
        let switched = LIST.iter().zip(self.on).filter_map(|(guard, on)| on.then_some(*guard));
        switched.filter(move |guard| {
            (!in_duet || guard.acts_in_duet()) && (!in_ensemble || guard.acts_in_ensemble())
        })
    }
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;
    use std::fs;
    use std::path::Path;

    use segue_music::{ContextNote, Meter};

    use super::*;

    #[test]
    fn every_file_is_a_guard_of_the_list_and_names_its_command() {
        let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("src/playing/guards");
        let mut files = BTreeSet::new();
        for entry in fs::read_dir(&folder).unwrap() {
            let path = entry.unwrap().path();
            let name = path.file_stem().unwrap().to_str().unwrap().to_owned();
            if name == "mod" {
                continue;
            }
            let command = format!("--without-guard {name}");
            let text = fs::read_to_string(&path).unwrap();
            assert!(text.contains(&command), "{name}.rs names no `trainer sweep {command}` for its numbers");
            files.insert(name);
        }
        let listed: BTreeSet<String> = Guards::names().into_iter().map(str::to_owned).collect();
        assert_eq!(files, listed, "the files of the folder, and the names in the list");
        assert_eq!(listed.len(), LIST.len(), "two guards have one name");
    }

    /// What the guards do to the next onset and key after a player's slow scale and a thick, fast
    /// figure of ours that begins as the scale does, goes round, and ends high, without a bass,
    /// and a snare alone; to the bass after eight bars of one chord; and to the key after a bar of
    /// ours that the player played two bars before.
    fn moved(guards: Guards, in_duet: bool) -> [Vec<f32>; 5] {
        let mut context = Context::new();
        for (place, key) in (0..).zip([60, 62, 64, 65, 67, 69, 71, 72, 60, 62, 64, 65]) {
            context.hear(ContextNote::held(48 * place, key, 80, Role::Player));
        }
        let start = 48 * 12;
        for place in 0..260 {
            let key = if place < 120 { [97, 99, 60, 62] } else { [69, 67, 67, 69] }[place as usize % 4];
            context.hear(ContextNote::held(start + 3 * place, key, 80, Role::Segue));
        }
        let last = context.last().unwrap().onset;
        let situation = Situation { context: &context, role: Role::Segue, last, until: last + 60 };
        // In the second half of its fourth bar.
        let mut drummed = Context::new();
        drummed.meter(last + 3 - 192 * 3 - 120, Some(Meter::COMMON));
        drummed.form(last + 3 - 192 * 3 - 120);
        for place in 0..8 {
            drummed.hear(ContextNote::drum(last - 12 * place, 38, Some(80), Role::Segue));
        }
        let drumming = Situation { context: &drummed, ..situation };
        let mut harmony = Context::new();
        harmony.meter(0, Some(Meter::COMMON));
        for (bar, key) in (0..8).flat_map(|bar| [60, 64, 67].map(|key| (bar, key))) {
            harmony.hear(ContextNote::held(192 * bar, key, 80, Role::Player));
        }
        let below = Situation { context: &harmony, last: 192 * 7, ..situation };
        let mut taken_up = Context::new();
        taken_up.meter(0, Some(Meter::COMMON));
        for (place, key) in (0..).zip([60, 62, 64, 65, 67, 69, 71, 72, 60, 62, 64, 65, 67]) {
            let role = if place < 8 { Role::Player } else { Role::Segue };
            taken_up.hear(ContextNote::held(48 * place, key, 80, role));
        }
        let recalling = Situation { context: &taken_up, last: 48 * 12, ..situation };
        let mut recalled = vec![0.0; 128];
        let (mut times, mut keys, mut drums) = (vec![0.0; 8], vec![0.0; 128], vec![0.0; 47]);
        let mut bass = vec![0.0; 128];
        for guard in guards.acting(in_duet, false) {
            guard.times(&situation, &|symbol| Some(last + 3 * symbol as Tick), &mut times);
            guard.keys(&situation, last + 3, &mut keys);
            guard.drums(&drumming, last + 3, &mut drums);
            guard.bass(&below, 192 * 8, &mut bass);
            guard.bass(&below, 192 * 8 + 48, &mut bass);
            guard.keys(&recalling, 48 * 13, &mut recalled);
        }
        [times, keys, drums, bass, recalled]
    }

    #[test]
    fn every_guard_can_be_heard_and_switched_off() {
        let untouched = [8, 128, 47, 128, 128].map(|symbols| vec![0.0; symbols]);
        assert_eq!(moved(Guards::NONE, false), untouched);
        for guard in LIST {
            let name = guard.name();
            let alone = Guards::NONE.switch(name, true).unwrap();
            assert_ne!(moved(alone, false), untouched, "{name} does nothing");
            assert_eq!(moved(alone, true) != untouched, guard.acts_in_duet(), "{name} in a duet");
            let without = Guards::ALL.switch(name, false).unwrap();
            assert_ne!(moved(without, false), moved(Guards::ALL, false), "without {name}");
        }
    }

    #[test]
    fn an_unknown_name_lists_the_known_ones() {
        let error = Guards::ALL.switch("tempo", false).unwrap_err().to_string();
        assert!(
            error.contains("tempo") && Guards::names().iter().all(|name| error.contains(name)),
            "{error}"
        );
    }
}
