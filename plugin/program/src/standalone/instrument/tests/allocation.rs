//! Playing a block allocates nothing, whatever comes in with it.

use super::*;

#[expect(dead_code, reason = "shared with who counts bytes, too")]
#[path = "../../../../../../tests/src/simulation/allocations.rs"]
mod allocations;

#[global_allocator]
static ALLOCATOR: allocations::Counting = allocations::Counting;

/// Throws away what it is sent.
struct Nowhere;

impl Outlet for Nowhere {
    fn send(&mut self, _wire: Wire) -> bool {
        true
    }
}

#[test]
fn a_block_allocates_nothing() {
    assert!(allocations::counts());

    let mut rig = rig(Some(Trigger::Control(80)));
    let (mut left, mut right) = (vec![0.0; 512], vec![0.0; 512]);
    let cues = [
        Cue::Click(true),
        Cue::Tempo(Tempo::new(173.0)),
        Cue::Meter(Meter::new(6, 8).expect("a metre")),
        Cue::Stop,
        Cue::Tap(Instant::now()),
        Cue::Start,
    ];
    for block in 0_u32..2_000 {
        if let Some(cue) = cues.get(block as usize / 100).filter(|_| block % 100 == 0) {
            rig.baton.give(*cue);
        }
        rig.inlet.put(&[0x90, (30 + block % 60) as u8, 90]);
        rig.inlet.put(&[0x80, (30 + block % 60) as u8, 0]);
        let bytes = [
            [0x90, (40 + block % 40) as u8, 100],
            [0xB0, 80, 127],
            [0x80, (39 + block % 40) as u8, 0],
            [0xFA; 3],
        ];
        let midi = bytes.iter().filter_map(|bytes| Wire::of(block % 512, bytes));
        let (_, asked) =
            allocations::count(|| rig.instrument.play(midi, &mut left, &mut right, &mut Nowhere));
        while rig.due.pop().is_ok() {}
        assert_eq!(asked, 0, "in block {block}");
    }
}
