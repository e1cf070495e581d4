//! Every capacity and every limit in time of the plugin, in one place.

use std::time::Duration;

use segue_music::Beats;

/// Input events in one block. Ardour restores the 2,080 hidden VST3 parameters that stand for controllers in one block.
pub const INPUT_EVENTS: usize = 8192;

/// Input events in one block that only a release may still use: every key of every channel can be released once.
pub const INPUT_RESERVE: usize = ADDRESSES;

/// Channels times keys: how many voices can sound at our output at once.
pub const ADDRESSES: usize = 16 * 128;

/// Messages on their way to the composer: the ticks of 24 s at 44.1 kHz, or a burst of two thousand notes.
pub const HEARD: usize = 4096;

/// Places in the heard ring that ticks leave free, so that notes and releases always find one.
pub const HEARD_RESERVE: usize = 2048;

/// Planned notes on their way to the audio thread, and as many again waiting in the scheduler.
pub const PLANNED: usize = 1024;

/// Samples between two decisions of the composer at 44.1 kHz: 11.6 ms. Never a block.
pub const TICK_SAMPLES: u64 = 512;

/// The sample of a decision, counted from the activation: the same moments at every sample rate, to the nearest sample.
pub fn tick_sample(number: u64, sample_rate: f64) -> u64 {
    (number as f64 * tick_samples(sample_rate)).round() as u64
}

/// Samples between two decisions at a sample rate; at least one.
pub fn tick_samples(sample_rate: f64) -> f64 {
    (TICK_SAMPLES as f64 * sample_rate / 44_100.0).max(1.0)
}

/// The lead at 44.1 kHz: nothing is planned nearer than this to what it was decided on (46 ms).
const LEAD_SAMPLES: f64 = 2048.0;

/// Samples of lead at a sample rate.
pub fn lead_samples(sample_rate: f64) -> u64 {
    (LEAD_SAMPLES * sample_rate / 44_100.0).ceil() as u64
}

/// A planned note that is late by more than this is not played; 10 ms are heard as a stumble.
pub const LATE_SECONDS: f64 = 0.010;

/// A note-on of our own that comes back within this time is our echo: two large blocks and a driver's round trip.
pub const ECHO_SECONDS: f64 = 0.100;

/// The composer plans so far ahead of the playhead, then sleeps.
pub const HORIZON: Beats = Beats::ratio(2, 1);

/// What of an answer that is still to begin is planned at least, however far away it is.
pub const OPENING: Beats = Beats::ratio(1, 2);

/// How far Segue plans ahead in a duet: what is further away is planned anew before it sounds, as the player goes on.
pub const DUET_HORIZON: Beats = Beats::ONE;

/// So long before a turn of Segue's begins is it planned, and planned anew as the player goes on.
pub const TURN_AHEAD: Beats = Beats::ONE;

/// Ticks between two plans that a moving parameter replaces: a knob that is turned would else have all planned anew 86 times a
/// second.
pub const REPLAN_TICKS: u64 = 8;

/// Notes planned at one tick at most, so that a burst of planning ends before the next thing heard gets old (32 ms).
pub const NOTES_A_TICK: usize = 32;

/// Steps by which the cache is brought up to date at one turn of the composer's loop.
pub const PREFILL_STEPS: usize = 4;

/// Ticks that the composer may be behind and still keep up: the lead. Offline rendering waits so that it is never further.
pub const KEPT_UP_TICKS: u64 = 4;

/// While keys are held, the patience counts this many times, from the last onset.
pub const HELD_PATIENCE: i64 = 4;

/// How long offline rendering waits for one acknowledgement before it goes on without.
pub const OFFLINE_WAIT: Duration = Duration::from_secs(2);

/// How long offline rendering waits for the model to be loaded.
pub const LOAD_WAIT: Duration = Duration::from_secs(20);

/// How long the end of an instance waits for its composer.
pub const JOIN_WAIT: Duration = Duration::from_secs(5);

/// The composer looks into its ring this often; it is a twentieth of the lead.
pub const PARK: Duration = Duration::from_millis(2);

/// The same while the host sends nothing.
pub const PARK_IDLE: Duration = Duration::from_millis(20);

/// Movements of the keys in the window on their way to the audio thread: every key down and up, twice.
pub const TOUCHES: usize = 512;

/// Voices of the built-in sound.
pub const SOUND_VOICES: usize = 32;

/// Reports of what sounded on their way to the composer's thread: two seconds of a thousand notes a second, with their ends. A model that
/// takes longer to load is on that thread, too.
pub const SOUNDED: usize = 8192;

/// Notes of a jam that are remembered: some four hours, 1 MB.
pub const JAM_NOTES: usize = 65_536;

/// Changes of tempo, and of metre, that are remembered of a jam.
pub const JAM_CHANGES: usize = 4096;

/// Answers that are remembered of a jam by where they began.
pub const JAM_MARKS: usize = 4096;

/// What the editor may ask for at once.
pub const REQUESTS: usize = 8;

/// Takes that are kept.
pub const TAKES: usize = 64;

/// Notes of all takes together, so that a project does not grow beyond some 800 KB by them; 64 usual ones take a tenth of that.
pub const TAKES_NOTES: usize = 32_768;

/// Notes of a take, and of its prompt, at most: a takeover may last for hours.
pub const TAKE_NOTES: usize = 4096;

/// How long a take is at most: 4,096 bars.
pub const TAKE_BEATS: Beats = Beats::ONE.times(16_384);

/// Bars of what the player played that a take remembers as its prompt.
pub const PROMPT_BARS: i64 = 8;

const _: () = {
    assert!(INPUT_EVENTS >= 2 * (2080 + 1000));
    assert!(INPUT_RESERVE < INPUT_EVENTS / 2);
    assert!(HEARD > HEARD_RESERVE + 1024);
    assert!(HEARD_RESERVE >= ADDRESSES);
    assert!(NOTES_A_TICK * 8 <= PLANNED);
    // All that can sound may end at once while as much is reported.
    assert!(SOUNDED >= 2 * ADDRESSES);
    assert!(2 * TAKE_NOTES <= TAKES_NOTES);
    // A plan decided at a tick begins in a later one.
    assert!(TICK_SAMPLES as f64 * 2.0 <= LEAD_SAMPLES);
    // So far ahead does offline rendering wait, to the sample of the decision.
    assert!((TICK_SAMPLES * KEPT_UP_TICKS) as f64 <= LEAD_SAMPLES);
};
