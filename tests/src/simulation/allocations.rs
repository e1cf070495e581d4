//! An allocator that counts what a thread asks of it, for a program that wants to know.
//!
//! `#[global_allocator] static ALLOCATOR: Counting = Counting;` and [`count`].

use std::alloc::{GlobalAlloc, Layout, System};
use std::cell::Cell;

thread_local! {
    static COUNTS: Cell<bool> = const { Cell::new(false) };
    static COUNT: Cell<u64> = const { Cell::new(0) };
    static HELD: Cell<i64> = const { Cell::new(0) };
}

/// The system's allocator, and a count.
pub struct Counting;

/// `bytes` more are held, or fewer. A thread that ends has no cells any more; what it gives back
/// then is not counted.
fn note(bytes: i64) {
    // Sizes of memory are far below the range.
    let _ = HELD.try_with(|held| held.set(held.get() + bytes));
    if COUNTS.get() {
        COUNT.set(COUNT.get() + 1);
    }
}

// SAFETY: every call goes to the system's allocator unchanged; the counters are plain cells that do
// not allocate.
unsafe impl GlobalAlloc for Counting {
    unsafe fn alloc(&self, layout: Layout) -> *mut u8 {
        note(layout.size() as i64);
        // SAFETY: the caller keeps the contract of `alloc`.
        unsafe { System.alloc(layout) }
    }

    unsafe fn dealloc(&self, pointer: *mut u8, layout: Layout) {
        note(-(layout.size() as i64));
        // SAFETY: the pointer came from the system's allocator, with this layout.
        unsafe { System.dealloc(pointer, layout) }
    }

    unsafe fn realloc(&self, pointer: *mut u8, layout: Layout, size: usize) -> *mut u8 {
        note(size as i64 - layout.size() as i64);
        // SAFETY: the pointer came from the system's allocator, with this layout.
        unsafe { System.realloc(pointer, layout, size) }
    }
}

/// How often this thread asks the allocator for something, or gives back, while it does something.
/// Always zero in a program whose global allocator is another.
pub fn count<T>(what: impl FnOnce() -> T) -> (T, u64) {
    COUNTS.set(true);
    let result = what();
    COUNTS.set(false);
    (result, COUNT.take())
}

/// Bytes that this thread has asked for and not given back; where others give back its memory, or
/// it theirs, the sum is that of all.
pub fn held() -> i64 {
    HELD.get()
}

/// Whether this program's allocator counts at all.
pub fn counts() -> bool {
    count(|| drop(std::hint::black_box(vec![1u8; 100]))).1 == 2
}
