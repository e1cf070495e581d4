//! An instrument in place of the voices: it plays what it has a sound for, and comes and goes
//! without a click.

use std::sync::{Arc, Mutex};

use super::*;
use crate::between::instrument::{Choice, Instrument, stage};

/// Plays a constant while a key from 60 on is down, and tells what it was told.
struct Organ {
    rate: f32,
    told: Arc<Mutex<Vec<String>>>,
    down: Vec<u8>,
    gain: f32,
    value: f32,
}

impl Organ {
    fn boxed(value: f32, told: &Arc<Mutex<Vec<String>>>) -> Choice {
        Some(Box::new(Self { rate: RATE, told: told.clone(), down: Vec::new(), gain: 0.0, value }))
    }

    fn tell(&self, what: String) {
        self.told.lock().expect("nobody falls").push(what);
    }
}

impl Instrument for Organ {
    fn sample_rate(&self) -> f32 {
        self.rate
    }
    fn has(&self, _role: Role, part: Option<Part>, key: Key) -> bool {
        part != Some(Part::Bass) && key >= 60
    }
    fn note_on(&mut self, role: Role, part: Option<Part>, key: Key, _velocity: f32) {
        self.tell(format!("on {role:?} {part:?} {key}"));
        self.down.push(key);
    }
    fn note_off(&mut self, role: Role, part: Option<Part>, key: Key) {
        self.tell(format!("off {role:?} {part:?} {key}"));
        self.down.retain(|&down| down != key);
    }
    fn pedal(&mut self, role: Role, down: bool) {
        self.tell(format!("pedal {role:?} {down}"));
    }
    fn fade(&mut self) {
        self.tell("fade".to_owned());
        self.down.clear();
    }
    fn set_gain(&mut self, role: Role, part: Option<Part>, gain: f32) {
        if (role, part) == (Role::Player, None) {
            self.gain = gain;
        }
    }
    fn render(&mut self, left: &mut [f32], right: &mut [f32]) -> bool {
        left.fill(self.value * self.gain);
        right.fill(self.value * self.gain);
        !self.down.is_empty()
    }
}

#[test]
fn it_plays_what_it_has_and_the_voices_play_the_rest() {
    let told = Arc::default();
    let (way, mut workshop) = stage();
    let mut sound = Sound::new(RATE);
    sound.listen_to(way);
    assert_eq!(workshop.sample_rate(), Some(RATE));
    assert!(workshop.send(Organ::boxed(0.5, &told)).is_ok());
    render(&mut sound, 64);
    sound.note_on(at(60), Role::Player, None, 0.8);
    assert!(sound.is_silent(), "no voice of ours sounds");
    assert_eq!(render(&mut sound, 64), [0.5; 64]);
    sound.note_on(at(61), Role::Player, Some(Part::Drums), 0.8);
    sound.note_on(at(50), Role::Player, None, 0.8);
    sound.note_on(at(62), Role::Segue, Some(Part::Bass), 0.8);
    assert_eq!(sound.keys().collect::<Vec<_>>(), [50, 62]);
    // Struck again and taken over.
    sound.note_on(at(60), Role::Player, None, 0.8);
    sound.note_on(at(60), Role::Segue, Some(Part::Organ), 0.8);
    sound.pedal(Role::Player, true);
    [50, 60, 60, 61, 62].into_iter().for_each(|key| sound.note_off(at(key)));
    sound.fade();
    let all = told.lock().expect("nobody falls").join(", ");
    let (player, drums, organ) = ("Player None 60", "Player Some(Drums) 61", "Segue Some(Organ) 60");
    assert_eq!(
        all,
        format!(
            "fade, on {player}, on {drums}, off {player}, on {player}, off {player}, on {organ}, pedal Player true, \
             off {organ}, off {drums}, fade"
        )
        .trim_start_matches("fade, ")
    );
}

#[test]
fn the_next_one_comes_when_the_one_before_has_faded() {
    let told = Arc::default();
    let (way, mut workshop) = stage();
    let mut sound = Sound::new(RATE);
    sound.listen_to(way);
    assert!(workshop.send(Organ::boxed(0.5, &told)).is_ok());
    render(&mut sound, 64);
    sound.note_on(at(60), Role::Player, None, 0.8);
    let mut all = render(&mut sound, 64);
    assert!(workshop.send(Organ::boxed(-0.5, &told)).is_ok());
    sound.pedal(Role::Player, true);
    all.extend(render(&mut sound, 600));
    assert!(all.iter().all(|&sample| sample >= 0.0));
    assert!(slope(&all) < 0.5 / 0.009 / RATE, "{}", slope(&all));
    assert_eq!(all.last(), Some(&0.0));
    sound.note_on(at(60), Role::Player, None, 0.8);
    assert_eq!(render(&mut sound, 64), [-0.5; 64]);
    let pedals =
        told.lock().expect("nobody falls").iter().filter(|what| *what == "pedal Player true").count();
    assert_eq!(pedals, 2, "the next one knows of the pedal");
    // And the built-in sound again.
    assert!(workshop.send(None).is_ok());
    render(&mut sound, 600);
    sound.note_on(at(60), Role::Player, None, 0.8);
    assert_eq!(sound.keys().count(), 1);
    assert_eq!(Arc::strong_count(&told), 3);
    workshop.clear();
    assert_eq!(Arc::strong_count(&told), 1, "both came back");
}

#[test]
fn its_levels_move_smoothly_and_blocks_do_not_matter() {
    let play = |of: usize| {
        let told = Arc::default();
        let (way, mut workshop) = stage();
        let mut sound = Sound::new(RATE);
        sound.listen_to(way);
        assert!(workshop.send(Organ::boxed(0.5, &told)).is_ok());
        sound.render(&mut [0.0; 480], &mut [0.0; 480], &Levels::default());
        sound.note_on(at(60), Role::Player, None, 0.8);
        let mut all = Vec::new();
        for level in [1.0, 0.2, 0.0, 1.0] {
            let (mut left, mut right) = (vec![0.0; 4_800], vec![0.0; 4_800]);
            for (left, right) in left.chunks_mut(of).zip(right.chunks_mut(of)) {
                sound.render(left, right, &Levels::new(level, 1.0));
            }
            all.extend(left);
        }
        all
    };
    let whole = play(4_800);
    assert!(slope(&whole) < 0.025, "{}", slope(&whole));
    assert!((whole[9_599] - 0.1).abs() < 1e-3 && whole[14_399] == 0.0 && whole[19_199] == 0.5);
    for of in [1, 7, 48, 480] {
        assert!(play(of) == whole, "in blocks of {of}");
    }
}

#[test]
fn one_for_another_sample_rate_does_not_play() {
    let told = Arc::default();
    let (way, mut workshop) = stage();
    let mut sound = Sound::new(RATE);
    sound.listen_to(way);
    assert!(workshop.send(Organ::boxed(0.5, &told)).is_ok());
    render(&mut sound, 64);
    sound.activate(44_100.0);
    assert_eq!(workshop.sample_rate(), Some(44_100.0));
    assert_eq!(Arc::strong_count(&told), 1, "it is gone");
    // One that was on its way.
    assert!(workshop.send(Organ::boxed(0.5, &told)).is_ok());
    render(&mut sound, 64);
    sound.note_on(at(60), Role::Player, None, 0.8);
    assert_eq!(sound.keys().count(), 1, "a voice of ours sounds");
    sound.activate(RATE);
    assert!(workshop.send(Organ::boxed(0.5, &told)).is_ok());
    render(&mut sound, 64);
    sound.activate(RATE);
    sound.note_on(at(60), Role::Player, None, 0.8);
    assert_eq!(sound.keys().count(), 0, "it stays through an activation at its own rate");
}
