//! What ends our notes other than the player's playing: resets, jumps of the song, parameters that move.

use super::*;
use crate::between::heard::Jump;
use crate::between::sounded::Sounded;

impl Processor {
    /// Resets, jumps and changed parameters take effect at the start of a block.
    pub(super) fn begin(&mut self, block: &Block<'_>, sink: &mut dyn Sink) {
        let (old, latched) = (self.settings, self.latched());
        self.overrides.follow(&old, &block.settings);
        self.settings = block.settings;
        self.output.voices.reports.mute(block.settings.bypass);
        if self.reset_pending {
            self.reset_pending = false;
            self.end_everything(&mut self.first(sink));
            self.output.voices.reports.begin_anew();
            self.timing.restart();
            self.link.reported_until = Beats::ZERO;
            self.overrides.latch = false;
            self.output.echo.restart();
            if let Some(touches) = &mut self.touches {
                touches.forget();
            }
            self.send(Heard::Reset { revision: self.plans.revisions.newest() });
        } else {
            self.follow(&old, latched, &mut self.first(sink));
        }
        let new = self.settings;
        if old.sound.pass && !new.sound.pass {
            self.output.voices.end_all(Role::Player, &mut self.first(sink));
        }
        if !new.sound.follow_pedal || new.bypass || !new.on {
            self.output.lift_pedal(old.sound.channel, &mut self.first(sink));
        }
        self.meters.set_mode(self.mode());
        if block.left.is_empty() {
            return;
        }
        if let Some((jump, from, to)) = self.timing.clock.locate(self.timing.block_start, &block.transport) {
            self.jump(jump, from, to, &mut self.first(sink));
        }
        let (now, clock) = (self.position(self.timing.block_start), &self.timing.clock);
        self.output.voices.reports.clock(now, clock.tempo(), clock.bars());
    }

    /// Parameters moved.
    fn follow(&mut self, old: &Settings, latched: bool, now: &mut Moment<'_>) {
        let new = self.settings;
        if old.bypass != new.bypass
            || old.generation != new.generation
            || self.meters.panic.swap(false, Ordering::Relaxed)
        {
            self.end_everything(now);
            self.cut(Survives::Nothing, now);
        } else if old.sound.channel != new.sound.channel || (old.on && !new.on) || old.mode != new.mode {
            self.output.lift_pedal(old.sound.channel, now);
            self.make_way(Survives::Nothing, now);
            self.cut(Survives::Nothing, now);
        } else if latched && !self.latched() {
            self.hand_back(now);
        }
        if self.link.take_overrun() {
            // The composer learns what is held as soon as there is room; until then nobody knows what our notes answer.
            self.make_way(Survives::Nothing, now);
        }
    }

    /// The song moved other than by playing on.
    fn jump(&mut self, jump: Jump, from: Beats, to: Beats, now: &mut Moment<'_>) {
        // What was reported up to here is at `from` at the latest; a ramp may have brought us a little beyond.
        let from = from.max(self.link.reported_until);
        self.link.reported_until = from;
        let to = to.max(from);
        let mut ends = now.with_position(from);
        let survives = if jump == Jump::Moved && to - from < TICK {
            // The end of a loop that is whole bars long. What sounds ends, as hosts ask; what is planned stands where it stood.
            self.end_sounding(&mut ends);
            Survives::Until(Beats::MAX)
        } else {
            self.end_everything(&mut ends);
            Survives::Nothing
        };
        self.link.reported_until = to;
        self.send(Heard::Jump { from, to, jump, survives, revision: self.plans.revisions.newest() });
    }

    /// Ends all voices, forgets all plans and whatever the player holds.
    pub(super) fn end_everything(&mut self, now: &mut Moment<'_>) {
        self.end_sounding(now);
        self.plans.begin_revision(Survives::Nothing);
    }

    /// Ends all voices, and forgets whatever the player holds.
    fn end_sounding(&mut self, now: &mut Moment<'_>) {
        let at = self.report(now.sample);
        self.release_held(at);
        self.output.end_all(now);
        self.output.voices.reports.send(now.at, Sounded::Silence { at: now.at });
        for key in 0..128 {
            self.meters.set_key(Role::Segue, key, false);
        }
    }

    /// A new revision begins. What of ours must make way ends here.
    pub(super) fn make_way(&mut self, survives: Survives, now: &mut Moment<'_>) {
        if survives == Survives::Nothing {
            self.output.end_ours(now, |key| self.meters.set_key(Role::Segue, key, false));
        }
        self.plans.begin_revision(survives);
    }

    /// The latch came up: Segue hands back.
    pub(super) fn hand_back(&mut self, now: &mut Moment<'_>) {
        if self.mode().ends_with_latch() {
            let survives = self.settings.when.yields.survival();
            self.make_way(survives, now);
            self.cut(survives, now);
        }
    }
}
