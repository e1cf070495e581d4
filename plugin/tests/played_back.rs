//! Takes of ours that the host plays back: they sound as they did, and nothing of them is the
//! player's. MIDI in, MIDI out.

mod rig;

use rig::band::{BASS, BEAT, RATE, TEMPO, model_with_pedal, player, rig};
use rig::{Cut, OURS, Rig, Song, control, hygiene, notes, off, on, phrase};
use segue::between::message::Message;
use segue_music::{Channel, DRUM_CHANNEL, Part};

/// What came out on some channels.
fn recorded(rig: &Rig, channels: &[Channel]) -> Vec<(u64, Message)> {
    let of = |message: &Message| match *message {
        Message::On { channel, .. } | Message::Off { channel, .. } | Message::Control { channel, .. } => {
            channels.contains(&channel)
        }
        _ => false,
    };
    rig.out.iter().filter(|(_, message)| of(message)).copied().collect()
}

/// The song from its beginning again, with what was recorded. Returns the sample it begins at.
fn play_again(rig: &mut Rig, recorded: &[(u64, Message)], beats: u64) -> u64 {
    rig.move_song(Song::Plays(0.0, TEMPO));
    let start = rig.sample;
    let input: Vec<_> = recorded.iter().map(|&(at, message)| (at + start, message)).collect();
    rig.run(start + beats * BEAT, Cut::Of(480), &input);
    start
}

/// The highest sample of the next so many beats, in which these come in.
fn peak(rig: &mut Rig, beats: u64, input: &[(u64, Message)]) -> f32 {
    let start = rig.sample;
    let input: Vec<_> = input.iter().map(|&(at, message)| (at + start, message)).collect();
    rig.peak = 0.0;
    rig.run(start + beats * BEAT, Cut::Of(480), &input);
    rig.peak
}

/// An answer with pedal, to a player who uses one.
fn answered() -> Rig {
    let mut rig = Rig::of(model_with_pedal(), RATE, Song::Plays(0.0, TEMPO));
    rig.settings.when.bars = 2;
    let mut input = phrase(&rig, 0.0, TEMPO);
    input.extend([(10, control(Message::PEDAL, 1.0)), (2 * BEAT, control(Message::PEDAL, 0.0))]);
    input.sort_by_key(|&(at, _)| at);
    rig.run(20 * BEAT, Cut::Of(480), &input);
    rig
}

/// Whether a key that the player strikes dies away once it is released.
fn dies_away(rig: &mut Rig) -> bool {
    rig.settings.on = false;
    peak(rig, 8, &[(0, on(60)), (BEAT, off(60))]);
    peak(rig, 1, &[]) < 1e-4
}

#[test]
fn the_pedal_of_a_take_holds_nothing_of_the_players() {
    let down = Message::Control { channel: OURS, controller: Message::PEDAL, value: 1.0 };
    let up = Message::Control { channel: OURS, controller: Message::PEDAL, value: 0.0 };
    // Where it goes down and up in the take: before its first note, which nobody knows as ours;
    // within it; and long after its last, or never.
    for early in [true, false] {
        for late in [Some(false), Some(true), None] {
            let mut rig = answered();
            let own = recorded(&rig, &[OURS]);
            let mut take: Vec<_> =
                own.into_iter().filter(|(_, message)| !matches!(message, Message::Control { .. })).collect();
            let (first, last) = (take[0].0, take[take.len() - 1].0);
            let press = if early { first - 10 } else { take[take.len() / 2].0 };
            take.push((press, down));
            take.extend(late.map(|late| (if late { last + 5 * BEAT } else { last - 10 }, up)));
            take.sort_by_key(|&(at, _)| at);
            play_again(&mut rig, &take, 28);
            if late.is_none() {
                rig.move_song(Song::Stands(TEMPO));
                peak(&mut rig, 8, &[]);
            }
            assert!(dies_away(&mut rig), "early {early}, late {late:?}");
            // The player's own pedal does what it does.
            peak(&mut rig, 6, &[(0, control(Message::PEDAL, 1.0)), (9, on(60)), (BEAT, off(60))]);
            let held = peak(&mut rig, 1, &[(BEAT / 2, control(Message::PEDAL, 0.0))]);
            assert!(held > 1e-3, "early {early}, late {late:?}: {held}");
            assert!(dies_away(&mut rig), "early {early}, late {late:?}");
            assert_eq!(hygiene(&rig.out), 0);
        }
    }
}

#[test]
fn a_stop_in_the_middle_of_a_take_lifts_its_pedal() {
    let mut rig = answered();
    let down = Message::Control { channel: OURS, controller: Message::PEDAL, value: 1.0 };
    let mut take = recorded(&rig, &[OURS]);
    take.retain(|(_, message)| !matches!(message, Message::Control { .. }));
    let middle = take[take.len() / 2].0;
    take.push((middle, down));
    take.sort_by_key(|&(at, _)| at);
    // Every key of it is released, but not its pedal.
    play_again(&mut rig, &take, 20);
    rig.move_song(Song::Stands(TEMPO));
    peak(&mut rig, 8, &[]);
    assert!(peak(&mut rig, 1, &[]) < 1e-4);
}

#[test]
fn a_band_sounds_as_it_did_and_does_not_play_over_itself() {
    for parts in [&[Part::Bass, Part::Drums][..], &[Part::Drums]] {
        let mut rig = rig(parts, |settings| settings.when.bars = 4);
        rig.run(40 * BEAT, Cut::Of(480), &player(0, 16));
        let channels = [BASS, DRUM_CHANNEL];
        let take = recorded(&rig, &channels);
        let first = |rig: &Rig| channels.map(|channel| notes(&rig.out, channel));
        let before = first(&rig);
        // The player is silent. Every note goes through once, and nothing is added.
        let start = play_again(&mut rig, &take, 40);
        let again = first(&rig);
        for (channel, (before, again)) in channels.iter().zip(before.iter().zip(&again)) {
            let again: Vec<_> =
                again[before.len()..].iter().map(|note| (note.0 - start, note.1, note.2)).collect();
            let before: Vec<_> = before.iter().map(|note| (note.0, note.1, note.2)).collect();
            assert_eq!(again, before, "{parts:?}, channel {channel}");
        }
        assert_eq!(hygiene(&rig.out), 0);
        // Nor is anything added where the player plays to it.
        let mut with_player = take.clone();
        with_player.extend(player(0, 16));
        with_player.sort_by_key(|&(at, _)| at);
        let heard = notes(&rig.out, DRUM_CHANNEL).len();
        let start = play_again(&mut rig, &with_player, 40);
        let late = |notes: &[(u64, u8, u8, u64)], start: u64| {
            notes.iter().filter(|note| note.0 > start + 6 * BEAT).count()
        };
        let again = notes(&rig.out, DRUM_CHANNEL);
        assert_eq!(late(&again[heard..], start), late(&before[1], 0), "{parts:?}");
        // All but the first note is known as a part's, and has its level.
        let own = |rig: &mut Rig| {
            rig.settings.sound.parts.iter_mut().for_each(|part| part.level = 0.0);
            rig.settings.sound.level = 0.0;
            let start = rig.sample;
            rig.move_song(Song::Plays(0.0, TEMPO));
            let late = take.iter().map(|&(at, message)| (at + start, message));
            let late: Vec<_> = late.collect();
            rig.run(start + 12 * BEAT, Cut::Of(480), &late);
            rig.peak = 0.0;
            rig.run(start + 16 * BEAT, Cut::Of(480), &late);
            rig.peak
        };
        assert_eq!(own(&mut rig), 0.0, "{parts:?}: its strip is turned down");
    }
}
