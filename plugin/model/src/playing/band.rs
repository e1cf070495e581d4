//! What the parts of a band play from bar to bar.

use segue_music::{Beats, Note, Part, PieceClock, TICK};

use crate::playing::generator::Generator;
use crate::playing::request::{Next, NoteRequest, Rest};

/// The parts that were asked for, and what they have played.
pub(super) struct Band<'a> {
    clock: PieceClock<'a>,
    /// The bar lines from where it comes in to where it ends, both among them.
    lines: Vec<Beats>,
    /// What every note is asked for with.
    request: NoteRequest,
    played: Vec<(Part, Vec<Note>)>,
    /// When the keyboard's pedal went down and up, in the model's time.
    pedal: Vec<(Beats, bool)>,
}

impl<'a> Band<'a> {
    /// One that has played nothing. There are two bar lines at least.
    pub fn new(clock: PieceClock<'a>, lines: Vec<Beats>, request: NoteRequest) -> Self {
        let played = request.parts.iter().map(|part| (part, Vec::new())).collect();
        Self { clock, lines, request, played, pedal: Vec::new() }
    }

    /// What each part played.
    pub fn into_parts(self) -> Vec<(Part, Vec<Note>)> {
        self.played
    }

    /// When the keyboard's pedal went down and up, in the file's time.
    pub fn pedal(&self) -> Vec<(Beats, bool)> {
        let (start, end) = (self.lines[0], self.lines[self.lines.len() - 1]);
        pedal_written(&self.pedal, self.clock, start, end)
    }

    /// Plays from a position of the model's time to another.
    ///
    /// # Errors
    /// [`Rest::NotFinite`], where the model is broken.
    pub fn play(&mut self, generator: &mut Generator, from: Beats, until: Beats) -> Result<(), Rest> {
        let line = |&place: &usize| (from..until).contains(&self.clock.heard(self.lines[place]));
        if let Some(place) = (0..self.lines.len() - 1).find(line) {
            let from = self.clock.heard(self.lines[place]);
            for part in self.due(place) {
                let parts = [part].into_iter().collect();
                let request = NoteRequest { from, until, parts, at_once: true, ..self.request };
                self.take(generator.next(&request))?;
            }
        }
        let mut request = NoteRequest { from, until, ..self.request };
        while let Some(onset) = self.take(generator.next(&request))? {
            request.from = onset;
        }
        // While nobody plays the context stays as it is. The same random number drawn again after
        // every rest would be no chance: who rested once would rest for ever.
        self.request.seed = self.request.seed.wrapping_add(0x9e37_79b9_7f4a_7c15);
        Ok(())
    }

    /// Who comes in on a bar line, whatever the model says: every part on the first, as in a duet,
    /// because nobody waits for a band that may never come in. Later a bass or a drummer who was
    /// silent for a bar: in what people play that is rare, and a model that has read it once in its
    /// own notes goes on with it.
    fn due(&self, place: usize) -> Vec<Part> {
        let line = self.lines[place];
        let before = place.checked_sub(1).map(|place| self.lines[place]);
        let waits = |(part, notes): &&(Part, Vec<Note>)| match before {
            None => true,
            Some(before) => {
                matches!(part, Part::Bass | Part::Drums)
                    && notes.iter().all(|note| note.onset < before && note.end() <= line)
            }
        };
        self.played.iter().filter(waits).map(|&(part, _)| part).collect()
    }

    /// Keeps the generator's answer. Returns where its note begins, in the model's time.
    fn take(&mut self, answer: Result<Next, Rest>) -> Result<Option<Beats>, Rest> {
        match answer {
            Ok(next) => {
                let (start, end) = (self.lines[0], self.lines[self.lines.len() - 1]);
                let note = written(&next.note, self.clock, start, end);
                if let Some((_, notes)) = self.played.iter_mut().find(|(part, _)| Some(*part) == next.part) {
                    // No limit asks for it, so it is a part that plays one note at a time.
                    if let Some(last) = notes.last_mut().filter(|_| next.shortened.is_some()) {
                        last.duration = last.duration.min(note.onset - last.onset);
                    }
                    notes.push(note);
                }
                self.pedal.extend(next.pedal.changes(next.note.onset));
                Ok(Some(next.note.onset))
            }
            Err(Rest::NotFinite) => Err(Rest::NotFinite),
            Err(Rest::After | Rest::Limits(_) | Rest::Unheard) => Ok(None),
        }
    }
}

/// What a pedal did, in the file's time. It is up where all ends.
pub(super) fn pedal_written(
    changes: &[(Beats, bool)],
    clock: PieceClock,
    start: Beats,
    end: Beats,
) -> Vec<(Beats, bool)> {
    let in_time = |&(at, down): &(Beats, bool)| (clock.written(at).clamp(start, end), down);
    let mut changes: Vec<_> = changes.iter().map(in_time).collect();
    if changes.last().is_some_and(|&(_, down)| down) {
        changes.push((end, false));
    }
    changes
}

/// A note in the file's time, cut where all ends.
pub(super) fn written(note: &Note, clock: PieceClock, start: Beats, end: Beats) -> Note {
    let onset = clock.written(note.onset).clamp(start, end - TICK);
    let until = clock.written(note.end()).clamp(onset + TICK, end);
    Note { onset, duration: until - onset, ..*note }
}
