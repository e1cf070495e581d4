//! What ends our notes besides the player: resets, jumps of the song, and changed parameters.

use segue_music::Part;

use super::*;
use crate::between::heard::Jump;
use crate::between::settings::{Sound, Trigger};
use crate::between::sounded::Sounded;

impl Processor {
    /// Resets, jumps and changed parameters take effect at the start of a block.
    pub(super) fn begin(&mut self, block: &Piece<'_>, sink: &mut dyn Sink) {
        let (old, latched) = (self.settings, self.latched());
        self.overrides.follow(&old, &block.settings);
        self.settings = block.settings;
        // A bounce begins with the sound that its project names.
        self.link.end.wait_for_state(block.settings.generation);
        self.output.voices.reports.mute(block.settings.bypass);
        if self.reset_pending {
            self.reset_pending = false;
            self.end_everything(&mut self.first(sink));
            self.output.voices.reports.restart();
            self.timing.restart();
            self.link.reported_until = Beats::ZERO;
            self.overrides.latch = false;
            self.output.echo.restart();
            self.output.foot.restart();
            self.output.playback.restart();
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
            self.output.passed.release_all(0, sink);
        }
        for (was, is) in
            [(old.when.latch_trigger, new.when.latch_trigger), (old.when.mode_trigger, new.when.mode_trigger)]
        {
            if let (true, Some(Trigger::Control(controller))) = (was != is, is) {
                self.output.passed.release(controller, 0, sink);
            }
        }
        if new.sound.follow_pedal && !old.sound.follow_pedal {
            self.output.lift_foot(&mut self.first(sink));
        }
        let moved = old.sound.channel != new.sound.channel;
        if !new.sound.follow_pedal || new.bypass || !new.on || moved {
            self.output.lift_pedal(&mut self.first(sink));
        }
        self.meters.set_mode(self.mode());
        if block.left.is_empty() {
            return;
        }
        if let Some((jump, from, to)) = self.timing.clock.locate(self.timing.block_start, &block.transport) {
            self.jump(jump, from, to, &mut self.first(sink));
        }
        let (now, clock) = (self.position(self.timing.block_start), &self.timing.clock);
        self.output.voices.reports.clock(now, clock.tempo(), clock.bars(), clock.bar_line(now));
    }

    /// Responds to changed parameters.
    fn follow(&mut self, old: &Settings, latched: bool, now: &mut Moment<'_>) {
        let new = self.settings;
        if old.bypass != new.bypass
            || old.generation != new.generation
            || self.meters.panic.swap(false, Ordering::Relaxed)
        {
            self.end_everything(now);
            self.cut(Survives::Nothing, now);
        } else if old.sound.channel != new.sound.channel || (old.on && !new.on) || old.mode != new.mode {
            self.output.lift_pedal(now);
            self.make_way(Survives::Nothing, now);
            self.cut(Survives::Nothing, now);
        } else if latched && !self.latched() {
            self.hand_back(now);
        }
        self.follow_parts(&old.sound, now);
        if self.link.take_overrun() {
            // The composer learns which keys are held once there is room. Until then nobody knows
            // what our notes would answer.
            self.make_way(Survives::Nothing, now);
        }
    }

    /// Parts that are muted or moved to another channel end in this block; the others play on.
    fn follow_parts(&mut self, old: &Sound, now: &mut Moment<'_>) {
        let new = &self.settings.sound.parts;
        let moved = |part: Part| {
            let (was, is) = (&old.parts[part.index()], &new[part.index()]);
            was.channel != is.channel || (was.heard && !is.heard)
        };
        if !Part::ALL.into_iter().any(moved) {
            return;
        }
        let meters = &self.meters;
        self.output.end_parts(now, moved, |key| meters.set_key(Role::Segue, key, false));
    }

    /// The song position jumped.
    fn jump(&mut self, jump: Jump, from: Beats, to: Beats, now: &mut Moment<'_>) {
        // Reports may be slightly beyond `from`, after a tempo ramp.
        let from = from.max(self.link.reported_until);
        self.link.reported_until = from;
        let to = to.max(from);
        let mut ends = now.with_position(from);
        let wrapped = self.timing.wrap_sample();
        let survives = if jump == Jump::Moved && to - from < TICK {
            // The end of a loop that is whole bars long. Segue's notes end, as hosts ask; what is
            // planned stands where it stood.
            self.output
                .end_ours_before(wrapped, &mut ends, |key| self.meters.set_key(Role::Segue, key, false));
            Survives::Until(Beats::MAX)
        } else {
            self.make_way(Survives::Nothing, &mut ends);
            Survives::Nothing
        };
        if jump == Jump::Stopped {
            self.output.lift_pedal(&mut ends);
        }
        self.output.lift_pedal_of_take();
        self.link.reported_until = to;
        self.send(Heard::Jump { from, to, jump, survives, revision: self.plans.revisions.newest() });
    }

    /// Ends all voices, drops all plans, and releases what the player holds.
    pub(super) fn end_everything(&mut self, now: &mut Moment<'_>) {
        self.end_sounding(now);
        self.plans.begin_revision(Survives::Nothing);
    }

    /// Ends all voices, and releases what the player holds.
    fn end_sounding(&mut self, now: &mut Moment<'_>) {
        let at = self.report(now.sample);
        self.release_held(at);
        self.end_tracks(now);
        self.output.end_all(now);
        self.output.voices.reports.send(now.at, Sounded::Silence { at: now.at });
        for key in 0..128 {
            self.meters.set_key(Role::Segue, key, false);
        }
    }

    /// Begins a new revision, and ends those of our voices that do not survive it.
    pub(super) fn make_way(&mut self, survives: Survives, now: &mut Moment<'_>) {
        if survives == Survives::Sounding {
            // Keys that are down stay down; a foot makes way.
            self.output.lift_foot(now);
        }
        if survives == Survives::Nothing {
            self.output.end_ours(now, |key| self.meters.set_key(Role::Segue, key, false));
        }
        self.plans.begin_revision(survives);
    }

    /// The latch came up: Segue stops, in modes where the latch starts it.
    pub(super) fn hand_back(&mut self, now: &mut Moment<'_>) {
        if self.mode().ends_with_latch() {
            let survives = self.settings.when.yields.survival();
            self.make_way(survives, now);
            self.cut(survives, now);
        }
    }
}
