//! The answer goes on as a critic likes it, and the same way however blocks are cut.

mod rig;

use rig::{Cut, Rig, Song, band, hygiene, notes, phrase};
use segue_model::{Checkpoint, Config, Critic, Generator, Model};
use segue_music::{Key, Meter, Part, TICKS_PER_BEAT};

/// What a critic likes.
type Likes = Option<f32>;
const THIS: Likes = Some(1.0);
const THE_OPPOSITE: Likes = Some(-1.0);
/// There is no critic.
const NOTHING: Likes = None;

/// A model with such a critic.
fn model(checkpoint: Checkpoint, likes: Likes) -> Model {
    let weigh = |place: usize, sign: f32| sign * ((place * 37 % 61) as f32 / 20.0 - 1.5);
    let of = |sign: f32| Critic::new((0..checkpoint.config.dim).map(|place| weigh(place, sign)).collect());
    Model::from_checkpoint(Checkpoint { critic: likes.map(of), ..checkpoint }).unwrap()
}

fn untrained(likes: Likes) -> Model {
    model(Checkpoint::random(&Config::tiny(), 7), likes)
}

fn rig(likes: Likes) -> Rig {
    let mut rig = Rig::of(untrained(likes), 48_000.0, Song::Plays(0.0, 120.0));
    rig.settings.when.bars = 8;
    rig
}

/// The answer of eight bars to a phrase; it begins at beat 4.5, so its second bar line is beat 8.
fn answer(likes: Likes, seed: u64, cut: Cut) -> Vec<(u64, Key, u8, u64)> {
    answered(likes, seed, cut).ours()
}

/// After it.
fn answered(likes: Likes, seed: u64, cut: Cut) -> Rig {
    let mut rig = rig(likes);
    rig.settings.what.seed = seed;
    let input = phrase(&rig, 0.0, 120.0);
    rig.run(rig.at(40.0, 120.0), cut, &input);
    assert_eq!(hygiene(&rig.out), 0);
    rig
}

#[test]
fn it_is_the_same_however_blocks_are_cut() {
    let mut others = 0;
    for seed in 0..3 {
        let whole = answer(THIS, seed, Cut::Of(512));
        others += usize::from(whole != answer(NOTHING, seed, Cut::Of(512)));
        for cut in [Cut::Of(64), Cut::Of(333), Cut::Of(2048), Cut::Random] {
            assert_eq!(answer(THIS, seed, cut), whole, "seed {seed}, {cut:?}");
        }
    }
    assert!(others > 0, "the first way to go on is always the best");
}

#[test]
fn the_critic_gets_its_way() {
    // What it thinks of the first phrase that it chose.
    let thinks = |rig: &Rig| {
        let mut generator = Generator::new(untrained(THIS).into());
        generator.meter(0, Some(Meter::COMMON));
        rig.composer.as_ref().unwrap().heard().iter().for_each(|&note| generator.hear(note));
        generator.score(9 * TICKS_PER_BEAT / 2, 24 * TICKS_PER_BEAT).unwrap()
    };
    let (mut better, mut worse) = (0, 0);
    for seed in 0..8 {
        let [this, opposite, free] =
            [THIS, THE_OPPOSITE, NOTHING].map(|likes| answered(likes, seed, Cut::Of(512)));
        // What is on its way before it can choose is the same.
        let opening = |rig: &Rig| -> Vec<(u64, Key)> {
            rig.ours().iter().map(|note| (note.0, note.1)).take_while(|note| note.0 < 8 * 24_000).collect()
        };
        assert!(!opening(&free).is_empty(), "seed {seed}");
        assert_eq!([opening(&this), opening(&opposite)], [opening(&free), opening(&free)], "seed {seed}");
        let [this, opposite, free] = [&this, &opposite, &free].map(thinks);
        assert!(opposite < free + 0.5 && free < this + 0.5, "seed {seed}: {opposite} {free} {this}");
        better += u32::from(this > free);
        worse += u32::from(opposite < free);
    }
    assert!(better >= 4 && worse >= 4, "{better} of 8 are liked better, {worse} less");
}

#[test]
fn the_player_cuts_what_was_chosen_short() {
    // A key at any beat of the answer ends it, and what is rehearsed with it.
    for beat in [5.0, 6.5, 9.0, 14.25] {
        let mut rig = rig(THIS);
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
        let mut rig = rig(THIS);
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
    let played = |likes: Likes| {
        let model = model(band::checkpoint(&Config::tiny_ensemble()), likes);
        let mut rig = band::rig_of(model, &[Part::Bass, Part::Drums], |settings| settings.when.bars = 8);
        let input = phrase(&rig, 0.0, 120.0);
        rig.run(rig.at(40.0, 120.0), Cut::Of(512), &input);
        [2, 9].map(|channel| notes(&rig.out, channel))
    };
    let free = played(NOTHING);
    assert!(free.iter().any(|notes| !notes.is_empty()), "it plays");
    assert_eq!(played(THIS), free);
}
