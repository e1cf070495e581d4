//! Broken chords that go through both hands: a bass, a ladder of chord tones above it, and a chord
//! here and there. Rhythms and chords come about as often as in 100 songs of POP909 (Wang et al.
//! 2020), which no weights of ours learn from and the card does not score.

use segue_music::Tick;

use super::dice::Dice;
use super::pattern::{Event, Figure};
use super::style::HALF;

/// The ladder: low root, fifth, octave, tenth, twelfth, two octaves and the tenth above them.
const LADDER: [char; 7] = ['l', 'F', 'R', 'T', 'V', 'O', 'W'];

/// At which steps of half a bar something is struck, and how often.
const RHYTHMS: [(&[Tick], f64); 17] = [
    (&[0, 2, 4, 6], 30.0),
    (&[0], 8.0),
    (&[0, 4], 9.0),
    (&[0, 2, 4], 11.0),
    (&[0, 4, 6], 9.0),
    (&[0, 1, 2, 3, 4, 5, 6, 7], 12.0),
    (&[0, 1, 2, 3, 4, 5, 6], 4.0),
    (&[0, 1, 2, 3], 4.0),
    (&[0, 1, 2, 3, 4], 3.0),
    (&[0, 2, 3, 4, 6], 6.0),
    (&[0, 2, 4, 5, 6, 7], 6.0),
    (&[0, 2, 4, 5, 6], 5.0),
    (&[0, 2, 4, 6, 7], 6.0),
    (&[0, 1, 2, 3, 5, 6, 7], 4.0),
    (&[0, 3, 4, 6], 5.0),
    (&[0, 3, 6], 4.0),
    (&[0, 1, 2, 4, 6], 3.0),
];

/// A figure for half a bar, of sixteenths or of eighths only.
pub fn half_bar(dice: &mut Dice, sixteenths: bool) -> Figure {
    let slow = |steps: &[Tick]| sixteenths || steps.iter().all(|step| step % 2 == 0);
    let weights = RHYTHMS.map(|(steps, weight)| if slow(steps) { weight } else { 0.0 });
    let steps = RHYTHMS[dice.weighted(&weights)].0;
    let fast = steps.len() > 5;
    let (bass_rings, others_ring) = (dice.chance(0.6), dice.chance(0.25));
    let mut events = Vec::new();
    let mut rung = 0_usize;
    for (place, &step) in steps.iter().enumerate() {
        let next = steps.get(place + 1).copied().unwrap_or(HALF);
        let length = |rings: bool| if rings { HALF - step } else { next - step };
        if step == 0 {
            events.push(Event { step, what: LADDER[0], length: length(bass_rings) });
        }
        // Chords fall on the beats.
        let weights = match step {
            0 if fast => [7.0, 1.5, 1.5],
            0 => [4.0, 1.0, 5.0],
            4 => [4.0, 2.5, 3.5],
            2 | 6 => [8.0, 1.0, 1.0],
            _ => [1.0, 0.0, 0.0],
        };
        let keys = 1 + dice.weighted(&weights);
        if keys == 1 && step == 0 {
            continue;
        }
        let lowest = if keys == 1 {
            // Up the ladder, and back from its top or from the middle of the figure.
            let down = rung >= 5 || (step > 3 && dice.chance(0.5)) || dice.chance(0.1);
            let far = 1 + usize::from(dice.chance(0.2));
            rung = if down { rung.saturating_sub(far).max(1) } else { (rung + far).min(6) };
            rung
        } else {
            2 + dice.weighted(&[6.0, 4.0, 1.0])
        };
        let rings = others_ring || (keys > 1 && dice.chance(0.3));
        let chord = LADDER.iter().skip(lowest).take(keys + usize::from(keys == 3 && dice.chance(0.25)));
        events.extend(chord.map(|&what| Event { step, what, length: length(rings) }));
    }
    Figure(events)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn figures_begin_with_the_bass_and_stay_in_half_a_bar() {
        let mut dice = Dice::of_song(1, 1);
        let figures: Vec<Figure> = (0..300).map(|_| half_bar(&mut dice, true)).collect();
        let eighths = half_bar(&mut dice, false);
        assert!(eighths.0.iter().all(|event| event.step % 2 == 0), "{eighths:?}");
        for figure in &figures {
            assert_eq!((figure.0[0].step, figure.0[0].what), (0, 'l'), "{figure:?}");
            assert!(figure.0.is_sorted_by_key(|event| event.step), "{figure:?}");
            assert!(figure.0.iter().all(|event| event.length > 0), "{figure:?}");
            assert!(figure.0.iter().all(|event| event.step + event.length <= HALF), "{figure:?}");
        }
        let different: std::collections::HashSet<String> =
            figures.iter().map(|figure| format!("{figure:?}")).collect();
        assert!(different.len() > 150, "{} different figures", different.len());
    }
}
