mod allocation;

use std::sync::Arc;

use segue_music::{Meter, Tempo};

use super::super::cue::{Baton, baton};
use super::super::wires::{Inlet, Stamped, wires};
use super::*;

const RATE: f32 = 48_000.0;

impl Outlet for Vec<Wire> {
    fn send(&mut self, wire: Wire) -> bool {
        self.push(wire);
        true
    }
}

/// An instrument, what conducts it, and its ports.
struct Rig {
    instrument: Instrument,
    baton: Baton,
    inlet: Inlet,
    due: rtrb::Consumer<Stamped>,
}

fn rig(tap: Option<Trigger>) -> Rig {
    let (baton, cues) = baton();
    let (wires, inlet, due) = wires(true);
    let mut instrument = Instrument::new(Segue::default(), cues, wires, tap);
    instrument.activate(RATE);
    Rig { instrument, baton, inlet, due }
}

impl Rig {
    /// Plays a block: what comes out of it, as bytes with their samples, and the left channel.
    fn play(&mut self, midi: &[(u32, &[u8])], frames: usize) -> (Vec<(u32, Vec<u8>)>, Vec<f32>) {
        let (mut left, mut right, mut out) = (vec![0.0; frames], vec![0.0; frames], Vec::new());
        let midi = midi.iter().filter_map(|&(time, bytes)| Wire::of(time, bytes));
        self.instrument.play(midi, &mut left, &mut right, &mut out);
        (out.iter().map(|wire| (wire.time, wire.bytes().to_vec())).collect(), left)
    }
}

/// Where it is loud for the first time.
fn begins(samples: &[f32]) -> Option<usize> {
    samples.iter().position(|sample| sample.abs() > 1e-6)
}

#[test]
fn what_is_played_passes_through_and_sounds() {
    let mut rig = rig(None);
    let (out, sound) = rig.play(&[(100, &[0x90, 60, 100]), (300, &[0x80, 60, 0])], 512);
    assert_eq!(out, [(100, vec![0x90, 60, 100]), (300, vec![0x80, 60, 0])]);
    assert!(begins(&sound).is_some_and(|at| at >= 100));
    // The ports of the system send the same.
    let sent: Vec<_> =
        std::iter::from_fn(|| rig.due.pop().ok()).map(|sent| sent.wire.bytes().to_vec()).collect();
    assert_eq!(sent, [vec![0x90, 60, 100], vec![0x80, 60, 0]]);
}

#[test]
fn what_comes_through_a_port_is_played_too() {
    let mut rig = rig(None);
    rig.inlet.put(&[0x90, 64, 80]);
    let (out, _) = rig.play(&[(0, &[0x90, 60, 100])], 256);
    let mut keys: Vec<_> = out.iter().map(|(_, bytes)| bytes[1]).collect();
    keys.sort_unstable();
    assert_eq!(keys, [60, 64]);
}

#[test]
fn a_key_that_taps_is_not_heard() {
    let mut rig = rig(Some(Trigger::Note(21)));
    let (out, sound) = rig.play(&[(10, &[0x90, 21, 100]), (50, &[0x80, 21, 0])], 24_000);
    let (more, _) = rig.play(&[(10, &[0x90, 21, 100])], 24_000);
    assert_eq!((out, more), (vec![], vec![]));
    assert_eq!(begins(&sound), None);
    assert!(rig.baton.says().contains("120 BPM"), "{}", rig.baton.says());
}

#[test]
fn a_start_within_a_block_is_exact_to_the_sample() {
    let mut rig = rig(None);
    rig.baton.give(Cue::Click(true));
    rig.play(&[], 256);
    rig.baton.give(Cue::Stop);
    rig.play(&[], 8192);
    let (_, sound) = rig.play(&[(777, &[0xFA])], 2048);
    // A sine begins with zero.
    assert_eq!(begins(&sound), Some(778));
    assert!(rig.baton.goes() && rig.baton.clicks());
    rig.play(&[(0, &[0xFC])], 256);
    assert!(!rig.baton.goes());
}

#[test]
fn cues_conduct() {
    let mut rig = rig(None);
    for (cue, expected) in [
        (Cue::Tempo(Tempo::new(90.0)), "clock: 90 BPM, 4/4, stands, metronome off"),
        (Cue::Meter(Meter::new(3, 4).expect("a metre")), "clock: 90 BPM, 3/4, stands, metronome off"),
        (Cue::Start, "clock: 90 BPM, 3/4, goes, metronome off"),
        (Cue::Click(true), "clock: 90 BPM, 3/4, goes, metronome on"),
        (Cue::Stop, "clock: 90 BPM, 3/4, stands, metronome on"),
    ] {
        rig.baton.give(cue);
        rig.play(&[], 256);
        assert_eq!(rig.baton.says(), expected, "{cue:?}");
    }
}

#[test]
fn at_the_end_every_note_ends_and_none_begins() {
    let mut rig = rig(None);
    rig.play(&[(0, &[0x90, 60, 100]), (9, &[0x91, 67, 100])], 256);
    rig.baton.give(Cue::End);
    assert!(!rig.baton.ended());
    let (out, _) = rig.play(&[(0, &[0x90, 72, 100])], 256);
    let mut out: Vec<_> = out.iter().map(|(time, bytes)| (*time, bytes[0] & 0xF0, bytes[1])).collect();
    out.sort_unstable();
    assert_eq!(out, [(0, 0x80, 60), (0, 0x80, 67)]);
    assert!(rig.baton.ended());
}

#[test]
fn another_caller_at_the_same_rate_goes_on_with_the_jam() {
    // (the next caller's rate, whether a key that is held goes on)
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
