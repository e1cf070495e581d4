//! Which model an instance plays: the one that its project or its player chose, or the built-in
//! one.
//!
//! A model that a loaded state names is loaded at once, on the composer's thread: our notes end
//! there anyway, and a bounce must wait for it. One that the player chooses while the music plays
//! is loaded on a thread of its own.

use std::sync::{Arc, Weak};
use std::thread::{self, JoinHandle};

use segue_model::Model;

use crate::models::folder::ModelFolder;
use crate::params::state::State;

/// Loads the built-in model. The error is shown to the player.
pub type Load = fn() -> Result<Arc<Model>, String>;

type Loaded = Result<Arc<Model>, String>;

/// The chosen model, and how to load it.
pub struct ModelChoice {
    embedded: Load,
    models: ModelFolder,
    state: State,
    loads: u32,
    choices: u32,
    /// The file name of the model that plays; `None` for the built-in one.
    playing: Option<String>,
    /// The model that plays, if it was loaded here.
    loaded: Weak<Model>,
    /// A model that is being loaded, and its file name.
    coming: Option<(Option<String>, JoinHandle<Loaded>)>,
}

impl From<Load> for ModelChoice {
    /// For an instance that plays the built-in model.
    fn from(embedded: Load) -> Self {
        Self::new(embedded, ModelFolder::of_the_player(), State::default())
    }
}

impl ModelChoice {
    /// Loads what a state names from a folder, or else the built-in model.
    pub fn new(embedded: Load, models: ModelFolder, state: State) -> Self {
        let loaded = Weak::new();
        Self { embedded, models, state, loads: 0, choices: 0, playing: None, loaded, coming: None }
    }

    /// The model to start with.
    ///
    /// # Errors
    /// If not even the built-in model can be loaded.
    pub fn first(&mut self) -> Result<Arc<Model>, String> {
        match self.named() {
            Some(model) => Ok(model),
            None => (self.embedded)(),
        }
    }

    /// Whether a state was loaded since the last call that names another model than the one that
    /// plays.
    pub fn state_names_another(&mut self) -> bool {
        let loads = self.state.loads();
        if std::mem::replace(&mut self.loads, loads) == loads {
            return false;
        }
        let named = self.state.model();
        let another = named != *self.coming.as_ref().map_or(&self.playing, |(coming, _)| coming);
        if !another {
            self.state.set_refusal(None);
        }
        another
    }

    /// How many loaded states it has seen to.
    pub fn loads(&self) -> u32 {
        self.loads
    }

    /// The model that the state names. If it cannot be loaded, the built-in one, and the state says
    /// why. `None` if that one plays already.
    pub fn named(&mut self) -> Option<Arc<Model>> {
        self.forget_coming();
        (self.loads, self.choices) = (self.state.loads(), self.state.choices());
        let name = self.state.model();
        let refused = match &name {
            Some(file) => match self.models.load(file) {
                Ok(model) => return self.accept(name, Ok(model)),
                Err(error) => Some(format!("{error}; the one in the plugin plays")),
            },
            None => None,
        };
        self.state.set_refusal(refused);
        self.playing.as_ref()?;
        let model = (self.embedded)().ok()?;
        (self.playing, self.loaded) = (None, Arc::downgrade(&model));
        Some(model)
    }

    /// The model that the player chose since the last call, once it is loaded. Never waits.
    pub fn chosen(&mut self) -> Option<Arc<Model>> {
        if self.coming.as_ref().is_some_and(|(_, thread)| !thread.is_finished()) {
            return None;
        }
        let arrived = self.coming.take().and_then(|(name, thread)| {
            let fell = |_| Err("the model could not be loaded; please report it".to_owned());
            self.accept(name, thread.join().unwrap_or_else(fell))
        });
        let choices = self.state.choices();
        if std::mem::replace(&mut self.choices, choices) != choices {
            self.send_for(self.state.model());
        }
        arrived
    }

    /// Loads a model on a thread of its own.
    fn send_for(&mut self, name: Option<String>) {
        // A file of the same name may hold another model by now; one that is unchanged is not read
        // again.
        if name.is_none() && self.playing.is_none() {
            self.state.set_refusal(None);
            return;
        }
        let (embedded, models, file) = (self.embedded, self.models.clone(), name.clone());
        let load = move || match file {
            Some(file) => models.load(&file).map_err(|error| error.to_string()),
            None => embedded(),
        };
        match thread::Builder::new().name("segue-model".to_owned()).spawn(load) {
            Ok(thread) => self.coming = Some((name, thread)),
            Err(error) => self.state.set_refusal(Some(format!("no thread to load the model on: {error}"))),
        }
    }

    fn accept(&mut self, name: Option<String>, loaded: Loaded) -> Option<Arc<Model>> {
        match loaded {
            Ok(model) => {
                self.state.set_refusal(None);
                self.playing = name;
                let same = self.loaded.as_ptr() == Arc::as_ptr(&model);
                self.loaded = Arc::downgrade(&model);
                (!same).then_some(model)
            }
            Err(error) => {
                self.state.set_refusal(Some(format!("{error}; playing on with the one before")));
                None
            }
        }
    }

    /// Drops a model that is being loaded. Waits for its thread, as none may outlive the instance.
    fn forget_coming(&mut self) {
        if let Some((_, thread)) = self.coming.take() {
            // Neither the model nor a failure matters any more.
            let _ = thread.join();
        }
    }
}

impl Drop for ModelChoice {
    fn drop(&mut self) {
        self.forget_coming();
    }
}

#[cfg(test)]
mod tests {
    use std::fs;
    use std::time::{Duration, Instant};

    use nice_plug::params::persist::PersistentField;
    use segue_model::{Checkpoint, Config, Precision};

    use super::*;
    use crate::params::state::Saved;

    fn small() -> Loaded {
        Ok(Arc::new(Model::random(3)))
    }

    fn refused() -> Loaded {
        Err("broken".to_owned())
    }

    /// A folder with the shipped model as `mine.safetensors` and a broken one.
    fn models() -> (tempfile::TempDir, ModelFolder) {
        let folder = tempfile::tempdir().expect("a folder");
        fs::write(folder.path().join("mine.safetensors"), crate::models::embedded::model_bytes())
            .expect("a file");
        fs::write(folder.path().join("cut.safetensors"), b"cut").expect("a file");
        let models = ModelFolder::at(folder.path());
        (folder, models)
    }

    fn load(state: &State, model: Option<&str>) {
        state.set(Saved { model: model.map(str::to_owned), ..Saved::default() });
    }

    #[test]
    fn the_first_is_the_states_or_the_plugins() {
        let (_folder, models) = models();
        // (named by the state, what the embedded one gives, whose name, a notice)
        let cases: [(Option<&str>, Load, Option<&str>, bool); 5] = [
            (None, small, Some("random 3"), false),
            (Some("cut.safetensors"), small, Some("random 3"), true),
            (Some("gone.safetensors"), small, Some("random 3"), true),
            (Some("gone.safetensors"), refused, None, true),
            (None, refused, None, false),
        ];
        for (name, embedded, expected, notice) in cases {
            let state = State::default();
            load(&state, name);
            let model = ModelChoice::new(embedded, models.clone(), state.clone()).first();
            assert_eq!(model.ok().as_ref().map(|model| model.name()), expected, "{name:?}");
            assert_eq!(state.notices().len(), usize::from(notice), "{name:?}");
            assert!(
                !notice || state.notices()[0].contains(name.unwrap_or_default()),
                "{:?}",
                state.notices()
            );
        }
        let state = State::default();
        load(&state, Some("mine.safetensors"));
        let model = ModelChoice::new(refused, models, state.clone()).first().expect("it is on the models");
        assert_ne!(model.name(), "random 3");
        assert_eq!(state.notices(), [""; 0]);
    }

    #[test]
    fn a_loaded_state_changes_the_model_at_once() {
        let (_folder, models) = models();
        let state = State::default();
        let mut choice = ModelChoice::new(small, models, state.clone());
        choice.first().expect("it is there");
        assert!(!choice.state_names_another());
        load(&state, None);
        assert!(!choice.state_names_another(), "the same model");
        load(&state, Some("mine.safetensors"));
        assert!(choice.state_names_another());
        assert_ne!(choice.named().expect("another").name(), "random 3");
        assert!(!choice.state_names_another());
        assert!(choice.chosen().is_none(), "a state is no choice");
        load(&state, Some("gone.safetensors"));
        assert!(choice.state_names_another());
        assert_eq!(choice.named().expect("the one in the plugin").name(), "random 3");
        assert_eq!(state.notices().len(), 1);
        assert_eq!(state.model().as_deref(), Some("gone.safetensors"), "another computer may have it");
    }

    fn wait_for(choice: &mut ModelChoice) -> Option<Arc<Model>> {
        let begun = Instant::now();
        while begun.elapsed() < Duration::from_secs(60) {
            if let Some(model) = choice.chosen() {
                return Some(model);
            }
            choice.coming.as_ref()?;
            thread::sleep(Duration::from_millis(1));
        }
        None
    }

    #[test]
    fn a_choice_is_loaded_beside_the_music() {
        let (folder, models) = models();
        let state = State::default();
        let mut choice = ModelChoice::new(small, models, state.clone());
        choice.first().expect("it is there");
        assert!(choice.chosen().is_none() && choice.coming.is_none());
        let mut playing = None;
        // (chosen, whether another model comes of it, a notice)
        for (name, comes, notice) in [
            (Some("mine.safetensors"), true, false),
            (Some("mine.safetensors"), false, false),
            (Some("cut.safetensors"), false, true),
            (None, true, false),
            (Some("gone.safetensors"), false, true),
            (None, false, false),
        ] {
            state.choose(name.map(str::to_owned));
            let arrived = wait_for(&mut choice);
            assert_eq!(arrived.is_some(), comes, "{name:?}");
            playing = arrived.or(playing);
            assert_eq!(state.notices().len(), usize::from(notice), "{name:?}: {:?}", state.notices());
        }
        // The file of a model that plays holds another one by now.
        state.choose(Some("mine.safetensors".to_owned()));
        let playing = wait_for(&mut choice).or(playing);
        assert!(playing.is_some());
        let other = Checkpoint::random(&Config::tiny(), 5);
        other.save(&folder.path().join("mine.safetensors"), Precision::Half).expect("it can be written");
        state.choose(Some("mine.safetensors".to_owned()));
        assert_eq!(wait_for(&mut choice).expect("another").config().dim, Config::tiny().dim);
        // A state that names the one that plays, while another is coming.
        state.choose(Some("gone.safetensors".to_owned()));
        assert!(choice.chosen().is_none() && choice.coming.is_some());
        load(&state, Some("mine.safetensors"));
        assert!(choice.state_names_another());
        choice.named();
        assert!(choice.coming.is_none() && state.notices().is_empty());
        // Dropped while one is coming: its thread ends first.
        state.choose(Some("mine.safetensors".to_owned()));
        assert!(choice.chosen().is_none());
    }
}
