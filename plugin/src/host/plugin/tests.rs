//! A panic in one of our callbacks stays there: notes pass through, and the editor shows why.

use std::collections::VecDeque;
use std::sync::Arc;
use std::time::{Duration, Instant};

use nice_plug::context::process::SendEventError;
use nice_plug::midi::{Channel as HostChannel, Key as HostKey, VoiceID};
use segue_realtime::audio::processor::Processor;
use segue_realtime::between::settings::Settings;

use super::*;
use crate::composer::model_choice::Load;

const FRAMES: usize = 64;

/// A host, whose output list may panic at what it is given.
struct Host {
    transport: Transport,
    input: VecDeque<NoteEvent<()>>,
    output: Vec<NoteEvent<()>>,
    /// How many more events it panics at.
    falls: usize,
}

impl Host {
    fn new() -> Self {
        Self { transport: Transport::new(48_000.0), input: VecDeque::new(), output: Vec::new(), falls: 0 }
    }
}

impl ProcessContext<Segue> for Host {
    fn plugin_api(&self) -> PluginApi {
        PluginApi::Clap
    }
    fn execute_background(&self, _task: worker_workaround::Hold) {}
    fn execute_gui(&self, _task: worker_workaround::Hold) {}
    fn transport(&self) -> &Transport {
        &self.transport
    }
    fn next_event(&mut self) -> Option<NoteEvent<()>> {
        self.input.pop_front()
    }
    fn try_send_event(&mut self, event: NoteEvent<()>) -> Result<(), (NoteEvent<()>, SendEventError)> {
        if self.falls > 0 {
            self.falls -= 1;
            panic!("a test falls here");
        }
        self.output.push(event);
        Ok(())
    }
    fn set_latency_samples(&self, _samples: u32) {}
    fn request_restart(&self) {}
    fn set_current_voice_capacity(&self, _capacity: u32) {}
}

impl ActivateContext<Segue> for Host {
    fn plugin_api(&self) -> PluginApi {
        PluginApi::Clap
    }
    fn execute(&self, _task: worker_workaround::Hold) {}
    fn set_latency_samples(&self, _samples: u32) {}
    fn set_current_voice_capacity(&self, _capacity: u32) {}
}

fn activate(segue: &mut Segue) {
    let buffer = BufferConfig {
        sample_rate: 48_000.0,
        min_buffer_size: None,
        max_buffer_size: FRAMES as u32,
        process_mode: ProcessMode::Realtime,
    };
    assert!(segue.activate(&Segue::AUDIO_IO_LAYOUTS[0], &buffer, &mut Host::new()));
}

/// One block with these events; what comes out of it.
fn block(segue: &mut Segue, host: &mut Host, input: &[NoteEvent<()>]) -> Vec<NoteEvent<()>> {
    host.input.extend(input.iter().cloned());
    let (mut left, mut right) = (vec![1.0; FRAMES], vec![1.0; FRAMES]);
    let mut buffer = Buffer::default();
    // SAFETY: both channels have as many samples as is said, and outlive the buffer.
    unsafe {
        buffer.set_slices(FRAMES, |slices| *slices = vec![&mut left, &mut right]);
    }
    let mut aux = AuxiliaryBuffers { inputs: &mut [], outputs: &mut [] };
    let status = segue.process(&mut buffer, &mut aux, host);
    assert_eq!(status, ProcessStatus::KeepAlive);
    std::mem::take(&mut host.output)
}

fn on(key: u8) -> NoteEvent<()> {
    NoteEvent::NoteOn {
        timing: 3,
        voice_id: VoiceID::Wildcard,
        channel: HostChannel::Number(0),
        key: HostKey::Number(key),
        velocity: 0.7,
    }
}

fn off(key: u8) -> NoteEvent<()> {
    NoteEvent::NoteOff {
        timing: 9,
        voice_id: VoiceID::Wildcard,
        channel: HostChannel::Number(0),
        key: HostKey::Number(key),
        velocity: 0.0,
    }
}

/// The keys that go down and up.
fn keys(events: &[NoteEvent<()>]) -> Vec<(bool, u8)> {
    events
        .iter()
        .filter_map(|event| match event {
            NoteEvent::NoteOn { key, .. } => Some((true, key.number()?)),
            NoteEvent::NoteOff { key, .. } => Some((false, key.number()?)),
            _ => None,
        })
        .collect()
}

#[test]
fn what_falls_while_processing_leaves_a_plugin_that_passes_notes_through() {
    // Once; and again while what sounded is being ended.
    for falls in [1, 2, 3] {
        let (mut segue, mut host) = (Segue::default(), Host::new());
        activate(&mut segue);
        assert_eq!(keys(&block(&mut segue, &mut host, &[on(60)])), [(true, 60)]);
        host.falls = falls;
        let fell = block(&mut segue, &mut host, &[on(64)]);
        assert!(segue.panicked, "{falls}");
        if falls == 1 {
            assert!(keys(&fell).contains(&(false, 60)), "what sounded ends: {fell:?}");
        }
        let reason = segue.status.reason().unwrap_or_default();
        assert!(reason.contains("pass through"), "{reason}");
        host.falls = 0;
        for key in [67, 69] {
            let passed = block(&mut segue, &mut host, &[on(key), off(key)]);
            assert_eq!(keys(&passed), [(true, key), (false, key)], "{falls}");
        }
        segue.hear_tracks([on(60), off(60)].into_iter());
        assert_eq!(keys(&block(&mut segue, &mut host, &[])), [], "tracks do not: they sound elsewhere");
        // The host begins anew: so do we.
        activate(&mut segue);
        assert!(!segue.panicked);
        let passed = block(&mut segue, &mut host, &[on(60), off(60)]);
        assert!(keys(&passed).ends_with(&[(true, 60), (false, 60)]), "{passed:?}");
    }
}

#[test]
fn a_composer_that_falls_leaves_a_plugin_that_passes_notes_through() {
    let loads: [Load; 2] = [|| panic!("a test falls here"), || Err("there is no model".to_owned())];
    for (load, told) in loads.into_iter().zip(["stopped with an error", "there is no model"]) {
        let (audio, end) = boundary();
        let (_wish, wishes) = bounded(1);
        let status = Arc::<Status>::default();
        let composer = ComposerThread::start(end, wishes, status.clone(), load);
        let mut processor = Processor::new(audio, status.meters.clone(), 48_000.0);
        // Offline, where it is waited for what the composer plans.
        processor.activate(48_000.0, true, composer.thread());
        let begun = Instant::now();
        let mut output = Vec::new();
        for index in 0..200 {
            let (mut left, mut right) = ([0.0; FRAMES], [0.0; FRAMES]);
            let events = [on(60), off(60)].map(|event| framework::event(&event).expect("a note"));
            let block = Block {
                transport: segue_realtime::audio::clock::Transport::default(),
                settings: Settings::default(),
                events: if index % 20 == 0 { &events } else { &[] },
                tracks: &[],
                left: &mut left,
                right: &mut right,
            };
            processor.process(block, &mut output);
        }
        assert_eq!(output.len(), 20, "{output:?}");
        assert!(begun.elapsed() < Duration::from_secs(5), "it waits for a composer that is gone");
        let reason = status.reason().unwrap_or_default();
        assert!(reason.contains(told), "{reason}");
    }
}
