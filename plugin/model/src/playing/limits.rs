//! Hard limits on what is played, as masks on the logits.

use std::cmp::Ordering;

use segue_music::{
    Context, ContextNote, Key, Part, PartSet, PitchClasses, Role, TICKS_PER_BEAT, Tick, Velocity, Vocabulary,
};

/// What no note ever leaves, at any temperature.
///
/// Keys, scale and velocities mask the symbols of their heads. Density and polyphony say from when
/// on a note may begin, which masks the onset's head; a note that would be one too many ends the
/// oldest that sounds.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Limits {
    /// Lowest and highest key.
    pub keys: (Key, Key),
    /// Softest and hardest.
    pub velocities: (Velocity, Velocity),
    /// How many notes of the role may sound at once.
    pub polyphony: usize,
    /// Notes a beat. From 1 on, never more than its whole part begin within any beat; below 1,
    /// never two within its reciprocal. NaN is no limit.
    pub density: f32,
    /// Which pitch classes.
    pub scale: PitchClasses,
    /// What each part stays within beside that, by its index.
    pub parts: [PartLimits; Part::COUNT],
}

/// What no note of one part ever leaves.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct PartLimits {
    /// Lowest and highest key. Drums have no such limit.
    pub keys: (Key, Key),
    /// Notes a beat, as in [`Limits::density`].
    pub density: f32,
}

impl Default for PartLimits {
    /// None.
    fn default() -> Self {
        Self { keys: (0, HIGHEST), density: f32::INFINITY }
    }
}

impl Default for Limits {
    /// Only the keys of a piano.
    fn default() -> Self {
        Self {
            keys: (21, 108),
            velocities: (1, 127),
            polyphony: usize::MAX,
            density: f32::INFINITY,
            scale: PitchClasses::ALL,
            parts: [PartLimits::default(); Part::COUNT],
        }
    }
}

/// The keys of MIDI.
const HIGHEST: Key = 127;
/// The longest wait that a limit can ask for, in ticks: a year at 120 beats a minute.
const FOREVER: Tick = 3_000_000_000;

impl Limits {
    /// Whether a key is within range and scale.
    pub fn allows(&self, key: Key) -> bool {
        key <= HIGHEST && self.keys.0 <= key && key <= self.keys.1 && self.scale.contains(key)
    }

    /// The velocity that a symbol stands for within the limits; `None` where its whole level is
    /// outside.
    pub(crate) fn velocity(&self, symbol: usize) -> Option<Velocity> {
        let (lowest, highest) = (self.velocities.0.max(1), self.velocities.1.min(127));
        let velocity = Vocabulary::velocity_value(symbol).max(lowest).min(highest);
        (lowest <= highest && Vocabulary::velocity_symbol(velocity) == symbol).then_some(velocity)
    }

    /// The limit that leaves these parts no note, or where they are none a keyboard, whatever was
    /// played before.
    pub(crate) fn forbids_all(&self, parts: PartSet) -> Option<&'static str> {
        let within_range = |part: Option<Part>| Self { scale: PitchClasses::ALL, ..*self }.has_key(part);
        let asked = || parts.iter().map(Some).chain(parts.is_empty().then_some(None));
        if !asked().any(within_range) {
            Some("key")
        } else if !asked().any(|part| self.has_key(part)) {
            Some("scale")
        } else if self.velocities.0.max(1) > self.velocities.1.min(127) {
            Some("velocity")
        } else if self.polyphony == 0 {
            Some("polyphony")
        } else if self.density <= 0.0 {
            Some("density")
        } else {
            None
        }
    }

    /// The first tick from `from` on at which one more note of the role may begin, and the limit
    /// that delayed it. No note of the context begins after `from`, so every later tick is allowed,
    /// too.
    pub(crate) fn earliest(
        &self,
        context: &Context,
        role: Role,
        parts: PartSet,
        from: Tick,
    ) -> (Tick, Option<&'static str>) {
        let mut earliest = (from, None);
        let mut not_before = |tick: Tick, limit: &'static str| {
            if tick > earliest.0 {
                earliest = (tick, Some(limit));
            }
        };
        if let Some(tick) = thin_enough(self.density, context.onsets(role), from) {
            not_before(tick, "density");
        }
        let soonest = |part| self.part_thin_enough(part, context, role, from);
        if let Some(tick) = parts.iter().map(soonest).min().flatten() {
            not_before(tick, "density");
        }
        if let Some(last) = context.last().filter(|last| last.onset == from) {
            let follows = match parts.is_empty() {
                true => self.follows_with(None, last),
                // Of a part that has had its share of notes none follows.
                false => parts.iter().any(|part| {
                    self.follows_with(Some(part), last) && self.is_thin_enough(part, context, role, from)
                }),
            };
            if !follows {
                not_before(from + 1, "key");
            }
        }
        if let Some(tick) = self.quiet_enough(context, role, from) {
            not_before(tick, "polyphony");
        }
        earliest
    }

    /// Whether a note of a part can still begin in the tick of the newest one. Steps of one tick
    /// are in the order of their parts, then keys.
    pub(crate) fn follows_with(&self, part: Option<Part>, last: &ContextNote) -> bool {
        match part.cmp(&last.part) {
            Ordering::Less => false,
            Ordering::Equal if part.is_some_and(Part::is_monophonic) => false,
            Ordering::Equal => (last.key.saturating_add(1)..=HIGHEST).any(|key| self.allows_in(part, key)),
            Ordering::Greater => true,
        }
    }

    /// Whether a part, or a keyboard of none, has any key to play.
    pub fn has_key(&self, part: Option<Part>) -> bool {
        (0..=HIGHEST).any(|key| self.allows_in(part, key))
    }

    /// Whether a part may play a key. Drums are outside range and scale: their keys are no pitches.
    pub(crate) fn allows_in(&self, part: Option<Part>, key: Key) -> bool {
        let Some(part) = part else { return self.allows(key) };
        let ((lowest, highest), (low, high)) = (part.keys(), self.parts[part.index()].keys);
        let pitched = || (low..=high).contains(&key) && self.allows(key);
        (lowest..=highest).contains(&key) && (part == Part::Drums || pitched())
    }

    /// Whether its density allows a part another note at a tick.
    pub(crate) fn is_thin_enough(&self, part: Part, context: &Context, role: Role, at: Tick) -> bool {
        self.part_thin_enough(part, context, role, at).is_none_or(|tick| tick <= at)
    }

    /// The tick from which on its density allows a part another note.
    fn part_thin_enough(&self, part: Part, context: &Context, role: Role, from: Tick) -> Option<Tick> {
        let notes = context.notes().iter().rev();
        let own = notes.filter(|note| (note.role, note.part) == (role, Some(part)));
        thin_enough(self.parts[part.index()].density, own.map(|note| note.onset), from)
    }

    /// The tick after `from` from which on one more note would end no more than one other.
    fn quiet_enough(&self, context: &Context, role: Role, from: Tick) -> Option<Tick> {
        let sounding = || context.sounding(role, from).map(|(_, note)| note);
        let together = sounding().filter(|note| note.onset == from).count();
        let mut ends: Vec<Tick> = sounding().map(|note| note.end.unwrap_or(from + FOREVER)).collect();
        ends.sort_unstable();
        let too_many = ends.len().saturating_sub(self.polyphony);
        let fewer = too_many.checked_sub(1).map(|last| ends[last]);
        // No note of a chord is older than the others, to be ended for the next.
        let after_chord = (together >= self.polyphony).then_some(from + 1);
        fewer.max(after_chord)
    }

    /// The number of the note that must end where one with this key begins; `None` where none must.
    pub(crate) fn one_too_many(&self, context: &Context, role: Role, onset: Tick, key: Key) -> Option<usize> {
        // A voice on the same key ends anyway, by being struck again.
        let mut others = context.sounding(role, onset).filter(|(_, note)| note.key != key).peekable();
        let oldest = others.peek().map(|&(number, _)| number);
        oldest.filter(|_| others.count() >= self.polyphony)
    }
}

/// The tick from which on a density allows another note; `None` where nothing puts it off. Onsets
/// are the newest first.
fn thin_enough(density: f32, onsets: impl Iterator<Item = Tick>, from: Tick) -> Option<Tick> {
    if !density.is_finite() {
        return None;
    }
    let beat = TICKS_PER_BEAT as f64;
    // At most `count` of the newest notes may lie within `span` ticks.
    let (count, span) = if density < 1.0 { (1, beat / f64::from(density)) } else { (density as usize, beat) };
    let span = (span.ceil() as Tick).min(FOREVER);
    let mut newest = onsets.take_while(|&onset| onset > from - span);
    newest.nth(count - 1).map(|onset| onset + span)
}
