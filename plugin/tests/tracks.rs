//! Other tracks: beside the player on channels of their own, or on an input of their own. MIDI in,
//! MIDI out.

mod rig;

use std::collections::HashSet;

use rig::band::{BASS, BEAT, channels, model, player, quarters, rig};
use rig::{Cut, Rig, hygiene, notes};
use segue::between::message::Message;
use segue::between::settings::{Mode, Trigger};
use segue_model::Model;
use segue_music::{Channel, DRUM_CHANNEL, Part, Role};

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
fn on_the_input_for_tracks_nothing_is_the_players_whatever_its_channel() {
    let play = |tracks: &[(u64, Message)], player: bool, chosen: Option<Channel>| {
        let mut rig = rig(&[Part::Keys], |settings| {
            (settings.mode, settings.sound.player) = (Mode::Answer, chosen);
            // Nor is it a command.
            settings.when.mode_trigger = Some(Trigger::Note(72));
        });
        let input = if player { self::player(4, 6) } else { Vec::new() };
        rig.run_beside(16 * BEAT, Cut::Of(480), &input, tracks);
        hygiene(&rig.out);
        rig
    };
    let mut tracks = player(0, 8);
    tracks.extend(quarters(DRUM_CHANNEL, &[36, 38], 0, 16));
    tracks.extend([(0, Message::Control { channel: 0, controller: 64, value: 1.0 })]);
    tracks.sort_by_key(|(at, _)| *at);
    for chosen in [None, Some(0), Some(5)] {
        let alone = play(&tracks, false, chosen);
        assert_eq!(alone.out, [], "nobody answers it, and it is not passed on: {chosen:?}");
    }
    let ours = |rig: &Rig| notes(&rig.out, 1);
    let (with, without) = (play(&tracks, true, None), play(&[], true, None));
    assert_eq!(notes(&with.out, 0), notes(&without.out, 0), "the player's go out as ever");
    assert_eq!(channels(&with), channels(&without));
    assert_eq!(ours(&with)[0].0, ours(&without)[0].0, "it does not put off the answer");
    assert_ne!(ours(&with), ours(&without), "it is heard");
}

#[test]
fn on_the_input_for_tracks_all_notes_off_ends_them_and_nothing_of_the_players() {
    for bypass in [false, true] {
        let mut rig = rig(&[Part::Keys], |settings| settings.mode = Mode::Answer);
        let down = |channel, key| (0, Message::On { id: None, channel, key, velocity: 0.7 });
        let end = Message::Control { channel: 0, controller: Message::ALL_NOTES_OFF, value: 0.0 };
        let tracks = [down(0, 60), down(0, 67), (BEAT, end)];
        rig.settings.bypass = bypass;
        rig.run_beside(2 * BEAT, Cut::Of(480), &[down(0, 60)], &tracks);
        let heard = rig.composer.as_ref().expect("in line").heard();
        let heard = heard.iter().filter(|note| note.role == Role::Player);
        let held: Vec<_> = heard.clone().filter(|note| note.end.is_none()).map(|note| note.key).collect();
        // The player's key goes on, though a track in unison with it has ended.
        assert_eq!((heard.count(), held), if bypass { (0, vec![]) } else { (3, vec![60]) });
        assert_eq!(rig.out.len(), 1, "the player's goes on: {:?}", rig.out);
    }
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
fn what_the_player_moved_on_another_channel_before_choosing_one_comes_back() {
    let control = |value| Message::Control { channel: 2, controller: Message::PEDAL, value };
    let bend = |value| Message::Bend { channel: 2, value };
    let wheel = |value| Message::Control { channel: 2, controller: 1, value };
    let press = |value| Message::Pressure { channel: 2, value };
    let moves: [(&str, Message, Message); 4] = [
        ("pedal", control(1.0), control(0.0)),
        ("pitch wheel", bend(0.9), bend(0.5)),
        ("modulation", wheel(0.7), wheel(0.0)),
        ("pressure", press(0.7), press(0.0)),
    ];
    for (name, away, rest) in moves {
        let mut rig = rig(&[Part::Keys], |settings| settings.mode = Mode::Answer);
        rig.run(BEAT, Cut::Of(480), &[(10, away)]);
        rig.settings.sound.player = Some(0);
        let later = [(BEAT + 10, rest), (BEAT + 500, away)];
        rig.run(2 * BEAT, Cut::Of(480), &later);
        assert_eq!(rig.out, [(10, away), (BEAT + 10, rest)], "{name}: back, and then a track's");
    }
}
