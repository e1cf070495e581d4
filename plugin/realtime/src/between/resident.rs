//! Memory that is there before the audio thread touches it.
//!
//! A system gives out memory page by page, when each is first touched, and a thread that touches one waits while another of the process is
//! being given some. Without this the audio thread did so 155 times in its first 40 s, mostly in the ring to the composer.

use std::hint::black_box;

use rtrb::{Consumer, Producer, RingBuffer};

/// A ring of which every place has been used once.
pub fn ring<T: Copy>(capacity: usize, some: T) -> (Producer<T>, Consumer<T>) {
    let (mut into, mut out) = RingBuffer::new(capacity);
    while into.push(some).is_ok() {}
    while out.pop().is_ok() {}
    (into, out)
}

/// An empty list with room for so many, of which every place has been used once.
pub fn list<T: Copy>(capacity: usize, some: T) -> Vec<T> {
    let mut list = vec![some; capacity];
    black_box(list.as_mut_slice());
    list.clear();
    list
}

/// So many samples of silence. What is asked for as zeros the system would promise only.
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
