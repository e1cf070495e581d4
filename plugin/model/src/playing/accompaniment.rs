//! How the model plays along with a piece.

use std::sync::Arc;

use segue_music::{
    Beats, ContextNote, Key, Note, Part, PartSet, Piece, PieceClock, Role, Tick, Velocity, joined_pedal,
    tick_at, with_band,
};

use crate::decoding::model::Model;
use crate::playing::band::Band;
use crate::playing::continuation::{PartNote, clock, ending, heard_for, own_grid, tell_form, tell_meters};
use crate::playing::generator::Generator;
use crate::playing::guards::Guards;
use crate::playing::request::{NoteRequest, Rest};

/// Bars that Segue hears before it comes in, as somebody does who has to find out what is played.
const HEARD_FIRST: u32 = 2;
/// So far Segue plays before it hears on: a sixteenth.
const STEP: Beats = Beats::ratio(1, 4);

/// What an accompaniment is to be like.
#[derive(Clone, Copy, Debug)]
pub struct AccompanimentOptions {
    /// Notes begin on multiples of this, zero for anywhere; `None` takes the piece's grid.
    pub grid: Option<Beats>,
    /// See [`NoteRequest::temperature`].
    pub temperature: f32,
    /// See [`NoteRequest::top_p`].
    pub top_p: f32,
    /// See [`NoteRequest::seed`].
    pub seed: u64,
    /// Which soft guards act.
    pub guards: Guards,
    /// Which parts play along.
    pub parts: PartSet,
}

/// What a band plays to a piece.
#[derive(Clone, Debug, PartialEq)]
pub struct Accompaniment {
    /// The bar line at which it comes in.
    pub start: Beats,
    /// The bar line at which it ends, with the piece.
    pub end: Beats,
    /// Its notes lie on multiples of this; zero for anywhere.
    pub grid: Beats,
    /// The notes of each part that was asked for.
    pub band: Vec<(Part, Vec<Note>)>,
    /// When its keyboard's sustain pedal goes down and up; it is up at the end.
    pub pedal: Vec<(Beats, bool)>,
}

impl Accompaniment {
    /// The bar lines at which an accompaniment begins and ends; they are one where the piece is
    /// over before. `None` if it holds no note.
    pub fn span(piece: &Piece) -> Option<(Beats, Beats)> {
        let notes = piece.notes_by_part();
        let (_, first) = notes.first()?;
        // The bar of the first note is the first that is heard, an upbeat's too.
        let line = piece.bar_line_from(first.onset);
        let bars = if line > first.onset { HEARD_FIRST - 1 } else { HEARD_FIRST };
        let end = piece.bar_line_from(ending(&notes)?);
        Some((piece.bar_lines_later(line, bars).min(end), end))
    }

    /// The piece with what is played to it, a track for each part.
    pub fn with_piece(&self, piece: &Piece) -> Piece {
        let mut with = with_band(piece, &self.band, self.end);
        let keyboard = self.band.iter().position(|(part, _)| *part == Part::Keys);
        if let Some(index) = keyboard {
            with.tracks[piece.tracks.len() + index].pedal.clone_from(&self.pedal);
        }
        with
    }

    /// Plays along with a piece.
    ///
    /// The request is a duet's: for Segue's next note, whatever the player plays before it. In the
    /// plugin a duet is planned ahead, because a note must be on its way before it is due, and
    /// plans are taken back where the player's notes change them. Here nothing has to be on its
    /// way: a note is drawn when it is due, and nothing is taken back.
    ///
    /// # Errors
    /// [`Rest::Unheard`] for a piece without notes; [`Rest::NotFinite`] where the model is broken.
    pub fn of(piece: &Piece, model: Arc<Model>, options: &AccompanimentOptions) -> Result<Self, Rest> {
        let heard = heard_for(piece, options.parts);
        let (start, end) = Self::span(piece).ok_or(Rest::Unheard)?;
        let clock = clock(piece, options.grid);
        let grid = options.grid.unwrap_or_else(|| own_grid(&heard, options.parts));

        let mut generator = Generator::new(model);
        tell_meters(&mut generator, piece, clock);
        tell_form(&mut generator, piece, &heard, clock);
        let events = events(piece, &heard, clock);
        let mut events = events.iter().peekable();
        let mut listen = |generator: &mut Generator, until: Beats| {
            while let Some(&(at, event)) = events.next_if(|&&(at, _)| at < tick_at(until)) {
                event.tell(at, generator);
            }
        };
        let bars = (0..).map(|bars| piece.bar_lines_later(start, bars));
        let lines = bars.take_while(|&line| line < end).chain([end]).collect();
        let (mut from, last) = (clock.heard(start), clock.heard(end));
        let request = NoteRequest {
            grid,
            temperature: options.temperature,
            top_p: options.top_p,
            seed: options.seed,
            guards: options.guards,
            ignore_other_role: true,
            end: Some(last),
            parts: options.parts,
            pedal: true,
            ..NoteRequest::new(Role::Segue, from, last)
        };
        let mut band = Band::new(clock, lines, request);
        listen(&mut generator, from);
        while from < last {
            let until = (from + STEP).min(last);
            band.play(&mut generator, from, until)?;
            listen(&mut generator, until);
            from = until;
        }
        Ok(Self { start, end, grid, pedal: band.pedal(), band: band.into_parts() })
    }
}

/// Something that is heard at its time and not before: how long a note lasts is known when it ends.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
enum Event {
    Up(Option<Part>, Key),
    Pedal(bool),
    Down(Option<Part>, Key, Velocity),
}

impl Event {
    fn tell(self, at: Tick, generator: &mut Generator) {
        match self {
            Self::Up(part, key) => generator.release(part, key, Role::Player, at),
            Self::Pedal(down) => generator.pedal(Role::Player, at, down),
            Self::Down(Some(Part::Drums), key, velocity) => {
                generator.hear(ContextNote::drum(at, key, Some(velocity), Role::Player));
            }
            Self::Down(part, key, velocity) => {
                generator.hear(ContextNote { part, ..ContextNote::held(at, key, velocity, Role::Player) });
            }
        }
    }
}

/// What the player does, in time order; at one tick keys come up before others go down.
fn events(piece: &Piece, heard: &[PartNote], clock: PieceClock) -> Vec<(Tick, Event)> {
    let tick = |at: Beats| tick_at(clock.heard(at));
    let pedal = joined_pedal(piece.tracks.iter().filter(|track| !track.is_drums()));
    let mut events: Vec<_> = pedal.iter().map(|&(at, down)| (tick(at), Event::Pedal(down))).collect();
    for &(part, note) in heard {
        let onset = tick(note.onset);
        events.push((onset, Event::Down(part, note.key, note.velocity)));
        if part != Some(Part::Drums) {
            events.push((tick(note.end()).max(onset + 1), Event::Up(part, note.key)));
        }
    }
    events.sort_unstable();
    events
}
