//! The takes: every answer as it was heard, kept with the project; the jam they were played in; and
//! memories of what was heard.
//!
//! Shared by the composer's thread, which keeps them, the editor, which shows them, and the host's
//! threads, which save them. Never by the audio thread. Each lock is held for a copy; files are
//! written without one. It knows neither the model nor the composer.

mod export;
mod jam_log;
mod memories;
mod memory;
mod name;
mod place;
mod row;
mod take;
#[cfg(test)]
mod tests;
mod written;

use std::collections::VecDeque;
use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicU64, Ordering};

use parking_lot::Mutex;
use segue_realtime::between::limits::{TAKES, TAKES_NOTES};
use serde_json::Value;

pub use export::ExportError;
pub use jam_log::{JamLog, LoggedNote, Mark};
pub use memories::Memories;
pub use memory::{MEMORY_NOTES, Memory, MemoryError, MemoryFolder, is_name};
pub use name::Name;
use place::Place;
pub use row::Row;
pub use take::{Take, TakeNote};
pub(crate) use written::whole;

/// What is kept, oldest first.
#[derive(Default)]
struct Kept {
    takes: VecDeque<Take>,
    /// Ids given so far.
    ids: u64,
    /// Answers counted so far.
    answers: usize,
    replaying: Option<u64>,
}

/// The takes of one instance.
#[derive(Default)]
pub struct Takes {
    kept: Mutex<Kept>,
    jam: Mutex<JamLog>,
    place: Place,
    memories: Memories,
    version: AtomicU64,
}

impl Takes {
    /// Those that remember the folder of exports in a file other than the player's own.
    pub fn remembering_in(file: &Path) -> Self {
        Self { place: Place::remembered_in(Some(file.to_owned())), ..Self::default() }
    }

    /// What was heard and is kept under a name.
    pub fn memories(&self) -> &Memories {
        &self.memories
    }

    /// The takes, newest first.
    pub fn list(&self) -> Vec<Row> {
        let kept = self.kept.lock();
        let row = |take: &Take| Row { replaying: kept.replaying == Some(take.name.id), ..take.row() };
        kept.takes.iter().rev().map(row).collect()
    }

    /// Moves whenever [`Self::list`] would differ.
    pub fn version(&self) -> u64 {
        self.version.load(Ordering::Acquire)
    }

    /// The take of that id; `None` if it is gone.
    pub fn get(&self, id: u64) -> Option<Take> {
        self.kept.lock().takes.iter().find(|take| take.name.id == id).cloned()
    }

    /// The player wants to keep it, or no longer: what is starred goes last.
    pub fn star(&self, id: u64, starred: bool) {
        self.change(id, |take| std::mem::replace(&mut take.starred, starred) != starred);
    }

    /// Throws one away.
    pub fn remove(&self, id: u64) {
        self.edit(|kept| {
            let before = kept.takes.len();
            kept.takes.retain(|take| take.name.id != id);
            kept.takes.len() != before
        });
    }

    /// Throws all away, starred or not.
    pub fn clear(&self) {
        self.edit(|kept| !std::mem::take(&mut kept.takes).is_empty());
    }

    /// Writes a take as a MIDI file into a folder, under a name that nothing there has. Returns
    /// where.
    ///
    /// # Errors
    /// One line that names the folder or the file, and the way out.
    pub fn export(&self, id: u64, folder: &Path) -> Result<PathBuf, ExportError> {
        let take = self.get(id).ok_or(ExportError::Gone)?;
        export::write(&take.piece(), &take.markers(), &take.file_name(), folder)
    }

    /// Writes the whole jam as a MIDI file into a folder, as far as it is remembered, under a name
    /// that nothing there has. Returns where.
    ///
    /// # Errors
    /// One line that names the folder or the file, and the way out.
    pub fn export_jam(&self, folder: &Path) -> Result<PathBuf, ExportError> {
        let jam = self.jam.lock().clone();
        let (piece, markers) = jam.piece().ok_or(ExportError::Silent)?;
        export::write(&piece, &markers, export::JAM, folder)
    }

    /// Whether the jam is empty.
    pub fn is_silent(&self) -> bool {
        self.jam.lock().is_silent()
    }

    /// Where exports go unless somebody says otherwise: the project's folder, or the player's last
    /// one, or one for music.
    pub fn folder(&self) -> PathBuf {
        self.place.get()
    }

    /// Exports go there from now on, in this project and in the player's next ones.
    pub fn set_folder(&self, folder: &Path) {
        self.place.set(folder);
    }

    /// A name for a take to come. Without a group, or where nothing is left of that, it is an
    /// answer of its own.
    pub(crate) fn name(&self, group: Option<u64>) -> Name {
        self.kept.lock().name(group)
    }

    /// How many candidates of a group there were; those that were thrown away count, unless they
    /// were the last.
    pub(crate) fn candidates(&self, group: u64) -> usize {
        let kept = self.kept.lock();
        let last =
            kept.takes.iter().filter(|take| take.name.group == group).map(|take| take.name.letter).max();
        last.map_or(0, |letter| 1 + usize::from(letter as u8 - b'A'))
    }

    /// A new take is kept, the oldest that is not starred thrown away for it.
    pub(crate) fn keep(&self, take: Take) {
        self.edit(|kept| {
            kept.join(take);
            kept.trim();
            true
        });
    }

    /// Replaces a take by its longer version, if it is still kept.
    pub(crate) fn amend(&self, take: Take) {
        self.change(take.name.id, |kept| {
            let Take { notes, tempos, prompt, .. } = take;
            (kept.notes, kept.tempos, kept.prompt) = (notes, tempos, prompt);
            true
        });
    }

    /// Marks a take as undone, or not.
    pub(crate) fn set_undone(&self, id: u64, undone: bool) {
        self.change(id, |take| std::mem::replace(&mut take.undone, undone) != undone);
    }

    /// Which one is played again.
    pub(crate) fn set_replaying(&self, id: Option<u64>) {
        self.edit(|kept| std::mem::replace(&mut kept.replaying, id) != id);
    }

    /// Something sounded: the jam is written on.
    pub(crate) fn with_jam<T>(&self, write: impl FnOnce(&mut JamLog) -> T) -> T {
        write(&mut self.jam.lock())
    }

    /// What a project keeps of them.
    pub(crate) fn written(&self) -> Vec<Value> {
        self.kept.lock().takes.iter().filter_map(Take::written).collect()
    }

    /// The takes of a loaded project. What was played here since stays beside them: hosts load a
    /// state to undo a knob, too, and nobody is to lose a take by it. No more than the last ones
    /// that a project can have are looked at. Returns how many of these are damaged, which are left
    /// out.
    pub(crate) fn restore(&self, written: &[Value]) -> usize {
        let written = &written[written.len().saturating_sub(TAKES)..];
        let mut takes: VecDeque<Take> = VecDeque::new();
        for value in written {
            // Two with one id could not be told apart.
            let take =
                Take::read(value).filter(|take| takes.iter().all(|other| other.name.id != take.name.id));
            takes.extend(take);
        }
        let damaged = written.len() - takes.len();
        self.edit(|kept| {
            let before = std::mem::replace(&mut kept.takes, takes);
            kept.ids = kept.takes.iter().map(|take| take.name.id).max().unwrap_or(0).max(kept.ids);
            let answers = kept.takes.iter().map(|take| take.name.number).max().unwrap_or(0);
            kept.answers = answers.max(kept.answers);
            before.into_iter().for_each(|take| kept.join(take));
            kept.trim();
            true
        });
        damaged
    }

    /// The folder of exports, if this project names one.
    pub(crate) fn place(&self) -> &Place {
        &self.place
    }

    fn change(&self, id: u64, change: impl FnOnce(&mut Take) -> bool) {
        self.edit(|kept| kept.takes.iter_mut().find(|take| take.name.id == id).is_some_and(change));
    }

    /// Changes something; what is changed is a new version.
    fn edit(&self, change: impl FnOnce(&mut Kept) -> bool) {
        let mut kept = self.kept.lock();
        if change(&mut kept) {
            self.version.fetch_add(1, Ordering::Release);
        }
    }
}

impl Kept {
    /// A name for a take to come.
    fn name(&mut self, group: Option<u64>) -> Name {
        let id = self.next_id();
        let candidates = self.takes.iter().filter(|other| Some(other.name.group) == group);
        if let Some(Name { number, group, letter, .. }) =
            candidates.map(|other| other.name).max_by_key(|name| name.letter)
        {
            return Name { id, number, group, letter: name::next_letter(letter) };
        }
        if (self.answers as u64) < name::LAST {
            self.answers += 1;
        }
        Name { id, number: self.answers, group: id, letter: 'A' }
    }

    /// The next id. After the last one they begin anew with those that nothing here has.
    fn next_id(&mut self) -> u64 {
        let used =
            |takes: &VecDeque<Take>, id| takes.iter().any(|take| take.name.id == id || take.name.group == id);
        loop {
            self.ids = if self.ids < name::LAST { self.ids + 1 } else { 1 };
            if !used(&self.takes, self.ids) {
                return self.ids;
            }
        }
    }

    /// Takes one in, unless it is there already. Where a loaded project has another of that name it
    /// gets a new one.
    fn join(&mut self, mut take: Take) {
        match self.takes.iter().find(|other| other.name.id == take.name.id) {
            Some(other) if (&other.notes, &other.prompt) == (&take.notes, &take.prompt) => return,
            Some(_) => take.name = self.name(None),
            None => {}
        }
        self.takes.push_back(take);
    }

    /// As many as there is room for: the oldest go first, the starred ones last.
    fn trim(&mut self) {
        let notes = |takes: &VecDeque<Take>| takes.iter().map(Take::size).sum::<usize>();
        while self.takes.len() > TAKES || (notes(&self.takes) > TAKES_NOTES && self.takes.len() > 1) {
            // The newest has just been played: it is not what goes, even where all others are
            // starred.
            let newest = self.takes.len() - 1;
            let oldest = self.takes.iter().take(newest).position(|take| !take.starred).unwrap_or(0);
            self.takes.remove(oldest);
        }
    }
}
