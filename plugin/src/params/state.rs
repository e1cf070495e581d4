//! What a saved project keeps beside the parameters.
//!
//! What was played is in it as takes only, which nothing that is played depends on: a project that
//! is loaded has heard nothing, each time the same.

use std::path::PathBuf;
use std::sync::Arc;
use std::sync::atomic::{AtomicU32, Ordering};

use nice_plug::params::persist::PersistentField;
use parking_lot::Mutex;
use segue_realtime::between::limits::TAKES;
use serde::{Deserialize, Serialize};
use serde_json::Value;

use crate::takes::Takes;

/// The format of saved states. A later one may mean more, and is read as far as this one goes.
pub const FORMAT: u64 = 3;

/// The saved part.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(from = "Value")]
pub struct Saved {
    /// The format it was written in.
    pub format: u64,
    /// The file name of a model in the player's folder; `None` for the one in the plugin.
    pub model: Option<String>,
    /// The file name of a SoundFont in the player's folder; `None` for the built-in sound.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub sound: Option<String>,
    /// The size of the window, in logical pixels.
    pub window: Option<(u32, u32)>,
    /// Where the takes are exported to; `None` for where the player's last ones were.
    pub folder: Option<String>,
    /// The takes, each as it is written; one that is damaged is refused alone.
    pub takes: Vec<Value>,
    /// The memories, as the takes are.
    pub memories: Vec<Value>,
    /// What of a state could not be understood; `None` if all was.
    #[serde(skip)]
    pub notice: Option<String>,
}

impl Default for Saved {
    fn default() -> Self {
        Self {
            format: FORMAT,
            model: None,
            sound: None,
            window: None,
            folder: None,
            takes: Vec::new(),
            memories: Vec::new(),
            notice: None,
        }
    }
}

impl From<Value> for Saved {
    /// Takes what it can from whatever was saved: the framework drops a part that cannot be read,
    /// and nobody would notice that a state was loaded at all.
    fn from(value: Value) -> Self {
        let mut unknown = Vec::new();
        let mut saved = Self { format: 1, ..Self::default() };
        let Value::Object(fields) = value else {
            return Self { notice: Some("the project's state of Segue is damaged".to_owned()), ..saved };
        };
        for (name, value) in fields {
            match (name.as_str(), value) {
                ("format", Value::Number(format)) => saved.format = format.as_u64().unwrap_or(u64::MAX),
                ("model", Value::String(name)) => saved.model = Some(name),
                ("model", Value::Null) => saved.model = None,
                ("sound", Value::String(name)) => saved.sound = Some(name),
                ("sound", Value::Null) => saved.sound = None,
                // Of earlier versions, which showed the help once a project.
                ("helped", Value::Bool(_)) => {}
                ("folder", Value::String(folder)) => saved.folder = Some(folder),
                ("folder", Value::Null) => saved.folder = None,
                ("takes", Value::Array(takes)) => saved.takes = takes,
                ("memories", Value::Array(memories)) => saved.memories = memories,
                ("window", value) => saved.window = serde_json::from_value(value).unwrap_or(None),
                _ => unknown.push(name),
            }
        }
        let version = if saved.format > FORMAT { "a newer version of Segue saved this project" } else { "" };
        let unread = if unknown.is_empty() {
            String::new()
        } else {
            format!("not understood in it: {}", unknown.join(", "))
        };
        let parts = [version, &unread].into_iter().filter(|part| !part.is_empty()).collect::<Vec<_>>();
        saved.notice = (!parts.is_empty()).then(|| parts.join("; "));
        saved
    }
}

/// What is kept, shared by the host's threads, the editor and the composer's thread. It counts how
/// often it was read: no host call says that a state was loaded, and our notes must end then.
#[derive(Clone, Default)]
pub struct State(Arc<Shared>);

#[derive(Default)]
struct Shared {
    saved: Mutex<Saved>,
    loads: AtomicU32,
    choices: AtomicU32,
    sound_choices: AtomicU32,
    takes: Arc<Takes>,
    /// Why the chosen model could not be loaded.
    refusal: Mutex<Option<String>>,
    /// The same of the chosen SoundFont.
    sound_refusal: Mutex<Option<String>>,
}

impl State {
    /// How many states were loaded.
    ///
    /// # Real-time safety
    /// Wait-free.
    pub fn loads(&self) -> u32 {
        self.0.loads.load(Ordering::Acquire)
    }

    /// How often the player has chosen a model.
    pub fn choices(&self) -> u32 {
        self.0.choices.load(Ordering::Acquire)
    }

    /// The takes.
    pub fn takes(&self) -> Arc<Takes> {
        self.0.takes.clone()
    }

    /// The file name of the chosen model; `None` for the one in the plugin. Not for the audio
    /// thread.
    pub fn model(&self) -> Option<String> {
        self.0.saved.lock().model.clone()
    }

    /// The player chooses a model. Not for the audio thread.
    pub fn choose(&self, model: Option<String>) {
        self.0.saved.lock().model = model;
        self.0.choices.fetch_add(1, Ordering::Release);
    }

    /// How often the player has chosen a sound.
    pub fn sound_choices(&self) -> u32 {
        self.0.sound_choices.load(Ordering::Acquire)
    }

    /// The file name of the chosen SoundFont; `None` for the built-in sound. Not for the audio
    /// thread.
    pub fn sound(&self) -> Option<String> {
        self.0.saved.lock().sound.clone()
    }

    /// The player chooses a sound. Not for the audio thread.
    pub fn choose_sound(&self, sound: Option<String>) {
        self.0.saved.lock().sound = sound;
        self.0.sound_choices.fetch_add(1, Ordering::Release);
    }

    /// How large the window was, in logical pixels. Not for the audio thread.
    pub fn window(&self) -> Option<(u32, u32)> {
        self.0.saved.lock().window
    }

    /// The window has this size now, in logical pixels. Not for the audio thread.
    pub fn set_window(&self, size: (u32, u32)) {
        self.0.saved.lock().window = Some(size);
    }

    /// Sets why the chosen model could not be loaded; `None` clears it. Not for the audio thread.
    pub fn set_refusal(&self, refusal: Option<String>) {
        *self.0.refusal.lock() = refusal;
    }

    /// Sets why the chosen SoundFont does not play; `None` clears it. Not for the audio thread.
    pub fn set_sound_refusal(&self, refusal: Option<String>) {
        *self.0.sound_refusal.lock() = refusal;
    }

    /// A project is loaded. Not for the audio thread.
    pub fn load(&self, mut saved: Saved) {
        let takes = std::mem::take(&mut saved.takes);
        let damaged = self.0.takes.restore(&takes);
        let damage = format!("{damaged} of its {} takes are damaged and left out", takes.len());
        let many = format!("of its {} takes the last {TAKES} are kept", takes.len());
        let memories = std::mem::take(&mut saved.memories);
        let forgotten = self.0.takes.memories().restore(&memories);
        let forgets = format!("{forgotten} of its {} memories are damaged and left out", memories.len());
        let notices = [
            (damaged > 0).then_some(damage),
            (takes.len() > TAKES).then_some(many),
            (forgotten > 0).then_some(forgets),
        ];
        let notices: Vec<_> = saved.notice.into_iter().chain(notices.into_iter().flatten()).collect();
        saved.notice = (!notices.is_empty()).then(|| notices.join("; "));
        self.0.takes.place().load(saved.folder.take().map(PathBuf::from));
        *self.0.saved.lock() = saved;
        self.0.loads.fetch_add(1, Ordering::Release);
    }

    /// What the player should know of the project, its model and its sound, though Segue plays. Not
    /// for the audio thread.
    pub fn notices(&self) -> Vec<String> {
        let saved = self.0.saved.lock().notice.clone();
        let refusals = [&self.0.refusal, &self.0.sound_refusal].map(|refusal| refusal.lock().clone());
        saved.into_iter().chain(refusals.into_iter().flatten()).collect()
    }
}

impl<'a> PersistentField<'a, Saved> for State {
    fn set(&self, saved: Saved) {
        self.load(saved);
    }

    fn map<F, R>(&self, f: F) -> R
    where
        F: Fn(&Saved) -> R,
    {
        // What is written is of this version's format, whatever was read.
        let Saved { model, sound, window, .. } = self.0.saved.lock().clone();
        let folder = self.0.takes.place().of_the_project();
        let folder = folder.and_then(|folder| folder.into_os_string().into_string().ok());
        let (takes, memories) = (self.0.takes.written(), self.0.takes.memories().written());
        f(&Saved { model, sound, window, folder, takes, memories, ..Saved::default() })
    }
}
#[cfg(test)]
mod tests {
    use super::*;

    fn written(state: &State) -> String {
        state.map(|saved| serde_json::to_string(saved).expect("it is plain"))
    }

    #[test]
    fn a_load_is_noticed_and_keeps_the_model() {
        let state = State::default();
        state.choose(Some("mine.safetensors".to_owned()));
        assert_eq!((state.loads(), state.choices()), (0, 1));
        let other = State::default();
        other.set(serde_json::from_str(&written(&state)).expect("what was written can be read"));
        assert_eq!((other.loads(), other.choices()), (1, 0));
        assert_eq!(other.model().as_deref(), Some("mine.safetensors"));
        assert_eq!(other.window(), None);
        assert_eq!(other.notices(), [""; 0]);
        assert_eq!(written(&other), written(&state));
        assert!(!written(&state).contains("sound"), "earlier versions need not know of it");
        state.choose_sound(Some("mine.sf2".to_owned()));
        other.set(serde_json::from_str(&written(&state)).expect("what was written can be read"));
        assert_eq!((state.sound_choices(), other.sound_choices()), (1, 0));
        assert_eq!(other.sound().as_deref(), Some("mine.sf2"));
        state.set_window((1000, 700));
        other.set(serde_json::from_str(&written(&state)).expect("what was written can be read"));
        assert_eq!(other.window(), Some((1000, 700)));
    }

    #[test]
    fn whatever_was_saved_is_read_as_far_as_it_goes() {
        let many = format!(r#"{{"format":3,"takes":[{}]}}"#, ["1"; 70].join(","));
        // (saved, its model, whether there is something to say, and what is in it)
        let cases = [
            (
                many.as_str(),
                None,
                Some("64 of its 70 takes are damaged and left out; of its 70 takes the last 64 are kept"),
            ),
            (r#"{"format":1}"#, None, None),
            (r#"{}"#, None, None),
            (r#"{"format":2,"model":"a.safetensors"}"#, Some("a.safetensors"), None),
            (r#"{"format":2,"model":null}"#, None, None),
            (r#"{"format":3,"model":"a.safetensors","takes":[]}"#, Some("a.safetensors"), None),
            (r#"{"format":3,"takes":[{"id":1}],"folder":7}"#, None, Some("takes are damaged")),
            (r#"{"format":3,"memories":[{"name":"a"}]}"#, None, Some("memories are damaged")),
            (r#"{"format":4,"model":"a.safetensors"}"#, Some("a.safetensors"), Some("newer version")),
            (r#"{"format":9,"model":"a","takes":[1,2]}"#, Some("a"), Some("takes")),
            (r#"{"format":2,"window":[900]}"#, None, None),
            (r#"{"format":2,"window":null,"helped":true}"#, None, None),
            (r#"{"format":2,"helped":1}"#, None, Some("helped")),
            (r#"{"format":3,"sound":"a.sf2"}"#, None, None),
            (r#"{"format":3,"sound":null}"#, None, None),
            (r#"{"format":3,"sound":17}"#, None, Some("sound")),
            (r#"{"format":2,"model":17}"#, None, Some("model")),
            (r#"{"format":-1}"#, None, Some("newer version")),
            (r#"[1,2]"#, None, Some("damaged")),
            (r#"null"#, None, Some("damaged")),
        ];
        for (saved, model, notice) in cases {
            let state = State::default();
            state.set(serde_json::from_str(saved).expect("it is JSON"));
            assert_eq!(state.loads(), 1, "{saved}");
            assert_eq!(state.model().as_deref(), model, "{saved}");
            let notices = state.notices().join("");
            assert_eq!(notices.is_empty(), notice.is_none(), "{saved}: {notices}");
            assert!(notice.is_none_or(|notice| notices.contains(notice)), "{saved}: {notices}");
        }
    }
}
