//! Memory that is mapped before the audio thread touches it.
//!
//! Systems map memory page by page on the first touch, and that can wait for a lock of the process.
//! Without this the audio thread took 155 page faults in its first 40 s, most of them in the ring
//! to the composer.

use std::hint::black_box;

use rtrb::{Consumer, Producer, RingBuffer};

/// A ring whose slots have all been written once.
pub fn ring<T: Copy>(capacity: usize, some: T) -> (Producer<T>, Consumer<T>) {
    let (mut into, mut out) = RingBuffer::new(capacity);
    while into.push(some).is_ok() {}
    while out.pop().is_ok() {}
    (into, out)
}

/// An empty list with a capacity whose slots have all been written once.
pub fn list<T: Copy>(capacity: usize, some: T) -> Vec<T> {
    let mut list = vec![some; capacity];
    black_box(list.as_mut_slice());
    list.clear();
    list
}

/// A buffer of silence. It is filled with ones first: memory that is asked for as zeros may not be
/// mapped yet.
pub fn silence(samples: usize) -> Vec<f32> {
    let mut line = vec![1.0; samples];
    black_box(line.as_mut_slice()).fill(0.0);
    line
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn there_is_room_and_nothing_in_it() {
        let (mut into, mut out) = ring(3, 7);
        assert!(out.pop().is_err());
        assert!((0..3).all(|number| into.push(number).is_ok()) && into.push(3).is_err());
        assert_eq!(std::iter::from_fn(|| out.pop().ok()).collect::<Vec<_>>(), [0, 1, 2]);
        let list = list(5, 'x');
        assert!(list.is_empty() && list.capacity() >= 5);
        assert_eq!(silence(4), [0.0; 4]);
    }
}
