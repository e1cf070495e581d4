//! Whatever is heard, released, cut or pedalled: the steps before the number returned stay what
//! they were, and the context is the one that a fresh listener to the same notes would have.

use std::collections::BTreeSet;

use proptest::prelude::*;
use segue_music::{Context, ContextNote, Meter, PedalMove, Role, Step, Tick, Tokenizer};

#[derive(Clone, Debug)]
enum Act {
    Hear(ContextNote),
    Release { key: u8, role: Role, at: Tick },
    Cut { role: Role, at: Tick },
    Hush { role: Role, at: Tick },
    Withdraw { role: Role, from: Tick },
    Shorten { number: usize, at: Tick },
    Pedal { role: Role, at: Tick, down: bool },
    MovePedal { at: Tick, what: usize },
    Meter { at: Tick, meter: Option<Meter> },
}

fn role() -> impl Strategy<Value = Role> {
    prop_oneof![Just(Role::Player), Just(Role::Segue)]
}

/// Few keys and few ticks, so that notes meet.
fn note() -> impl Strategy<Value = ContextNote> {
    (0i64..200, 60u8..66, 1u8..128, prop::option::of(1i64..80), role()).prop_map(
        |(onset, key, velocity, length, role)| ContextNote {
            end: length.map(|length| onset + length),
            shown: length,
            ..ContextNote::held(onset, key, velocity, role)
        },
    )
}

fn act() -> impl Strategy<Value = Act> {
    let meter = prop::option::of((1u8..8).prop_map(|beats| Meter { numerator: beats, denominator: 4 }));
    prop_oneof![
        6 => note().prop_map(Act::Hear),
        3 => (60u8..66, role(), 0i64..250).prop_map(|(key, role, at)| Act::Release { key, role, at }),
        1 => (role(), 0i64..250).prop_map(|(role, at)| Act::Cut { role, at }),
        1 => (role(), 0i64..250).prop_map(|(role, at)| Act::Hush { role, at }),
        1 => (role(), 0i64..250).prop_map(|(role, from)| Act::Withdraw { role, from }),
        1 => (0usize..60, 0i64..250).prop_map(|(number, at)| Act::Shorten { number, at }),
        2 => (role(), 0i64..250, any::<bool>()).prop_map(|(role, at, down)| Act::Pedal { role, at, down }),
        1 => (0i64..250, 0usize..4).prop_map(|(at, what)| Act::MovePedal { at, what }),
        1 => (0i64..250, meter).prop_map(|(at, meter)| Act::Meter { at, meter }),
    ]
}

fn perform(context: &mut Context, act: &Act) -> usize {
    match *act {
        Act::Hear(note) => context.hear(note),
        Act::Release { key, role, at } => context.release(None, key, role, at),
        Act::Cut { role, at } => context.cut(role, at),
        Act::Hush { role, at } => context.hush(role, at),
        Act::Withdraw { role, from } => context.withdraw(role, from),
        Act::Shorten { number, at } => context.shorten(number, at),
        Act::Pedal { role, at, down } => context.pedal(role, at, down),
        Act::MovePedal { at, what } => context.move_pedal(Role::Segue, at, PedalMove::ALL[what]),
        Act::Meter { at, meter } => context.meter(at, meter),
    }
}

fn steps(context: &Context) -> Vec<Step> {
    (context.first()..context.len()).map(|number| Tokenizer::new().step(context, number)).collect()
}

/// The same notes, pedal and metre, told to a new context.
fn heard_afresh(context: &Context, acts: &[Act]) -> Context {
    let mut fresh = Context::new();
    for act in acts {
        // Without a note the last two move pedals alone.
        use Act::{Cut, Meter, MovePedal, Pedal, Withdraw};
        if matches!(act, Pedal { .. } | MovePedal { .. } | Meter { .. } | Cut { .. } | Withdraw { .. }) {
            perform(&mut fresh, act);
        }
    }
    for &note in context.notes() {
        fresh.hear(note);
    }
    fresh
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(400))]

    #[test]
    fn steps_before_the_number_returned_stay(acts in prop::collection::vec(act(), 1..60)) {
        let mut context = Context::new();
        for (index, act) in acts.iter().enumerate() {
            let before = steps(&context);
            let changed = perform(&mut context, act);
            let after = steps(&context);
            prop_assert!(changed <= context.len().max(before.len()), "{act:?}: {changed}");
            let kept = changed.min(before.len());
            prop_assert!(kept <= after.len(), "{act:?} lost a step before {changed}");
            prop_assert_eq!(&after[..kept], &before[..kept], "act {} {:?} said {}", index, act, changed);
        }
    }

    #[test]
    fn notes_are_in_order_and_none_has_two_voices(acts in prop::collection::vec(act(), 1..60)) {
        let mut context = Context::new();
        for act in &acts {
            perform(&mut context, act);
            let notes = context.notes();
            prop_assert!(notes.is_sorted_by_key(|note| (note.onset, note.key, note.role)));
            prop_assert!(notes.iter().all(|note| note.end.is_none_or(|end| end > note.onset)));
        }
    }

    #[test]
    fn a_fresh_listener_knows_the_same(acts in prop::collection::vec(act(), 1..60)) {
        let mut context = Context::new();
        for act in &acts {
            perform(&mut context, act);
        }
        let fresh = heard_afresh(&context, &acts);
        prop_assert_eq!(fresh.notes(), context.notes());
        prop_assert_eq!(steps(&fresh), steps(&context));
    }

    #[test]
    fn what_sounds_is_found(acts in prop::collection::vec(act(), 1..60)) {
        let mut context = Context::new();
        for act in &acts {
            perform(&mut context, act);
        }
        for role in Role::ALL {
            for at in 0..300 {
                let sounds = |note: &ContextNote| {
                    note.role == role && note.onset <= at && note.end.is_none_or(|end| end > at)
                };
                let numbers = context.first()..context.len();
                let all: Vec<_> = numbers.filter(|&number| context.get(number).is_some_and(sounds)).collect();
                let found: Vec<_> = context.sounding(role, at).map(|(number, _)| number).collect();
                prop_assert_eq!(&found, &all);
                // A key struck twice in one tick sounds twice in it, and no longer.
                let older = || context.sounding(role, at).filter(|(_, note)| note.onset < at).map(|(_, note)| note.key);
                let keys: BTreeSet<_> = older().collect();
                prop_assert_eq!(keys.len(), older().count(), "two voices on a key");
            }
        }
    }

    #[test]
    fn a_key_once_released_is_up(acts in prop::collection::vec(act(), 1..40)) {
        let mut context = Context::new();
        for act in &acts {
            perform(&mut context, act);
        }
        // One release a key: no voice may be left, however often it was struck.
        for key in 60..66 {
            for role in Role::ALL {
                context.release(None, key, role, 1_000);
            }
        }
        prop_assert!(context.notes().iter().all(|note| note.end.is_some()));
    }

    #[test]
    fn what_is_forgotten_changes_nothing_that_is_kept(acts in prop::collection::vec(act(), 1..60), keep in 1usize..20) {
        let mut context = Context::new();
        for act in &acts {
            perform(&mut context, act);
        }
        let mut kept = context.clone();
        kept.forget(keep);
        prop_assert_eq!(kept.len(), context.len());
        prop_assert_eq!(kept.first(), context.len() - keep.min(context.notes().len()));
        for number in kept.first()..kept.len() {
            prop_assert_eq!(kept.get(number), context.get(number));
        }
        let Some(oldest) = kept.notes().first() else { return Ok(()) };
        for tick in oldest.onset..260 {
            for role in Role::ALL {
                prop_assert_eq!(kept.pedal_holds(role, tick), context.pedal_holds(role, tick), "tick {}", tick);
            }
            prop_assert_eq!(kept.meter_at(tick), context.meter_at(tick), "tick {}", tick);
        }
    }
}

/// What a player does live: times only grow.
#[test]
fn live_playing_rewrites_nothing() {
    let mut context = Context::new();
    let mut told = Vec::new();
    // (tick, key, down)
    for (at, key, down) in [
        (0, 60, true),
        (0, 64, true),
        (40, 60, false),
        (48, 62, true),
        (50, 64, false),
        (60, 62, true), // struck again while down
        (60, 62, false),
        (61, 67, true),
        (61, 67, false), // an on and its off in one tick
        (61, 67, true),
        (90, 67, false),
    ] {
        let changed = if down {
            context.hear(ContextNote::held(at, key, 80, Role::Player))
        } else {
            context.release(None, key, Role::Player, at)
        };
        if down && at == 60 {
            // The only voice cut here began before; the new note's own step is the first that
            // knows.
            assert_eq!(changed, 3);
        }
        let now = steps(&context);
        let kept = told.len().min(changed);
        assert_eq!(now[..kept], told[..kept], "tick {at}");
        told = now;
    }
    assert_eq!(context.len(), 6);
    assert!(context.notes().iter().all(|note| note.end.is_some()), "{:?}", context.notes());
}

fn whole(onset: Tick, key: u8, length: Tick) -> ContextNote {
    ContextNote {
        end: Some(onset + length),
        shown: Some(length),
        ..ContextNote::held(onset, key, 80, Role::Segue)
    }
}

#[test]
fn what_is_withdrawn_ends_no_voice() {
    let mut context = Context::new();
    for note in [whole(0, 60, 100), whole(40, 64, 90), whole(50, 60, 20), whole(60, 60, 10)] {
        context.hear(note);
    }
    context.hear(ContextNote::held(55, 62, 80, Role::Player));
    let ends = |context: &Context| -> Vec<_> {
        context.notes().iter().map(|note| (note.onset, note.end, note.shown)).collect()
    };
    assert_eq!(
        ends(&context)[..3],
        [(0, Some(50), Some(100)), (40, Some(130), Some(90)), (50, Some(60), Some(20))]
    );
    assert_eq!(context.withdraw(Role::Segue, 60), 4);
    assert_eq!(ends(&context)[2], (50, Some(70), Some(20)), "struck again no more");
    assert_eq!(context.withdraw(Role::Segue, 45), 2);
    // The player's note stays, and so does what sounds.
    assert_eq!(ends(&context), [(0, Some(100), Some(100)), (40, Some(130), Some(90)), (55, None, None)]);
    assert_eq!(context.withdraw(Role::Segue, 45), 2);
    assert_eq!(context.withdraw(Role::Segue, 500), 3);
}

#[test]
fn a_note_is_shortened_but_never_made_longer() {
    let mut context = Context::new();
    context.hear(whole(0, 60, 100));
    context.hear(whole(50, 64, 10));
    // (number, at, the first step changed, the note's end)
    for (number, at, changed, end) in
        [(0, 120, 2, 100), (0, 80, 2, 80), (0, 50, 1, 50), (0, 60, 2, 50), (1, 20, 2, 51), (9, 20, 2, 51)]
    {
        assert_eq!(context.shorten(number, at), changed, "{number} at {at}");
        let note = context.notes()[number.min(1)];
        assert_eq!(note.end, Some(end), "{number} at {at}");
    }
    assert_eq!(context.notes().iter().map(|note| note.shown).collect::<Vec<_>>(), [Some(100), Some(10)]);
}

#[test]
fn a_pedal_that_flutters_for_hours_takes_no_room() {
    let mut context = Context::new();
    let mut heard = Vec::new();
    for at in 0..100_000 {
        context.pedal(Role::Player, at * 2, at % 2 == 0);
        if at % 1_000 == 0 {
            context.hear(ContextNote::held(at * 2 + 1, 60, 80, Role::Player));
            // Its foot may be 6 ticks late.
            heard.push((at * 2 + 1, (at + 3) % 2 == 0));
        }
        if at % 1_000 == 7 {
            context.meter(at * 2, None);
        }
    }
    assert!(context.bytes() < 1_000_000, "{} bytes", context.bytes());
    for (at, down) in heard {
        assert_eq!(context.pedal_holds(Role::Player, at), down, "tick {at}");
    }
}

#[test]
fn a_flood_of_the_others_does_not_hide_ones_own_onsets() {
    let mut context = Context::new();
    for tick in 0..5 {
        context.hear(ContextNote::held(tick * 10, 60, 80, Role::Segue));
    }
    for tick in 0..1000 {
        context.hear(ContextNote::held(100 + tick, 40, 80, Role::Player));
    }
    context.forget(100);
    context.hear(ContextNote::held(2000, 62, 80, Role::Segue));
    assert_eq!(context.onsets(Role::Segue).collect::<Vec<_>>(), [2000, 40, 30, 20, 10, 0]);
    assert_eq!(context.notes().len(), 101);
}
