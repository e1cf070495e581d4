//! How loud each of the players sounds.

use segue_music::{Part, Role};

/// Groups of voices with a level of their own: the player's, Segue's without a part, and Segue's of
/// each part.
pub const GROUPS: usize = 2 + Part::COUNT;

/// The levels of the built-in sound: gains, 0 is off.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Levels {
    /// Of the player's notes.
    pub player: f32,
    /// Of Segue's notes.
    pub segue: f32,
    /// What Segue's is multiplied by, by [`Part::index`].
    pub parts: [f32; Part::COUNT],
}

impl Levels {
    /// Silence.
    pub const OFF: Self = Self { player: 0.0, segue: 0.0, parts: [1.0; Part::COUNT] };

    /// Gains for the player and Segue, all parts as loud as each other.
    pub const fn new(player: f32, segue: f32) -> Self {
        Self { player, segue, parts: [1.0; Part::COUNT] }
    }

    /// The gain of each group, within 0 to 2.
    pub(super) fn groups(&self) -> [f32; GROUPS] {
        let within = |level: f32| if level.is_nan() { 0.0 } else { level.clamp(0.0, 2.0) };
        let (player, segue) = (within(self.player), within(self.segue));
        std::array::from_fn(|group| match group {
            0 => player,
            1 => segue,
            part => within(segue * self.parts.get(part - 2).copied().map_or(0.0, within)),
        })
    }
}

impl Default for Levels {
    /// Everything as the voices make it.
    fn default() -> Self {
        Self::new(1.0, 1.0)
    }
}

/// The group of a voice.
pub fn group(role: Role, part: Option<Part>) -> usize {
    match (role, part) {
        (Role::Player, _) => 0,
        (Role::Segue, None) => 1,
        (Role::Segue, Some(part)) => 2 + part.index(),
    }
}

/// Who plays in a group.
pub fn of_group(group: usize) -> Option<(Role, Option<Part>)> {
    match group {
        0 => Some((Role::Player, None)),
        1 => Some((Role::Segue, None)),
        part => Part::ALL.get(part - 2).map(|&part| (Role::Segue, Some(part))),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_parts_level_is_segues_times_its_own() {
        let mut levels = Levels::new(0.5, 0.25);
        levels.parts[Part::Bass.index()] = 0.5;
        levels.parts[Part::Pad.index()] = f32::NAN;
        levels.parts[Part::Lead.index()] = 1e30;
        let gains = levels.groups();
        for (role, part, expected) in [
            (Role::Player, None, 0.5),
            (Role::Player, Some(Part::Bass), 0.5),
            (Role::Segue, None, 0.25),
            (Role::Segue, Some(Part::Keys), 0.25),
            (Role::Segue, Some(Part::Bass), 0.125),
            (Role::Segue, Some(Part::Pad), 0.0),
            (Role::Segue, Some(Part::Lead), 0.5),
        ] {
            assert_eq!(gains[group(role, part)], expected, "{role:?} {part:?}");
        }
        assert_eq!(Levels::OFF.groups(), [0.0; GROUPS]);
    }
}
