//! Plans: received while they are wanted, played when they are due.

use segue_music::{Part, has_pedal};

use super::*;
use crate::audio::echo::Struck;
use crate::audio::voices::{On, Started};
use crate::between::planned::{Change, Plan};
use crate::between::span::Span;

impl Processor {
    /// Receives the plans that have arrived.
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
                    // A stale plan is dropped on purpose; only a lack of room is counted.
                    let wanted = revisions.wants(revision, planned.note.onset);
                    if wanted && !self.plans.scheduler.receive(planned) {
                        self.meters.dropped.fetch_add(1, Ordering::Relaxed);
                    }
                }
                Change::End { part, key, at } => {
                    if revisions.sounds(revision) {
                        self.plans.scheduler.end(part, key, at);
                        let channel = self.settings.sound.channel_of(part);
                        self.output.voices.shorten(Address { channel, key }, part, at);
                    }
                }
                Change::Lift { at } => {
                    if revisions.sounds(revision) {
                        self.output.foot.leave_by(at);
                    }
                }
                Change::Withdraw { from } => {
                    self.plans.withdraw(from);
                    if from <= self.link.reported_until {
                        // Nothing of it goes on.
                        self.output.foot.leave_by(self.link.reported_until);
                    }
                }
            }
        }
    }

    /// Plays the next planned note, unless it is too late.
    pub(super) fn play_next(&mut self, now: &mut Moment<'_>) {
        let Some(planned) = self.plans.pop() else { return };
        let (note, part, due) = (planned.note, planned.part, planned.note.onset + planned.shift);
        let late = now.sample - self.timing.clock.sample_at(due).min(now.sample);
        if late > self.timing.latest {
            self.meters.late.fetch_add(1, Ordering::Relaxed);
            return;
        }
        // It was planned before the limits moved. The composer will plan again, but may take a
        // while.
        if !planned.as_heard && !self.settings.what.allows(part, note.key, note.velocity) {
            return;
        }
        if !self.settings.sound.is_heard(part) {
            return;
        }
        let channel = self.settings.sound.channel_of(part);
        let opens = self.plans.take_opening();
        let shared = self.player.plays_on(channel);
        if opens && self.player.pedal_is_down() && !self.settings.sound.follow_pedal && !shared {
            now.sink.send(now.time, Message::Control { channel, controller: Message::PEDAL, value: 0.0 });
        }
        if opens && !self.player.holds_any_on(channel) {
            // A wheel or a pressure that was passed here would bend our notes.
            self.output.passed.release_touch(channel, now.time, now.sink);
        }
        let address = Address { channel, key: note.key };
        let is_players = self.output.voices.at(address).is_some_and(|voice| voice.role == Role::Player);
        if is_players || self.player.holds_on(channel, note.key) {
            // On one channel a key is the player's as long as it is held, passed on or not.
            return;
        }
        let pitched = part != Some(Part::Drums);
        if pitched && !planned.as_heard {
            self.make_room(address, now);
        }
        let velocity = f32::from(note.velocity) / 127.0;
        let end = Some(note.end() + planned.shift);
        let since = now.sample;
        let pedal = if self.plays_pedal(part, channel) { planned.pedal } else { PedalMove::Stay };
        let answer = planned.answer;
        let on = On { role: Role::Segue, part, id: None, velocity, end, since, answer, pedal };
        let at = self.meant(due, now);
        if has_pedal(part) {
            let until = self.foot_until(note.end() + planned.shift);
            self.output.strike_foot(pedal, channel, until, &mut now.with_position(at));
        }
        match self.output.voices.start(address, on, &mut now.with_position(at)) {
            Started::Sent => {
                self.output.playback.played(&self.place(note.key, velocity, now), part);
                let time = now.time + self.timing.offset;
                self.output.echo.sent(&Struck { channel, key: note.key, velocity, sample: now.sample, time });
            }
            Started::Unsent => _ = self.meters.unsent.fetch_add(1, Ordering::Relaxed),
            Started::Not => {
                self.meters.dropped.fetch_add(1, Ordering::Relaxed);
                return;
            }
        }
        self.output.sound.note_on(address, Role::Segue, part, velocity);
        if let Some(part) = part {
            self.meters.stroke(part, note.velocity);
        }
        if pitched {
            self.meters.set_key(Role::Segue, note.key, true);
        }
    }

    /// Whether Segue moves a pedal itself: not where the player's is on the same channel, or moves
    /// ours.
    fn plays_pedal(&self, part: Option<Part>, channel: Channel) -> bool {
        has_pedal(part) && !self.settings.sound.follow_pedal && !self.player.plays_on(channel)
    }

    /// Where our pedal comes up at the latest: where the turn ends, or in a duet, whose turn grows,
    /// a bar after the last note.
    fn foot_until(&self, end: Beats) -> Beats {
        let later = end + self.timing.clock.bar();
        match self.plans.turn {
            Some(turn) if !self.mode().lasts_with_player() => later.min(turn.until.max(end)),
            _ => later,
        }
    }

    /// Our pedal moves between notes.
    pub(super) fn move_foot(&mut self, now: &mut Moment<'_>) {
        let at = self.output.foot.next().map_or(now.at, |due| self.meant(due, now));
        self.output.move_foot(&mut now.with_position(at));
    }

    /// A groove can bring notes together that are planned apart. Keeps within the number of voices
    /// by ending those that would end soonest. Strokes on drums are no voices.
    fn make_room(&mut self, address: Address, now: &mut Moment<'_>) {
        let most = usize::from(self.settings.what.bounds.polyphony.max(1));
        let is_other =
            |(other, voice): &(Address, &Voice)| *other != address && voice.part != Some(Part::Drums);
        loop {
            let others = || self.output.voices.of(Role::Segue).filter(is_other);
            if others().count() < most {
                return;
            }
            let soonest = others().min_by_key(|(other, voice)| (voice.end, other.channel, other.key));
            let Some((soonest, _)) = soonest else { return };
            self.end_ours(soonest, now);
        }
    }

    /// The exact position of something that is done at its own sample, before rounding to samples;
    /// otherwise the position of now.
    fn meant(&self, due: Beats, now: &Moment<'_>) -> Beats {
        if self.timing.clock.sample_at(due) == now.sample { due } else { now.at }
    }

    /// Ends a voice of Segue's whose end is due.
    pub(super) fn end_due(&mut self, address: Address, now: &mut Moment<'_>) {
        let end = self.output.voices.at(address).and_then(|voice| voice.end);
        let at = end.map_or(now.at, |end| self.meant(end, now));
        self.end_ours(address, &mut now.with_position(at));
    }

    fn end_ours(&mut self, address: Address, now: &mut Moment<'_>) {
        let part = self.output.voices.at(address).and_then(|voice| voice.part);
        self.output.end(address, now);
        if part != Some(Part::Drums) {
            self.meters.set_key(Role::Segue, address.key, false);
        }
    }
}
