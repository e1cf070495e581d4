//! How the model continues a piece.

use std::sync::Arc;

use segue_music::{Beats, ContextNote, Note, Piece, PieceClock, Role, TICK, joined_pedal, tick_at};

use crate::decoding::model::Model;
use crate::playing::generator::Generator;
use crate::playing::guards::Guards;
use crate::playing::request::{NoteRequest, Rest};

/// What a continuation is to be like.
#[derive(Clone, Copy, Debug)]
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
}

impl Continuation {
    /// The bar lines at which an answer of this many bars begins and ends; `None` if the prompt
    /// holds no note that is not a drum's.
    pub fn span(prompt: &Piece, bars: u32) -> Option<(Beats, Beats)> {
        let start = prompt.bar_line_from(ending(&prompt.notes())?);
        Some((start, prompt.bar_lines_later(start, bars)))
    }

    /// Continues `prompt`.
    ///
    /// # Errors
    /// [`Rest::Unheard`] where it has no notes but drums; [`Rest::NotFinite`] where the model is
    /// broken.
    pub fn of(prompt: &Piece, model: Arc<Model>, options: &ContinuationOptions) -> Result<Self, Rest> {
        let heard = prompt.notes();
        let (start, end) = Self::span(prompt, options.bars).ok_or(Rest::Unheard)?;
        // A grid asked for is one of the file's beats, however freely the prompt was played.
        let clock = match options.grid {
            Some(grid) if grid != Beats::ZERO => PieceClock::BEATS,
            _ => PieceClock::of(prompt),
        };
        let grid = options.grid.unwrap_or_else(|| own_grid(&heard));

        let mut generator = Generator::new(model);
        listen(&mut generator, prompt, &heard, clock, start);
        let mut request = NoteRequest {
            grid,
            // As in the plugin: the first note comes when it is due, the others when the model
            // says.
            at_once: true,
            temperature: options.temperature,
            top_p: options.top_p,
            seed: options.seed,
            guards: options.guards,
            ..NoteRequest::new(Role::Segue, clock.heard(start), clock.heard(end))
        };
        let mut notes = Vec::new();
        loop {
            match generator.next(&request) {
                Ok(next) => {
                    (request.from, request.at_once) = (next.note.onset, false);
                    notes.push(written(&next.note, clock, start, end));
                }
                Err(Rest::NotFinite) => return Err(Rest::NotFinite),
                // There are no limits, so the end is reached.
                Err(Rest::After | Rest::Limits(_) | Rest::Unheard) => break,
            }
        }
        Ok(Self { start, end, grid, notes })
    }
}

/// Where the last note ends, rounded to a tick: a note held some milliseconds beyond a bar line
/// ends on the line.
fn ending(heard: &[Note]) -> Option<Beats> {
    let last = heard.iter().map(|note| note.onset).max()?;
    let end = heard.iter().map(Note::end).max()?;
    Some(end.round_to(TICK).max(last + TICK))
}

/// Sixteenths, if all notes begin on them.
fn own_grid(heard: &[Note]) -> Beats {
    let sixteenths = Beats::ratio(1, 4);
    if heard.iter().all(|note| note.onset % sixteenths == Beats::ZERO) { sixteenths } else { Beats::ZERO }
}

/// Gives the generator metre, pedal and notes, as the plugin does while they are played.
fn listen(generator: &mut Generator, prompt: &Piece, heard: &[Note], clock: PieceClock, start: Beats) {
    let tick = |at: Beats| tick_at(clock.heard(at));
    if !clock.is_free() {
        for &(at, meter) in &prompt.meters {
            generator.meter(tick(at), Some(meter));
        }
    }
    let pedal = joined_pedal(prompt.tracks.iter().filter(|track| !track.is_drums()));
    let mut down = false;
    for &(at, now_down) in pedal.iter().filter(|&&(at, _)| at < start) {
        generator.pedal(tick(at), now_down);
        down = now_down;
    }
    if down {
        // The continuation has a channel of its own, whose pedal is up.
        generator.pedal(tick(start), false);
    }
    for note in heard {
        let onset = clock.heard(note.onset);
        let note = Note { onset, duration: clock.heard(note.end()) - onset, ..*note };
        generator.hear(ContextNote::whole(&note, Role::Player));
    }
}

/// A note in the file's time, cut at the continuation's end.
fn written(note: &Note, clock: PieceClock, start: Beats, end: Beats) -> Note {
    let onset = clock.written(note.onset).clamp(start, end - TICK);
    let until = clock.written(note.end()).clamp(onset + TICK, end);
    Note { onset, duration: until - onset, ..*note }
}
