//! Playing a block allocates nothing, whatever comes in with it.

use std::alloc::{GlobalAlloc, Layout, System};
use std::cell::Cell;

use super::*;

thread_local! {
    static COUNTS: Cell<bool> = const { Cell::new(false) };
    static COUNT: Cell<usize> = const { Cell::new(0) };
}

/// The system's allocator, and a count of what a thread asks of it while it is told to count.
struct Counting;

fn count() {
    if COUNTS.get() {
        COUNT.set(COUNT.get() + 1);
    }
}

// SAFETY: every call goes to the system's allocator unchanged; the counters are plain cells that do not allocate.
unsafe impl GlobalAlloc for Counting {
    unsafe fn alloc(&self, layout: Layout) -> *mut u8 {
        count();
        // SAFETY: the caller keeps the contract of `alloc`.
        unsafe { System.alloc(layout) }
    }

    unsafe fn dealloc(&self, pointer: *mut u8, layout: Layout) {
        count();
        // SAFETY: the pointer came from the system's allocator, with this layout.
        unsafe { System.dealloc(pointer, layout) }
    }
}

#[global_allocator]
static ALLOCATOR: Counting = Counting;

/// Throws away what it is sent.
struct Nowhere;

impl Outlet for Nowhere {
    fn send(&mut self, _wire: Wire) -> bool {
        true
    }
}

#[test]
fn a_block_allocates_nothing() {
    COUNTS.set(true);
    drop(std::hint::black_box(vec![1u8; 100]));
    COUNTS.set(false);
    assert_eq!(COUNT.take(), 2, "the count is kept");

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
        COUNTS.set(true);
        rig.instrument.play(midi, &mut left, &mut right, &mut Nowhere);
        COUNTS.set(false);
        while rig.due.pop().is_ok() {}
        assert_eq!(COUNT.take(), 0, "in block {block}");
    }
}
