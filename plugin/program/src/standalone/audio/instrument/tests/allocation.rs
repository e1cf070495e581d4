//! Playing a block does not allocate, whatever comes in with it.

use super::*;
use crate::standalone::midi::message::NullSink;

#[expect(dead_code, reason = "others also count bytes")]
#[path = "../../../../../../../tests/src/simulation/allocations.rs"]
mod allocations;

#[global_allocator]
static ALLOCATOR: allocations::Counting = allocations::Counting;

#[test]
fn a_block_does_not_allocate() {
    assert!(allocations::counts());

    let mut rig = rig(Some(Trigger::Control(80)));
    let (mut left, mut right) = (vec![0.0; 512], vec![0.0; 512]);
    let commands = [
        Command::Metronome(true),
        Command::Tempo(Tempo::new(173.0)),
        Command::Meter(Meter::new(6, 8).expect("a metre")),
        Command::Stop,
        Command::Tap(Instant::now()),
        Command::Start,
    ];
    for block in 0_u32..2_000 {
        if let Some(command) = commands.get(block as usize / 100).filter(|_| block % 100 == 0) {
            rig.transport.send(*command);
        }
        rig.input.push(&[0x90, (30 + block % 60) as u8, 90]);
        rig.input.for_tracks().push(&[0x99, 36, 90]);
        rig.input.push(&[0x80, (30 + block % 60) as u8, 0]);
        let bytes = [
            [0x90, (40 + block % 40) as u8, 100],
            [0xB0, 80, 127],
            [0x80, (39 + block % 40) as u8, 0],
            [0xFA; 3],
        ];
        let midi = bytes.iter().filter_map(|bytes| MidiMessage::parse(block % 512, bytes));
        let play = || rig.instrument.play(midi, &mut left, &mut right, &mut NullSink);
        let (_, allocations) = allocations::count(play);
        while rig.output.pop().is_ok() {}
        assert_eq!(allocations, 0, "in block {block}");
    }
}
