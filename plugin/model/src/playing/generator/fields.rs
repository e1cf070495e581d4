//! A note is drawn field by field: each head is asked, guards move its logits, limits mask them.

use segue_music::{Key, Part, PedalMove, Tick, Token, Vocabulary, beats_at, has_pedal, tick_at};

use super::Generator;
use crate::decoding::query::{HeadQuery, left_at};
use crate::playing::draw::{
    Draw, OTHERS, SHORTEST, Stop, part_of, sounding_keys, time_class, was_just_struck,
};
use crate::playing::onsets::Onsets;
use crate::playing::request::{NoteRequest, Rest};
use crate::playing::sampler::share;
use crate::shape::parameters::Field;
use crate::shape::target::Target;

impl Generator {
    /// Draws a note, field by field: its onset and its symbols.
    pub(super) fn draw_note(
        &mut self,
        draw: &mut Draw<'_>,
        onsets: &Onsets<'_>,
    ) -> Result<(Tick, Token), Stop> {
        let onset = self.draw_onset(draw, onsets)?;
        if beats_at(onset) >= draw.request.until {
            return Err(Rest::After.into());
        }
        let mut query = self.query(draw.request, onsets, onset);
        query.token.part = self.draw_part(draw, &query, onset)?;
        query.token.key = self.draw_key(draw, &query, onset)?;
        query.token.velocity = self.draw_velocity(draw, &query)?;
        query.token.duration = self.draw_duration(draw, &query, onset)?;
        query.token.pedal = self.draw_pedal(draw, &query, onset)?.index();
        Ok((onset, query.token))
    }

    /// Draws the onset, after grid, limits and guards.
    fn draw_onset(&mut self, draw: &mut Draw<'_>, onsets: &Onsets<'_>) -> Result<Tick, Rest> {
        if draw.request.at_once {
            return Ok(onsets.first());
        }
        let query = HeadQuery { onset: onsets.base(), ..HeadQuery::new(self.target(draw.request)) };
        let logits = self.decoder.guided_logits(&self.model, &self.cache, &self.context, Field::Gap, &query);
        let situation = draw.situation(&self.context);
        for guard in draw.request.acting_guards() {
            guard.times(&situation, &|gap| onsets.at(gap), logits);
        }
        let class = |gap| time_class(onsets.at(gap).map_or(0, |onset| onset - onsets.base()));
        let allowed = |gap| onsets.at(gap).is_some();
        let times = draw.request.time_sampler();
        let gap = times.draw_time(logits, &mut self.candidates, &mut draw.random, allowed, class);
        gap.and_then(|gap| onsets.at(gap)).ok_or(Rest::NotFinite)
    }

    /// Which next note a request is for.
    fn target(&self, request: &NoteRequest) -> Target {
        let left =
            request.end.and_then(|end| left_at(&self.context, self.context.last()?.onset, tick_at(end)));
        Target {
            ignore_other_role: request.ignore_other_role,
            parts: request.parts,
            left,
            hides_keys: !request.parts.is_empty(),
            ..Target::next_of(request.role)
        }
    }

    /// The query to the other heads for a note at an onset.
    fn query(&self, request: &NoteRequest, onsets: &Onsets<'_>, onset: Tick) -> HeadQuery {
        let (gap, onset) = onsets.symbol(onset);
        let mut query = HeadQuery::new(self.target(request));
        query.token.gap = gap;
        query.onset = onset;
        query.position = self.context.bar_position(onset);
        query.pedal_is_down = self.context.pedal_holds(request.role, onsets.base());
        query
    }

    /// Draws the part, among those asked for: its symbol, 0 for no part.
    fn draw_part(&mut self, draw: &mut Draw<'_>, query: &HeadQuery, onset: Tick) -> Result<usize, Stop> {
        let request = draw.request;
        if request.parts.is_empty() {
            return Ok(0);
        }
        let last = draw.last;
        let (context, limits) = (&self.context, &request.limits);
        let asked = |symbol: usize| {
            part_of(symbol).is_some_and(|part| {
                request.parts.contains(part) && limits.is_thin_enough(part, context, request.role, onset)
            })
        };
        let allowed = |symbol: usize| {
            asked(symbol) && (onset > last.onset || request.limits.follows_with(part_of(symbol), &last))
        };
        let logits = self.decoder.guided_logits(&self.model, &self.cache, &self.context, Field::Part, query);
        // A part that plays one note at a time and has played it is no contradiction.
        let within = |symbol: usize| asked(symbol) && (allowed(symbol) || part_of(symbol) != last.part);
        if draw.is_full(onset, || share(logits, within, allowed)) {
            return Err(Stop::Full);
        }
        let part = request.sampler().draw(logits, &mut self.candidates, &mut draw.random, allowed);
        part.ok_or(Rest::NotFinite.into())
    }

    /// Draws the key, after limits and guards: a symbol of the keys, or of the drums behind them.
    fn draw_key(&mut self, draw: &mut Draw<'_>, query: &HeadQuery, onset: Tick) -> Result<usize, Stop> {
        let (part, limits) = (part_of(query.token.part), &draw.request.limits);
        // Of notes of one part with one onset the higher follows: steps are in the order of keys.
        let follows = onset == draw.last.onset && part == draw.last.part;
        let lowest = if follows { draw.last.key + 1 } else { 0 };
        let key_of = |symbol: usize| match symbol.checked_sub(Vocabulary::KEYS) {
            Some(drum) => (part == Some(Part::Drums)).then(|| Part::drum_key(drum)),
            None => Key::try_from(symbol).ok().filter(|_| part != Some(Part::Drums)),
        };
        let (context, role) = (&self.context, draw.request.role);
        let within = |symbol| {
            key_of(symbol).is_some_and(|key| {
                limits.allows_in(part, key) && !was_just_struck(context, role, part, key, onset)
            })
        };
        let allowed = |symbol| within(symbol) && key_of(symbol).is_some_and(|key| key >= lowest);
        let logits = self.decoder.guided_logits(&self.model, &self.cache, &self.context, Field::Key, query);
        if follows && draw.is_full(onset, || share(logits, within, allowed)) {
            return Err(Stop::Full);
        }
        let sounding = sounding_keys(context, role, part, onset);
        let free = |symbol: usize| {
            allowed(symbol) && key_of(symbol).is_some_and(|key| sounding >> (key & 127) & 1 == 0)
        };
        let has_others = sounding != 0 && share(logits, allowed, free) >= OTHERS;
        let (keys, drums) = logits.split_at_mut(Vocabulary::KEYS);
        let situation = draw.situation(&self.context);
        for guard in draw.request.acting_guards() {
            match part {
                Some(Part::Drums) => guard.drums(&situation, onset, drums),
                Some(Part::Bass) => {
                    guard.keys(&situation, onset, keys);
                    guard.bass(&situation, onset, keys);
                }
                _ => guard.keys(&situation, onset, keys),
            }
        }
        let may = |symbol: usize| if has_others { free(symbol) } else { allowed(symbol) };
        let key = draw.request.sampler().draw(logits, &mut self.candidates, &mut draw.random, may);
        key.ok_or(Rest::NotFinite.into())
    }

    /// Draws the velocity, within its limits.
    fn draw_velocity(&mut self, draw: &mut Draw<'_>, query: &HeadQuery) -> Result<usize, Rest> {
        let limits = &draw.request.limits;
        let allowed = |symbol| limits.velocity(symbol).is_some();
        let logits =
            self.decoder.guided_logits(&self.model, &self.cache, &self.context, Field::Velocity, query);
        let velocity = draw.request.sampler().draw(logits, &mut self.candidates, &mut draw.random, allowed);
        velocity.ok_or(Rest::NotFinite)
    }

    /// Draws the duration, after guards. A stroke on a drum has none.
    fn draw_duration(&mut self, draw: &mut Draw<'_>, query: &HeadQuery, onset: Tick) -> Result<usize, Rest> {
        if part_of(query.token.part) == Some(Part::Drums) {
            return Ok(0);
        }
        let durations = &self.model.vocabulary().durations;
        let allowed = |symbol| durations.value(symbol) >= SHORTEST;
        let class = |symbol| time_class(durations.value(symbol));
        let logits =
            self.decoder.guided_logits(&self.model, &self.cache, &self.context, Field::Duration, query);
        let situation = draw.situation(&self.context);
        for guard in draw.request.acting_guards() {
            guard.durations(&situation, onset, &|symbol| durations.value(symbol), logits);
        }
        let times = draw.request.time_sampler();
        let duration = times.draw_time(logits, &mut self.candidates, &mut draw.random, allowed, class);
        duration.ok_or(Rest::NotFinite)
    }

    /// Draws what the pedal does, where the player uses one, too. A chord moves it once.
    fn draw_pedal(&mut self, draw: &mut Draw<'_>, query: &HeadQuery, onset: Tick) -> Result<PedalMove, Rest> {
        let (request, context) = (draw.request, &self.context);
        let has_one = self.model.config.pedal && request.pedal && has_pedal(part_of(query.token.part));
        let same_chord = context.newest(request.role).next().is_some_and(|note| note.onset == onset);
        if !has_one || same_chord || !context.uses_pedal(request.role.other()) {
            return Ok(PedalMove::Stay);
        }
        let allowed = |symbol: usize| match PedalMove::ALL[symbol] {
            PedalMove::Stay => true,
            PedalMove::Press => !query.pedal_is_down,
            PedalMove::Lift | PedalMove::Change => query.pedal_is_down,
        };
        let logits = self.decoder.guided_logits(&self.model, &self.cache, &self.context, Field::Pedal, query);
        let drawn = request.sampler().draw(logits, &mut self.candidates, &mut draw.random, allowed);
        drawn.map(|symbol| PedalMove::ALL[symbol]).ok_or(Rest::NotFinite)
    }
}
