//! The style that is asked for reaches the model, and only where the model knows it.

mod rig;

use rig::{Cut, Rig, Song, phrase};
use segue::params::SegueParams;
use segue::status::Status;
use segue_model::{Checkpoint, Config, Model};

/// An untrained model that knows this many styles; each is a row of its own in it.
fn model(styles: usize) -> Model {
    let styles = (1..=styles).map(|number| format!("manner {number}")).collect();
    let name = "one with manners".to_owned();
    let checkpoint = Checkpoint { name, styles, ..Checkpoint::random(&Config::tiny(), 7) };
    Model::from_checkpoint(checkpoint).expect("it is sound")
}

/// The answer to a phrase, in that style.
fn answer(known: usize, style: Option<u8>, seed: u64) -> Vec<(u64, u8)> {
    let mut rig = Rig::of(model(known), 48_000.0, Song::Plays(0.0, 120.0));
    rig.settings.what.style = style;
    rig.settings.what.seed = seed;
    let input = phrase(&rig, 0.0, 120.0);
    rig.run(rig.at(24.0, 120.0), Cut::Of(512), &input);
    rig.ours().into_iter().map(|(at, key, ..)| (at, key)).collect()
}

#[test]
fn a_style_that_the_model_knows_changes_what_it_plays() {
    // In a model of chance a row of the table may change nothing that is drawn with one seed.
    let [mut from_none, mut from_another] = [0; 2];
    for seed in 0..6 {
        let plain = answer(3, None, seed);
        let (first, third) = (answer(3, Some(0), seed), answer(3, Some(2), seed));
        from_none += usize::from(first != plain);
        from_another += usize::from(first != third);
        assert_eq!(third, answer(3, Some(2), seed), "seed {seed}: each time the same");
        // (styles known, the one asked for)
        for (known, style) in [(3, Some(3)), (3, Some(63)), (0, Some(0)), (0, Some(255))] {
            assert_eq!(answer(known, style, seed), plain, "seed {seed}: {style:?} of {known}");
        }
    }
    assert!(from_none > 2 && from_another > 2, "{from_none} and {from_another} of 6 seeds");
}

#[test]
fn the_parameter_has_the_names_of_the_model_that_plays() {
    let params = SegueParams::default();
    let status = Status::naming(params.what.styles.clone());
    assert_eq!(params.what.style.to_string(), "as it hears");
    status.set_model("one", model(3).styles(), false);
    assert_eq!(params.what.styles.names(), ["manner 1", "manner 2", "manner 3"]);
    assert_eq!(params.what.styles.number("Manner 2"), Some(2));
    status.set_model("another", &[], false);
    assert!(params.what.styles.names().is_empty());
}
