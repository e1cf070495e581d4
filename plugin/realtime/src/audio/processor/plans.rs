//! What was planned: taken in while it is wanted, played when it is due.

use super::*;
use crate::audio::voices::On;
use crate::between::planned::{Change, Plan};

impl Processor {
    /// A new revision begins: of the plans only what stays is kept.
    pub(super) fn begin_revision(&mut self, stays: Stays) {
        self.revisions.begin(stays);
        match stays {
            Stays::Nothing | Stays::Sounding => {
                self.scheduler.clear();
                self.opens = false;
                self.turn = None;
            }
            Stays::Until(commit) => self.scheduler.withdraw(commit),
        }
    }

    /// Takes in what the composer has planned since.
    pub(super) fn fetch_plans(&mut self) {
        while let Some(Plan { change, revision }) = self.end.next_plan() {
            match change {
                Change::Turn { from, until } => {
                    if self.revisions.wants(revision, Beats::MIN) {
                        self.turn = Some(Span { from, until });
                    }
                }
                Change::Play(planned) => {
                    // A plan of an older revision is stale, which is as it should be; only a lack of room counts.
                    let wanted = self.revisions.wants(revision, planned.note.onset);
                    if wanted && !self.scheduler.take(planned) {
                        self.meters.dropped.fetch_add(1, Ordering::Relaxed);
                    }
                }
                Change::End { key, at } => {
                    if self.revisions.sounds(revision) {
                        self.scheduler.end(key, at);
                        self.voices.shorten(Address { channel: self.settings.channel, key }, at);
                    }
                }
                Change::Withdraw { from } => {
                    self.scheduler.withdraw(from);
                    self.turn = self.turn.filter(|turn| turn.from < from);
                }
            }
        }
    }

    /// Plays the next planned note, unless it is too late for it.
    pub(super) fn play_next(&mut self, sample: u64, time: u32, sink: &mut dyn Sink) {
        let Some(planned) = self.scheduler.pop() else { return };
        let (note, due) = (planned.note, planned.note.onset + planned.shift);
        self.opens |= planned.opens;
        if sample - self.clock.sample_at(due).min(sample) > self.late {
            self.meters.late.fetch_add(1, Ordering::Relaxed);
            return;
        }
        // Planned before the limits moved; the composer plans anew, and may take its time to.
        if !planned.as_heard && !self.settings.bounds.allow(note.key, note.velocity) {
            return;
        }
        let channel = self.settings.channel;
        let opens = std::mem::take(&mut self.opens);
        if opens && self.player.pedal_is_down() && !self.settings.follow_pedal {
            sink.send(time, Message::Control { channel, controller: Message::PEDAL, value: 0.0 });
        }
        let address = Address { channel, key: note.key };
        if !planned.as_heard {
            self.make_room(address, time, sink);
        }
        let velocity = f32::from(note.velocity) / 127.0;
        let end = Some(note.end() + planned.shift);
        let on = On { role: Role::Segue, id: None, velocity, end, since: sample, answer: planned.answer };
        if self.voices.start(address, on, self.due(due, sample, time), sink) {
            self.echo.sent(channel, note.key, sample);
            self.sound.on(address, Role::Segue, velocity);
            self.meters.set_key(Role::Segue, note.key, true);
        } else {
            self.meters.dropped.fetch_add(1, Ordering::Relaxed);
        }
    }

    /// Where a groove brings notes together that are planned apart, as many voices as there may be are as many as there are: what would
    /// end soonest ends.
    fn make_room(&mut self, address: Address, time: u32, sink: &mut dyn Sink) {
        let most = usize::from(self.settings.bounds.polyphony.max(1));
        let others = |voices: &Voices| voices.of(Role::Segue).filter(|(other, _)| *other != address).count();
        while others(&self.voices) >= most {
            let sounding = self.voices.of(Role::Segue).filter(|(other, _)| *other != address);
            let Some((soonest, _)) =
                sounding.min_by_key(|(other, voice)| (voice.end, other.channel, other.key))
            else {
                return;
            };
            self.end_ours(soonest, self.moment(time), sink);
        }
    }

    /// The moment of something that was due: where it is done in its own sample, the position that was meant, which no rounding to samples
    /// has touched.
    fn due(&self, due: Beats, sample: u64, time: u32) -> Moment {
        let now = self.moment(time);
        if self.clock.sample_at(due) == sample { Moment { at: due, ..now } } else { now }
    }

    /// A voice of ours ends by itself.
    pub(super) fn end_due(&mut self, address: Address, sample: u64, time: u32, sink: &mut dyn Sink) {
        let end = self.voices.at(address).and_then(|voice| voice.end);
        let now = end.map_or(self.moment(time), |end| self.due(end, sample, time));
        self.end_ours(address, now, sink);
    }

    fn end_ours(&mut self, address: Address, now: Moment, sink: &mut dyn Sink) {
        self.voices.end(address, now, sink);
        self.sound.off(address);
        self.meters.set_key(Role::Segue, address.key, false);
    }

    /// The player's pedal moves on our channel too, where that is wanted.
    pub(super) fn follow_pedal(&mut self, down: bool, time: u32, sink: &mut dyn Sink) {
        let Settings { channel, follow_pedal, on, .. } = self.settings;
        if follow_pedal && on && down != self.pedal {
            let value = if down { 1.0 } else { 0.0 };
            self.pedal =
                sink.send(time, Message::Control { channel, controller: Message::PEDAL, value }) && down;
        }
    }

    /// The pedal comes up on our channel, whatever the player's foot does.
    pub(super) fn lift_pedal(&mut self, channel: Channel, time: u32, sink: &mut dyn Sink) {
        if self.pedal && sink.send(time, Message::Control { channel, controller: Message::PEDAL, value: 0.0 })
        {
            self.pedal = false;
        }
    }
}
