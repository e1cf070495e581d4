//! A band: its parts on their channels, who comes in when, and other tracks beside the player. MIDI
//! in, MIDI out.

mod rig;

use std::collections::HashSet;

use rig::{Cut, Rig, Song, hygiene, notes, off, on};
use segue::between::message::Message;
use segue::between::settings::{Entry, Mode, Settings};
use segue::composer::Command;
use segue_model::{Checkpoint, Config, Model};
use segue_music::{Channel, DRUM_CHANNEL, Key, Part, PartSet};

const RATE: f64 = 48_000.0;
const TEMPO: f64 = 120.0;
/// Samples in a beat.
const BEAT: u64 = 24_000;

const BASS: Channel = 2;

/// An untrained model that knows parts.
fn model() -> Model {
    let mut checkpoint = Checkpoint::random(&Config::tiny_ensemble(), 3);
    checkpoint.numbers.values_mut().flatten().for_each(|number| *number *= 0.3);
    let bias = checkpoint.numbers.get_mut("onset.out.bias").expect("a head");
    (0..).zip(bias).for_each(|(symbol, bias)| *bias -= 0.1 * symbol as f32);
    Model::from_checkpoint(checkpoint).expect("a sound model")
}

fn rig(parts: &[Part], change: impl Fn(&mut Settings)) -> Rig {
    let mut rig = Rig::of(model(), RATE, Song::Plays(0.0, TEMPO));
    rig.settings.mode = Mode::Duet;
    rig.settings.when.bars = 2;
    rig.settings.what.band.parts = parts.iter().copied().collect();
    change(&mut rig.settings);
    rig
}

/// Quarters on a channel from one beat to another.
fn quarters(channel: Channel, keys: &[Key], from: u64, until: u64) -> Vec<(u64, Message)> {
    (from..until)
        .zip(keys.iter().cycle())
        .flat_map(|(beat, &key)| {
            let down = Message::On { id: None, channel, key, velocity: 0.7 };
            let up = Message::Off { id: None, channel, key, velocity: 0.0 };
            [(beat * BEAT, down), (beat * BEAT + BEAT / 2, up)]
        })
        .collect()
}

fn player(from: u64, until: u64) -> Vec<(u64, Message)> {
    quarters(0, &[60, 64, 67, 72], from, until)
}

/// The channels of what came out but the player's.
fn channels(rig: &Rig) -> HashSet<Channel> {
    let of = |(_, message): &(u64, Message)| match message {
        Message::On { channel, .. } if *channel != 0 => Some(*channel),
        _ => None,
    };
    rig.out.iter().filter_map(of).collect()
}

#[test]
fn a_trio_comes_in_on_the_bar_line_and_ends_with_the_player() {
    let mut rig = rig(&[Part::Bass, Part::Drums], |_| {});
    rig.run(40 * BEAT, Cut::Of(480), &player(0, 16));
    assert_eq!(channels(&rig), HashSet::from([BASS, DRUM_CHANNEL]));
    for channel in [BASS, DRUM_CHANNEL] {
        let played = notes(&rig.out, channel);
        assert_eq!(played[0].0, 4 * BEAT, "channel {channel}: on the line after the first bar");
        assert!(played.iter().all(|note| note.0.is_multiple_of(BEAT / 4)), "on the grid");
        // The player's last note begins on 15: two bars more, to the next line.
        assert!(played.iter().all(|note| note.3 <= 24 * BEAT), "{played:?}");
        for bar in 1..6 {
            let within = |at: u64| (bar * 4 * BEAT..(bar + 1) * 4 * BEAT).contains(&at);
            assert!(played.iter().any(|note| within(note.0)), "channel {channel} is silent in bar {bar}");
        }
        // The last bar is an ending: its first beat, and no more.
        let last: Vec<_> = played.iter().filter(|note| note.0 >= 20 * BEAT).map(|note| note.0).collect();
        assert_eq!(last, [20 * BEAT], "channel {channel}");
    }
    assert_eq!(hygiene(&rig.out), 0);
}

#[test]
fn a_rhythm_section_is_hardly_ever_silent() {
    let (mut silent, mut bars) = (0, 0);
    for seed in 0..20u64 {
        let mut rig = rig(&[Part::Bass, Part::Drums, Part::Keys], |settings| {
            (settings.what.seed, settings.when.bars) = (seed, 4);
        });
        // Now and then the player rests for some bars.
        let rests = |beat: &u64| (beat / 4 + seed) % 5 == 3 || (seed % 3 == 0 && (20..32).contains(beat));
        let input: Vec<_> =
            (0..64).filter(|beat| !rests(beat)).flat_map(|beat| player(beat, beat + 1)).collect();
        rig.run(64 * BEAT, Cut::Of(1024), &input);
        for channel in [BASS, DRUM_CHANNEL] {
            let played = notes(&rig.out, channel);
            for bar in 1..16 {
                let (from, until) = (bar * 4 * BEAT, (bar + 1) * 4 * BEAT);
                bars += 1;
                silent += usize::from(!played.iter().any(|note| note.0 < until && note.3 > from));
            }
        }
        hygiene(&rig.out);
    }
    assert!(silent * 50 <= bars, "{silent} of {bars} bars are silent: more than 2 %");
}

#[test]
fn it_comes_in_when_it_is_asked_to() {
    for (entry, beat) in
        [(Entry::NextBar, 4), (Entry::AfterOne, 4), (Entry::AfterTwo, 8), (Entry::FirstNote, 0)]
    {
        let mut rig = rig(&[Part::Bass], |settings| settings.when.entry = entry);
        rig.run(12 * BEAT, Cut::Of(480), &player(0, 12));
        let first = notes(&rig.out, BASS)[0].0;
        let soon = if entry == Entry::FirstNote { BEAT / 4 } else { 0 };
        assert!((beat * BEAT..=beat * BEAT + soon).contains(&first), "{entry:?}: {first}");
    }
}

#[test]
fn sticks_count_a_bar_before_the_band_comes_in() {
    let counting = |settings: &mut Settings| settings.when.entry = Entry::CountIn;
    let mut trio = rig(&[Part::Bass, Part::Drums], counting);
    trio.run(24 * BEAT, Cut::Of(480), &player(0, 12));
    let drums = notes(&trio.out, DRUM_CHANNEL);
    let counted: Vec<_> =
        drums.iter().filter(|note| note.0 < 8 * BEAT).map(|note| (note.0, note.1)).collect();
    assert_eq!(counted, [4, 5, 6, 7].map(|beat| (beat * BEAT, 37)));
    assert_eq!(notes(&trio.out, BASS)[0].0, 8 * BEAT);
    assert!(drums.iter().any(|note| note.0 == 8 * BEAT), "{drums:?}");
    assert_eq!(hygiene(&trio.out), 0);
    // Nobody counts for a bass alone.
    let mut alone = rig(&[Part::Bass], counting);
    alone.run(12 * BEAT, Cut::Of(480), &player(0, 12));
    assert_eq!(notes(&alone.out, BASS)[0].0, 4 * BEAT);
}

#[test]
fn five_parts_play_the_same_at_every_block_size_and_end_all_they_begin() {
    let all = [Part::Keys, Part::Guitar, Part::Bass, Part::Strings, Part::Drums];
    for mode in Mode::ALL {
        let play = |cut| {
            let mut rig = rig(&all, |settings| {
                (settings.mode, settings.when.latch) = (mode, mode == Mode::Continue);
            });
            let mut input = player(0, 7);
            input.extend(player(21, 24));
            rig.run(44 * BEAT, cut, &input);
            rig.settings.on = false;
            rig.run(45 * BEAT, cut, &[]);
            assert_eq!(hygiene(&rig.out), 0, "{mode:?} {cut:?}");
            rig
        };
        let rig = play(Cut::Of(64));
        assert_eq!(channels(&rig).len(), 5, "{mode:?}: everybody plays");
        for cut in [Cut::Of(480), Cut::Of(2048), Cut::Random] {
            assert!(play(cut).out == rig.out, "{mode:?} {cut:?}");
        }
    }
}

#[test]
fn a_muted_part_falls_silent_in_the_block_and_the_others_play_what_they_would() {
    let parts = [Part::Bass, Part::Drums, Part::Organ];
    let play = |mute: &dyn Fn(&mut Settings)| {
        let mut rig = rig(&parts, |_| {});
        rig.run(9 * BEAT, Cut::Of(480), &player(0, 16));
        mute(&mut rig.settings);
        rig.run(16 * BEAT, Cut::Of(480), &player(0, 16));
        rig
    };
    let of = |rig: &Rig, channel| notes(&rig.out, channel).into_iter().map(|note| note.0).collect::<Vec<_>>();
    let (whole, muted) =
        (play(&|_| {}), play(&|settings| settings.sound.parts[Part::Bass.index()].heard = false));
    assert_eq!(of(&whole, DRUM_CHANNEL), of(&muted, DRUM_CHANNEL));
    assert!(of(&whole, BASS).iter().any(|&at| at > 9 * BEAT));
    let left = notes(&muted.out, BASS);
    assert!(!left.is_empty() && left.iter().all(|note| note.3 <= 9 * BEAT), "{left:?}");
    hygiene(&muted.out);
    // To another channel.
    let moved = play(&|settings| settings.sound.parts[Part::Bass.index()].channel = 14);
    assert!(notes(&moved.out, BASS).iter().all(|note| note.3 <= 9 * BEAT));
    let later = |at: &u64| *at >= 9 * BEAT;
    assert_eq!(of(&moved, 14), of(&whole, BASS).into_iter().filter(later).collect::<Vec<_>>());
    hygiene(&moved.out);
}

#[test]
fn each_part_keeps_its_own_range_and_density() {
    let mut rig = rig(&[Part::Bass, Part::Keys, Part::Drums], |settings| {
        let band = &mut settings.what.band.limits;
        band[Part::Bass.index()].keys = (40, 47);
        band[Part::Keys.index()].density = 1.0;
        settings.when.bars = 8;
    });
    rig.run(40 * BEAT, Cut::Of(480), &player(0, 4));
    let bass = notes(&rig.out, BASS);
    assert!(bass.len() > 4 && bass.iter().all(|note| (40..=47).contains(&note.1)), "{bass:?}");
    let keys = notes(&rig.out, 1);
    assert!(keys.len() > 4 && keys.windows(2).all(|pair| pair[1].0 - pair[0].0 >= BEAT), "{keys:?}");
    let drums = notes(&rig.out, DRUM_CHANNEL);
    assert!(drums.windows(2).any(|pair| pair[1].0 - pair[0].0 < BEAT), "the others are not thinned");
}

#[test]
fn other_tracks_are_heard_and_neither_answered_nor_passed_on() {
    let play = |tracks: &[(u64, Message)], player: bool| {
        let mut rig = rig(&[Part::Keys], |settings| {
            (settings.mode, settings.sound.player) = (Mode::Answer, Some(0));
        });
        let mut input = tracks.to_vec();
        if player {
            input.extend(self::player(4, 6));
        }
        input.sort_by_key(|(at, _)| *at);
        rig.run(16 * BEAT, Cut::Of(480), &input);
        hygiene(&rig.out);
        rig
    };
    let mut tracks = quarters(2, &[36, 43], 0, 16);
    tracks.extend(quarters(DRUM_CHANNEL, &[36, 38], 0, 16));
    tracks.extend([(0, Message::Control { channel: 2, controller: 64, value: 1.0 })]);
    let alone = play(&tracks, false);
    assert_eq!(alone.out, [], "nobody answers a track");
    let (with, without) = (play(&tracks, true), play(&[], true));
    assert_eq!(channels(&with), HashSet::from([1]), "nor is it passed on");
    let ours = |rig: &Rig| notes(&rig.out, 1);
    assert_eq!(ours(&with)[0].0, ours(&without)[0].0, "it does not put off the answer");
    assert_ne!(ours(&with), ours(&without), "it is heard");
    // Where the player may be on any channel, all of it is the player's.
    let mut open = rig(&[Part::Keys], |settings| settings.mode = Mode::Answer);
    open.run(16 * BEAT, Cut::Of(480), &quarters(2, &[36, 43], 0, 2));
    assert!(!notes(&open.out, 2).is_empty() && !notes(&open.out, 1).is_empty());
}

#[test]
fn a_note_of_another_track_ends_though_the_model_changed_meanwhile() {
    for knows_parts in [false, true] {
        let mut rig = rig(&[Part::Keys], |settings| settings.sound.player = Some(0));
        let track = quarters(2, &[36], 0, 1);
        rig.run(BEAT / 4, Cut::Of(480), &track);
        let other = if knows_parts { model() } else { Model::random(7) };
        rig.composer.as_mut().expect("in line").play_with(std::sync::Arc::new(other));
        rig.run(BEAT, Cut::Of(480), &track);
        let held = rig.composer.as_ref().expect("in line").heard().iter().filter(|note| note.end.is_none());
        assert_eq!(held.count(), 0, "knows parts: {knows_parts}");
    }
}

#[test]
fn our_own_band_that_comes_back_is_no_track() {
    let mut rig = rig(&[Part::Bass, Part::Drums], |settings| settings.sound.player = Some(0));
    // A host that sends what leaves back in the block after.
    let mut back = Vec::new();
    let input = player(0, 8);
    while rig.sample < 16 * BEAT {
        let until = rig.sample + 480;
        let sent = rig.out.len();
        let from = rig.sample;
        let mut now: Vec<(u64, Message)> = std::mem::take(&mut back);
        now.extend(input.iter().filter(|(at, _)| (from..until).contains(at)).copied());
        now.sort_by_key(|(at, _)| *at);
        rig.run(until, Cut::Of(480), &now);
        let ours = |message: &Message| message.channel().is_some_and(|channel| channel != 0);
        back = rig.out[sent..]
            .iter()
            .filter(|(_, message)| ours(message))
            .map(|&(at, message)| (at + 480, message))
            .collect();
    }
    let echoes = rig.status.echoes.load(std::sync::atomic::Ordering::Relaxed);
    let sent = notes(&rig.out, BASS).len() + notes(&rig.out, DRUM_CHANNEL).len();
    assert!(echoes as usize + 2 >= sent && sent > 8, "{echoes} of {sent}");
    hygiene(&rig.out);
}

#[test]
fn a_model_without_parts_plays_one_voice_and_says_so() {
    let mut rig = Rig::new(RATE, Song::Plays(0.0, TEMPO));
    rig.settings.what.band.parts = [Part::Bass].into_iter().collect();
    rig.run(16 * BEAT, Cut::Of(480), &player(0, 2));
    assert_eq!(channels(&rig), HashSet::from([1]));
    let notice = rig.status.notice().expect("a word");
    assert!(notice.contains("parts"), "{notice}");
    rig.settings.what.band.parts = PartSet::NONE;
    rig.run(17 * BEAT, Cut::Of(480), &[]);
    assert_eq!(rig.status.notice(), None);
}

#[test]
fn what_is_remembered_comes_back_in_another_jam() {
    let parts = [Part::Bass, Part::Drums];
    let mut first = rig(&parts, |_| {});
    first.run(16 * BEAT + 100, Cut::Of(480), &player(0, 12));
    let wish = |rig: &Rig, command| rig.wish.as_ref().expect("a composer").send(command).expect("room");
    wish(&first, Command::Remember("last week".to_owned()));
    first.run(17 * BEAT, Cut::Of(480), &[]);
    let memory = first.status.takes.memories().get("last week").expect("it is kept");
    assert!(memory.notes.iter().any(|note| note.part == Some(Part::Bass)));
    assert!(memory.notes.len() > 20 && memory.notes[0].onset == 0, "{memory:?}");
    let play = |recalled: bool| {
        let mut rig = rig(&parts, |_| {});
        rig.run(BEAT / 2, Cut::Of(480), &[]);
        if recalled {
            wish(&rig, Command::Recall(std::sync::Arc::new(memory.clone())));
        }
        let input: Vec<_> = player(1, 8);
        rig.run(16 * BEAT, Cut::Of(480), &input);
        assert_eq!(channels(&rig), HashSet::from([BASS, DRUM_CHANNEL]));
        hygiene(&rig.out);
        rig
    };
    let (with, again, without) = (play(true), play(true), play(false));
    assert!(with.out == again.out, "the same each time");
    assert!(with.out != without.out, "it matters");
    // Nothing heard, nothing kept.
    let mut silent = rig(&parts, |_| {});
    silent.run(BEAT, Cut::Of(480), &[]);
    wish(&silent, Command::Remember("silence".to_owned()));
    silent.run(2 * BEAT, Cut::Of(480), &[]);
    assert_eq!(silent.status.takes.memories().names(), [""; 0]);
    assert!(silent.status.notice().is_some_and(|notice| notice.contains("nothing was heard")));
}

#[test]
fn takes_keep_their_parts() {
    let mut rig = rig(&[Part::Bass, Part::Keys, Part::Drums], |settings| settings.mode = Mode::Answer);
    rig.run(20 * BEAT, Cut::Of(480), &[(0, on(60)), (BEAT, off(60)), (BEAT, on(67)), (2 * BEAT, off(67))]);
    let row = rig.status.takes.list().remove(0);
    let take = rig.status.takes.get(row.id).expect("it is kept");
    let names: Vec<_> = take.piece().tracks.into_iter().map(|track| (track.name, track.channel)).collect();
    let expected = [("You", 0), ("Segue keys", 1), ("Segue bass", 2), ("Segue drums", DRUM_CHANNEL)];
    assert_eq!(names, expected.map(|(name, channel)| (name.to_owned(), channel)));
    let sent = rig.out.len();
    rig.wish.as_ref().expect("a composer").send(Command::Replay(row.id)).expect("room");
    rig.run(40 * BEAT, Cut::Of(480), &[]);
    let counts = |out: &[(u64, Message)]| [1, BASS, DRUM_CHANNEL].map(|channel| notes(out, channel).len());
    assert_eq!(counts(&rig.out[sent..]), counts(&rig.out[..sent]), "a replay plays all");
    assert_eq!(hygiene(&rig.out), 0);
    // It stops at once, whatever model plays by then.
    rig.composer.as_mut().expect("in line").play_with(std::sync::Arc::new(Model::random(7)));
    rig.wish.as_ref().expect("a composer").send(Command::Replay(row.id)).expect("room");
    while hygiene(&rig.out) == 0 {
        rig.run(rig.sample + 480, Cut::Of(480), &[]);
    }
    rig.wish.as_ref().expect("a composer").send(Command::StopReplay).expect("room");
    rig.run(rig.sample + 2400, Cut::Of(480), &[]);
    assert_eq!(hygiene(&rig.out), 0, "50 ms later nothing sounds");
}
