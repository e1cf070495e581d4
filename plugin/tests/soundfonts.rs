//! SoundFonts of the player's: loaded beside the music, changed without an allocation on the audio
//! thread, and there from the first note of a bounce on.

#[expect(dead_code, reason = "shared with who counts bytes, too")]
#[path = "../../tests/src/simulation/allocations.rs"]
mod allocations;
#[expect(dead_code, reason = "each test uses a part of it")]
#[path = "../src/sounds/made_up.rs"]
mod made_up;

use std::sync::Arc;
use std::time::{Duration, Instant};
use std::{fs, thread};

use crossbeam_channel::bounded;
use nice_plug::params::persist::PersistentField;
use segue::audio::clock::Transport;
use segue::audio::processor::{Block, Processor};
use segue::between::boundary::boundary;
use segue::between::instrument::stage;
use segue::between::message::{Event, Message};
use segue::between::settings::Settings;
use segue::composer::model_choice::ModelChoice;
use segue::composer::sound_choice::SoundChoice;
use segue::composer::thread::{Choices, ComposerThread};
use segue::models::folder::ModelFolder;
use segue::params::state::{Saved, State};
use segue::sounds::folder::SoundFolder;
use segue::status::Status;
use segue_model::Model;

#[global_allocator]
static ALLOCATOR: allocations::Counting = allocations::Counting;

const RATE: f64 = 48_000.0;

/// A folder with two SoundFonts: one for all keys, and one for drums alone.
fn folder() -> (tempfile::TempDir, SoundFolder) {
    let folder = tempfile::tempdir().expect("a folder");
    let drums = made_up::font(&[(128, 0, 35, 81, made_up::Sound::Click)]);
    for (name, bytes) in [("all.sf2", made_up::band()), ("drums.sf2", drums)] {
        fs::write(folder.path().join(name), bytes).expect("a file");
    }
    let sounds = SoundFolder::at(folder.path());
    (folder, sounds)
}

/// One block, and its left side.
fn block(processor: &mut Processor, events: &[Event], frames: usize, loads: u32) -> (Vec<f32>, u64) {
    let (mut left, mut right) = (vec![0.0; frames], vec![0.0; frames]);
    let mut sink = Vec::with_capacity(1024);
    let (transport, settings) = (Transport::default(), Settings { generation: loads, ..Settings::default() });
    let of = Block { transport, settings, events, tracks: &[], left: &mut left, right: &mut right };
    let ((), asked) = allocations::count(|| processor.process(of, &mut sink));
    (left, asked)
}

fn on(time: u32, key: u8) -> Event {
    Event { time, message: Message::On { id: None, channel: 0, key, velocity: 0.7 } }
}

fn off(time: u32, key: u8) -> Event {
    Event { time, message: Message::Off { id: None, channel: 0, key, velocity: 0.0 } }
}

#[test]
fn sounds_come_and_go_without_an_allocation_on_the_audio_thread() {
    assert!(allocations::counts());
    let (_folder, sounds) = folder();
    let (state, (way, workshop)) = (State::default(), stage());
    let (audio, _end) = boundary();
    let mut processor = Processor::new(audio, Arc::default(), RATE);
    processor.play_through(way);
    let mut choice = SoundChoice::new(workshop, sounds, state.clone());
    let mut peaks = Vec::new();
    for (round, name) in
        [None, Some("all.sf2"), Some("drums.sf2"), None, Some("all.sf2"), None].into_iter().enumerate()
    {
        state.choose_sound(name.map(str::to_owned));
        let mut peak = 0.0f32;
        for number in 0..1_500u32 {
            let key = 40 + (number / 10 % 40) as u8;
            let events = match number % 10 {
                0 => vec![on(7, key), on(9, key + 12)],
                6 => vec![off(50, key), off(50, key + 12)],
                8 if number % 300 == 8 => {
                    let message = Message::Control { channel: 0, controller: Message::PEDAL, value: 1.0 };
                    vec![Event { time: 0, message }]
                }
                _ => Vec::new(),
            };
            let (left, asked) = block(&mut processor, &events, 64, 0);
            assert_eq!(asked, 0, "round {round}, block {number}");
            peak = left.iter().fold(peak, |peak, sample| peak.max(sample.abs()));
            choice.attend();
            if number == 300 {
                thread::sleep(Duration::from_millis(50));
            }
        }
        peaks.push(peak);
    }
    assert!(peaks.iter().all(|&peak| peak > 0.01), "it sounds whatever is chosen: {peaks:?}");
    assert_eq!(state.notices(), [""; 0]);
}

#[test]
fn a_bounce_begins_with_the_sound_that_its_project_names() {
    let (_folder, sounds) = folder();
    // The state is loaded before the host activates, or between two blocks.
    let bounce = |name: Option<&str>, late: bool| {
        let state = State::default();
        let load = || state.set(Saved { sound: name.map(str::to_owned), ..Saved::default() });
        if !late {
            load();
        }
        let status = Arc::<Status>::default();
        let (audio, end) = boundary();
        let (_, wishes) = bounded(1);
        let (way, workshop) = stage();
        way.set_sample_rate(RATE as f32);
        let model =
            ModelChoice::new(|| Ok(Arc::new(Model::random(7))), ModelFolder::at("none"), state.clone());
        let sound = Some(SoundChoice::new(workshop, sounds.clone(), state.clone()));
        let composer = ComposerThread::start(end, wishes, status.clone(), Choices { model, sound });
        let mut processor = Processor::new(audio, status.meters.clone(), RATE);
        processor.play_through(way);
        processor.activate(RATE, true, composer.thread());
        if late {
            (0..100).for_each(|_| _ = block(&mut processor, &[], 480, 0));
            load();
        }
        let loads = state.loads();
        let (mut all, _) = block(&mut processor, &[on(0, 69)], 480, loads);
        all.extend(block(&mut processor, &[], 4_320, loads).0);
        let begun = Instant::now();
        drop(composer);
        assert!(begun.elapsed() < Duration::from_secs(5));
        (all, state.notices())
    };
    let [(plain, none), (font, whole), (missing, told)] =
        [None, Some("all.sf2"), Some("gone.sf2")].map(|name| bounce(name, false));
    assert!(none.is_empty() && whole.is_empty(), "{none:?} {whole:?}");
    assert!(told.join("").contains("gone.sf2"), "{told:?}");
    assert!(plain == missing && plain != font, "a missing one is replaced by the built-in sound");
    // The tiny SoundFont is a sine of 440 Hz.
    let rising = font[960..].windows(2).filter(|pair| pair[0] <= 0.0 && pair[1] > 0.0).count();
    assert!((34..=36).contains(&rising), "{rising} periods in 80 ms");
    for late in [false, true, true, true] {
        assert!(bounce(Some("all.sf2"), late).0 == font, "each time the same");
    }
}
