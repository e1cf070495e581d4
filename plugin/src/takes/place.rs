//! Where exports go: a folder that the project remembers, and also the player's next projects.

use std::ffi::OsString;
use std::path::{Path, PathBuf};
use std::{env, fs};

use parking_lot::Mutex;

use crate::models::folder::ModelFolder;

/// The file next to the player's models that names the folder.
const MEMORY: &str = "takes-folder.txt";

/// The folder of exports.
pub struct Place {
    /// The file that remembers it between projects.
    memory: Option<PathBuf>,
    /// This project's.
    project: Mutex<Option<PathBuf>>,
    /// The player's, once it has been read.
    player: Mutex<Option<PathBuf>>,
}

impl Default for Place {
    fn default() -> Self {
        let models = ModelFolder::of_the_player();
        Self::remembered_in(models.folder().and_then(Path::parent).map(|folder| folder.join(MEMORY)))
    }
}

impl Place {
    /// Remembers the folder in a file, if given.
    pub fn remembered_in(memory: Option<PathBuf>) -> Self {
        Self { memory, project: Mutex::default(), player: Mutex::default() }
    }

    /// The folder.
    pub fn get(&self) -> PathBuf {
        if let Some(folder) = self.of_the_project() {
            return folder;
        }
        let usual = || home(|name| env::var_os(name)).map(|home| usual(&home, Path::is_dir));
        let remembered = || {
            let text = fs::read_to_string(self.memory.as_ref()?).ok()?;
            Some(PathBuf::from(text.trim())).filter(|folder| folder.is_absolute())
        };
        let mut player = self.player.lock();
        // Without a home folder, the one where the host was started is as good as any.
        let folder = player
            .get_or_insert_with(|| remembered().or_else(usual).unwrap_or_else(|| PathBuf::from("Segue")));
        folder.clone()
    }

    /// Sets the folder, for this project and the next.
    pub fn set(&self, folder: &Path) {
        *self.project.lock() = Some(folder.to_owned());
        *self.player.lock() = Some(folder.to_owned());
        if let (Some(memory), Some(text)) = (&self.memory, folder.to_str()) {
            // If this fails, the player is asked again next time, and no more.
            let _ = memory.parent().map(fs::create_dir_all);
            let _ = fs::write(memory, text);
        }
    }

    /// The folder that the project names, if any.
    pub fn of_the_project(&self) -> Option<PathBuf> {
        self.project.lock().clone()
    }

    /// Takes the folder from a loaded project.
    pub fn load(&self, folder: Option<PathBuf>) {
        *self.project.lock() = folder;
    }
}

/// The player's home folder.
fn home(variable: impl Fn(&str) -> Option<OsString>) -> Option<PathBuf> {
    let named = |name: &str| variable(name).map(PathBuf::from).filter(|folder| folder.is_absolute());
    named("HOME").or_else(|| named("USERPROFILE"))
}

/// The folder for music if there is one, or else the one for documents.
fn usual(home: &Path, exists: impl Fn(&Path) -> bool) -> PathBuf {
    let folders = ["Music", "Documents"].map(|name| home.join(name));
    let [music, _] = &folders;
    folders.iter().find(|folder| exists(folder)).unwrap_or(music).join("Segue")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    #[cfg(unix)]
    fn music_goes_where_music_is() {
        // (the folders there are, where exports go)
        let cases: [(&[&str], &str); 4] = [
            (&["Music", "Documents"], "/users/a/Music/Segue"),
            (&["Documents"], "/users/a/Documents/Segue"),
            (&["Desktop"], "/users/a/Music/Segue"),
            (&[], "/users/a/Music/Segue"),
        ];
        let home = home(|name| (name == "HOME").then(|| "/users/a".into())).expect("a home");
        for (there, expected) in cases {
            let exists = |path: &Path| there.iter().any(|name| path.ends_with(name));
            assert_eq!(usual(&home, exists), Path::new(expected), "{there:?}");
        }
    }

    #[test]
    fn it_is_remembered_in_the_project_and_for_the_next() {
        let folder = tempfile::tempdir().expect("a folder");
        let memory = folder.path().join("new").join(MEMORY);
        let place = Place::remembered_in(Some(memory.clone()));
        assert!(place.get().ends_with("Segue"));
        assert_eq!(place.of_the_project(), None);
        let mine = folder.path().join("mine");
        place.set(&mine);
        assert_eq!((place.get(), place.of_the_project()), (mine.clone(), Some(mine.clone())));
        let next = Place::remembered_in(Some(memory));
        assert_eq!((next.get(), next.of_the_project()), (mine.clone(), None));
        next.load(Some(folder.path().to_owned()));
        assert_eq!(next.get(), folder.path(), "the project's own");
        next.load(None);
        assert_eq!(next.get(), mine);
    }
}
