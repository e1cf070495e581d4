//! What was planned: received while it is wanted, played when it is due.

use super::*;
use crate::audio::voices::On;
use crate::between::planned::{Change, Plan};
use crate::between::span::Span;

impl Processor {
    /// Receives what the composer has planned since.
    pub(super) fn fetch_plans(&mut self) {
        while let Some(Plan { change, revision }) = self.link.end.next_plan() {
            let revisions = &self.plans.revisions;
            match change {
                Change::Turn { from, until } => {
                    if revisions.wants(revision, Beats::MIN) {
                        self.plans.turn = Some(Span { from, until });
                    }
                }
                Change::Play(planned) => {
                    // A plan of an older revision is stale, which is as it should be; only a lack of room counts.
                    let wanted = revisions.wants(revision, planned.note.onset);
                    if wanted && !self.plans.scheduler.receive(planned) {
                        self.meters.dropped.fetch_add(1, Ordering::Relaxed);
                    }
                }
                Change::End { key, at } => {
                    if revisions.sounds(revision) {
                        self.plans.scheduler.end(key, at);
                        let channel = self.settings.sound.channel;
                        self.output.voices.shorten(Address { channel, key }, at);
                    }
                }
                Change::Withdraw { from } => self.plans.withdraw(from),
            }
        }
    }

    /// Plays the next planned note, unless it is too late for it.
    pub(super) fn play_next(&mut self, now: &mut Moment<'_>) {
        let Some(planned) = self.plans.pop() else { return };
        let (note, due) = (planned.note, planned.note.onset + planned.shift);
        let late = now.sample - self.timing.clock.sample_at(due).min(now.sample);
        if late > self.timing.latest {
            self.meters.late.fetch_add(1, Ordering::Relaxed);
            return;
        }
        // Planned before the limits moved; the composer plans anew, and may take its time to.
        if !planned.as_heard && !self.settings.what.bounds.allow(note.key, note.velocity) {
            return;
        }
        let channel = self.settings.sound.channel;
        let opens = self.plans.take_opening();
        if opens && self.player.pedal_is_down() && !self.settings.sound.follow_pedal {
            now.sink.send(now.time, Message::Control { channel, controller: Message::PEDAL, value: 0.0 });
        }
        let address = Address { channel, key: note.key };
        if !planned.as_heard {
            self.make_room(address, now);
        }
        let velocity = f32::from(note.velocity) / 127.0;
        let end = Some(note.end() + planned.shift);
        let on = On { role: Role::Segue, id: None, velocity, end, since: now.sample, answer: planned.answer };
        let at = self.meant(due, now);
        if self.output.voices.start(address, on, &mut now.with_position(at)) {
            self.output.echo.sent(channel, note.key, now.sample);
            self.output.sound.on(address, Role::Segue, velocity);
            self.meters.set_key(Role::Segue, note.key, true);
        } else {
            self.meters.dropped.fetch_add(1, Ordering::Relaxed);
        }
    }

    /// Where a groove brings notes together that are planned apart, as many voices as there may be are as many as there are: what would
    /// end soonest ends.
    fn make_room(&mut self, address: Address, now: &mut Moment<'_>) {
        let most = usize::from(self.settings.what.bounds.polyphony.max(1));
        let others = |voices: &Voices| voices.of(Role::Segue).filter(|(other, _)| *other != address).count();
        while others(&self.output.voices) >= most {
            let sounding = self.output.voices.of(Role::Segue).filter(|(other, _)| *other != address);
            let Some((soonest, _)) =
                sounding.min_by_key(|(other, voice)| (voice.end, other.channel, other.key))
            else {
                return;
            };
            self.end_ours(soonest, now);
        }
    }

    /// The position of something that was due: where it is done in its own sample, the one that was meant, which no rounding to
    /// samples has touched.
    fn meant(&self, due: Beats, now: &Moment<'_>) -> Beats {
        if self.timing.clock.sample_at(due) == now.sample { due } else { now.at }
    }

    /// A voice of ours ends by itself.
    pub(super) fn end_due(&mut self, address: Address, now: &mut Moment<'_>) {
        let end = self.output.voices.at(address).and_then(|voice| voice.end);
        let at = end.map_or(now.at, |end| self.meant(end, now));
        self.end_ours(address, &mut now.with_position(at));
    }

    fn end_ours(&mut self, address: Address, now: &mut Moment<'_>) {
        self.output.end(address, now);
        self.meters.set_key(Role::Segue, address.key, false);
    }
}
