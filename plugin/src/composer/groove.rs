//! The player's groove: how far the onsets at each place in the beat lie before or after their grid
//! line. Planned onsets are shifted by as much. Pure functions of jam Beats.

use segue_music::Beats;

/// Onsets that are remembered per place: two bars.
const REMEMBERED: usize = 8;

/// Onsets that a place needs before it has a groove.
const ENOUGH: usize = 3;

/// Places in a beat: thirty-second notes.
const PLACES: usize = 8;

/// An onset further from its line than this share of the grid belongs to no line. A 2:1 swing is a
/// third, and people scatter around it.
const NEAR: (i64, i64) = (2, 5);

/// If half of the onsets at a place lie further from their median than this share of the grid, the
/// player does not play on this grid, and the median is chance.
const SCATTERED: (i64, i64) = (1, 8);

/// What was heard at one place in the beat.
#[derive(Clone, Copy, Debug, Default)]
struct Place {
    /// Distances from the line; the oldest is replaced first.
    deviations: [Beats; REMEMBERED],
    heard: usize,
}

impl Place {
    fn hear(&mut self, deviation: Beats) {
        self.deviations[self.heard % REMEMBERED] = deviation;
        self.heard += 1;
    }

    fn deviation(&self, grid: Beats) -> Beats {
        let count = self.heard.min(REMEMBERED);
        if count < ENOUGH {
            return Beats::ZERO;
        }
        let mut deviations = self.deviations;
        let middle = median(&mut deviations[..count]);
        let mut distances = deviations.map(|deviation| (deviation - middle).abs());
        if median(&mut distances[..count]) > share(grid, SCATTERED) { Beats::ZERO } else { middle }
    }
}

fn median(values: &mut [Beats]) -> Beats {
    values.sort_unstable();
    values.get(values.len() / 2).copied().unwrap_or_default()
}

fn share(of: Beats, (numerator, denominator): (i64, i64)) -> Beats {
    Beats::from_parts(of.parts() * numerator / denominator)
}

/// The groove learnt so far. A change of grid starts it over, as the lines are others.
#[derive(Clone, Copy, Debug, Default)]
pub struct Groove {
    grid: Beats,
    places: [Place; PLACES],
}

impl Groove {
    /// Learns from an onset of the player.
    pub fn hear(&mut self, at: Beats, grid: Beats) {
        if grid <= Beats::ZERO {
            return;
        }
        if grid != self.grid {
            *self = Self { grid, ..Self::default() };
        }
        let line = at.round_to(grid);
        if (at - line).abs() <= share(grid, NEAR) {
            self.places[place(line, grid)].hear(at - line);
        }
    }

    /// How much later than planned an onset has to begin to match the player's groove. The quantise
    /// amount reduces it.
    ///
    /// Between two lines the shift is interpolated. It never exceeds two fifths of the grid, so two
    /// onsets keep their order.
    pub fn shift(&self, onset: Beats, grid: Beats, quantise: f32) -> Beats {
        let loose = 1.0 - f64::from(quantise.clamp(0.0, 1.0));
        if grid <= Beats::ZERO || grid != self.grid || loose.is_nan() || loose <= 0.0 {
            return Beats::ZERO;
        }
        let line = onset.floor_to(grid);
        let deviation = |line| self.places[place(line, grid)].deviation(grid).as_f64();
        let into = (onset - line).as_f64() / grid.as_f64();
        let here = deviation(line);
        let shift = if into > 0.0 { here + (deviation(line + grid) - here) * into } else { here };
        Beats::from_f64(shift * loose)
    }
}

/// The place of a line in its beat.
fn place(line: Beats, grid: Beats) -> usize {
    usize::try_from((line % Beats::ONE).div_floor(grid)).unwrap_or(0) % PLACES
}

#[cfg(test)]
mod tests {
    use super::*;

    const EIGHTHS: Beats = Beats::ratio(1, 2);
    const SIXTEENTHS: Beats = Beats::ratio(1, 4);
    const TRIPLETS: Beats = Beats::ratio(1, 3);

    /// A player of four bars whose onsets lie at these places of every beat.
    fn heard(places: &[f64], grid: Beats) -> Groove {
        let mut groove = Groove::default();
        for beat in 0..16 {
            for place in places {
                groove.hear(Beats::from_f64(f64::from(beat) + place), grid);
            }
        }
        groove
    }

    /// To a thousandth of a beat.
    fn rounded(shift: Beats) -> f64 {
        (shift.as_f64() * 1000.0).round() / 1000.0
    }

    #[test]
    fn what_is_planned_lies_as_what_was_played() {
        // 20 ms at 120 BPM are 0.04 beats.
        // (places of the player's onsets, grid, a planned onset, quantise, its shift)
        let cases: [(&[f64], Beats, f64, f32, f64); 17] = [
            (&[0.0, 0.5], EIGHTHS, 40.5, 0.0, 0.0),
            (&[0.0, 2.0 / 3.0], EIGHTHS, 40.5, 0.0, 0.167),
            (&[0.0, 2.0 / 3.0], EIGHTHS, 40.0, 0.0, 0.0),
            (&[0.0, 2.0 / 3.0], EIGHTHS, 40.5, 0.5, 0.083),
            (&[0.0, 2.0 / 3.0], EIGHTHS, 40.5, 1.0, 0.0),
            // On sixteenths the swung eighth is an early fourth one.
            (&[0.0, 2.0 / 3.0], SIXTEENTHS, 40.75, 0.0, -0.083),
            (&[0.0, 2.0 / 3.0], SIXTEENTHS, 40.5, 0.0, 0.0),
            (&[0.04, 0.54], EIGHTHS, 41.0, 0.0, 0.04),
            (&[0.04, 0.54], EIGHTHS, 40.5, 0.0, 0.04),
            (&[0.04, 0.54], EIGHTHS, 40.5, 0.25, 0.03),
            (&[0.04, 0.29, 0.54, 0.79], SIXTEENTHS, 40.25, 0.0, 0.04),
            (&[0.98, 0.5], EIGHTHS, 41.0, 0.0, -0.02),
            (&[0.0, 0.363, 0.686], TRIPLETS, 40.0 + 1.0 / 3.0, 0.0, 0.03),
            (&[0.0, 0.363, 0.686], TRIPLETS, 40.0 + 2.0 / 3.0, 0.0, 0.019),
            // Another grid than what was learnt, or none.
            (&[0.04, 0.54], EIGHTHS, 40.25, 0.0, 0.04),
            (&[0.04, 0.54], Beats::ZERO, 40.5, 0.0, 0.0),
            (&[0.04, 0.54], EIGHTHS, 40.5, f32::NAN, 0.0),
        ];
        for (places, grid, onset, quantise, expected) in cases {
            let shift = heard(places, grid).shift(Beats::from_f64(onset), grid, quantise);
            assert_eq!(rounded(shift), expected, "{places:?} on {grid}, {onset} at {quantise}");
        }
        let groove = heard(&[0.04], EIGHTHS);
        assert_eq!(groove.shift(Beats::ONE, SIXTEENTHS, 0.0), Beats::ZERO);
    }

    #[test]
    fn slips_and_free_playing_are_no_groove() {
        let mut groove = heard(&[0.04, 0.54], EIGHTHS);
        for (slip, _) in [-0.15, 0.19, 0.25].iter().zip(0..) {
            groove.hear(Beats::from_f64(20.0 + slip), EIGHTHS);
        }
        assert_eq!(rounded(groove.shift(Beats::ONE, EIGHTHS, 0.0)), 0.04);

        // Every seventeenth of a beat: anywhere.
        let mut free = Groove::default();
        (0..200).for_each(|step| free.hear(Beats::ratio(step * 11, 17), EIGHTHS));
        assert_eq!(free.shift(Beats::ONE, EIGHTHS, 0.0), Beats::ZERO);

        let mut new = Groove::default();
        (0..2).for_each(|beat| new.hear(Beats::ratio(beat, 1) + Beats::ratio(1, 20), EIGHTHS));
        assert_eq!(new.shift(Beats::ONE, EIGHTHS, 0.0), Beats::ZERO, "two onsets are chance");
    }

    #[test]
    fn it_follows_a_player_who_changes() {
        let mut groove = heard(&[0.0, 2.0 / 3.0], EIGHTHS);
        for beat in 16..24 {
            groove.hear(Beats::from_f64(f64::from(beat) + 0.5), EIGHTHS);
        }
        assert_eq!(groove.shift(EIGHTHS, EIGHTHS, 0.0), Beats::ZERO);
    }

    #[test]
    fn the_later_stays_the_later() {
        // The farthest that two neighbours can be drawn together.
        let groove = heard(&[0.2, 0.3], EIGHTHS);
        assert!(groove.shift(Beats::ZERO, EIGHTHS, 0.0) > Beats::ratio(19, 100));
        let mut last = Beats::MIN;
        for step in -400..400 {
            let onset = Beats::ratio(step, 96);
            let shift = groove.shift(onset, EIGHTHS, 0.0);
            assert!(shift.abs() < Beats::ratio(1, 4), "{onset}: {shift}");
            assert!(onset + shift > last, "{onset}");
            last = onset + shift;
        }
    }
}
