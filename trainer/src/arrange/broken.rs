//! Broken chords that go through both hands: a bass, a ladder of chord tones above it, and a chord
//! here and there. Rhythms and chords come about as often as in 100 songs of POP909 (Wang et al.
//! 2020), which no weights of ours learn from and the card does not score.

use segue_music::Tick;

use super::dice::Dice;
use super::pattern::{Event, Figure};
use super::style::HALF;
use super::touch::Touch;

/// The ladder: low root, fifth, octave, tenth, twelfth, two octaves and the tenth above them.
const LADDER: [char; 7] = ['l', 'F', 'R', 'T', 'V', 'O', 'W'];
/// The rung for which some players take the ninth.
const TENTH: usize = 3;

/// At which steps of half a bar something is struck, and how often.
const RHYTHMS: [(&[Tick], f64); 22] = [
    (&[0, 2, 4, 6], 26.0),
    (&[0, 1, 2, 3, 4, 5, 6, 7], 20.0),
    (&[0, 2, 4], 8.0),
    (&[0, 4], 8.0),
    (&[0], 1.0),
    (&[0, 4, 6], 6.0),
    (&[0, 2, 4, 6, 7], 2.5),
    (&[0, 2, 4, 5, 6], 2.5),
    (&[0, 2, 3, 4, 6], 2.0),
    (&[0, 2, 4, 5, 6, 7], 2.0),
    (&[0, 1, 3, 4, 5, 7], 2.0),
    (&[0, 3, 4, 6], 1.5),
    (&[0, 1, 2, 3, 4, 5, 6], 1.5),
    (&[0, 2, 3, 4, 5, 6, 7], 1.5),
    (&[0, 1, 2, 3, 5, 6, 7], 1.2),
    (&[0, 1, 2, 3, 5, 6], 1.2),
    (&[0, 2, 4, 7], 1.2),
    (&[0, 1, 2, 3], 1.2),
    (&[0, 3, 4], 1.2),
    (&[0, 4, 7], 1.0),
    (&[0, 1, 2, 4, 6], 1.0),
    (&[0, 3, 6], 0.5),
];

/// What stays when a broken chord comes back another way up the ladder: its rhythm, where chords
/// are struck, and what rings.
#[derive(Clone, Debug)]
pub struct Broken {
    strokes: Vec<Stroke>,
    /// Whether the ninth is taken for the tenth.
    ninth: bool,
    /// The highest rung that is reached one by one.
    top: usize,
}

#[derive(Clone, Copy, Debug)]
struct Stroke {
    step: Tick,
    /// How many keys, without the bass.
    keys: usize,
    /// How many steps they sound.
    length: Tick,
    /// The same of the bass, where it is struck.
    bass: Option<Tick>,
}

impl Broken {
    /// One for half a bar, in sixteenths or in eighths only.
    pub fn draw(dice: &mut Dice, touch: Touch, sixteenths: bool) -> Self {
        let slow = |steps: &[Tick]| sixteenths || steps.iter().all(|step| step % 2 == 0);
        let weight = |steps: &[Tick], weight| match slow(steps) {
            true if sixteenths && steps.iter().all(|step| step % 2 == 0) => 0.5 * weight,
            true => weight,
            false => 0.0,
        };
        let weights = RHYTHMS.map(|(steps, often)| weight(steps, often));
        let steps = RHYTHMS[dice.weighted(&weights)].0;
        let fast = steps.len() > 5;
        let (bass_rings, others_ring) = (dice.chance(0.75), dice.chance(0.4));
        let stroke = |(place, &step): (usize, &Tick)| {
            // Chords fall on the beats.
            let weights = match step {
                0 if fast => [7.0, 1.5, 1.5],
                0 => [4.0, 2.5, 3.5],
                4 => [4.0, 3.5, 2.5],
                2 | 6 => [8.0, 2.2, 0.7],
                _ => [1.0, 0.0, 0.0],
            };
            let keys = match dice.weighted(&weights) {
                0 => usize::from(step > 0),
                1 => 2,
                _ => 3 + usize::from(dice.chance(0.25)),
            };
            let next = steps.get(place + 1).copied().unwrap_or(HALF);
            let rings = others_ring || (keys > 1 && dice.chance(0.5));
            let mut length = |rings: bool| {
                let written = if rings { HALF - step } else { next - step };
                touch.steps(dice, written).min(HALF - step)
            };
            let bass = (step == 0).then(|| length(bass_rings));
            Stroke { step, keys, length: length(rings), bass }
        };
        let strokes = steps.iter().enumerate().map(stroke).collect();
        Self { strokes, ninth: dice.chance(0.2), top: *dice.pick(&[4, 5, 5, 6]) }
    }

    /// A way up the ladder, and back from its top or from the middle of the figure.
    pub fn figure(&self, dice: &mut Dice) -> Figure {
        let mut events = Vec::new();
        let mut rung = 0_usize;
        for &Stroke { step, keys, length, bass } in &self.strokes {
            if let Some(length) = bass {
                events.push(Event { step, what: LADDER[0], length });
            }
            let lowest = match keys {
                0 => continue,
                1 => {
                    let down =
                        rung > 1 && (rung >= self.top || (step > 3 && dice.chance(0.2)) || dice.chance(0.06));
                    let far = 1 + usize::from(dice.chance(0.2));
                    rung = if down { rung.saturating_sub(far).max(1) } else { (rung + far).min(self.top) };
                    rung
                }
                _ => 2 + dice.weighted(&[6.0, 4.0, 1.0]),
            };
            let rungs = (lowest..LADDER.len()).take(keys);
            let what = |rung: usize| if self.ninth && rung == TENTH { 'N' } else { LADDER[rung] };
            events.extend(rungs.map(|rung| Event { step, what: what(rung), length }));
        }
        Figure(events)
    }
}

/// When the notes of a last chord that is broken are struck, in sixteenths of its bar.
const LAST_CHORDS: [&[Tick]; 7] = [
    &[0, 2, 4],
    &[0, 4, 8],
    &[0, 1, 2, 3, 4],
    &[0, 2, 4, 8],
    &[0, 2, 4, 6, 8],
    &[0, 4, 8, 12],
    &[0, 2, 4, 6, 8, 10, 12],
];

/// The last chord of a song, up the ladder; all of it sounds to the end of the bar.
pub fn last_chord(dice: &mut Dice) -> Figure {
    let steps = *dice.pick(&LAST_CHORDS);
    let mut rung = 0;
    let mut events = Vec::with_capacity(steps.len());
    for (place, &step) in steps.iter().enumerate() {
        events.push(Event { step, what: LADDER[rung], length: 2 * HALF - step });
        let rungs_left = LADDER.len() - 1 - rung;
        let notes_left = steps.len() - 1 - place;
        rung += 1 + usize::from(rungs_left > notes_left && dice.chance(0.4));
    }
    Figure(events)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_last_chord_goes_up_and_rings() {
        let mut dice = Dice::of_song(3, 1);
        for _ in 0..200 {
            let Figure(events) = last_chord(&mut dice);
            assert_eq!((events[0].step, events[0].what), (0, 'l'), "{events:?}");
            assert!(events.iter().all(|event| event.step + event.length == 2 * HALF), "{events:?}");
            let rungs: Vec<_> =
                events.iter().map(|event| LADDER.iter().position(|&what| what == event.what)).collect();
            assert!(rungs.is_sorted_by(|one, next| one < next), "{events:?}");
        }
    }

    #[test]
    fn figures_begin_with_the_bass_and_stay_in_half_a_bar() {
        let mut dice = Dice::of_song(1, 1);
        let touch = Touch::draw(&mut dice);
        let mut figure = |sixteenths| Broken::draw(&mut dice, touch, sixteenths).figure(&mut dice);
        let figures: Vec<Figure> = (0..300).map(|_| figure(true)).collect();
        let eighths = figure(false);
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

    #[test]
    fn a_figure_comes_back_in_its_rhythm_another_way_up() {
        let mut dice = Dice::of_song(2, 1);
        let rhythm = |figure: &Figure| {
            let mut steps: Vec<Tick> = figure.0.iter().map(|event| event.step).collect();
            steps.dedup();
            steps
        };
        let mut other = 0;
        for _ in 0..100 {
            let touch = Touch::draw(&mut dice);
            let broken = Broken::draw(&mut dice, touch, true);
            let (one, again) = (broken.figure(&mut dice), broken.figure(&mut dice));
            assert_eq!(rhythm(&one), rhythm(&again));
            other += usize::from(one != again);
        }
        assert!(other > 60, "{other} of 100 go another way");
    }
}
