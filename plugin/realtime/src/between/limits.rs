//! Every capacity and every time limit of the plugin, in one place.

use std::time::Duration;

use segue_music::Beats;

use crate::between::convert;

/// Input events in one block. Ardour restores all 2,080 hidden VST3 parameters for controllers in
/// one block.
pub const INPUT_EVENTS: usize = 8192;

/// Input events in one block that are kept free for releases, so that every key of every channel
/// can be released once.
pub const INPUT_RESERVE: usize = ADDRESSES;

/// Channels times keys: the most voices that can sound at our output at once.
pub const ADDRESSES: usize = 16 * 128;

/// Messages on their way to the composer: 24 s of ticks at 44.1 kHz, or a burst of two thousand
/// notes.
pub const HEARD: usize = 4096;

/// Slots of the heard ring that ticks leave free, so that notes and releases always fit.
pub const HEARD_RESERVE: usize = 2048;

/// Planned notes on their way to the audio thread. The scheduler holds as many again.
pub const PLANNED: usize = 1024;

/// Samples between two decisions of the composer at 44.1 kHz: 11.6 ms. Never tied to blocks.
pub const TICK_SAMPLES: u64 = 512;

/// The sample of a decision, counted from the activation. The moments are the same at every sample
/// rate, to the nearest sample.
pub fn tick_sample(number: u64, sample_rate: f64) -> u64 {
    convert::whole((number as f64 * tick_samples(sample_rate)).round())
}

/// Samples between two decisions at a sample rate, at least one.
pub fn tick_samples(sample_rate: f64) -> f64 {
    (TICK_SAMPLES as f64 * sample_rate / 44_100.0).max(1.0)
}

/// The lead at 44.1 kHz, 46 ms: a decision affects nothing nearer than this.
const LEAD_SAMPLES: f64 = 2048.0;

/// The lead in samples, at a sample rate.
pub fn lead_samples(sample_rate: f64) -> u64 {
    convert::whole((LEAD_SAMPLES * sample_rate / 44_100.0).ceil())
}

/// A planned note that is late by more than this is not played. 10 ms are heard as a stumble.
pub const LATE_SECONDS: f64 = 0.010;

/// A note-on of our own that comes back within this time is our echo: two large blocks and the
/// round trip of a driver.
pub const ECHO_SECONDS: f64 = 0.100;

/// How far ahead of the playhead the composer plans before it sleeps.
pub const HORIZON: Beats = Beats::ratio(2, 1);

/// How much of an answer that has not started is planned at least, however far away it is.
pub const OPENING: Beats = Beats::ratio(1, 2);

/// How far ahead the composer plans in a duet. What is further away would be planned again before
/// it sounds, as the player goes on.
pub const DUET_HORIZON: Beats = Beats::ONE;

/// How long a band's plans hold when the player strikes a key: what it then plays is heard within a
/// beat.
pub const BAND_HOLDS: Beats = Beats::ratio(1, 2);

/// How long before its turn Segue plans it. The plan is made again as the player goes on.
pub const TURN_AHEAD: Beats = Beats::ONE;

/// Ticks between two new plans for a moving parameter. Otherwise a knob that is turned would have
/// everything planned again 86 times a second.
pub const REPLAN_TICKS: u64 = 8;

/// The most notes planned at one tick, so that a burst of planning ends before the next message
/// gets old (32 ms).
pub const NOTES_A_TICK: usize = 32;

/// The most notes rehearsed at one tick: 700 a second, a quarter of the time of a core at 0.3 ms.
pub const NOTES_REHEARSED_A_TICK: usize = 8;

/// Cache steps in one pass of the composer's loop.
pub const PREFILL_STEPS: usize = 4;

/// Ticks that the composer may be behind and still keep up: the lead. Offline rendering waits so
/// that it is never further behind.
pub const KEPT_UP_TICKS: u64 = 4;

/// How many times longer the patience is while keys are held, counted from the last onset.
pub const HELD_PATIENCE: i64 = 4;

/// How long offline rendering waits for one acknowledgement before it goes on without it.
pub const OFFLINE_WAIT: Duration = Duration::from_secs(2);

/// How long offline rendering waits for the model to load.
pub const LOAD_WAIT: Duration = Duration::from_secs(20);

/// How long dropping an instance waits for its composer.
pub const JOIN_WAIT: Duration = Duration::from_secs(5);

/// How often the composer looks into its ring: a twentieth of the lead.
pub const PARK: Duration = Duration::from_millis(2);

/// How often it looks while the host sends nothing.
pub const PARK_IDLE: Duration = Duration::from_millis(20);

/// Key movements in the window on their way to the audio thread: every key down and up, twice.
pub const TOUCHES: usize = 512;

/// Voices of the built-in sound.
pub const SOUND_VOICES: usize = 32;

/// Drums of the built-in sound, which take no voice from the rest.
pub const SOUND_DRUMS: usize = 16;

/// Instruments on their way to the audio thread, and back.
pub const INSTRUMENTS: usize = 4;

/// Reports of what sounded on their way to the composer: two seconds of a thousand notes a second,
/// with their ends. Loading a model blocks the composer's thread for about that long.
pub const SOUNDED: usize = 8192;

/// Notes that a jam remembers: some four hours, 1 MB.
pub const JAM_NOTES: usize = 65_536;

/// Changes of tempo, and of metre, that a jam remembers.
pub const JAM_CHANGES: usize = 4096;

/// Answers that a jam remembers by where they began.
pub const JAM_MARKS: usize = 4096;

/// Commands of the editor that are kept until the next tick.
pub const REQUESTS: usize = 8;

/// Takes that are kept.
pub const TAKES: usize = 64;

/// Notes of all takes together. They add at most 800 KB to a project; 64 usual takes need a tenth
/// of that.
pub const TAKES_NOTES: usize = 32_768;

/// The most notes of a take, and of its prompt. A takeover may last for hours.
pub const TAKE_NOTES: usize = 4096;

/// The longest take: 4,096 bars.
pub const TAKE_BEATS: Beats = Beats::ONE.times(16_384);

/// Bars of the player's music that a take keeps as its prompt.
pub const PROMPT_BARS: i64 = 8;

const _: () = {
    assert!(INPUT_EVENTS >= 2 * (2080 + 1000));
    assert!(BAND_HOLDS.parts() < DUET_HORIZON.parts());
    assert!(INPUT_RESERVE < INPUT_EVENTS / 2);
    assert!(HEARD > HEARD_RESERVE + 1024);
    assert!(HEARD_RESERVE >= ADDRESSES);
    assert!(NOTES_A_TICK * 8 <= PLANNED);
    // Everything that can sound may end at once while as much is reported.
    assert!(SOUNDED >= 2 * ADDRESSES);
    assert!(2 * TAKE_NOTES <= TAKES_NOTES);
    // A plan decided at one tick begins after the next.
    assert!(TICK_SAMPLES as f64 * 2.0 <= LEAD_SAMPLES);
    // Offline rendering waits this far ahead, exactly up to the sample of the decision.
    assert!((TICK_SAMPLES * KEPT_UP_TICKS) as f64 <= LEAD_SAMPLES);
};
