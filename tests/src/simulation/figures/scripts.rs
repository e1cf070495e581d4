//! Written performances that R1, R2 and R8 play.

use segue::between::settings::{Bounds, Mode, Settings, What, When, Yield};
use segue_music::{Beats, Key, Meter};

use crate::simulation::cue::Cue;
use crate::simulation::performance::Script;
use crate::simulation::song::State;

/// The keys that are played, over and over.
const KEYS: [Key; 12] = [60, 64, 67, 72, 71, 67, 69, 65, 62, 65, 59, 60];

/// This many notes, this many seconds apart, each held for two thirds of that.
pub fn phrase(from: f64, count: usize, apart: f64) -> Vec<(f64, f64, Key)> {
    let hundredths = |seconds: f64| (seconds * 100.0).round() / 100.0;
    (0..count)
        .map(|i| {
            let at = from + apart * i as f64;
            (hundredths(at), hundredths(at + apart * 0.66), KEYS[i % KEYS.len()])
        })
        .collect()
}

fn script(name: &'static str, tempo: f64, mode: Mode) -> Script {
    let settings = Settings { mode, ..Settings::default() };
    let mut notes = phrase(0.13, 8, 0.25);
    notes.extend(phrase(8.02, 5, 0.31));
    Script { name, seconds: 14.0, tempo, settings, notes, cues: Vec::new() }
}

/// Where the host only plays on: the same at every sample rate.
pub fn steady() -> Vec<Script> {
    let chords = || {
        let chord = |at: f64| [48, 55, 60, 64, 67, 71, 74, 79, 83, 86].map(|key| (at, at + 0.6, key));
        [0.1, 1.1, 2.1, 7.5].into_iter().flat_map(chord).collect()
    };
    let mut continued = script("continue", 112.0, Mode::Continue);
    let latch = |latch| {
        let when = When { latch, ..continued.settings.when };
        Cue::Settings(Box::new(Settings { when, ..continued.settings }))
    };
    continued.cues =
        vec![(3.03, latch(true)), (7.01, latch(false)), (11.0, latch(true)), (13.0, latch(false))];
    let mut duet = script("duet", 97.0, Mode::Duet);
    duet.notes = phrase(0.2, 38, 0.33);
    let mut free = script("free, let end", 120.0, Mode::Answer);
    free.settings = Settings {
        when: When { yields: Yield::LetEnd, ..free.settings.when },
        what: What {
            grid: Beats::ZERO,
            temperature: 1.3,
            bounds: Bounds { polyphony: 2, density: 3.0, keys: (40, 80), ..Bounds::default() },
            ..free.settings.what
        },
        ..free.settings
    };
    let mut groove = script("groove kept", 101.0, Mode::Answer);
    groove.settings.what.quantise = 0.25;
    let mut absent = script("no transport", 120.0, Mode::Answer);
    absent.cues = vec![(0.0, Cue::Transport(State::Absent))];
    vec![
        script("answer", 120.0, Mode::Answer),
        Script { notes: chords(), ..script("chords", 133.7, Mode::Answer) },
        script("trade", 140.0, Mode::Trade),
        continued,
        duet,
        free,
        groove,
        absent,
    ]
}

/// Where it does not: the same at every block size.
pub fn eventful() -> Vec<Script> {
    let mut looped = script("loops", 120.0, Mode::Answer);
    looped.cues = vec![
        (0.0, Cue::Cycle(Some((0.0, 4.0)))),
        (6.0, Cue::Cycle(Some((0.0, 8.0)))),
        (11.0, Cue::Cycle(Some((0.0, 0.05)))),
        (12.0, Cue::Cycle(None)),
    ];
    let mut moved = script("stops and seeks", 90.0, Mode::Answer);
    moved.cues = vec![
        (3.2, Cue::Tempo(170.0)),
        (4.0, Cue::Seek(-7.5)),
        (4.5, Cue::Meter(Meter::new(3, 4).unwrap_or_default())),
        (6.0, Cue::Transport(State::Stands)),
        (7.0, Cue::Transport(State::Plays)),
        (10.5, Cue::Tempo(61.0)),
        (12.0, Cue::Load),
        (13.0, Cue::Reset),
    ];
    let mut switched = script("modes switched", 128.0, Mode::Duet);
    switched.notes = phrase(0.2, 50, 0.26);
    let to = |mode, bypass| Cue::Settings(Box::new(Settings { mode, bypass, ..switched.settings }));
    switched.cues = vec![
        (4.0, to(Mode::Answer, false)),
        (6.0, to(Mode::Duet, true)),
        (6.5, to(Mode::Duet, false)),
        (9.0, to(Mode::Trade, false)),
        (12.0, to(Mode::Continue, false)),
    ];
    vec![looped, moved, switched]
}
