//! The built-in sound through the processor: your notes at your level, Segue's at Segue's, and
//! nothing while bypassed.

mod rig;

use rig::{Cut, Rig, Song, phrase};
use segue::between::message::Message;
use segue_music::DRUM_CHANNEL;

const RATE: f64 = 48_000.0;
const TEMPO: f64 = 120.0;

/// The peaks while the phrase is played, and of the answer once the phrase has died away.
fn peaks(levels: (f32, f32)) -> [f32; 2] {
    let mut rig = Rig::new(RATE, Song::Plays(0.0, TEMPO));
    (rig.settings.sound.level, rig.settings.sound.segue_level) = levels;
    let input = phrase(&rig, 0.0, TEMPO);
    rig.run(rig.at(4.0, TEMPO), Cut::Of(256), &input);
    let played = std::mem::take(&mut rig.peak);
    // The answer lasts sixteen beats from 4.5 on; the player's last tone has ended 2.5 s after its
    // release.
    rig.run(rig.at(9.0, TEMPO), Cut::Of(256), &input);
    let (from, until) = (rig.sample, rig.at(20.0, TEMPO));
    rig.peak = 0.0;
    rig.run(until, Cut::Of(256), &input);
    assert!(rig.ours().iter().any(|&(at, ..)| at > from && at < until), "there is an answer to hear");
    [played, rig.peak]
}

#[test]
fn each_plays_at_its_own_level() {
    // (your level, Segue's) -> whether you are heard, whether Segue is
    for (levels, expected) in [
        ((0.25, 0.25), [true, true]),
        ((0.25, 0.0), [true, false]),
        ((0.0, 0.25), [false, true]),
        ((0.0, 0.0), [false, false]),
    ] {
        let peaks = peaks(levels);
        assert_eq!(peaks.map(|peak| peak > 0.005), expected, "{levels:?}: {peaks:?}");
        assert_eq!(peaks.map(|peak| peak == 0.0), expected.map(|heard| !heard), "{levels:?}: {peaks:?}");
    }
}

#[test]
fn bypassed_it_is_silent() {
    let mut rig = Rig::new(RATE, Song::Plays(0.0, TEMPO));
    rig.settings.bypass = true;
    let input = phrase(&rig, 0.0, TEMPO);
    rig.run(rig.at(4.0, TEMPO), Cut::Of(256), &input);
    assert_eq!(rig.peak, 0.0);
}

#[test]
fn the_players_drums_sound() {
    let stroke = Message::On { id: None, channel: DRUM_CHANNEL, key: 38, velocity: 0.8 };
    for (level, heard) in [(0.25, true), (0.0, false)] {
        let mut rig = Rig::new(RATE, Song::Plays(0.0, TEMPO));
        rig.settings.sound.level = level;
        rig.run(rig.at(1.0, TEMPO), Cut::Of(256), &[(100, stroke)]);
        assert_eq!(rig.peak > 0.005, heard, "at level {level}: {}", rig.peak);
    }
}
