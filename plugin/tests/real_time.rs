//! The audio thread allocates nothing: not while it listens, answers, is barged in on, flooded,
//! stopped or starved, nor while a band sounds.

#[expect(dead_code, reason = "shared with who counts bytes, too")]
#[path = "../../tests/src/simulation/allocations.rs"]
mod allocations;
mod rig;

use std::sync::Arc;
use std::time::Instant;

use crossbeam_channel::bounded;
use rig::{Song, control, off, on};
use segue::audio::clock::Transport;
use segue::audio::processor::{Block, Processor};
use segue::audio::sound::{Levels, Sound};
use segue::audio::voices::Address;
use segue::between::boundary::boundary;
use segue::between::message::{Event, Message, Sink};
use segue::between::settings::{Settings, When};
use segue::between::touch::touch;
use segue::composer::Composer;
use segue::status::Status;
use segue_model::Model;
use segue_music::{Meter, Part, Role};

#[global_allocator]
static ALLOCATOR: allocations::Counting = allocations::Counting;

/// A host's list of fixed size.
struct Fixed {
    events: Vec<(u32, Message)>,
}

impl Sink for Fixed {
    fn send(&mut self, time: u32, message: Message) -> bool {
        let room = self.events.len() < self.events.capacity();
        if room {
            self.events.push((time, message));
        }
        room
    }
}

#[test]
fn the_audio_thread_allocates_nothing() {
    assert!(allocations::counts());

    let status = Arc::<Status>::default();
    let (audio, end) = boundary();
    let (_, wishes) = bounded(1);
    let mut composer = Composer::new(Arc::new(Model::random(7)), end, wishes, status.clone());
    let rate = 48_000.0;
    let mut processor = Processor::new(audio, status.meters.clone(), rate);
    let (mut fingers, touches) = touch();
    processor.listen_to(touches);
    let (mut left, mut right) = (vec![0.0; 64], vec![0.0; 64]);
    let mut sink = Fixed { events: Vec::with_capacity(256) };
    let when = When { bars: 16, ..When::default() };
    let mut settings = Settings { when, ..Settings::default() };
    let (mut sent, mut worst, mut total) = (0, 0.0f64, 0.0);
    let blocks = 30_000;
    for block in 0..blocks {
        let second = block / 750;
        // A phrase in seconds 0 and 10, a barge-in at 8 s, floods, and blocks in which the composer
        // does not come to its turn for seconds.
        let mut events = Vec::new();
        let within = block % 750;
        if matches!(second, 0 | 8 | 10 | 30) && within % 100 < 2 {
            let key = 60 + (within / 100) as u8;
            events.push(Event { time: 9, message: if within % 100 == 0 { on(key) } else { off(key) } });
        }
        if block == 9_000 {
            events.extend((0..1000).map(|i| Event { time: i / 16, message: on((i % 128) as u8) }));
        }
        if block == 9_400 {
            events.extend((0..128).map(|key| Event { time: 0, message: off(key) }));
            events.push(Event { time: 1, message: control(Message::ALL_NOTES_OFF, 0.0) });
        }
        if second == 33 && within % 7 == 0 {
            events.extend((0..2000).map(|i| Event { time: 3, message: control((i % 128) as u8, 0.3) }));
        }
        // Somebody plays in the window, too.
        if second == 31 {
            fingers.lift_all();
            for key in 0..40 {
                fingers.press(key + (within % 60) as u8, 0.5);
            }
        }
        settings.bypass = second == 26;
        settings.sound.channel = if second < 28 { 1 } else { 4 };
        if block == 15_000 {
            processor.reset();
        }
        let song = match second {
            20..22 => Song::Stands(120.0),
            22..24 => Song::None,
            24 => Song::Plays(f64::from(block % 9) * 4.0, 120.0),
            _ => Song::Plays(f64::from(block) * 64.0 / rate * 2.0, 120.0),
        };
        let transport = match song {
            Song::Plays(song, tempo) | Song::Cycles(song, tempo, _) => Transport {
                playing: true,
                tempo: Some(tempo),
                meter: Some(Meter::COMMON),
                song: Some(song),
                ..Transport::default()
            },
            Song::Stands(tempo) => Transport { tempo: Some(tempo), ..Transport::default() },
            Song::None => Transport::default(),
        };
        sink.events.clear();
        let begun = Instant::now();
        let block_of =
            Block { transport, settings, events: &events, tracks: &[], left: &mut left, right: &mut right };
        let ((), asked) = allocations::count(|| processor.process(block_of, &mut sink));
        let seconds = begun.elapsed().as_secs_f64();
        (worst, total) = (worst.max(seconds), total + seconds);
        sent += sink.events.len();
        assert_eq!(asked, 0, "block {block}");
        if !(12..18).contains(&second) {
            while composer.step() {}
        }
    }
    assert!(sent > 2_000);
    let share = total / (f64::from(blocks) * 64.0 / rate);
    println!("process(): {:.2} % of the time of its blocks, {:.0} us at most", share * 100.0, worst * 1e6);
}

#[test]
fn a_band_allocates_nothing() {
    let mut sound = Sound::new(48_000.0);
    let (mut left, mut right) = (vec![0.0; 64], vec![0.0; 64]);
    let levels = Levels::new(0.5, 0.5);
    for step in 0..2_000u32 {
        // Every part and every key, sixteen at a time, more than there are voices for.
        let ((), asked) = allocations::count(|| {
            for number in 16 * step..16 * step + 16 {
                let part = Part::ALL[number as usize % Part::COUNT];
                let address = Address { channel: (number % 16) as u8, key: (number * 7 % 128) as u8 };
                sound.note_on(address, Role::ALL[(number / 5) as usize % 2], Some(part), 0.6);
                sound.note_off(Address { key: (number * 5 % 128) as u8, ..address });
            }
            sound.pedal(if step % 2 == 0 { Role::Player } else { Role::Segue }, step % 9 == 0);
            if step % 500 == 499 {
                sound.fade();
            }
            sound.render(&mut left, &mut right, &levels);
        });
        assert_eq!(asked, 0, "step {step}");
        assert!(left.iter().chain(&right).all(|sample| sample.abs() < 1.0), "step {step}");
    }
}
