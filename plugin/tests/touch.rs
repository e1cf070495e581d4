//! The keys in the window, through the processor: what is played there is heard, sounds and goes
//! out, and ends.

mod rig;

use rig::{Cut, Rig, Song, hygiene, notes, off, on};
use segue::between::message::Message;
use segue::between::touch::{Fingers, touch};
use segue_music::Role;

const RATE: f64 = 48_000.0;
const BLOCK: usize = 256;

fn rig() -> (Rig, Fingers) {
    let mut rig = Rig::new(RATE, Song::Plays(0.0, 120.0));
    let (fingers, touches) = touch();
    rig.processor.listen_to(touches);
    rig.block(BLOCK, &[]);
    (rig, fingers)
}

#[test]
fn what_is_played_in_the_window_goes_out_is_heard_sounds_and_is_answered() {
    let (mut rig, mut fingers) = rig();
    let mut expected = Vec::new();
    for (index, key) in [60, 64, 67, 72].into_iter().enumerate() {
        let velocity = 0.3 + 0.2 * index as f32;
        assert!(fingers.press(key, velocity));
        let from = rig.sample;
        rig.block(BLOCK, &[]);
        assert!(rig.status.key(Role::Player, key), "{key} is not shown");
        let release = rig.at(0.5 * (index + 1) as f64, 120.0);
        rig.run(release, Cut::Of(BLOCK), &[]);
        fingers.lift(key);
        let until = rig.sample;
        rig.block(BLOCK, &[]);
        assert!(!rig.status.key(Role::Player, key), "{key} is shown");
        expected.push((from, key, (velocity * 127.0).round() as u8, until));
    }
    assert!(rig.peak > 0.01, "{}", rig.peak);
    assert_eq!(rig.status.last_heard().collect::<Vec<_>>(), [60, 64, 67, 72]);
    rig.run(rig.at(16.0, 120.0), Cut::Of(BLOCK), &[]);
    assert_eq!(notes(&rig.out, 0), expected);
    assert!(!rig.ours().is_empty(), "nobody answered");
}

#[test]
fn whoever_leaves_with_keys_down_leaves_silence() {
    let (mut rig, mut fingers) = rig();
    (40..90).for_each(|key| assert!(fingers.press(key, 0.5)));
    rig.block(BLOCK, &[]);
    assert_eq!(hygiene(&rig.out), 50);
    fingers.lift_all();
    rig.settings.on = false;
    rig.block(BLOCK, &[]);
    assert_eq!(hygiene(&rig.out), 0);
    // Pressed and left within one block.
    (40..90).for_each(|key| assert!(fingers.press(key, 0.5)));
    fingers.lift_all();
    rig.block(BLOCK, &[]);
    assert_eq!(hygiene(&rig.out), 50, "a note of some length");
    rig.block(BLOCK, &[]);
    assert_eq!(hygiene(&rig.out), 0);
}

#[test]
fn nothing_that_was_played_before_a_reset_is_played_after_it() {
    let (mut rig, mut fingers) = rig();
    fingers.press(60, 0.5);
    rig.block(BLOCK, &[]);
    fingers.press(62, 0.5);
    rig.processor.reset();
    rig.block(BLOCK, &[]);
    assert_eq!(hygiene(&rig.out), 0);
    // The keys are still down in the window; their releases match nothing.
    fingers.lift_all();
    fingers.press(64, 0.5);
    rig.sample = 0;
    rig.song_from = 0;
    rig.out.clear();
    rig.block(BLOCK, &[]);
    fingers.lift_all();
    rig.block(BLOCK, &[]);
    assert_eq!(hygiene(&rig.out), 0);
    assert_eq!(notes(&rig.out, 0).iter().map(|note| note.1).collect::<Vec<_>>(), [64]);
}

#[test]
fn where_nobody_plays_in_the_window_nothing_changes() {
    let phrase: Vec<(u64, Message)> = [60, 62, 64, 65]
        .into_iter()
        .zip(0..)
        .flat_map(|(key, i)| [(1000 + i * 12_000, on(key)), (9000 + i * 12_000, off(key))])
        .collect();
    let outputs = [true, false].map(|window| {
        let mut rig = Rig::new(RATE, Song::Plays(0.0, 120.0));
        let (mut fingers, touches) = touch();
        if window {
            rig.processor.listen_to(touches);
        }
        fingers.lift_all();
        rig.run(400_000, Cut::Random, &phrase);
        rig.out
    });
    assert!(outputs[0].len() > 10, "{}", outputs[0].len());
    assert_eq!(outputs[0], outputs[1]);
}
