//! What must hold after every block, seen from outside: order, pairing, endings, bounds, places.

use std::collections::HashMap;

use segue::audio::clock::{Clock, Transport};
use segue::between::message::{Event, Message};
use segue::between::planned::Planned;
use segue::between::settings::{Mode, Yield};
use segue_music::{Channel, Key, Part, Velocity};

use super::bounds::BoundsWatch;
use super::matching::Plans;
use super::passing::{is_heard, passes};
use super::virtual_composer::Made;
use super::virtual_host::VirtualHost;

/// A 64th: bars of every metre are multiples of it.
const UNIT: f64 = 1.0 / 16.0;

/// One of our notes, as it was heard.
#[derive(Clone, Copy, Debug)]
pub struct Sounded {
    /// The sample of its on.
    pub on: u64,
    /// The sample of its off, once it came.
    pub off: Option<u64>,
    /// Where.
    pub channel: Channel,
    /// Which.
    pub key: Key,
    /// How hard.
    pub velocity: Velocity,
    /// The plan it came from.
    pub planned: Planned,
    /// When that was made.
    pub made: Made,
    /// Samples by which it was after its planned beat, where the host's song says.
    pub error: Option<f64>,
    /// Whether the tempo was steady there.
    pub steady: bool,
}

/// A voice at the output.
#[derive(Clone, Copy, Debug)]
struct Voice {
    /// The number of our note; `None` for what passes through.
    ours: Option<usize>,
    since: u64,
}

/// Watches one host.
#[derive(Debug)]
pub struct Witness {
    voices: HashMap<(Channel, Key), Voice>,
    plans: Plans,
    bounds: BoundsWatch,
    /// The plugin's clock over again, and the sample at which it began.
    clock: Clock,
    clock_from: u64,
    /// All our notes so far.
    pub ours: Vec<Sounded>,
    /// For each time the player struck into our notes and they were to end at once, the samples
    /// until the last had.
    pub barge_ins: Vec<u64>,
    /// The channels whose pedal is down at the output, and those where somebody else's may be: the
    /// host sent one down, or ours follows the player's.
    pedals: u16,
    pedals_of_others: u16,
    /// Something ended all of ours that began before a sample, and the host had no room for it yet.
    ending: Option<u64>,
    late: u32,
}

impl Witness {
    /// Of a host that has not begun.
    pub fn new(host: &VirtualHost) -> Self {
        Self {
            voices: HashMap::new(),
            plans: Plans::default(),
            bounds: BoundsWatch::new(host.settings.what.bounds),
            clock: Clock::new(host.rate),
            clock_from: 0,
            ours: Vec::new(),
            barge_ins: Vec::new(),
            pedals: 0,
            pedals_of_others: 0,
            ending: None,
            late: 0,
        }
    }

    /// How many voices sound at the output.
    pub fn sounding(&self) -> usize {
        self.voices.len()
    }

    /// The channels on which our pedal is down, a bit each.
    pub fn pedals(&self) -> u16 {
        self.pedals & !self.pedals_of_others
    }

    /// One of our voices that sounds.
    pub fn one_of_ours(&self) -> Option<(Channel, Key)> {
        self.voices.iter().filter(|(_, voice)| voice.ours.is_some()).map(|(at, _)| *at).min()
    }

    /// After a block was processed and before time passes: what the host asked for in it, and
    /// whether that ends all of ours.
    ///
    /// # Errors
    /// Says what does not hold.
    pub fn see(
        &mut self,
        host: &mut VirtualHost,
        frames: usize,
        events: &[Event],
        ended: bool,
    ) -> Result<(), String> {
        for made in host.composer.arrived.drain(..) {
            self.plans.arrive(made);
        }
        let host = &*host;
        for event in events {
            if let Message::Control { channel, controller: Message::PEDAL, value } = event.message
                && value > 0.5
            {
                self.pedals_of_others |= 1 << channel;
            }
        }
        if host.settings.sound.follow_pedal {
            self.pedals_of_others |= 1 << host.settings.sound.channel;
        }
        self.bounds.set(host.settings.what.bounds, host.sample, host.rate);
        if host.fresh_at == host.sample {
            self.clock = Clock::new(host.rate);
            self.clock_from = host.sample;
        }
        let from = host.sample - self.clock_from;
        let transport = host.song.transport();
        if frames > 0 {
            self.clock.locate(from, &transport);
        }
        // A plugin that is told the loop finds its end within the block.
        let wraps = if host.song.is_told() && host.song.tells_cycle {
            host.song.wraps(frames, host.rate)
        } else {
            Vec::new()
        };
        let mut wraps = wraps.into_iter().peekable();
        if host.fresh_at == host.sample {
            self.bounds.restart();
        }
        // What is undone counts for nothing: as if it had not been played.
        if !host.kept_up(2.0) || host.undone_at == Some(host.sample) {
            self.bounds.wait(host.sample, host.rate);
        }
        let first = self.ours.len();
        let mut ends = Vec::new();
        for (index, event) in host.list.events.iter().enumerate() {
            if event.time as usize >= frames.max(1) {
                return Err(format!("{event:?} in a block of {frames}"));
            }
            if index > 0 && host.list.events[index - 1].time > event.time {
                return Err(format!("{event:?} comes after {:?}", host.list.events[index - 1]));
            }
            while let Some((before, song)) = wraps.next_if(|(before, _)| *before <= event.time as usize) {
                let there = Transport { song: Some(song), bar: None, ..transport };
                self.clock.locate(from + before as u64, &there);
            }
            if let Some(end) = self.event(host, event)? {
                ends.push(end);
            }
        }
        for (before, song) in wraps {
            let there = Transport { song: Some(song), bar: None, ..transport };
            self.clock.locate(from + before as u64, &there);
        }
        let refused = host.list.refused > 0;
        let must_end = self.ending.max(ended.then(|| host.wrapped_at.unwrap_or(host.sample)));
        self.ending = must_end.filter(|_| refused || frames == 0);
        if let (Some(start), None) = (must_end, self.ending) {
            self.none_from_before(start)?;
        }
        if !refused {
            self.yields(host, events, first, &ends)?;
            passes(host, events, self)?;
        }
        self.is_in_time(host)?;
        let loud = host
            .sound
            .iter()
            .flat_map(|side| &side[..frames])
            .find(|sample| !sample.is_finite() || sample.abs() >= 16.0);
        loud.map_or(Ok(()), |sample| Err(format!("a sample of {sample}")))
    }

    /// Takes in a message that was sent. Returns the note of ours that it ended.
    fn event(&mut self, host: &VirtualHost, event: &Event) -> Result<Option<(usize, u64)>, String> {
        let sample = host.sample + u64::from(event.time);
        match event.message {
            Message::On { id, channel, key, velocity } => {
                let ours = id.is_none().then_some(self.ours.len());
                if let Some(voice) = self.voices.insert((channel, key), Voice { ours, since: sample }) {
                    return Err(format!("{event:?} at {sample} is a second on; {voice:?} sounds"));
                }
                if ours.is_some() {
                    self.begins(host, event.time, channel, key, velocity)?;
                }
                Ok(None)
            }
            Message::Off { channel, key, .. } => {
                let Some(voice) = self.voices.remove(&(channel, key)) else {
                    return Err(format!("{event:?} at {sample} is an off without an on"));
                };
                if let Some(index) = voice.ours {
                    self.ours[index].off = Some(sample);
                }
                Ok(voice.ours.map(|index| (index, sample)))
            }
            Message::Control { channel, controller: Message::PEDAL, value } => {
                let bit = 1 << channel;
                self.pedals = if value > 0.5 { self.pedals | bit } else { self.pedals & !bit };
                Ok(None)
            }
            _ => Ok(None),
        }
    }

    /// One of our notes begins.
    fn begins(
        &mut self,
        host: &VirtualHost,
        time: u32,
        channel: Channel,
        key: Key,
        velocity: f32,
    ) -> Result<(), String> {
        let sample = host.sample + u64::from(time);
        if (!host.settings.on && !host.asked) || host.settings.bypass {
            return Err(format!("a note of ours at {sample}, though it is off"));
        }
        let velocity = (velocity * 127.0).round() as Velocity;
        let seconds = f64::from(time) / host.rate;
        let song = host.song.place_of(time, host.rate);
        // A plugin that is not told the loop learns of its end at the next block.
        let blind = !host.song.tells_cycle && !host.song.wraps(time as usize + 1, host.rate).is_empty();
        // Which plan it was is known from the plugin's own clock; how exact it was, from the host's
        // song alone.
        let at = self.clock.beats_at(sample - self.clock_from);
        let sound = &host.settings.sound;
        let is_of = |planned: &Planned| sound.channel_of(planned.part) == channel;
        let Some((planned, made)) = self.plans.find(key, velocity, at, is_of) else {
            let what = format!("key {key}, velocity {velocity}, channel {channel} at {sample}");
            return Err(format!("{what}: nobody planned it"));
        };
        // The jam is somewhere else than the song, but at the same place of its bar. Where the
        // metre has changed since the song last jumped, bars of both lengths lie between, so the
        // place in a 64th is compared.
        let beats = song - (planned.note.onset + planned.shift).as_f64();
        let folded = (beats + UNIT / 2.0).rem_euclid(UNIT) - UNIT / 2.0;
        let error =
            (host.song.is_told() && !blind).then(|| folded * 60.0 / host.song.tempo_in(seconds) * host.rate);
        self.ours.push(Sounded {
            on: sample,
            off: None,
            channel,
            key,
            velocity,
            planned,
            made,
            error,
            steady: host.song.ramp.is_none(),
        });
        if let Some(error) = error.filter(|_| host.kept_up(1.0)) {
            let most = if host.song.ramp.is_none() { 1.0 } else { host.rate / 1000.0 };
            if error.abs() > most + 1e-3 {
                return Err(format!("key {key} at {sample}: {error:.2} samples off its beat"));
            }
        }
        if planned.as_heard {
            // No limit touches a take that is played again.
            return Ok(());
        }
        if !sound.is_heard(planned.part) {
            return Err(format!("a note of a part that is muted, at {sample}"));
        }
        let is_voice = |voice: &&Voice| {
            let own = voice.ours.and_then(|index| self.ours.get(index));
            own.is_some_and(|note| note.planned.part != Some(Part::Drums))
        };
        let sounding = self.voices.values().filter(is_voice).count();
        self.bounds
            .check(sample, (planned.part, key, velocity), planned.note.onset, sounding)
            .map_err(|what| format!("{what}; {}", self.list_of_ours()))
    }

    /// Our notes that sound, for who looks into it.
    fn list_of_ours(&self) -> String {
        let mut ours: Vec<&Sounded> =
            self.voices.values().filter_map(|voice| self.ours.get(voice.ours?)).collect();
        ours.sort_by_key(|note| (note.on, note.key));
        let tell = |note: &&Sounded| {
            let planned = note.planned.note;
            format!("{} since {} ({} to {})", note.key, note.on, planned.onset, planned.end())
        };
        ours.iter().map(tell).collect::<Vec<_>>().join(", ")
    }

    /// None of ours sounds that began before this block. A note on the line that a loop goes back
    /// to may have begun a sample before it: the line lies between two samples.
    fn none_from_before(&self, start: u64) -> Result<(), String> {
        let old = self.voices.iter().find(|(_, voice)| voice.ours.is_some() && voice.since + 1 < start);
        old.map_or(Ok(()), |(at, voice)| {
            Err(format!("{at:?} of ours sounds since {}, though all was to end", voice.since))
        })
    }

    /// Where the player struck into our notes, they ended and none began.
    fn yields(
        &mut self,
        host: &VirtualHost,
        events: &[Event],
        first: usize,
        ends: &[(usize, u64)],
    ) -> Result<(), String> {
        let settings = &host.settings;
        // A trigger may move the mode within the block, and what it chose holds though it is learnt
        // no more.
        let mode = host.status.mode();
        if !matches!(mode, Mode::Answer | Mode::Continue) || settings.when.mode_trigger.is_some() {
            return Ok(());
        }
        let mut yielded = Vec::new();
        for event in events.iter().filter(|event| is_heard(event, settings, self, host)) {
            let sample = host.sample + u64::from(event.time);
            let began = self.ours[first..].iter().find(|note| note.on >= sample);
            if let Some(note) = began {
                return Err(format!(
                    "our key {} begins at {}, after a strike at {sample}",
                    note.key, note.on
                ));
            }
            if settings.when.yields == Yield::LetEnd {
                continue;
            }
            let still = self.voices.values().find(|voice| voice.ours.is_some() && voice.since <= sample);
            if let Some(voice) = still {
                return Err(format!("{voice:?} of ours goes on after a strike at {sample}"));
            }
            let last = ends.iter().map(|(_, end)| *end).filter(|end| *end >= sample).max();
            if let Some(last) = last {
                yielded.push(last - sample);
            }
        }
        self.barge_ins.extend(yielded);
        Ok(())
    }

    /// Nothing came too late while the composer kept up.
    fn is_in_time(&mut self, host: &VirtualHost) -> Result<(), String> {
        let late = host.status.late.load(std::sync::atomic::Ordering::Relaxed);
        let more = late != self.late;
        self.late = late;
        if more && host.kept_up(1.0) && host.song.nonsense.is_none() {
            return Err(format!("{late} plans were late by now, though the composer keeps up"));
        }
        Ok(())
    }
}
