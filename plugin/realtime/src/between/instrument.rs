//! An instrument that plays in place of the built-in sound, and its way to the audio thread and
//! back.
//!
//! It is made elsewhere, as that may take seconds and all the memory it likes. It goes to the audio
//! thread through a ring, and the one before it comes back through another: memory is given back
//! where it was asked for.

use std::sync::Arc;
use std::sync::atomic::{AtomicU32, Ordering};

use rtrb::{Consumer, Producer, RingBuffer};
use segue_music::{Key, Part, Role};

use crate::between::limits::INSTRUMENTS;

/// What plays notes on the audio thread. It was made for one sample rate. Nothing that is called
/// here may allocate, lock or wait.
pub trait Instrument: Send {
    /// The sample rate it was made for.
    fn sample_rate(&self) -> f32;

    /// Whether it has a sound for a key; otherwise the built-in one plays.
    fn has(&self, role: Role, part: Option<Part>, key: Key) -> bool;

    /// Strikes a key, 0 to 1 hard.
    fn note_on(&mut self, role: Role, part: Option<Part>, key: Key, velocity: f32);

    /// Releases a key.
    fn note_off(&mut self, role: Role, part: Option<Part>, key: Key);

    /// Moves somebody's pedal. It holds nobody else's notes, and of Segue's those of a keyboard.
    fn pedal(&mut self, role: Role, down: bool);

    /// Lets everything fade.
    fn fade(&mut self);

    /// Sets how loud a part plays, as a gain. Called often, as levels move smoothly.
    fn set_gain(&mut self, role: Role, part: Option<Part>, gain: f32);

    /// Writes the next samples; both sides are as long as each other. Returns false if there are
    /// none, as nothing sounds: what was written counts for nothing then.
    fn render(&mut self, left: &mut [f32], right: &mut [f32]) -> bool;
}

/// An instrument, or `None` for the built-in sound.
pub type Choice = Option<Box<dyn Instrument>>;

/// The audio thread's end.
pub struct Stage {
    coming: Consumer<Choice>,
    going: Producer<Choice>,
    sample_rate: Arc<AtomicU32>,
}

/// The end of whoever makes instruments.
pub struct Workshop {
    to_stage: Producer<Choice>,
    back: Consumer<Choice>,
    sample_rate: Arc<AtomicU32>,
}

/// Makes both ends.
pub fn stage() -> (Stage, Workshop) {
    let (to_stage, coming) = ring();
    let (going, back) = ring();
    let sample_rate = Arc::new(AtomicU32::new(0));
    let workshop = Workshop { to_stage, back, sample_rate: sample_rate.clone() };
    (Stage { coming, going, sample_rate }, workshop)
}

/// A ring whose slots have all been written once.
fn ring() -> (Producer<Choice>, Consumer<Choice>) {
    let (mut into, mut out) = RingBuffer::new(INSTRUMENTS);
    while into.push(None).is_ok() {}
    while out.pop().is_ok() {}
    (into, out)
}

impl Stage {
    /// Whether another one waits to play, and there is room for the one that plays to leave.
    ///
    /// # Real-time safety
    /// Wait-free.
    pub fn is_called(&self) -> bool {
        !self.coming.is_empty() && self.going.slots() > 0
    }

    /// The next one takes the place of the one that plays.
    ///
    /// # Real-time safety
    /// Wait-free; drops nothing.
    pub fn change(&mut self, playing: &mut Choice) {
        if !self.is_called() {
            return;
        }
        if let Ok(next) = self.coming.pop() {
            let before = std::mem::replace(playing, next);
            if let Err(rtrb::PushError::Full(before)) = self.going.push(before) {
                // There was room, and nobody else fills this ring.
                *playing = before;
            }
        }
    }

    /// The host activates at a sample rate. Not for the audio thread.
    pub fn set_sample_rate(&self, sample_rate: f32) {
        self.sample_rate.store(sample_rate.to_bits(), Ordering::Release);
    }
}

impl Workshop {
    /// The sample rate that instruments are wanted for; `None` before the first activation.
    pub fn sample_rate(&self) -> Option<f32> {
        let rate = f32::from_bits(self.sample_rate.load(Ordering::Acquire));
        (rate > 0.0).then_some(rate)
    }

    /// Sends an instrument to the audio thread, or `None` for the built-in sound. Gives it back
    /// where those before it have not been taken yet.
    ///
    /// # Errors
    /// The ring is full.
    pub fn send(&mut self, choice: Choice) -> Result<(), Choice> {
        self.to_stage.push(choice).map_err(|rtrb::PushError::Full(choice)| choice)
    }

    /// Drops what came back from the audio thread.
    pub fn clear(&mut self) {
        while self.back.pop().is_ok() {}
    }
}

#[cfg(test)]
mod tests {
    use std::sync::atomic::AtomicUsize;

    use super::*;

    /// Counts how many of its kind there are.
    struct Whistle(u8, Arc<AtomicUsize>);

    impl Whistle {
        fn boxed(name: u8, count: &Arc<AtomicUsize>) -> Choice {
            count.fetch_add(1, Ordering::Relaxed);
            Some(Box::new(Self(name, count.clone())))
        }
    }

    impl Drop for Whistle {
        fn drop(&mut self) {
            self.1.fetch_sub(1, Ordering::Relaxed);
        }
    }

    impl Instrument for Whistle {
        fn sample_rate(&self) -> f32 {
            f32::from(self.0)
        }
        fn has(&self, _role: Role, _part: Option<Part>, _key: Key) -> bool {
            true
        }
        fn note_on(&mut self, _role: Role, _part: Option<Part>, _key: Key, _velocity: f32) {}
        fn note_off(&mut self, _role: Role, _part: Option<Part>, _key: Key) {}
        fn pedal(&mut self, _role: Role, _down: bool) {}
        fn fade(&mut self) {}
        fn set_gain(&mut self, _role: Role, _part: Option<Part>, _gain: f32) {}
        fn render(&mut self, _left: &mut [f32], _right: &mut [f32]) -> bool {
            false
        }
    }

    #[test]
    fn what_played_comes_back_to_be_dropped() {
        let count = Arc::default();
        let (mut stage, mut workshop) = stage();
        let mut playing = None;
        assert!(!stage.is_called());
        for name in 1..=3 {
            assert!(workshop.send(Whistle::boxed(name, &count)).is_ok());
            assert!(stage.is_called());
            stage.change(&mut playing);
            assert_eq!(playing.as_ref().map(|it| it.sample_rate()), Some(f32::from(name)));
        }
        assert_eq!(count.load(Ordering::Relaxed), 3, "nothing is dropped on the audio thread");
        workshop.clear();
        assert_eq!(count.load(Ordering::Relaxed), 1);
        assert!(workshop.send(None).is_ok());
        stage.change(&mut playing);
        workshop.clear();
        assert!(playing.is_none() && count.load(Ordering::Relaxed) == 0);
    }

    #[test]
    fn where_nothing_is_taken_back_nothing_new_is_taken() {
        let count = Arc::default();
        let (mut stage, mut workshop) = stage();
        let mut playing = None;
        let mut sent = 0;
        for name in 0..=255 {
            match workshop.send(Whistle::boxed(name, &count)) {
                Ok(()) => sent += 1,
                Err(refused) => drop(refused),
            }
            stage.change(&mut playing);
        }
        // One plays, one ring is full of what played and the other of what is to.
        assert_eq!(count.load(Ordering::Relaxed), 2 * INSTRUMENTS);
        assert!(sent > INSTRUMENTS && !stage.is_called());
        workshop.clear();
        assert!(stage.is_called());
    }

    #[test]
    fn the_sample_rate_is_known_from_the_first_activation_on() {
        let (stage, workshop) = stage();
        assert_eq!(workshop.sample_rate(), None);
        stage.set_sample_rate(48_000.0);
        assert_eq!(workshop.sample_rate(), Some(48_000.0));
    }
}
