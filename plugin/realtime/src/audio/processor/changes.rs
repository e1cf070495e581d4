//! What ends our notes other than the player's playing: resets, jumps of the song, parameters that move.

use super::*;
use crate::between::heard::Jump;
use crate::between::sounded::Sounded;

impl Processor {
    /// Resets, jumps and changed parameters take effect at the start of a block.
    pub(super) fn begin(&mut self, block: &Block<'_>, sink: &mut dyn Sink) {
        let (old, latched) = (self.settings, self.latched());
        self.settings = block.settings;
        self.voices.reports.mute(block.settings.bypass);
        if self.fresh {
            self.fresh = false;
            self.end_everything(self.moment(0), sink);
            self.voices.reports.begin_anew();
            self.sample = 0;
            self.next_tick = 0;
            self.ticked = 0;
            self.told = Beats::ZERO;
            self.latch = false;
            self.echo.restart();
            if let Some(touches) = &mut self.touches {
                touches.forget();
            }
            self.clock = Clock::new(self.sample_rate);
            self.tell(Heard::Reset { revision: self.revisions.newest() });
        } else {
            self.follow(&old, latched, sink);
        }
        if old.pass && !self.settings.pass {
            self.voices.end_all(Role::Player, self.moment(0), sink);
        }
        if !self.settings.follow_pedal || self.settings.bypass || !self.settings.on {
            self.lift_pedal(old.channel, 0, sink);
        }
        self.meters.set_mode(self.mode());
        if block.left.is_empty() {
            return;
        }
        if let Some((jump, from, to)) = self.clock.locate(self.sample, &block.transport) {
            self.jump(jump, from, to, sink);
        }
        let now = self.moment(0).at;
        self.voices.reports.clock(now, self.clock.tempo(), self.clock.bars());
    }

    /// Parameters moved.
    pub(super) fn follow(&mut self, old: &Settings, latched: bool, sink: &mut dyn Sink) {
        let new = self.settings;
        if old.mode != new.mode {
            self.mode = None;
        }
        if old.bypass != new.bypass
            || old.generation != new.generation
            || self.meters.panic.swap(false, Ordering::Relaxed)
        {
            self.end_everything(self.moment(0), sink);
            self.cut(self.sample, Stays::Nothing);
        } else if old.channel != new.channel || (old.on && !new.on) || old.mode != new.mode {
            self.lift_pedal(old.channel, 0, sink);
            self.make_way(Stays::Nothing, 0, sink);
            self.cut(self.sample, Stays::Nothing);
        } else if latched && !self.latched() {
            self.hand_back(self.sample, 0, sink);
        }
        if std::mem::take(&mut self.overrun) {
            // The composer is told what is held as soon as there is room; until then nobody knows what our notes answer.
            self.make_way(Stays::Nothing, 0, sink);
        }
    }

    /// The song moved other than by playing on.
    pub(super) fn jump(&mut self, jump: Jump, from: Beats, to: Beats, sink: &mut dyn Sink) {
        // What was told up to here is at `from` at the latest; a ramp may have brought us a little beyond.
        let from = from.max(self.told);
        self.told = from;
        let to = to.max(from);
        let ends = Moment { time: 0, at: from };
        let stays = if jump == Jump::Moved && to - from < TICK {
            // The end of a loop that is whole bars long. What sounds ends, as hosts ask; what is planned stands where it stood.
            self.end_sounding(ends, sink);
            Stays::Until(Beats::MAX)
        } else {
            self.end_everything(ends, sink);
            Stays::Nothing
        };
        self.told = to;
        self.tell(Heard::Jump { from, to, jump, stays, revision: self.revisions.newest() });
    }

    /// Ends all voices, forgets all plans and whatever the player holds.
    pub(super) fn end_everything(&mut self, now: Moment, sink: &mut dyn Sink) {
        self.end_sounding(now, sink);
        self.begin_revision(Stays::Nothing);
    }

    /// Ends all voices, and forgets whatever the player holds.
    pub(super) fn end_sounding(&mut self, now: Moment, sink: &mut dyn Sink) {
        let at = self.now(self.sample + u64::from(now.time));
        self.release_held(at);
        Role::ALL.into_iter().for_each(|role| self.voices.end_all(role, now, sink));
        self.voices.reports.tell(now.at, Sounded::Silence { at: now.at });
        self.sound.fade();
        for key in 0..128 {
            self.meters.set_key(Role::Segue, key, false);
        }
    }

    /// A new revision begins. What of ours must make way ends here.
    pub(super) fn make_way(&mut self, stays: Stays, time: u32, sink: &mut dyn Sink) {
        if stays == Stays::Nothing {
            for (address, _) in self.voices.of(Role::Segue) {
                self.sound.off(address);
                self.meters.set_key(Role::Segue, address.key, false);
            }
            self.voices.end_all(Role::Segue, self.moment(time), sink);
        }
        self.begin_revision(stays);
    }

    /// The latch came up: Segue hands back.
    pub(super) fn hand_back(&mut self, sample: u64, time: u32, sink: &mut dyn Sink) {
        if self.mode() == Mode::Continue {
            let stays = self.yields();
            self.make_way(stays, time, sink);
            self.cut(sample, stays);
        }
    }
}
