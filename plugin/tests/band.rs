//! A band: its parts on their channels, and who comes in when. MIDI in, MIDI out.

mod rig;

use std::collections::HashSet;

use rig::band::{BASS, BEAT, RATE, TEMPO, channels, player, rig};
use rig::{Cut, Rig, Song, hygiene, notes, off, on};
use segue::between::message::Message;
use segue::between::settings::{Entry, Mode, ScaleLock, Settings};
use segue::composer::Command;
use segue_model::Model;
use segue_music::{DRUM_CHANNEL, Part, PartSet};

/// D E F# G A B C#.
const D_MAJOR: ScaleLock = ScaleLock::To(1 << 2 | 1 << 4 | 1 << 6 | 1 << 7 | 1 << 9 | 1 << 11 | 1 << 1);

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
    // The count is not part of the length: however short it is, somebody comes in.
    let mut short = rig(&[Part::Bass, Part::Drums], |settings| {
        counting(settings);
        settings.when.bars = 1;
    });
    short.run(24 * BEAT, Cut::Of(480), &[(BEAT, on(60)), (BEAT + 9000, off(60))]);
    assert_eq!(notes(&short.out, BASS).first().map(|note| note.0), Some(8 * BEAT));
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
fn a_part_that_has_had_its_share_stops_nobody() {
    // The drums have had theirs where the bass, which plays one note at a time, has just played.
    for seed in 0..16 {
        let mut rig = rig(&[Part::Bass, Part::Drums], |settings| {
            settings.what.seed = seed;
            settings.what.band.limits[Part::Drums.index()].density = 1.0;
            settings.when.bars = 8;
        });
        rig.run(40 * BEAT, Cut::Of(480), &player(0, 8));
        assert_eq!(rig.status.reason(), None, "seed {seed}");
        let last = notes(&rig.out, BASS).last().map(|note| note.0);
        assert!(last >= Some(30 * BEAT), "seed {seed}: {last:?}");
    }
}

#[test]
fn what_limits_pitch_silences_no_drums() {
    // One key is left, and the scale lacks it: a bass has nothing to play.
    let narrow = |parts: &[Part]| {
        let mut rig = rig(parts, |settings| {
            (settings.what.bounds.keys, settings.what.bounds.scale) = ((60, 60), D_MAJOR);
        });
        rig.run(16 * BEAT, Cut::Of(480), &player(0, 8));
        (channels(&rig), rig.status.notice().unwrap_or_default())
    };
    for parts in [&[Part::Drums][..], &[Part::Bass, Part::Drums]] {
        assert_eq!(narrow(parts).0, HashSet::from([DRUM_CHANNEL]), "{parts:?}");
    }
    let (channels, notice) = narrow(&[Part::Keys]);
    assert!(channels.is_empty() && notice.contains("scale"), "{notice}");
}

#[test]
fn a_part_that_its_limits_silence_is_named() {
    let mut rig = rig(&[Part::Bass, Part::Drums], |settings| {
        settings.what.band.limits[Part::Bass.index()].keys = (100, 127);
    });
    rig.run(8 * BEAT, Cut::Of(480), &player(0, 8));
    let notice = rig.status.notice().expect("a word");
    assert!(notice.starts_with("no bass:"), "{notice}");
    rig.settings.what.band.limits[Part::Bass.index()].keys = (0, 127);
    rig.run(9 * BEAT, Cut::Of(480), &player(8, 9));
    assert_eq!(rig.status.notice(), None);
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
