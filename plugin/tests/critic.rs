//! The answer goes on as a critic likes it, and the same way however blocks are cut.

mod rig;

use std::sync::Arc;

use rig::{Cut, Rig, Song, hygiene, notes, phrase};
use segue_model::{CRITIC_NUMBERS, Critic, Weighed};
use segue_music::{Key, Part};

/// A critic that asks for one number, and hears no other.
fn critic(name: &str, mean: f64) -> Arc<Critic> {
    let weigh = |number: &str| Weighed { mean, deviation: 24.0, weight: f64::from(u8::from(number == name)) };
    assert!(CRITIC_NUMBERS.contains(&name));
    Arc::new(Critic::new(CRITIC_NUMBERS.map(weigh)))
}

/// The answer of eight bars to a phrase; it begins at beat 4.5, so its second bar line is beat 8.
fn answer(critic: Option<Arc<Critic>>, seed: u64, cut: Cut) -> Vec<(u64, Key, u8, u64)> {
    let mut rig = Rig::new(48_000.0, Song::Plays(0.0, 120.0));
    rig.settings.when.bars = 8;
    rig.settings.what.seed = seed;
    rig.composer.as_mut().unwrap().choose_with(critic);
    let input = phrase(&rig, 0.0, 120.0);
    rig.run(rig.at(40.0, 120.0), cut, &input);
    assert_eq!(hygiene(&rig.out), 0);
    rig.ours()
}

#[test]
fn it_is_the_same_however_blocks_are_cut() {
    let mut others = 0;
    for seed in 0..3 {
        let whole = answer(Some(critic("height", 24.0)), seed, Cut::Of(512));
        others += usize::from(whole != answer(None, seed, Cut::Of(512)));
        for cut in [Cut::Of(64), Cut::Of(333), Cut::Of(2048), Cut::Random] {
            assert_eq!(answer(Some(critic("height", 24.0)), seed, cut), whole, "seed {seed}, {cut:?}");
        }
    }
    assert!(others > 0, "the first way to go on is always the best");
}

#[test]
fn the_critic_gets_its_way() {
    let height = |notes: &[(u64, Key, u8, u64)]| {
        notes.iter().map(|note| f64::from(note.1)).sum::<f64>() / notes.len() as f64
    };
    let (mut higher, mut lower) = (0.0, 0.0);
    for seed in 0..6 {
        let [high, low, free] = [Some(24.0), Some(-24.0), None]
            .map(|height| answer(height.map(|height| critic("height", height)), seed, Cut::Of(512)));
        // What is on its way before it can choose is the same.
        let opening = |notes: &[(u64, Key, u8, u64)]| -> Vec<(u64, Key)> {
            notes.iter().map(|note| (note.0, note.1)).take_while(|note| note.0 < 8 * 24_000).collect()
        };
        assert!(!opening(&free).is_empty(), "seed {seed}");
        assert_eq!([opening(&high), opening(&low)], [opening(&free), opening(&free)], "seed {seed}");
        higher += height(&high) - height(&free);
        lower += height(&free) - height(&low);
    }
    assert!(higher > 6.0 && lower > 6.0, "{higher:.1} and {lower:.1} semitones in six answers");
}

#[test]
fn the_player_cuts_what_was_chosen_short() {
    // A key at any beat of the answer ends it, and what is rehearsed with it.
    for beat in [5.0, 6.5, 9.0, 14.25] {
        let mut rig = Rig::new(48_000.0, Song::Plays(0.0, 120.0));
        rig.settings.when.bars = 8;
        rig.composer.as_mut().unwrap().choose_with(Some(critic("notes a bar", 6.0)));
        let mut input = phrase(&rig, 0.0, 120.0);
        let again = phrase(&rig, beat, 120.0);
        let (began, ended) = (again[0].0, again[again.len() - 1].0);
        input.extend(again);
        rig.run(rig.at(beat + 40.0, 120.0), Cut::Of(256), &input);
        let ours = rig.ours();
        assert!(ours.iter().all(|&(on, _, _, off)| off <= began || on >= ended), "{beat}");
        assert!(ours.iter().any(|note| note.0 >= ended), "{beat}: the second phrase is answered");
        assert_eq!(hygiene(&rig.out), 0);
    }
}

#[test]
fn another_seed_is_heard_after_a_choice_too() {
    let played = |seed: u64| {
        let mut rig = Rig::new(48_000.0, Song::Plays(0.0, 120.0));
        rig.settings.when.bars = 8;
        rig.composer.as_mut().unwrap().choose_with(Some(critic("height", 24.0)));
        let input = phrase(&rig, 0.0, 120.0);
        rig.run(rig.at(14.0, 120.0), Cut::Of(512), &input);
        rig.settings.what.seed = seed;
        rig.run(rig.at(40.0, 120.0), Cut::Of(512), &[]);
        rig.ours()
    };
    let same = played(0);
    let others = (1..6).filter(|&seed| played(seed) != same).count();
    assert!(others > 2, "{others} of 5 other seeds are heard");
}

#[test]
fn a_band_is_not_chosen_for() {
    let played = |critic: Option<Arc<Critic>>| {
        let mut rig = rig::band::rig(&[Part::Bass, Part::Drums], |settings| settings.when.bars = 8);
        rig.composer.as_mut().unwrap().choose_with(critic);
        let input = phrase(&rig, 0.0, 120.0);
        rig.run(rig.at(40.0, 120.0), Cut::Of(512), &input);
        [2, 9].map(|channel| notes(&rig.out, channel))
    };
    let free = played(None);
    assert!(free.iter().any(|notes| !notes.is_empty()), "it plays");
    assert_eq!(played(Some(critic("height", 24.0))), free);
}
