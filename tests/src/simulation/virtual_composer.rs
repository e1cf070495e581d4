//! The composer in virtual time: it runs when its thread would, and its plans are delivered after
//! the CPU time they cost.

use std::collections::VecDeque;

use rand::RngExt;
use rand_pcg::Pcg64Mcg;
use rtrb::{Consumer, Producer, RingBuffer};
use segue::between::boundary::ComposerEnd;
use segue::between::limits::{PARK, PLANNED};
use segue::between::planned::Plan;
use segue::composer::Composer;

use super::cpu_time::thread_seconds;

/// How long a turn lasts.
#[derive(Clone, Debug)]
pub enum Cost {
    /// No time at all: the composer always keeps up.
    Nothing,
    /// This many times what it took of this thread's processor.
    Cpu(f64),
    /// At random, some seconds at most; mostly little. The same each time.
    Chance(Pcg64Mcg, f64),
}

/// A plan that was made.
#[derive(Clone, Copy, Debug)]
pub struct Made {
    /// The virtual second at which it is with the audio side.
    pub at: f64,
    /// Virtual seconds that the composer had computed by then.
    pub spent: f64,
    /// Those of its own turn.
    pub took: f64,
    /// What was planned.
    pub plan: Plan,
}

/// The composer, and the ring that keeps its plans back.
pub struct VirtualComposer {
    composer: Composer,
    relay: Consumer<Plan>,
    audio: Producer<Plan>,
    cost: Cost,
    /// Plans whose turn is not over yet.
    coming: VecDeque<Made>,
    /// When its next turn begins.
    next: f64,
    spent: f64,
    more: bool,
    /// Messages it has taken in.
    taken: u64,
    /// How many it must have taken in to have heard everything up to a sample.
    marks: VecDeque<(u64, u64)>,
    /// By when it had dealt with everything up to which sample.
    done: VecDeque<(f64, u64)>,
    done_until: u64,
    /// Plans that reached the audio side since somebody looked.
    pub arrived: Vec<Made>,
}

impl VirtualComposer {
    /// Around a composer, made at an end whose plans go through a ring of ours.
    pub fn new(cost: Cost, mut end: ComposerEnd, compose: impl FnOnce(ComposerEnd) -> Composer) -> Self {
        let (planned, relay) = RingBuffer::new(PLANNED);
        let audio = std::mem::replace(&mut end.planned, planned);
        let composer = compose(end);
        Self {
            composer,
            relay,
            audio,
            cost,
            coming: VecDeque::new(),
            next: 0.0,
            spent: 0.0,
            more: true,
            taken: 0,
            marks: VecDeque::new(),
            done: VecDeque::new(),
            done_until: 0,
            arrived: Vec::new(),
        }
    }

    /// Virtual time passes up to now; the audio side has reported everything up to a sample.
    pub fn until(&mut self, now: f64, told: u64) {
        self.is_told(told);
        while self.is_due(now).is_some() {
            self.turn();
        }
        self.deliver(now);
    }

    /// The audio side has reported everything up to this sample.
    pub fn is_told(&mut self, sample: u64) {
        self.marks.push_back((self.taken + self.waiting(), sample));
    }

    /// When its next turn may begin, if that is by now.
    pub fn is_due(&self, now: f64) -> Option<f64> {
        (self.next <= now && self.has_work()).then_some(self.next)
    }

    /// Takes a turn, as soon as it may.
    pub fn turn(&mut self) {
        let waited = self.waiting();
        let begun = thread_seconds();
        self.more = self.composer.step();
        let computed = thread_seconds() - begun;
        let took = match &mut self.cost {
            Cost::Nothing => 0.0,
            Cost::Cpu(factor) => computed * *factor,
            // Cubed: one turn in ten takes three quarters of the longest, half of them less than
            // an eighth.
            Cost::Chance(random, longest) => random.random::<f64>().powi(3) * *longest,
        };
        self.spent += took;
        self.next = self.next.max(0.0) + took;
        let heard = waited - self.waiting();
        self.taken += heard;
        let mut planned = false;
        while let Ok(plan) = self.relay.pop() {
            planned = true;
            self.coming.push_back(Made { at: self.next, spent: self.spent, took, plan });
        }
        // A turn that neither took something in nor planned is the end of what the message before
        // it brought about. Before any message the window may have asked for something.
        let over = self.taken.saturating_sub(u64::from(heard > 0 || planned));
        while let Some((_, sample)) = self.marks.pop_front_if(|(taken, _)| *taken <= over) {
            self.done.push_back((self.next, sample));
        }
    }

    fn deliver(&mut self, now: f64) {
        if !matches!(self.cost, Cost::Nothing) && self.next <= now {
            // Asleep: it looks into its ring at regular moments.
            let park = PARK.as_secs_f64();
            self.next += ((now - self.next) / park).floor() * park + park;
        }
        while let Some((_, sample)) = self.done.pop_front_if(|(at, _)| *at <= now) {
            self.done_until = self.done_until.max(sample);
        }
        while self.coming.front().is_some_and(|made| made.at <= now) && !self.audio.is_full() {
            let Some(made) = self.coming.pop_front() else { break };
            if self.audio.push(made.plan).is_ok() {
                self.arrived.push(made);
            }
        }
    }

    /// The composer does not come to its turn for so long.
    pub fn stall(&mut self, now: f64, seconds: f64) {
        self.next = self.next.max(now) + seconds;
    }

    /// Everything up to this sample has been dealt with, and what came of it is with the audio
    /// side.
    pub fn done_until(&self) -> u64 {
        self.done_until
    }

    /// Virtual seconds that it has computed.
    pub fn spent(&self) -> f64 {
        self.spent
    }

    /// Its next turn begins no sooner: the core it runs on does something else.
    pub fn wait_until(&mut self, free: f64) {
        self.next = self.next.max(free);
    }

    /// When its last turn ended, or its next may begin.
    pub fn next(&self) -> f64 {
        self.next
    }

    /// Whether its turns take no time.
    pub fn is_free(&self) -> bool {
        matches!(self.cost, Cost::Nothing)
    }

    /// Another price from here on.
    pub fn set_cost(&mut self, cost: Cost) {
        self.cost = cost;
    }

    fn waiting(&self) -> u64 {
        self.composer.end().heard.slots() as u64
    }

    fn has_work(&self) -> bool {
        self.more || self.waiting() > 0
    }
}
