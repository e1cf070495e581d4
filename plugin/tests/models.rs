//! Models that change, and models that break, in the middle of a jam.

mod rig;

use std::sync::Arc;

use rig::{Cut, Rig, Song, hygiene, phrase};
use segue::between::meters::Doing;
use segue::composer::Command;
use segue_model::Model;

const RATE: f64 = 48_000.0;
const TEMPO: f64 = 120.0;

#[test]
fn a_model_swapped_in_leaves_no_gap() {
    let run = |swap: bool| {
        let mut rig = Rig::new(RATE, Song::Plays(0.0, TEMPO));
        let input = phrase(&rig, 0.0, TEMPO);
        rig.run(rig.at(7.0, TEMPO), Cut::Of(480), &input);
        if swap {
            let wish = rig.wish.as_ref().expect("in line");
            wish.send(Command::Play(Arc::new(Model::random(8)))).expect("it listens");
        }
        rig.run(rig.at(22.0, TEMPO), Cut::Of(480), &[]);
        assert_eq!(hygiene(&rig.out), 0);
        (rig.ours(), rig.status.model())
    };
    let ((kept, _), (swapped, name)) = (run(false), run(true));
    assert_eq!(name, Model::random(8).name());
    // Two beats were planned: they are played as they were, and then it goes on.
    let planned = kept.iter().take_while(|note| note.0 < 9 * 24_000).count();
    assert!(planned >= 2);
    assert_eq!(swapped[..planned], kept[..planned]);
    assert_ne!(swapped, kept, "the other model plays something else");
    assert!(swapped.len() > planned);
}

#[test]
fn a_model_whose_numbers_break_is_silent_and_says_why() {
    let mut rig = Rig::of(Model::poisoned(), RATE, Song::Plays(0.0, TEMPO));
    let input = phrase(&rig, 0.0, TEMPO);
    rig.run(rig.at(10.0, TEMPO), Cut::Of(480), &input);
    assert_eq!(rig.ours(), []);
    assert_eq!(rig.status.doing().0, Doing::Failed);
    assert!(rig.status.reason().is_some_and(|reason| reason.contains("finite")), "{:?}", rig.status.reason());
    assert_eq!(rig::notes(&rig.out, 0).len(), 4, "the player's notes pass through");

    // Another model plays on.
    rig.wish.as_ref().expect("in line").send(Command::Play(Arc::new(Model::random(3)))).expect("it listens");
    rig.run(rig.at(12.0, TEMPO), Cut::Of(480), &[]);
    assert_eq!(rig.status.reason(), None);
    let again = phrase(&rig, 12.0, TEMPO);
    rig.run(rig.at(48.0, TEMPO), Cut::Of(480), &again);
    assert!(!rig.ours().is_empty());
    assert_eq!(hygiene(&rig.out), 0);
}
