//! The audio thread: hears the player, passes the input through, and plays what was planned.
//!
//! This is the only place that knows positions within a block. It divides a block at every event,
//! at every tick, and at every note that starts or ends. At one sample the order is: tick, ends,
//! our pedal, other tracks, input, starts. So the output is in time order, and nothing depends on
//! where blocks begin.
//!
//! Names no type of the model and none of the plugin framework.

mod changes;
mod incoming;
mod plans;
mod tracks;

use std::sync::Arc;
use std::sync::atomic::Ordering;
use std::thread::Thread;

use segue_music::{Beats, Channel, DRUM_CHANNEL, Key, PedalMove, Role, TICK};

use crate::audio::clock::Transport;
use crate::audio::ids::NoteIds;
use crate::audio::link::Link;
use crate::audio::moment::Moment;
use crate::audio::output::Output;
use crate::audio::overrides::Overrides;
use crate::audio::plans::Plans;
use crate::audio::playback::Place;
use crate::audio::player::Player;
use crate::audio::sound::Levels;
use crate::audio::timing::Timing;
use crate::audio::tracks::Tracks;
use crate::audio::voices::{Address, Voice, midi_velocity};
use crate::between::boundary::AudioEnd;
use crate::between::convert;
use crate::between::heard::{Heard, Tick};
use crate::between::instrument::Stage;
use crate::between::limits::KEPT_UP_TICKS;
use crate::between::message::{Event, Message, Sink};
use crate::between::meters::Meters;
use crate::between::settings::{Mode, Settings};
use crate::between::survival::Survives;
use crate::between::touch::Touches;

/// One block from the host.
pub struct Block<'a> {
    /// The host's clock at the first sample.
    pub transport: Transport,
    /// The parameters.
    pub settings: Settings,
    /// The input, in time order.
    pub events: &'a [Event],
    /// What comes in on an input of its own for other tracks, in time order.
    pub tracks: &'a [Event],
    /// The left output.
    pub left: &'a mut [f32],
    /// The right output; as long as `left`.
    pub right: &'a mut [f32],
}

/// A block, or what of it lies before or after the end of a loop.
struct Piece<'a> {
    transport: Transport,
    settings: Settings,
    /// In time order, counted from the block's first sample.
    events: &'a [Event],
    /// The same of other tracks.
    tracks: &'a [Event],
    /// Samples of the block before this piece.
    offset: u32,
    left: &'a mut [f32],
    right: &'a mut [f32],
}

/// A sink for a piece of a block.
struct Behind<'a> {
    sink: &'a mut dyn Sink,
    offset: u32,
}

impl Sink for Behind<'_> {
    fn send(&mut self, time: u32, message: Message) -> bool {
        self.sink.send(time + self.offset, message)
    }
}

/// What happens next within a block, in the order in which it does at one sample.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
enum Next {
    Tick,
    End(Channel, Key),
    Foot,
    Tracks,
    Input,
    Begin,
}

/// The audio side of one instance. Allocates in `new` and `activate` only.
pub struct Processor {
    link: Link,
    meters: Arc<Meters>,
    settings: Settings,
    timing: Timing,
    plans: Plans,
    output: Output,
    player: Player,
    ids: NoteIds,
    /// Other tracks that come in beside the player, and those that come in on an input of their
    /// own, whose channels are others.
    tracks: [Tracks; 2],
    /// Keys played in the window.
    touches: Option<Touches>,
    overrides: Overrides,
    /// A reset is due. It waits for the next block, where note-offs can be sent.
    reset_pending: bool,
}

impl Processor {
    /// At rest.
    pub fn new(mut end: AudioEnd, meters: Arc<Meters>, sample_rate: f64) -> Self {
        let reports = end.reports();
        let mut processor = Self {
            link: Link::new(end),
            meters,
            settings: Settings::default(),
            timing: Timing::new(sample_rate),
            plans: Plans::new(),
            output: Output::new(reports, sample_rate),
            player: Player::new(),
            ids: NoteIds::new(),
            tracks: [Tracks::new(), Tracks::new()],
            touches: None,
            overrides: Overrides::default(),
            reset_pending: true,
        };
        processor.activate(sample_rate, false, None);
        processor
    }

    /// The host activates us, again or for the first time. In its offline mode, waiting for the
    /// composer is allowed. What still sounds ends in the next block. Allocates: not for the audio
    /// thread.
    pub fn activate(&mut self, sample_rate: f64, offline: bool, composer: Option<Thread>) {
        self.timing.set_sample_rate(sample_rate);
        self.output.activate(sample_rate);
        self.link.end.set_composer(composer);
        self.link.end.set_offline(offline);
        self.reset_pending = true;
    }

    /// Sets whether waiting for the composer is allowed.
    ///
    /// # Real-time safety
    /// Sets a flag.
    pub fn set_offline(&mut self, offline: bool) {
        self.link.end.set_offline(offline);
    }

    /// Also hears keys played in the window. Not while processing.
    pub fn listen_to(&mut self, touches: Touches) {
        self.touches = Some(touches);
    }

    /// Also plays instruments that come by this way. Not while processing.
    pub fn play_through(&mut self, stage: Stage) {
        self.output.sound.listen_to(stage);
    }

    /// Resets to the state after activation, in the next block.
    ///
    /// # Real-time safety
    /// Sets a flag.
    pub fn reset(&mut self) {
        self.reset_pending = true;
    }

    /// Processes one block.
    ///
    /// # Real-time safety
    /// Allocates nothing, never locks, waits or logs, except that in the host's offline mode it
    /// waits for plans, with a limit.
    pub fn process(&mut self, block: Block<'_>, sink: &mut dyn Sink) {
        let Block { mut transport, settings, mut events, mut tracks, mut left, mut right } = block;
        let mut offset: u32 = 0;
        // A block that reaches over the end of the song's loop is played as the two blocks that it
        // stands for.
        while let Some((before, begin)) = self.timing.wrap_within(&transport, left.len().min(right.len())) {
            let (now_left, later_left) = left.split_at_mut(before);
            let (now_right, later_right) = right.split_at_mut(before);
            let wrap = offset.saturating_add(convert::short(before));
            let cut = |events: &'_ [Event]| events.partition_point(|event| event.time < wrap);
            let (now, later) = events.split_at(cut(events));
            let (now_tracks, later_tracks) = tracks.split_at(cut(tracks));
            let piece = Piece {
                transport,
                settings,
                events: now,
                tracks: now_tracks,
                offset,
                left: now_left,
                right: now_right,
            };
            self.process_piece(piece, &mut Behind { sink, offset });
            (left, right, events, tracks, offset) = (later_left, later_right, later, later_tracks, wrap);
            transport = Transport { song: Some(begin), bar: None, samples: None, ..transport };
        }
        let piece = Piece { transport, settings, events, tracks, offset, left, right };
        self.process_piece(piece, &mut Behind { sink, offset });
    }

    fn process_piece(&mut self, block: Piece<'_>, sink: &mut dyn Sink) {
        self.timing.offset = block.offset;
        let frames = block.left.len().min(block.right.len());
        self.output.voices.settle(&mut self.first(sink));
        self.begin(&block, sink);
        let start = self.timing.block_start;
        let end = start + frames as u64;
        let (mut input, mut tracks) = (block.events, block.tracks);
        if frames == 0 {
            // No time passes, but a release in such a block must not be lost.
            for event in tracks {
                self.receive_from_tracks(&event.message, &mut self.first(sink));
            }
            for event in input {
                self.receive(event.message, &mut self.first(sink));
            }
            return;
        }
        let (mut now, mut rendered) = (start, 0);
        self.fetch_plans();
        self.receive_touches(&mut self.first(sink));
        while let Some((at, next)) = self.next(now, frames as u64, [tracks, input], block.offset) {
            if at >= end {
                break;
            }
            now = at;
            let ready = usize::try_from(at - start).unwrap_or(frames);
            if ready > rendered {
                self.render(&mut block.left[rendered..ready], &mut block.right[rendered..ready]);
                rendered = ready;
            }
            let moment = &mut self.moment(at, sink);
            match next {
                Next::Tick => self.tick(at),
                Next::End(channel, key) => self.end_due(Address { channel, key }, moment),
                Next::Foot => self.move_foot(moment),
                Next::Tracks => {
                    if let Some((event, rest)) = tracks.split_first() {
                        tracks = rest;
                        self.receive_from_tracks(&event.message, moment);
                    }
                }
                Next::Input => {
                    if let Some((event, rest)) = input.split_first() {
                        input = rest;
                        self.receive(event.message, moment);
                    }
                }
                Next::Begin => self.play_next(moment),
            }
        }
        self.render(&mut block.left[rendered..frames], &mut block.right[rendered..frames]);
        self.timing.pass_block(frames as u64);
    }

    /// Ends everything at the start of a block, before the plugin falls back to passing notes
    /// through.
    pub fn silence(&mut self, sink: &mut dyn Sink) {
        self.output.end_all(&mut self.first(sink));
    }

    /// The keys whose tones sound, for tests.
    pub fn tones(&self) -> impl Iterator<Item = Key> {
        self.output.sound.keys()
    }

    fn mode(&self) -> Mode {
        self.overrides.mode(&self.settings)
    }

    fn latched(&self) -> bool {
        self.overrides.latched(&self.settings)
    }

    fn cut(&mut self, survives: Survives, now: &Moment<'_>) {
        let at = self.report(now.sample);
        self.send(Heard::Cut { at, survives, revision: self.plans.revisions.newest() });
    }

    fn send(&mut self, heard: Heard) {
        self.link.send(heard, self.player.keys());
    }

    /// Reports every held key as released.
    fn release_held(&mut self, at: Beats) {
        for key in 0..128 {
            if self.player.holds(key) {
                self.send(Heard::Off { at, key });
                self.meters.set_key(Role::Player, key, false);
            }
        }
        self.player.release_all();
        self.ids.forget();
    }

    /// The jam position of a sample that is about to be reported. It is never before the last one.
    fn report(&mut self, sample: u64) -> Beats {
        self.link.reported_until = self.position(sample);
        self.link.reported_until
    }

    fn position(&self, sample: u64) -> Beats {
        self.link.reported_until.max(self.timing.clock.beats_at(sample))
    }

    /// Where a note that starts now lies in song and jam.
    fn place(&self, key: Key, velocity: f32, now: &Moment<'_>) -> Place {
        let velocity = midi_velocity(velocity);
        let song = self.timing.clock.song_at(now.sample);
        Place { key, velocity, song, at: now.at, sample: now.sample }
    }

    /// A sample of this block.
    fn moment<'a>(&self, sample: u64, sink: &'a mut dyn Sink) -> Moment<'a> {
        let time = u32::try_from(sample.saturating_sub(self.timing.block_start)).unwrap_or(u32::MAX);
        Moment { sample, time, at: self.position(sample), sink }
    }

    /// The first sample of this block.
    fn first<'a>(&self, sink: &'a mut dyn Sink) -> Moment<'a> {
        self.moment(self.timing.block_start, sink)
    }

    /// What happens next at or after `now`, and when.
    fn next(
        &self,
        now: u64,
        frames: u64,
        [tracks, input]: [&[Event]; 2],
        offset: u32,
    ) -> Option<(u64, Next)> {
        let clock = &self.timing.clock;
        let ends = self.output.voices.of(Role::Segue).filter_map(|(address, voice)| {
            let due = clock.sample_at(voice.end?).max(voice.since + 1);
            Some((due, Next::End(address.channel, address.key)))
        });
        let first = |events: &[Event], what| {
            let time = u64::from(events.first()?.time.saturating_sub(offset)).min(frames - 1);
            Some((self.timing.block_start + time, what))
        };
        let arrives = [first(tracks, Next::Tracks), first(input, Next::Input)];
        let begins = self.plans.scheduler.next().map(|onset| (clock.sample_at(onset), Next::Begin));
        let foot = self.output.foot.next().map(|at| (clock.sample_at(at), Next::Foot));
        ends.chain(foot)
            .chain(arrives.into_iter().flatten())
            .chain(begins)
            .chain([(self.timing.next_tick, Next::Tick)])
            .map(|(at, next)| (at.max(now), next))
            .min()
    }

    /// A tick, at which the composer decides. In offline rendering, waits for the plans that the
    /// samples up to the next tick need.
    fn tick(&mut self, sample: u64) {
        self.timing.pass_tick(sample);
        let mut settings = self.overrides.applied(&self.settings);
        settings.on &= !settings.bypass;
        // While a take of ours is played back we rest: its notes are ours already.
        settings.on &= !self.output.playback.lasts(self.position(sample));
        let at = self.report(sample);
        let Timing { clock, tick_count: number, lead, .. } = &self.timing;
        let number = *number;
        let tick = Tick {
            number,
            at,
            lead: clock.length_of(*lead),
            step: clock.length_of(convert::whole(self.timing.tick_samples())),
            milliseconds: self.timing.tick_milliseconds(),
            bar: clock.bar(),
            line: clock.bar_line(at),
            meter: clock.meter(),
            settings,
            revision: self.plans.revisions.newest(),
        };
        self.link.tick(tick, self.player.keys());
        self.link.end.wait_for(number.saturating_sub(KEPT_UP_TICKS));
        self.fetch_plans();
    }

    fn render(&mut self, left: &mut [f32], right: &mut [f32]) {
        let levels = if self.settings.bypass {
            Levels::OFF
        } else {
            let sound = &self.settings.sound;
            let parts = sound.parts.map(|part| part.level);
            Levels { parts, ..Levels::new(sound.level, sound.segue_level) }
        };
        self.output.sound.render(left, right, &levels);
    }
}
