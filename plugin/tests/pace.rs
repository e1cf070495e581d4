//! The composer on its own thread: offline it is waited for, in real time it may be late, and it
//! may fail.

mod rig;

use std::sync::Arc;
use std::sync::atomic::Ordering;
use std::time::{Duration, Instant};

use rig::{Cut, Rig, Song, hygiene, notes, phrase};
use segue::between::meters::Doing;
use segue_model::Model;

const SONG: Song = Song::Plays(0.0, 120.0);
const RATE: f64 = 44_100.0;

fn load() -> Result<Arc<Model>, String> {
    Ok(Arc::new(Model::random(7)))
}

fn slow_load() -> Result<Arc<Model>, String> {
    std::thread::sleep(Duration::from_millis(300));
    load()
}

fn refused() -> Result<Arc<Model>, String> {
    Model::from_bytes(b"this is no model").map(Arc::new).map_err(|error| error.to_string())
}

fn falls() -> Result<Arc<Model>, String> {
    panic!("on purpose")
}

#[test]
fn offline_is_what_real_time_was_at_any_block_size() {
    let mut reference = Rig::new(RATE, SONG);
    let input = phrase(&reference, 0.0, 120.0);
    let end = reference.at(12.0, 120.0);
    reference.run(end, Cut::Of(512), &input);
    assert!(reference.ours().len() >= 2);
    for (cut, load) in [
        (Cut::Of(512), slow_load as fn() -> _),
        (Cut::Of(16), load),
        (Cut::Of(64), load),
        (Cut::Of(2048), load),
        (Cut::Of(8192), load),
        (Cut::Random, load),
    ] {
        let mut rig = Rig::threaded(RATE, SONG, true, load);
        rig.run(end, cut, &input);
        assert_eq!(rig.out, reference.out, "{cut:?}");
        assert_eq!(rig.status.late.load(Ordering::Relaxed), 0);
    }
}

#[test]
fn a_composer_that_is_behind_thins_and_neither_bunches_nor_sticks() {
    // The composer comes to its turn only every 0.8 s, at 1.6 and at 2.4 s; the answer is due at
    // 2.125 s.
    let mut rig = Rig::new(RATE, SONG);
    rig.settings.when.bars = 16;
    rig.settings.when.patience = 0.75;
    let input = phrase(&rig, 0.0, 120.0);
    let mut composer = rig.composer.take().expect("in line");
    for turn in 1..=25 {
        rig.run(turn * 35_280, Cut::Of(512), &input);
        while composer.step() {}
    }
    let ours = rig.ours();
    for note in &ours {
        let lines = note.0 as f64 / 44_100.0 * 2.0 * 4.0;
        let off = (lines - lines.round()).abs() / 8.0;
        assert!(off <= 0.0101, "a note {off} s off its line");
    }
    assert_eq!(
        rig.status.late_starts.load(Ordering::Relaxed),
        1,
        "the answer began late, and that is counted"
    );
    assert_eq!(
        rig.status.late.load(Ordering::Relaxed),
        0,
        "nothing is planned that cannot be played in time"
    );
    assert!(rig.status.lag_ms() > 46.0, "{} ms", rig.status.lag_ms());
    assert!(ours.len() > 2 && ours[0].0 > 2 * 44_100 + 44_100 / 8, "later ones were in time: {ours:?}");
    hygiene(&rig.out);
}

#[test]
fn without_a_model_notes_pass_and_the_reason_is_told() {
    for (load, word) in [(refused as fn() -> _, "model"), (falls, "error")] {
        let mut rig = Rig::threaded(RATE, SONG, true, load);
        let input = phrase(&rig, 0.0, 120.0);
        let begun = Instant::now();
        rig.run(rig.at(16.0, 120.0), Cut::Of(512), &input);
        assert!(begun.elapsed() < Duration::from_secs(10), "nobody waits for a composer that failed");
        assert_eq!(notes(&rig.out, 0).len(), 4);
        assert_eq!(rig.ours(), []);
        assert_eq!(hygiene(&rig.out), 0);
        assert_eq!(rig.status.doing().0, Doing::Failed);
        let reason = rig.status.reason().expect("a reason");
        assert!(reason.contains(word), "{reason}");
    }
}

#[test]
fn an_instance_is_there_before_its_model() {
    let begun = Instant::now();
    let rig = Rig::threaded(RATE, SONG, false, slow_load);
    let instance = segue::host::plugin::Segue::default();
    assert!(begun.elapsed() < Duration::from_millis(50), "{:?}", begun.elapsed());
    assert_eq!(rig.status.doing().0, Doing::Loading);
    drop(instance);
}

#[test]
fn the_thread_ends_with_its_instance() {
    for processing in [false, true] {
        let mut rig = Rig::threaded(RATE, SONG, false, load);
        if processing {
            rig.run(4410, Cut::Of(441), &[]);
        }
        let thread = rig.thread.take().expect("on a thread");
        let begun = Instant::now();
        drop(thread);
        assert!(begun.elapsed() < Duration::from_secs(2));
        // The audio side lives on without it.
        rig.run(44_100, Cut::Of(441), &[(10_000, rig::on(60)), (12_000, rig::off(60))]);
        assert_eq!(hygiene(&rig.out), 0);
    }
}
