mod allocation;

use std::sync::Arc;

use segue_music::{Meter, Tempo};

use super::*;
use crate::standalone::midi::queues::{MidiInput, TimedMessage, midi_queues};
use crate::standalone::transport::handle::{TransportHandle, transport_channel};

const RATE: f32 = 48_000.0;

impl MidiSink for Vec<MidiMessage> {
    fn send(&mut self, message: MidiMessage) -> bool {
        self.push(message);
        true
    }
}

/// An instrument, its transport and its MIDI ports.
struct Rig {
    instrument: Instrument,
    transport: TransportHandle,
    input: MidiInput,
    output: rtrb::Consumer<TimedMessage>,
}

fn rig(tap: Option<Trigger>) -> Rig {
    let (transport, commands) = transport_channel();
    let (queues, input, output) = midi_queues(true);
    let mut instrument = Instrument::new(Segue::default(), commands, queues, tap);
    instrument.activate(RATE);
    Rig { instrument, transport, input, output }
}

impl Rig {
    /// Plays a block. Returns the messages that come out, with their samples, and the left channel.
    fn play(&mut self, midi: &[(u32, &[u8])], frames: usize) -> (Vec<(u32, Vec<u8>)>, Vec<f32>) {
        let (mut left, mut right, mut out) = (vec![0.0; frames], vec![0.0; frames], Vec::new());
        let midi = midi.iter().filter_map(|&(time, bytes)| MidiMessage::parse(time, bytes));
        self.instrument.play(midi, &mut left, &mut right, &mut out);
        (out.iter().map(|message| (message.time, message.bytes().to_vec())).collect(), left)
    }
}

/// The first sample that is not silent.
fn sound_starts(samples: &[f32]) -> Option<usize> {
    samples.iter().position(|sample| sample.abs() > 1e-6)
}

#[test]
fn what_is_played_passes_through_and_sounds() {
    let mut rig = rig(None);
    let (out, sound) = rig.play(&[(100, &[0x90, 60, 100]), (300, &[0x80, 60, 0])], 512);
    assert_eq!(out, [(100, vec![0x90, 60, 100]), (300, vec![0x80, 60, 0])]);
    assert!(sound_starts(&sound).is_some_and(|at| at >= 100));
    // The system's ports get the same.
    let sent = std::iter::from_fn(|| rig.output.pop().ok());
    let sent: Vec<_> = sent.map(|sent| sent.message.bytes().to_vec()).collect();
    assert_eq!(sent, [vec![0x90, 60, 100], vec![0x80, 60, 0]]);
}

#[test]
fn what_comes_through_a_port_is_played() {
    let mut rig = rig(None);
    rig.input.push(&[0x90, 64, 80]);
    let (out, _) = rig.play(&[(0, &[0x90, 60, 100])], 256);
    let mut keys: Vec<_> = out.iter().map(|(_, bytes)| bytes[1]).collect();
    keys.sort_unstable();
    assert_eq!(keys, [60, 64]);
}

#[test]
fn other_tracks_are_neither_passed_on_nor_heard_nor_taps() {
    let mut rig = rig(Some(Trigger::Note(21)));
    let tracks = rig.input.for_tracks();
    // The player's own key, a drum, the key that taps, and a device that goes.
    for bytes in [[0x90, 60, 80], [0x99, 36, 80], [0x90, 21, 80], [0x80, 21, 0]] {
        tracks.push(&bytes);
    }
    let (out, sound) = rig.play(&[], 512);
    assert_eq!((out, sound_starts(&sound)), (vec![], None));
    let (out, _) = rig.play(&[(0, &[0x90, 60, 100])], 512);
    assert_eq!(out, [(0, vec![0x90, 60, 100])], "the player's key is another");
    tracks.lose();
    assert_eq!(rig.play(&[], 512).0, []);
    let (out, _) = rig.play(&[(0, &[0x80, 60, 0])], 512);
    assert_eq!(out, [(0, vec![0x80, 60, 0])]);
    assert!(rig.transport.summary().contains("120 BPM"), "{}", rig.transport.summary());
}

#[test]
fn a_drum_machine_that_starts_starts_the_clock() {
    let mut rig = rig(None);
    rig.transport.send(Command::Stop);
    rig.input.for_tracks().push(&[0xFA]);
    rig.play(&[], 256);
    assert!(rig.transport.is_playing());
    rig.input.for_tracks().push(&[0xFC]);
    rig.play(&[], 256);
    assert!(!rig.transport.is_playing());
}

#[test]
fn a_key_that_taps_is_not_heard() {
    let mut rig = rig(Some(Trigger::Note(21)));
    let (out, sound) = rig.play(&[(10, &[0x90, 21, 100]), (50, &[0x80, 21, 0])], 24_000);
    let (more, _) = rig.play(&[(10, &[0x90, 21, 100])], 24_000);
    assert_eq!((out, more), (vec![], vec![]));
    assert_eq!(sound_starts(&sound), None);
    assert!(rig.transport.summary().contains("120 BPM"), "{}", rig.transport.summary());
}

#[test]
fn a_start_within_a_block_is_exact_to_the_sample() {
    let mut rig = rig(None);
    rig.transport.send(Command::Metronome(true));
    rig.play(&[], 256);
    rig.transport.send(Command::Stop);
    rig.play(&[], 8192);
    let (_, sound) = rig.play(&[(777, &[0xFA])], 2048);
    // The first sample of a sine is zero.
    assert_eq!(sound_starts(&sound), Some(778));
    assert!(rig.transport.is_playing() && rig.transport.metronome());
    rig.play(&[(0, &[0xFC])], 256);
    assert!(!rig.transport.is_playing());
}

#[test]
fn commands_control_the_clock() {
    let mut rig = rig(None);
    for (command, expected) in [
        (Command::Tempo(Tempo::new(90.0)), "clock: 90 BPM, 4/4, stopped, metronome off"),
        (Command::Meter(Meter::new(3, 4).expect("a metre")), "clock: 90 BPM, 3/4, stopped, metronome off"),
        (Command::Start, "clock: 90 BPM, 3/4, playing, metronome off"),
        (Command::Metronome(true), "clock: 90 BPM, 3/4, playing, metronome on"),
        (Command::Stop, "clock: 90 BPM, 3/4, stopped, metronome on"),
    ] {
        rig.transport.send(command);
        rig.play(&[], 256);
        assert_eq!(rig.transport.summary(), expected, "{command:?}");
    }
}

#[test]
fn at_the_end_every_note_ends_and_none_begins() {
    let mut rig = rig(None);
    rig.play(&[(0, &[0x90, 60, 100]), (9, &[0x91, 67, 100])], 256);
    rig.transport.send(Command::End);
    assert!(!rig.transport.has_ended());
    let (out, _) = rig.play(&[(0, &[0x90, 72, 100])], 256);
    let mut out: Vec<_> = out.iter().map(|(time, bytes)| (*time, bytes[0] & 0xF0, bytes[1])).collect();
    out.sort_unstable();
    assert_eq!(out, [(0, 0x80, 60), (0, 0x80, 67)]);
    assert!(rig.transport.has_ended());
}

#[test]
fn another_driver_at_the_same_rate_goes_on_with_the_jam() {
    // (the next driver's rate, whether a key that is held goes on)
    for (rate, goes_on) in [(RATE, true), (44_100.0, false)] {
        let mut rig = rig(None);
        rig.play(&[(0, &[0x90, 60, 100])], 256);
        rig.instrument.activate(rate);
        let (out, _) = rig.play(&[], 256);
        assert_eq!(out.is_empty(), goes_on, "{rate}");
    }
}

#[test]
fn an_instrument_may_be_played_on_any_thread() {
    fn is_send<T: Send>() {}
    is_send::<Arc<parking_lot::Mutex<Instrument>>>();
}
