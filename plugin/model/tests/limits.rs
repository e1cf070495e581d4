//! No limit is ever violated, whatever the weights, the music or the sampling; and where the limits
//! leave no note, the error names the limit.

mod common;

use common::{Ears, MODELS};
use proptest::prelude::*;
use proptest::sample::select;
use segue_model::{Field, Generator, Limits, NoteRequest, Rest};
use segue_music::{
    Beats, ContextNote, Key, PitchClasses, Role, Scale, TICK, TICKS_PER_BEAT, Tick, Token, Velocity,
    beats_at, tick_at,
};

#[derive(Clone, Debug)]
enum Act {
    /// The player strikes a chord so much later, and holds it, or not.
    Strike {
        wait: Tick,
        keys: Vec<Key>,
        length: Option<Tick>,
    },
    /// The player lifts a key.
    Lift {
        wait: Tick,
        key: Key,
    },
    /// Segue plays this many notes.
    Ask {
        count: usize,
        ahead: Tick,
        length: Tick,
        limits: usize,
        request: NoteRequest,
    },
    /// Plans from there on are withdrawn and made again or dropped, or the voices end there.
    Withdraw {
        ahead: Tick,
    },
    Cut {
        ahead: Tick,
    },
    Hush {
        ahead: Tick,
    },
}

fn request() -> impl Strategy<Value = NoteRequest> {
    let grid = select(vec![(0, 1), (0, 1), (1, 4), (1, 6), (1, 2), (1, 1), (4, 1), (40, 1), (1, 7)]);
    let temperature = select(vec![0.0, 0.3, 1.0, 1.0, 3.0, 100.0, f32::NAN, f32::INFINITY, -1.0, 1e-30]);
    let top_p = select(vec![0.0, 0.5, 0.95, 1.0, 1.0, f32::NAN, f32::INFINITY, -3.0]);
    (grid, any::<bool>(), temperature, top_p, any::<u64>(), any::<bool>()).prop_map(
        |((numerator, denominator), at_once, temperature, top_p, seed, ignore_other_role)| NoteRequest {
            grid: Beats::ratio(numerator, denominator),
            at_once,
            temperature,
            top_p,
            seed,
            ignore_other_role,
            ..NoteRequest::new(Role::Segue, Beats::ZERO, Beats::ZERO)
        },
    )
}

fn limits() -> impl Strategy<Value = Limits> {
    let pair = |highest: u8| {
        prop_oneof![2 => Just((0, highest)), 3 => (0..=highest, 0..25u8).prop_map(|(low, wide)| (low, low.saturating_add(wide))),
            1 => (any::<u8>(), any::<u8>())]
    };
    let polyphony = select(vec![0, 1, 1, 2, 2, 3, 4, 6, 10, usize::MAX]);
    let density = select(vec![
        0.01,
        0.2,
        0.25,
        0.7,
        1.0,
        1.5,
        2.0,
        3.0,
        4.0,
        7.9,
        16.0,
        1e9,
        f32::INFINITY,
        f32::NAN,
        0.0,
        -1.0,
        1e-30,
    ]);
    let scale = prop_oneof![
        2 => Just(PitchClasses::ALL),
        2 => (0..12u8, select(Scale::ALL.to_vec())).prop_map(|(root, scale)| PitchClasses::of(root, scale)),
        1 => any::<u16>().prop_map(PitchClasses),
    ];
    (pair(127), pair(127), polyphony, density, scale).prop_map(
        |(keys, velocities, polyphony, density, scale)| Limits {
            keys,
            velocities,
            polyphony,
            density,
            scale,
            ..Limits::default()
        },
    )
}

fn act() -> impl Strategy<Value = Act> {
    let keys = prop::collection::vec(0u8..128, 1..6);
    let request = (1usize..20, 0i64..120, 1i64..600, select(vec![0, 0, 0, 0, 1]), request()).prop_map(
        |(count, ahead, length, limits, request)| Act::Ask { count, ahead, length, limits, request },
    );
    prop_oneof![
        3 => (0i64..80, keys, prop::option::of(1i64..100))
            .prop_map(|(wait, keys, length)| Act::Strike { wait, keys, length }),
        1 => (0i64..40, 0u8..128).prop_map(|(wait, key)| Act::Lift { wait, key }),
        8 => request,
        1 => (0i64..300).prop_map(|ahead| Act::Withdraw { ahead }),
        1 => (0i64..100).prop_map(|ahead| Act::Cut { ahead }),
        1 => (0i64..100).prop_map(|ahead| Act::Hush { ahead }),
    ]
}

/// The definition, tick by tick: whether some note may begin at an onset, where this many sound.
fn may_begin(ears: &Ears, sounding: usize, last: &ContextNote, limits: &Limits, onset: Tick) -> bool {
    let in_order = |key: Key| onset > last.onset || key > last.key;
    let key = (0..128).any(|key| limits.allows(key) && in_order(key));
    let velocity = (1..128).any(|v: Velocity| limits.velocities.0 <= v && v <= limits.velocities.1);
    let voices = sounding <= limits.polyphony && ears.begun(1, onset) < limits.polyphony;
    key && velocity && voices && thin_with(ears, limits, onset, 1)
}

/// Whether the density holds around an onset if this many more notes begin there.
fn thin_with(ears: &Ears, limits: &Limits, onset: Tick, more: usize) -> bool {
    let density = limits.density;
    if density >= 1.0 {
        ears.begun(TICKS_PER_BEAT, onset) + more <= density as usize
    } else if density > 0.0 {
        // Never two within its reciprocal.
        let apart = f64::from(TICKS_PER_BEAT as f32) / f64::from(density);
        let close = |note: &&segue_music::Note| ((onset - tick_at(note.onset)) as f64) < apart;
        ears.notes.iter().filter(close).count() + more <= 1
    } else {
        density.is_nan()
    }
}

struct Session {
    generator: Generator,
    ears: Ears,
    now: Tick,
    limits: [Limits; 2],
}

impl Session {
    fn perform(&mut self, act: &Act) -> Result<usize, TestCaseError> {
        match act {
            Act::Strike { wait, keys, length } => {
                self.now += wait;
                for &key in keys {
                    let held = ContextNote::held(self.now, key, 80, Role::Player);
                    let end = length.map(|length| self.now + length);
                    self.generator.hear(ContextNote { end, shown: *length, ..held });
                }
            }
            Act::Lift { wait, key } => {
                self.now += wait;
                self.generator.release(None, *key, Role::Player, self.now);
            }
            Act::Withdraw { ahead } => {
                self.generator.withdraw(Role::Segue, self.now + ahead);
                self.ears.withdraw(self.now + ahead);
            }
            Act::Cut { ahead } => {
                self.generator.cut(Role::Segue, self.now + ahead);
                self.ears.withdraw(self.now + ahead);
                self.ears.release_all(self.now + ahead);
            }
            Act::Hush { ahead } => {
                self.generator.release_all(Role::Segue, self.now + ahead);
                self.ears.release_all(self.now + ahead);
            }
            Act::Ask { count, ahead, length, limits, request } => {
                let from = beats_at(self.now + ahead);
                let until = from + beats_at(*length);
                let request = NoteRequest { from, until, limits: self.limits[*limits], ..*request };
                for asked in 0..*count {
                    if !self.ask(&request)? {
                        return Ok(asked);
                    }
                }
                return Ok(*count);
            }
        }
        Ok(0)
    }

    /// Asks for one note, and looks at it from all sides.
    fn ask(&mut self, request: &NoteRequest) -> Result<bool, TestCaseError> {
        let last = self.generator.context().last().copied();
        let Some(last) = last else {
            prop_assert_eq!(self.generator.next(request), Err(Rest::Unheard));
            return Ok(false);
        };
        let grid = request.grid.round_to(TICK).max(TICK);
        let earliest = beats_at(last.onset).max(request.from).ceil_to(grid);
        let lines = (0..).map(|line| earliest + grid.times(line)).take_while(|&line| line < request.until);
        let anywhere = lines.clone().next().is_some();
        let sounding = |onset| self.generator.context().sounding(Role::Segue, onset).count();
        // A voice that was ended, and then struck again by a note that was withdrawn, counts as if
        // it still sounded: rather one note too few than one too many.
        prop_assert!(self.ears.sounding(last.onset) <= sounding(last.onset));
        let room = lines
            .map(tick_at)
            .any(|onset| may_begin(&self.ears, sounding(onset), &last, &request.limits, onset));
        let answer = self.generator.next(request);
        let no_room = matches!(answer, Err(Rest::Limits(_)));
        prop_assert_eq!(
            no_room,
            !room && (anywhere || !possible(&request.limits)),
            "{:?} from {:?}",
            answer,
            last
        );
        let Ok(next) = answer else {
            prop_assert!(no_room || answer == Err(Rest::After), "{:?}", answer);
            return Ok(false);
        };
        let (note, limits) = (next.note, &request.limits);
        let onset = tick_at(note.onset);
        prop_assert_eq!(beats_at(onset), note.onset);
        prop_assert!(note.onset >= earliest && note.onset < request.until && note.duration >= TICK);
        prop_assert_eq!(note.onset.ceil_to(grid), note.onset, "off the grid");
        prop_assert!((onset, note.key) > (last.onset, last.key), "out of order");
        prop_assert!(note.key < 128 && limits.keys.0 <= note.key && note.key <= limits.keys.1);
        prop_assert!(limits.scale.contains(note.key));
        prop_assert!((1..128).contains(&note.velocity));
        prop_assert!(limits.velocities.0 <= note.velocity && note.velocity <= limits.velocities.1);
        self.ears.hear(&next);
        prop_assert!(self.ears.sounding(onset) <= limits.polyphony, "{} sound", self.ears.sounding(onset));
        prop_assert!(thin_with(&self.ears, limits, onset, 0), "too dense");
        Ok(true)
    }
}

/// Whether the limits allow anything at all, ever.
fn possible(limits: &Limits) -> bool {
    let first = ContextNote::held(-1, 0, 1, Role::Player);
    may_begin(&Ears::default(), 0, &first, limits, 0)
}

proptest! {
    #![proptest_config(ProptestConfig { max_shrink_iters: 2_000, ..ProptestConfig::default() })]

    #[test]
    fn no_limit_is_ever_violated(
        model in 0usize..6,
        limits in [limits(), limits()],
        acts in prop::collection::vec(act(), 1..60),
        last in request(),
    ) {
        let model = &MODELS[model];
        let mut session = Session { generator: Generator::new(model.clone()), ears: Ears::default(), now: 0, limits };
        for act in &acts {
            session.perform(act)?;
        }
        // A generator that heard the same notes at once plays the same.
        let mut fresh = Generator::new(model.clone());
        session.generator.context().notes().iter().for_each(|&note| fresh.hear(note));
        prop_assert_eq!(fresh.context().notes(), session.generator.context().notes());
        if !fresh.context().is_empty() {
            for field in Field::ALL {
                let token = Token { gap: 12, part: 0, key: 61, velocity: 17, duration: 20, pedal: 0 };
                let logits = |generator: &mut Generator| generator.logits(field, Role::Segue, token);
                prop_assert_eq!(logits(&mut fresh), logits(&mut session.generator), "{:?} of {} notes", field, fresh.context().len());
            }
        }
        let from = beats_at(session.now + 5);
        let request = NoteRequest { from, until: from + Beats::ONE.times(20), limits: session.limits[0], ..last };
        prop_assert_eq!(fresh.next(&request), session.generator.next(&request));
    }
}

/// A jam of a dense model with long notes: two bars heard, then as many notes as fit into 24 beats.
fn jam(limits: Limits) -> Ears {
    let mut generator = Generator::new(MODELS[5].clone());
    for beat in 0..8 {
        let note = ContextNote::held(beat * TICKS_PER_BEAT, 60 + beat as Key, 80, Role::Player);
        generator.hear(ContextNote { end: Some(note.onset + 30), ..note });
    }
    let request =
        NoteRequest { limits, ..NoteRequest::new(Role::Segue, Beats::ONE.times(8), Beats::ONE.times(32)) };
    let mut ears = Ears::default();
    while let Ok(next) = generator.next(&request) {
        ears.hear(&next);
    }
    ears
}

#[test]
fn every_limit_bites() {
    let free = Limits::default();
    let in_d = PitchClasses::of(62, Scale::Major);
    type Broken = fn(&Ears) -> bool;
    let table: [(&str, Limits, Broken); 6] = [
        ("key", Limits { keys: (50, 62), ..free }, |ears| ears.keys().any(|key| !(50..=62).contains(&key))),
        ("scale", Limits { scale: in_d, ..free }, |ears| {
            ears.keys().any(|key| !PitchClasses::of(62, Scale::Major).contains(key))
        }),
        ("velocity", Limits { velocities: (64, 65), ..free }, |ears| {
            ears.notes.iter().any(|note| !(64..=65).contains(&note.velocity))
        }),
        ("polyphony", Limits { polyphony: 2, ..free }, |ears| ears.most_at_once() > 2),
        ("density", Limits { density: 3.5, ..free }, |ears| {
            ears.notes.iter().any(|note| ears.begun(TICKS_PER_BEAT, tick_at(note.onset)) > 3)
        }),
        ("thin density", Limits { density: 0.5, ..free }, |ears| {
            ears.notes.iter().any(|note| ears.begun(2 * TICKS_PER_BEAT, tick_at(note.onset)) > 1)
        }),
    ];
    let unlimited = jam(free);
    for (name, limits, broken) in table {
        assert!(broken(&unlimited), "{name}: nothing to limit");
        let limited = jam(limits);
        assert!(!broken(&limited), "{name} is violated");
        assert!(limited.notes.len() >= 8, "{name}: only {} notes", limited.notes.len());
    }
}

#[test]
fn limits_that_leave_no_note_say_which() {
    let free = Limits::default();
    // Segue holds a chord of three from beat 8 to beat 40.
    let chord = [60, 64, 67].map(|key| {
        let held = ContextNote::held(8 * TICKS_PER_BEAT, key, 80, Role::Segue);
        ContextNote { end: Some(40 * TICKS_PER_BEAT), ..held }
    });
    for (limits, from, until, expected) in [
        (free, 9, 10, None),
        (Limits { keys: (70, 60), ..free }, 9, 100, Some("key")),
        (Limits { scale: PitchClasses::NONE, ..free }, 9, 100, Some("scale")),
        (Limits { keys: (61, 61), scale: PitchClasses::of(60, Scale::Major), ..free }, 9, 100, Some("scale")),
        (Limits { velocities: (90, 80), ..free }, 9, 100, Some("velocity")),
        (Limits { velocities: (0, 0), ..free }, 9, 100, Some("velocity")),
        (Limits { polyphony: 0, ..free }, 9, 100, Some("polyphony")),
        (Limits { polyphony: 2, ..free }, 9, 40, Some("polyphony")),
        (Limits { polyphony: 2, ..free }, 9, 41, None),
        (Limits { polyphony: 3, ..free }, 9, 10, None),
        (Limits { density: 0.0, ..free }, 9, 100, Some("density")),
        (Limits { density: 0.25, ..free }, 9, 12, Some("density")),
        (Limits { density: 0.25, ..free }, 9, 13, None),
        (Limits { density: 1e-30, ..free }, 9, 100_000, Some("density")),
    ] {
        let mut generator = Generator::new(MODELS[0].clone());
        chord.iter().for_each(|&note| generator.hear(note));
        let (from, until) = (Beats::ONE.times(from), Beats::ONE.times(until));
        let request = NoteRequest { at_once: true, limits, ..NoteRequest::new(Role::Segue, from, until) };
        let answer = generator.next(&request);
        match expected {
            Some(limit) => {
                assert_eq!(answer, Err(Rest::Limits(limit)), "{limits:?}");
                assert!(Rest::Limits(limit).to_string().contains(limit));
                assert_eq!(generator.context().notes(), chord, "{limits:?}: a rest leaves no trace");
            }
            None => assert!(answer.is_ok(), "{limits:?}: {answer:?}"),
        }
    }
}

#[test]
fn the_oldest_voice_makes_room() {
    let mut generator = Generator::new(MODELS[5].clone());
    for (onset, key) in [(0, 60), (10, 64)] {
        let held = ContextNote::held(onset, key, 80, Role::Segue);
        generator.hear(ContextNote { end: Some(400), shown: Some(400 - onset), ..held });
    }
    let limits = Limits { polyphony: 2, keys: (70, 80), ..Limits::default() };
    let from = Beats::ONE;
    // The likeliest durations of this model are long.
    let request = NoteRequest {
        at_once: true,
        temperature: 0.0,
        limits,
        ..NoteRequest::new(Role::Segue, from, Beats::ONE.times(2))
    };
    let first = generator.next(&request).unwrap();
    let (_, shortened) = first.shortened.unwrap();
    assert_eq!((shortened.key, shortened.onset, shortened.end()), (60, Beats::ZERO, from));
    assert_eq!(generator.context().notes()[0].end, Some(TICKS_PER_BEAT));
    assert_eq!(generator.context().notes()[0].shown, Some(400), "its own step is not rewritten");
    // The next one in the same tick ends the other; a third would end one that has just begun, and
    // must wait.
    let above = NoteRequest { limits: Limits { keys: (81, 95), ..limits }, ..request };
    let second = generator.next(&above).unwrap();
    assert_eq!((second.note.onset, second.shortened.unwrap().1.key), (from, 64));
    let below = NoteRequest { limits: Limits { keys: (50, 69), ..limits }, ..request };
    let third = generator.next(&below).unwrap();
    assert_eq!((third.note.onset, third.shortened.unwrap().1.onset), (from + TICK, from));
}
