//! What a band plays from bar to bar: who comes in on a bar line, and how it ends.
//!
//! The model says who plays next and when, and nobody waits for a band that may never come in. So
//! on the first line of an answer every part plays. On later lines a bass that does not sound
//! plays the one, as bassists do, and a drummer who was silent for a bar comes in: with people such
//! bars are rare, and a model that has read one in its own notes goes on with it. Where a band has
//! played along, the last bar is an ending: everybody strikes its first beat and lets it ring.

use segue_model::{Next, NoteRequest, Rest};
use segue_music::{Part, PartSet, Role, TICK};

use super::*;
use crate::composer::planned_answer::Source;

/// Why there is no band.
const NO_PARTS: &str =
    "this model knows no parts, so Segue plays one voice; choose a model that knows them, or no part";

/// Why a part does not play, after its name.
const NO_KEYS: &str = "the limits leave it no key; widen them";

/// Just after a position.
const JUST: Beats = Beats::from_parts(1);

impl Composer {
    /// The parts that Segue plays: those of the settings, if the model knows of parts.
    pub(super) fn parts(&self, settings: &Settings) -> PartSet {
        if self.generator.model().config().parts { settings.what.band.parts } else { PartSet::NONE }
    }

    /// Says so if parts are to play, and the model knows of none, or one of them cannot.
    pub(super) fn say_whether_it_is_a_band(&self, tick: &Tick) {
        let (now, before) = (&tick.settings.what, &self.latest.settings.what);
        let knows = self.generator.model().config().parts;
        let notice = self.status.notice();
        let is_ours = |notice: &String| notice == NO_PARTS || notice.ends_with(NO_KEYS);
        if !now.band.parts.is_empty() && !knows {
            if notice.is_none() {
                self.status.note(NO_PARTS);
            }
        } else if now == before {
            if notice.as_deref() == Some(NO_PARTS) {
                self.status.clear_notice();
            }
        } else if let Some(part) = self.silenced(&tick.settings) {
            if notice.as_ref().is_none_or(is_ours) {
                self.status.note(&format!("no {}: {NO_KEYS}", part.name()));
            }
        } else if notice.as_ref().is_some_and(is_ours) {
            self.status.clear_notice();
        }
    }

    /// A part of the band that its limits leave no key.
    fn silenced(&self, settings: &Settings) -> Option<Part> {
        let limits = self.limits(settings);
        settings.what.band.parts.iter().find(|&part| !limits.has_key(Some(part)))
    }

    /// From where on a band only lets its last notes ring; beyond everything where it just stops.
    pub(super) fn closing(&self, tick: &Tick) -> Beats {
        match &self.answer {
            Some(answer) if tick.settings.mode.lasts_with_player() && !answer.is_asked_for() => {
                // One bar at least comes before.
                (answer.until - tick.bar).max(answer.enters + JUST)
            }
            _ => Beats::MAX,
        }
    }

    /// The next note of a band that begins before the horizon; `None` if that much is planned.
    ///
    /// # Errors
    /// Says why the answer has no more notes.
    pub(super) fn next_of_the_band(
        &mut self,
        request: &NoteRequest,
        tick: &Tick,
        horizon: Beats,
    ) -> Result<Option<Next>, Rest> {
        let closing = self.closing(tick);
        let earliest = self.earliest(tick);
        let mut rest = Rest::After;
        loop {
            let Some(answer) = &self.answer else { return Err(rest) };
            if answer.frontier >= horizon {
                return Ok(None);
            }
            if let Some(stroke) = self.next_count(tick) {
                return Ok(Some(stroke));
            }
            let Some(answer) = &mut self.answer else { return Err(rest) };
            let (ahead, until) = (answer.ahead(), answer.until);
            let from = answer.next_from(earliest);
            if let Some((line, waiting)) = answer.entering {
                let Some(part) = waiting.iter().next() else {
                    answer.entering = None;
                    if line >= closing {
                        return Err(rest);
                    }
                    continue;
                };
                answer.entering = Some((line, waiting.without(part)));
                let from = from.max(line);
                let enter = NoteRequest {
                    from: from + ahead,
                    until: (from + tick.bar).min(until) + ahead,
                    parts: [part].into_iter().collect(),
                    at_once: true,
                    ..*request
                };
                if let Some(next) = refused(self.next_note(&enter), &mut rest)? {
                    return Ok(Some(next));
                }
                continue;
            }
            let line = match answer.lined > answer.enters {
                true => tick.line + (answer.lined - tick.line).ceil_to(tick.bar),
                false => answer.enters,
            };
            let before = line.min(until);
            if from < before && from < closing {
                let free = NoteRequest {
                    from: from + ahead,
                    until: before + ahead,
                    at_once: false,
                    seed: seed_of(request.seed, line),
                    ..*request
                };
                if let Some(next) = refused(self.next_note(&free), &mut rest)? {
                    return Ok(Some(next));
                }
            }
            if line >= until || from >= closing {
                return Err(rest);
            }
            let due = self.due(line, line >= closing, tick, request.parts);
            if let Some(answer) = &mut self.answer {
                answer.frontier = answer.frontier.max(line);
                answer.floor = answer.floor.max(line);
                answer.lined = line + JUST;
                answer.entering = Some((line, due));
            }
        }
    }

    /// Who comes in on a bar line, whatever the model says.
    fn due(&self, line: Beats, closes: bool, tick: &Tick, parts: PartSet) -> PartSet {
        let Some(answer) = &self.answer else { return PartSet::NONE };
        let generator = match &answer.source {
            Source::Another { generator, .. } => generator,
            Source::Jam | Source::Replay { .. } => &self.generator,
        };
        let context = generator.context();
        let at = (line + answer.ahead()).ceil_to(TICK).div_floor(TICK);
        let before = at - tick_at(tick.bar);
        let own = |part| move |note: &&ContextNote| (note.role, note.part) == (Role::Segue, Some(part));
        let lately = || context.notes().iter().rev().take_while(|note| note.onset >= before);
        let everybody = closes || line <= answer.enters;
        let is_due = |part: &Part| {
            let struck = || lately().filter(own(*part)).any(|note| note.onset >= at);
            let sounds = || context.sounding(Role::Segue, at).any(|(_, note)| own(*part)(&note));
            let needed = || match part {
                Part::Bass => !sounds(),
                Part::Drums => !lately().any(|note| own(*part)(&note)),
                _ => false,
            };
            !struck() && (everybody || needed())
        };
        parts.iter().filter(is_due).collect()
    }
}

/// A note, or `None` where there is none in the time asked for; `rest` then says why.
///
/// # Errors
/// [`Rest::NotFinite`]: there will never be one.
fn refused(next: Result<Next, Rest>, rest: &mut Rest) -> Result<Option<Next>, Rest> {
    match next {
        Ok(next) => Ok(Some(next)),
        Err(Rest::NotFinite) => Err(Rest::NotFinite),
        Err(why) => {
            *rest = why;
            Ok(None)
        }
    }
}

/// A seed for each bar. While nobody plays the context stays as it is, and the same random number
/// drawn again after every rest would be no chance: who rested once would rest for ever.
fn seed_of(seed: u64, line: Beats) -> u64 {
    seed.wrapping_add(line.parts().cast_unsigned().wrapping_mul(0x9e37_79b9_7f4a_7c15))
}
