//! How the model continues a piece.

use std::sync::Arc;

use segue_music::{
    Beats, ContextNote, Note, Part, PartSet, Piece, PieceClock, Role, TICK, joined_pedal, take, tick_at,
    with_band,
};

use crate::decoding::model::Model;
use crate::playing::band::{Band, pedal_written, written};
use crate::playing::fork::{Fork, seed_of};
use crate::playing::generator::Generator;
use crate::playing::guards::Guards;
use crate::playing::request::{NoteRequest, Rest};

/// What a continuation is to be like.
#[derive(Clone, Debug)]
pub struct ContinuationOptions {
    /// How many bars it lasts.
    pub bars: u32,
    /// Notes begin on multiples of this, zero for anywhere; `None` takes the prompt's grid.
    pub grid: Option<Beats>,
    /// See [`NoteRequest::temperature`].
    pub temperature: f32,
    /// See [`NoteRequest::top_p`].
    pub top_p: f32,
    /// See [`NoteRequest::seed`].
    pub seed: u64,
    /// Which soft guards act.
    pub guards: Guards,
    /// Which parts go on, by a model that knows of parts; empty for a keyboard, which hears no
    /// drums.
    pub parts: PartSet,
    /// From how many ways to go on the model's critic chooses, phrase by phrase. A band's are not
    /// chosen.
    pub candidates: u64,
}

/// Notes that follow where a piece ends.
#[derive(Clone, Debug, PartialEq)]
pub struct Continuation {
    /// The bar line at which it begins.
    pub start: Beats,
    /// The bar line at which it ends.
    pub end: Beats,
    /// Its notes lie on multiples of this; zero for anywhere.
    pub grid: Beats,
    /// Its notes.
    pub notes: Vec<Note>,
    /// The same by part, for each that was asked for.
    pub band: Vec<(Part, Vec<Note>)>,
    /// When its sustain pedal goes down and up; it is up at the end.
    pub pedal: Vec<(Beats, bool)>,
}

impl Continuation {
    /// The bar lines at which an answer of this many bars begins and ends; `None` if the prompt
    /// holds no note to go on from. To a keyboard a drum's is none.
    pub fn span(prompt: &Piece, bars: u32, parts: PartSet) -> Option<(Beats, Beats)> {
        let start = prompt.bar_line_from(ending(&heard_for(prompt, parts))?);
        Some((start, prompt.bar_lines_later(start, bars)))
    }

    /// The prompt with the answer: a track, or one for each part.
    pub fn with_prompt(&self, prompt: &Piece) -> Piece {
        let mut piece = match self.band[..] {
            [] => take(prompt, &self.notes, self.end),
            _ => with_band(prompt, &self.band, self.end),
        };
        // Of a band the keyboard's, and of one voice its own.
        let keyboard = self.band.iter().position(|(part, _)| *part == Part::Keys);
        let place = match self.band.is_empty() {
            true => Some(prompt.tracks.len()),
            false => keyboard.map(|index| prompt.tracks.len() + index),
        };
        if let Some(track) = place.and_then(|place| piece.tracks.get_mut(place)) {
            track.pedal.clone_from(&self.pedal);
        }
        piece
    }

    /// The mean states of a model over the phrases of an answer among which a critic would choose,
    /// (dim) each; of a keyboard's answer of so many bars, whoever plays it.
    pub fn phrases(prompt: &Piece, answer: &[Note], bars: u32, model: Arc<Model>) -> Vec<Option<Vec<f32>>> {
        let Some((start, end)) = Self::span(prompt, bars, PartSet::NONE) else { return Vec::new() };
        let clock = clock(prompt, None);
        let mut generator = Generator::new(model);
        listen(&mut generator, prompt, &heard_for(prompt, PartSet::NONE), clock, start);
        for note in answer {
            let onset = clock.heard(note.onset);
            let note = Note { onset, duration: clock.heard(note.end()) - onset, ..*note };
            generator.hear(ContextNote::whole(&note, Role::Segue));
        }
        let span = (clock.heard(start), clock.heard(end));
        let bar = clock.heard(prompt.bar_lines_later(start, 1)) - span.0;
        let forks = std::iter::successors(Fork::first(span, span.0, bar), |fork| fork.next(span.1, bar));
        forks.map(|fork| generator.mean_state(tick_at(fork.from), tick_at(fork.judged))).collect()
    }

    /// Continues `prompt`.
    ///
    /// # Errors
    /// [`Rest::Unheard`] where it has no notes but drums; [`Rest::NotFinite`] where the model is
    /// broken.
    pub fn of(prompt: &Piece, model: Arc<Model>, options: &ContinuationOptions) -> Result<Self, Rest> {
        let heard = heard_for(prompt, options.parts);
        let (start, end) = Self::span(prompt, options.bars, options.parts).ok_or(Rest::Unheard)?;
        let clock = clock(prompt, options.grid);
        let grid = options.grid.unwrap_or_else(|| own_grid(&heard, options.parts));

        let mut generator = Generator::new(model);
        listen(&mut generator, prompt, &heard, clock, start);
        let request = NoteRequest {
            end: Some(clock.heard(end)),
            grid,
            // As in the plugin: the first note comes when it is due, the others when the model
            // says.
            at_once: true,
            temperature: options.temperature,
            top_p: options.top_p,
            seed: options.seed,
            guards: options.guards,
            parts: options.parts,
            pedal: true,
            ..NoteRequest::new(Role::Segue, clock.heard(start), clock.heard(end))
        };
        if !options.parts.is_empty() {
            let lines: Vec<Beats> =
                (0..=options.bars).map(|bars| prompt.bar_lines_later(start, bars)).collect();
            let request = NoteRequest { at_once: false, ..request };
            let mut band = Band::new(clock, lines.clone(), request);
            for bar in lines.windows(2) {
                band.play(&mut generator, clock.heard(bar[0]), clock.heard(bar[1]))?;
            }
            let (pedal, band) = (band.pedal(), band.into_parts());
            let mut notes: Vec<Note> = band.iter().flat_map(|(_, notes)| notes.iter().copied()).collect();
            notes.sort_unstable();
            return Ok(Self { start, end, grid, notes, band, pedal });
        }
        let span = (clock.heard(start), clock.heard(end));
        let bar = clock.heard(prompt.bar_lines_later(start, 1)) - span.0;
        let mut voice = Voice { generator, request, notes: Vec::new(), pedal: Vec::new() };
        if voice.generator.model().critic().is_some() && options.candidates > 1 {
            let mut fork = Fork::first(span, span.0, bar);
            while let Some(here) = fork {
                voice.play_to(here.at)?;
                voice = voice.best(options.candidates, &here)?;
                fork = here.next(span.1, bar);
            }
        }
        voice.play_to(span.1)?;
        let notes = voice.notes.iter().map(|note| written(note, clock, start, end)).collect();
        let pedal = pedal_written(&voice.pedal, clock, start, end);
        Ok(Self { start, end, grid, notes, band: Vec::new(), pedal })
    }
}

/// A keyboard that goes on.
#[derive(Clone)]
struct Voice {
    generator: Generator,
    /// For its next note.
    request: NoteRequest,
    /// What it played, in the model's time.
    notes: Vec<Note>,
    /// When its pedal went down and up.
    pedal: Vec<(Beats, bool)>,
}

impl Voice {
    /// Plays up to the first note at a position or later.
    ///
    /// # Errors
    /// [`Rest::NotFinite`], where the model is broken.
    fn play_to(&mut self, at: Beats) -> Result<(), Rest> {
        while self.notes.last().is_none_or(|last| last.onset < at) {
            match self.generator.next(&self.request) {
                Ok(next) => {
                    (self.request.from, self.request.at_once) = (next.note.onset, false);
                    self.notes.push(next.note);
                    self.pedal.extend(next.pedal.changes(next.note.onset));
                }
                Err(Rest::NotFinite) => return Err(Rest::NotFinite),
                // There are no limits, so the end is reached.
                Err(Rest::After | Rest::Limits(_) | Rest::Unheard) => break,
            }
        }
        Ok(())
    }

    /// Of several ways to go on, the one that the critic likes best; silence least.
    fn best(self, candidates: u64, fork: &Fork) -> Result<Self, Rest> {
        let mut best: Option<(Option<f64>, Self)> = None;
        for candidate in 0..candidates {
            let mut voice = self.clone();
            voice.request.seed = seed_of(self.request.seed, candidate);
            voice.play_to(fork.until)?;
            let score = voice.generator.score(tick_at(fork.from), tick_at(fork.judged));
            if best.as_ref().is_none_or(|(highest, _)| score > *highest) {
                best = Some((score, voice));
            }
        }
        Ok(best.map_or(self, |(_, voice)| voice))
    }
}

/// A note of a part, of none where nobody said.
pub(super) type PartNote = (Option<Part>, Note);

/// What of a piece is heard where some parts are asked for: everything with its part, or for a
/// keyboard its pitched notes.
pub(super) fn heard_for(piece: &Piece, parts: PartSet) -> Vec<PartNote> {
    match parts.is_empty() {
        true => piece.notes().into_iter().map(|note| (None, note)).collect(),
        false => piece.notes_by_part(),
    }
}

/// The clock of a piece. A grid asked for is one of the file's beats, however freely it was played.
pub(super) fn clock(piece: &Piece, grid: Option<Beats>) -> PieceClock<'_> {
    match grid {
        Some(grid) if grid != Beats::ZERO => PieceClock::BEATS,
        _ => PieceClock::of(piece),
    }
}

/// Where the last note ends, rounded to a tick: a note held some milliseconds beyond a bar line
/// ends on the line.
pub(super) fn ending(heard: &[PartNote]) -> Option<Beats> {
    let last = heard.iter().map(|(_, note)| note.onset).max()?;
    let end = heard.iter().map(|(_, note)| note.end()).max()?;
    Some(end.round_to(TICK).max(last + TICK))
}

/// The grid that all notes begin on: sixteenths or none.
///
/// For a band it is the widest that nearly all begin on, of sixteenths, triplets, 32nds and what
/// holds them: a few grace notes are no reason for a drummer to strike between the lines. Played so
/// along with a song of 1,890 strokes, of which 1 in 10 was a 32nd, one struck 4,300 times.
pub(super) fn own_grid(heard: &[PartNote], parts: PartSet) -> Beats {
    const GRIDS: [i64; 5] = [4, 3, 8, 12, 24];
    let (known, nearly) = if parts.is_empty() { (&GRIDS[..1], 1.0) } else { (&GRIDS[..], 0.95) };
    let holds = |grid: &Beats| {
        let on = heard.iter().filter(|(_, note)| note.onset % *grid == Beats::ZERO).count();
        on as f64 >= nearly * heard.len() as f64
    };
    known.iter().map(|&lines| Beats::ratio(1, lines)).find(holds).unwrap_or(Beats::ZERO)
}

/// Tells the generator a piece's bars; free playing has none.
pub(super) fn tell_meters(generator: &mut Generator, piece: &Piece, clock: PieceClock) {
    if !clock.is_free() {
        for &(at, meter) in &piece.meters {
            generator.meter(tick_at(clock.heard(at)), Some(meter));
        }
    }
}

/// Tells the generator where a piece's form begins: with its first note.
pub(super) fn tell_form(generator: &mut Generator, piece: &Piece, heard: &[PartNote], clock: PieceClock) {
    if let Some(first) = heard.iter().map(|(_, note)| note.onset).min() {
        generator.form(tick_at(clock.heard(piece.form_from(first))));
    }
}

/// Gives the generator metre, pedal and notes, as the plugin does while they are played.
fn listen(generator: &mut Generator, prompt: &Piece, heard: &[PartNote], clock: PieceClock, start: Beats) {
    let tick = |at: Beats| tick_at(clock.heard(at));
    tell_meters(generator, prompt, clock);
    tell_form(generator, prompt, heard, clock);
    let pedal = joined_pedal(prompt.tracks.iter().filter(|track| !track.is_drums()));
    for &(at, down) in pedal.iter().filter(|&&(at, _)| at < start) {
        generator.pedal(Role::Player, tick(at), down);
    }
    for &(part, note) in heard {
        let onset = clock.heard(note.onset);
        let note = Note { onset, duration: clock.heard(note.end()) - onset, ..note };
        generator.hear(match part {
            Some(Part::Drums) => {
                ContextNote::drum(tick_at(onset), note.key, Some(note.velocity), Role::Player)
            }
            part => ContextNote { part, ..ContextNote::whole(&note, Role::Player) },
        });
    }
}
