//! Which SoundFont an instance plays: the one that its project or its player chose, or none, and
//! the built-in sound plays.
//!
//! One that a loaded state names is loaded at once, on the composer's thread, where a bounce waits
//! for it: it must not begin with another sound. What comes while the music plays is loaded on a
//! thread of its own.

use std::sync::Arc;
use std::thread::{self, JoinHandle};

use segue_realtime::between::instrument::{Choice, Workshop};

use crate::params::state::State;
use crate::sounds::folder::SoundFolder;
use crate::sounds::font::Font;
use crate::sounds::instrument::FontInstrument;

type Loaded = Result<Option<Arc<Font>>, String>;

/// What follows a notice of a SoundFont that does not play.
const INSTEAD: &str = "the built-in sound plays";

/// The chosen SoundFont, and how to load it.
pub struct SoundChoice {
    workshop: Workshop,
    folder: SoundFolder,
    state: State,
    loads: u32,
    choices: u32,
    /// The one that plays, and its file name.
    playing: (Option<String>, Option<Arc<Font>>),
    /// The sample rate that its instrument was made for.
    sample_rate: Option<f32>,
    /// What the audio thread had no room for.
    unsent: Option<Choice>,
    /// One that is being loaded, and its file name.
    coming: Option<(Option<String>, JoinHandle<Loaded>)>,
}

impl SoundChoice {
    /// Loads what a state names from a folder.
    pub fn new(workshop: Workshop, folder: SoundFolder, state: State) -> Self {
        Self {
            workshop,
            folder,
            state,
            loads: 0,
            choices: 0,
            playing: (None, None),
            sample_rate: None,
            unsent: None,
            coming: None,
        }
    }

    /// Whether a state was loaded since the last call that names another sound than the one that
    /// plays.
    pub fn state_names_another(&mut self) -> bool {
        let loads = self.state.loads();
        if std::mem::replace(&mut self.loads, loads) == loads {
            return false;
        }
        let named = self.state.sound();
        let another = match &self.coming {
            Some((coming, _)) => *coming != named,
            None => !self.plays(named.as_ref()),
        };
        if !another {
            self.state.set_sound_refusal(None);
        }
        another
    }

    /// Whether a sound plays: one that was refused does not.
    fn plays(&self, name: Option<&String>) -> bool {
        let (playing, font) = &self.playing;
        playing.as_ref() == name && (name.is_none() || font.is_some())
    }

    /// How many loaded states it has seen to.
    pub fn loads(&self) -> u32 {
        self.loads
    }

    /// What the state names is to play, once it is loaded. Never waits.
    pub fn follow_state_beside(&mut self) {
        // As if it had been chosen.
        self.choices = self.state.sound_choices().wrapping_sub(1);
    }

    /// Plays what the state names. Takes as long as the file takes to load.
    pub fn follow_state(&mut self) {
        self.forget_coming();
        (self.loads, self.choices) = (self.state.loads(), self.state.sound_choices());
        let name = self.state.sound();
        let loaded = load(&self.folder, name.as_deref());
        self.accept(name, loaded);
    }

    /// Sees to what the player chose, to the sample rate, and to what came back from the audio
    /// thread. Never waits.
    pub fn attend(&mut self) {
        self.workshop.clear();
        if self.coming.as_ref().is_none_or(|(_, thread)| thread.is_finished()) {
            if let Some((name, thread)) = self.coming.take() {
                let fell = |_| Err("the SoundFont could not be loaded; please report it".to_owned());
                let loaded = thread.join().unwrap_or_else(fell);
                self.accept(name, loaded);
            }
            let choices = self.state.sound_choices();
            if std::mem::replace(&mut self.choices, choices) != choices {
                self.send_for(self.state.sound());
            }
        }
        if self.workshop.sample_rate() != self.sample_rate && self.playing.1.is_some() {
            self.make();
        }
        if let Some(choice) = self.unsent.take() {
            self.send(choice);
        }
    }

    /// Loads a SoundFont on a thread of its own.
    fn send_for(&mut self, name: Option<String>) {
        if self.plays(name.as_ref()) {
            self.state.set_sound_refusal(None);
            return;
        }
        let (folder, file) = (self.folder.clone(), name.clone());
        let load = move || load(&folder, file.as_deref());
        match thread::Builder::new().name("segue-sound".to_owned()).spawn(load) {
            Ok(thread) => self.coming = Some((name, thread)),
            Err(error) => {
                self.state.set_sound_refusal(Some(format!("no thread to load the SoundFont on: {error}")));
            }
        }
    }

    fn accept(&mut self, name: Option<String>, loaded: Loaded) {
        let (font, refusal) = match loaded {
            Ok(font) => (font, None),
            Err(error) => (None, Some(format!("{error}; {INSTEAD}"))),
        };
        self.state.set_sound_refusal(refusal);
        let had = self.playing.1.is_some();
        // A name that is refused is not tried again until it is chosen again.
        self.playing = (name, font);
        if had || self.playing.1.is_some() {
            self.make();
        }
    }

    /// Makes an instrument of what is to play, and sends it to the audio thread.
    fn make(&mut self) {
        self.sample_rate = self.workshop.sample_rate();
        let (Some(font), Some(sample_rate)) = (&self.playing.1, self.sample_rate) else {
            return self.send(None);
        };
        match FontInstrument::new(font, sample_rate) {
            Ok(instrument) => self.send(Some(Box::new(instrument))),
            Err(error) => {
                let name = self.playing.0.as_deref().unwrap_or_default();
                self.state.set_sound_refusal(Some(format!("{name} does not play here: {error}; {INSTEAD}")));
                self.send(None);
            }
        }
    }

    fn send(&mut self, choice: Choice) {
        self.unsent = self.workshop.send(choice).err();
    }

    /// Drops a SoundFont that is being loaded. Waits for its thread, as none may outlive the
    /// instance.
    fn forget_coming(&mut self) {
        if let Some((_, thread)) = self.coming.take() {
            // Neither the SoundFont nor a failure matters any more.
            let _ = thread.join();
        }
    }
}

impl Drop for SoundChoice {
    fn drop(&mut self) {
        self.forget_coming();
    }
}

fn load(folder: &SoundFolder, name: Option<&str>) -> Loaded {
    name.map(|name| folder.load(name).map_err(|error| error.to_string())).transpose()
}

#[cfg(test)]
mod tests {
    use std::fs;
    use std::time::{Duration, Instant};

    use nice_plug::params::persist::PersistentField;
    use segue_music::Role;
    use segue_realtime::between::instrument::{Stage, stage};

    use super::*;
    use crate::params::state::Saved;
    use crate::sounds::made_up;

    /// A folder with two SoundFonts and one that is cut off, and both ends of the way.
    fn begin() -> (tempfile::TempDir, State, Stage, SoundChoice) {
        let folder = tempfile::tempdir().expect("a folder");
        let whole = made_up::band();
        for (name, bytes) in
            [("a.sf2", &whole[..]), ("b.SF2", &whole[..]), ("cut.sf2", &whole[..whole.len() / 2])]
        {
            fs::write(folder.path().join(name), bytes).expect("a file");
        }
        let (state, (way, workshop)) = (State::default(), stage());
        way.set_sample_rate(48_000.0);
        let choice = SoundChoice::new(workshop, SoundFolder::at(folder.path()), state.clone());
        (folder, state, way, choice)
    }

    /// Whether a SoundFont plays, once what was sent has arrived.
    fn plays(way: &mut Stage, playing: &mut Choice) -> bool {
        while way.is_called() {
            way.change(playing);
        }
        playing.as_ref().is_some_and(|it| it.has(Role::Player, None, 60))
    }

    #[test]
    fn a_states_sound_is_loaded_at_once_or_beside_the_music() {
        [false, true].into_iter().for_each(follows);
    }

    fn follows(beside: bool) {
        let (folder, state, mut way, mut choice) = begin();
        let mut playing = None;
        let place = folder.path().display().to_string();
        // (named by the state, whether it plays, what the notice says)
        let cases: [(Option<&str>, bool, &[&str]); 7] = [
            (Some("a.sf2"), true, &[]),
            (Some("b.SF2"), true, &[]),
            (Some("gone.sf2"), false, &["gone.sf2", &place, INSTEAD]),
            (Some("a.sf2"), true, &[]),
            (Some("cut.sf2"), false, &["cut.sf2", &place, "damaged", INSTEAD]),
            (Some("../a.sf2"), false, &["../a.sf2", "no file name", INSTEAD]),
            (None, false, &[]),
        ];
        for (name, expected, told) in cases {
            state.set(Saved { sound: name.map(str::to_owned), ..Saved::default() });
            assert!(choice.state_names_another(), "{name:?}");
            if beside {
                choice.follow_state_beside();
                wait_for(&mut choice);
            } else {
                choice.follow_state();
                choice.attend();
            }
            assert!(!choice.state_names_another(), "until another state is loaded");
            assert_eq!(plays(&mut way, &mut playing), expected, "{name:?}");
            let notices = state.notices().join("");
            assert_eq!(notices.is_empty(), told.is_empty(), "{name:?}: {notices}");
            assert!(told.iter().all(|part| notices.contains(part)), "{name:?}: {notices}");
            assert_eq!(state.sound().as_deref(), name, "another computer may have it");
        }
    }

    fn wait_for(choice: &mut SoundChoice) {
        let begun = Instant::now();
        choice.attend();
        while choice.coming.is_some() && begun.elapsed() < Duration::from_secs(60) {
            thread::sleep(Duration::from_millis(1));
            choice.attend();
        }
    }

    #[test]
    fn a_choice_is_loaded_beside_the_music() {
        let (folder, state, mut way, mut choice) = begin();
        let mut playing = None;
        choice.follow_state();
        for (name, expected, notice) in [
            (Some("a.sf2"), true, false),
            (Some("a.sf2"), true, false),
            (Some("cut.sf2"), false, true),
            (Some("b.SF2"), true, false),
            (Some("gone.sf2"), false, true),
            (None, false, false),
        ] {
            state.choose_sound(name.map(str::to_owned));
            wait_for(&mut choice);
            assert_eq!(plays(&mut way, &mut playing), expected, "{name:?}");
            assert_eq!(state.notices().len(), usize::from(notice), "{name:?}: {:?}", state.notices());
        }
        // What was missing is there by the time it is chosen again, or its project is loaded again.
        for again in [false, true] {
            state.choose_sound(Some("gone.sf2".to_owned()));
            wait_for(&mut choice);
            assert!(!plays(&mut way, &mut playing));
            fs::copy(folder.path().join("a.sf2"), folder.path().join("gone.sf2")).expect("it is copied");
            if again {
                state.set(Saved { sound: Some("gone.sf2".to_owned()), ..Saved::default() });
                assert!(choice.state_names_another());
                choice.follow_state();
            } else {
                state.choose_sound(Some("gone.sf2".to_owned()));
                wait_for(&mut choice);
            }
            assert!(plays(&mut way, &mut playing), "again {again}: {:?}", state.notices());
            assert!(state.notices().is_empty());
            fs::remove_file(folder.path().join("gone.sf2")).expect("it is there");
            state.choose_sound(None);
            wait_for(&mut choice);
        }
        // A state that names what plays, while something else is coming.
        state.choose_sound(Some("a.sf2".to_owned()));
        wait_for(&mut choice);
        state.choose_sound(Some("b.SF2".to_owned()));
        choice.attend();
        assert!(choice.coming.is_some());
        state.set(Saved { sound: Some("a.sf2".to_owned()), ..Saved::default() });
        assert!(choice.state_names_another());
        // Dropped while one is coming: its thread ends first.
        state.choose_sound(Some("a.sf2".to_owned()));
        choice.attend();
    }

    #[test]
    fn another_sample_rate_has_another_instrument() {
        let (_folder, state, mut way, mut choice) = begin();
        let mut playing: Choice = None;
        state.set(Saved { sound: Some("a.sf2".to_owned()), ..Saved::default() });
        choice.follow_state();
        for rate in [48_000.0, 44_100.0, 96_000.0] {
            way.set_sample_rate(rate);
            choice.attend();
            assert!(plays(&mut way, &mut playing));
            assert_eq!(playing.as_ref().map(|it| it.sample_rate()), Some(rate));
        }
        way.set_sample_rate(8_000.0);
        choice.attend();
        assert!(!plays(&mut way, &mut playing));
        assert!(state.notices().join("").contains("a.sf2"), "{:?}", state.notices());
        // Where nothing is taken, what is to come waits.
        for rate in [48_000.0, 44_100.0, 48_000.0, 44_100.0, 48_000.0, 44_100.0] {
            way.set_sample_rate(rate);
            choice.attend();
        }
        assert!(choice.unsent.is_some());
        assert!(plays(&mut way, &mut playing));
        choice.attend();
        assert!(plays(&mut way, &mut playing) && choice.unsent.is_none());
        assert_eq!(playing.as_ref().map(|it| it.sample_rate()), Some(44_100.0));
    }
}
