//! How a phrase is played.

use segue_music::{Beats, Track};

/// How a phrase is played.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Touch {
    /// On the beat.
    Even,
    /// Alone, at one's own time: each bar hurries through its middle, chords are rolled, no two
    /// notes are as loud, and the pedal is held through each bar.
    Free,
}

/// No hand is finer than this.
const TICK: Beats = Beats::ratio(1, 480);

impl Touch {
    /// Plays the tracks so.
    pub fn play(self, tracks: &mut [Track], bar: Beats) {
        if self == Self::Even {
            return;
        }
        let mut chance = Chance(1);
        for track in tracks.iter_mut() {
            let (mut chord, mut place) = (Beats::MIN, 0);
            for note in &mut track.notes {
                place = if note.onset == chord { place + 1 } else { 0 };
                chord = note.onset;
                let rolled = Beats::ratio(place, 40);
                let end = breathe(note.end(), bar) + rolled;
                let onset = breathe(note.onset, bar) + rolled + Beats::ratio(chance.up_to(7), 240);
                note.onset = onset.round_to(TICK);
                note.duration = (end.round_to(TICK) - note.onset).max(TICK);
                note.velocity = (i64::from(note.velocity) - 4 + chance.up_to(8)).clamp(1, 127) as u8;
            }
            track.notes.sort_unstable();
        }
        let last =
            tracks.iter().flat_map(|track| &track.notes).map(|note| note.onset).max().unwrap_or_default();
        if let Some(low) = tracks.last_mut() {
            let bars = (0..=last.div_floor(bar)).map(|number| bar.times(number));
            let held = |start: Beats| [(start + TICK.times(30), true), (start + bar - TICK.times(20), false)];
            low.pedal = bars.flat_map(held).collect();
        }
    }
}

/// A position, late in the middle of its bar by up to a tenth of a beat.
fn breathe(at: Beats, bar: Beats) -> Beats {
    let (into, whole) = (i128::from((at % bar).parts()), i128::from(bar.parts()));
    let deepest = i128::from(Beats::ratio(1, 10).parts());
    at + Beats::from_parts((4 * deepest * into * (whole - into) / (whole * whole)) as i64)
}

/// Numbers without a pattern, the same everywhere.
struct Chance(u64);

impl Chance {
    fn up_to(&mut self, most: u64) -> i64 {
        self.0 = self.0.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        ((self.0 >> 33) % (most + 1)) as i64
    }
}
