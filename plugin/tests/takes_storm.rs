//! Takes where something else happens: resets, bypass, lost reports, and whatever is asked of them,
//! whenever. Every note ends, and the journal holds what came out, note for note.

mod rig;

use rig::{Cut, OURS, Rig, Song, control, hygiene, notes, off, on};
use segue::between::message::Message;
use segue::between::settings::{Mode, Yield};
use segue::composer::Command;
use segue::takes::Take;
use segue_music::midi_file;

const RATE: f64 = 48_000.0;
const BEAT: u64 = 24_000;
const SEEDS: u64 = 12;

fn rig(bars: u8) -> Rig {
    let mut rig = Rig::new(RATE, Song::Plays(0.0, 120.0));
    rig.settings.when.bars = bars;
    rig
}

fn ask(rig: &Rig, wish: Command) {
    rig.wish.as_ref().expect("in line").send(wish).expect("it listens");
}

/// Quarters from one beat to another at 120 BPM.
fn quarters(from: u64, until: u64) -> Vec<(u64, Message)> {
    (from..until).flat_map(|beat| [(beat * BEAT, on(60)), (beat * BEAT + BEAT * 9 / 10, off(60))]).collect()
}

fn takes(rig: &Rig) -> Vec<Take> {
    let rows = rig.status.takes.list();
    rows.iter().rev().filter_map(|row| rig.status.takes.get(row.id)).collect()
}

/// Numbers by a seed, always the same.
struct Dice(u64);

impl Dice {
    fn below(&mut self, most: u64) -> u64 {
        self.0 = self.0.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        (self.0 >> 33) % most
    }
}

/// The player plays something from here on, within two beats.
fn plays(dice: &mut Dice, rig: &Rig) -> Vec<(u64, Message)> {
    let mut input = Vec::new();
    for _ in 0..dice.below(6) {
        let (at, key) = (rig.sample + dice.below(2 * BEAT), 50 + dice.below(20) as u8);
        input.extend([(at, on(key)), (at + 1 + dice.below(BEAT / 2), off(key))]);
    }
    input.sort_by_key(|(at, _)| *at);
    input
}

/// Something happens between two blocks.
fn happens(dice: &mut Dice, rig: &mut Rig) {
    let ids: Vec<u64> = rig.status.takes.list().iter().map(|row| row.id).collect();
    let id = ids.get(dice.below(8) as usize).copied().unwrap_or(99);
    let wish = match dice.below(24) {
        0..=4 => Some(Command::Replay(id)),
        5..=8 => Some(Command::Another(id)),
        9 | 10 => Some(Command::Undo),
        11 | 12 => Some(Command::Redo),
        13 => Some(Command::StopReplay),
        14 => Some(Command::Forget),
        15 => {
            rig.status.takes.remove(id);
            None
        }
        16 => {
            rig.settings.mode = Mode::ALL[dice.below(Mode::ALL.len() as u64) as usize];
            None
        }
        17 => {
            rig.settings.when.yields = [Yield::AtOnce, Yield::LetEnd][dice.below(2) as usize];
            None
        }
        18 => {
            rig.settings.when.latch = dice.below(2) == 0;
            None
        }
        19 => {
            rig.settings.on = dice.below(3) > 0;
            None
        }
        20 => {
            let from = dice.below(16) as f64 / 2.0;
            rig.move_song([Song::Plays(from, 120.0), Song::Stands(120.0)][dice.below(2) as usize]);
            None
        }
        21 => {
            rig.settings.generation += 1;
            None
        }
        22 if dice.below(4) == 0 => {
            rig.processor.reset();
            None
        }
        _ => None,
    };
    if let Some(wish) = wish {
        ask(rig, wish);
    }
}

#[test]
fn whatever_is_asked_for_every_note_ends_and_is_written_down() {
    let (mut kept, mut replayed) = (0, 0);
    for seed in 0..SEEDS {
        let mut dice = Dice(seed);
        let mut rig = rig(1 + dice.below(2) as u8);
        rig.settings.what.quantise = 0.5;
        for _ in 0..50 {
            let input = if dice.below(3) == 0 { Vec::new() } else { plays(&mut dice, &rig) };
            happens(&mut dice, &mut rig);
            let until = rig.sample + 2 * BEAT + BEAT / 2;
            rig.run(until, Cut::Random, &input);
            replayed += usize::from(rig.status.takes.list().iter().any(|row| row.replaying));
        }
        rig.settings.on = false;
        rig.run(rig.sample + 8 * BEAT, Cut::Of(480), &[(rig.sample, control(123, 0.0))]);
        assert_eq!(hygiene(&rig.out), 0, "seed {seed}");
        kept += rig.status.takes.list().len();
        let folder = tempfile::tempdir().expect("a folder");
        let path = rig.status.takes.export_jam(folder.path()).expect("a file");
        let piece = midi_file::read(&path).expect("a piece");
        for (name, channel) in [("You", 0), ("Segue", OURS)] {
            // A key struck twice in one tick of the file is one note there.
            let mut written: Vec<_> = piece.tracks.iter().filter(|track| track.name == name).collect();
            let written = written.pop().map(|track| track.notes.len()).unwrap_or_default();
            let sounded = notes(&rig.out, channel).len();
            assert!(
                written <= sounded && sounded - written <= 2,
                "seed {seed}: {name}: {written} of {sounded}"
            );
        }
    }
    assert!(kept > 40 && replayed > 15, "{kept} takes, {replayed} moments of replays");
}

#[test]
fn a_reset_ends_a_take_and_not_the_jam() {
    let mut rig = rig(4);
    rig.run(8 * BEAT, Cut::Of(480), &quarters(0, 4));
    rig.processor.reset();
    rig.move_song(Song::Plays(0.0, 90.0));
    rig.block(480, &[]);
    rig.run(9 * BEAT, Cut::Of(480), &[]);
    let kept = takes(&rig);
    assert_eq!((kept.len(), kept[0].name.number), (1, 1));
    let from = rig.sample;
    let input: Vec<_> =
        rig::phrase(&rig, 0.0, 90.0).into_iter().map(|(at, message)| (at + from, message)).collect();
    rig.run(from + 20 * BEAT, Cut::Of(480), &input);
    rig.run(from + 40 * BEAT, Cut::Of(480), &[]);
    let kept = takes(&rig);
    assert_eq!((kept.len(), kept[1].prompt.len(), kept[1].tempo.bpm()), (2, 4, 90.0));
    let folder = tempfile::tempdir().expect("a folder");
    let path = rig.status.takes.export_jam(folder.path()).expect("a file");
    let piece = midi_file::read(&path).expect("a piece");
    let tempos: Vec<_> = piece.tempos.iter().map(|&(_, tempo)| tempo.bpm().round()).collect();
    assert_eq!(tempos, [120.0, 90.0]);
    assert_eq!(piece.notes().len(), notes(&rig.out, 0).len() + notes(&rig.out, OURS).len());
}

#[test]
fn what_is_bypassed_is_nobodys_business() {
    let mut rig = rig(1);
    rig.settings.bypass = true;
    rig.run(6 * BEAT, Cut::Of(480), &quarters(0, 4));
    let folder = tempfile::tempdir().expect("a folder");
    assert!(rig.status.takes.export_jam(folder.path()).is_err(), "nothing was written down");
    assert_eq!(notes(&rig.out, 0).len(), 4);
    // A take is not played into it either.
    rig.settings.bypass = false;
    rig.run(20 * BEAT, Cut::Of(480), &quarters(8, 12));
    rig.settings.bypass = true;
    rig.run(21 * BEAT, Cut::Of(480), &[]);
    let (id, count) = (rig.status.takes.list()[0].id, rig.ours().len());
    ask(&rig, Command::Replay(id));
    rig.run(28 * BEAT, Cut::Of(480), &[]);
    assert_eq!(rig.ours().len(), count);
    rig.settings.bypass = false;
    rig.run(40 * BEAT, Cut::Of(480), &[]);
    assert_eq!((rig.ours().len(), rig.status.takes.list()[0].replaying), (count, false));
}

#[test]
fn what_was_lost_on_the_way_is_counted_and_leaves_no_note_open() {
    let mut rig = rig(1);
    let composer = rig.composer.take();
    // More than the ring holds while the composer stands still.
    let input: Vec<_> = (0..6_000u64)
        .flat_map(|i| [(i * 8, on((i % 60) as u8 + 30)), (i * 8 + 5, off((i % 60) as u8 + 30))])
        .chain([(47_999, on(100))])
        .collect();
    rig.run(2 * BEAT, Cut::Of(480), &input);
    rig.composer = composer;
    rig.run(12 * BEAT, Cut::Of(480), &[(3 * BEAT, off(100)), (4 * BEAT, on(60)), (5 * BEAT, off(60))]);
    let lost = rig.status.unreported.load(std::sync::atomic::Ordering::Relaxed);
    assert!(lost > 3_000, "{lost}");
    // The answer to what came after is a take as ever.
    let kept = takes(&rig);
    assert!(kept.iter().any(|take| take.prompt.iter().any(|note| note.key == 60)), "{kept:?}");
    assert_eq!(hygiene(&rig.out), 0);
}
