//! A jam without end: note one hundred thousand is as exact as note one hundred, and takes no more
//! room.

#[expect(dead_code, reason = "shared with the tests of the limits")]
mod common;

use common::{MODELS, model};
use rand::RngExt;
use rand_pcg::Pcg64Mcg;
use segue_model::{Field, Generator, Limits, NoteRequest, Resolution};
use segue_music::{Beats, ContextNote, Key, Meter, Role, Tick, Token, beats_at, tick_at};

/// A player and Segue in turn, who interrupt each other.
struct Jam {
    generator: Generator,
    random: Pcg64Mcg,
    now: Tick,
    held: Vec<Key>,
    /// Notes of this phrase that the player and then Segue have still to play.
    left: [usize; 2],
}

impl Jam {
    fn new(seed: u64) -> Self {
        // Bytes round differently after another turn; two of them show the exact value.
        let mut generator = Generator::new(model(5, Resolution::TwoBytes));
        generator.meter(0, Some(Meter::COMMON));
        generator.form(0);
        let random = Pcg64Mcg::new(u128::from(seed) << 1 | 1);
        Self { generator, random, now: 0, held: Vec::new(), left: [8, 8] }
    }

    /// One note more, whoever plays it.
    fn play(&mut self) {
        match self.left {
            [0, 0] => {
                self.left = [self.random.random_range(1..16), self.random.random_range(0..24)];
                if self.random.random::<bool>() {
                    // The player comes in before the end of what was planned.
                    self.now -= self.random.random_range(0..40);
                    self.generator.withdraw(Role::Segue, self.now + 10);
                } else {
                    self.generator.cut(Role::Segue, self.now);
                }
                self.play();
            }
            [0, _] => {
                self.left[1] -= 1;
                self.held.drain(..).for_each(|key| self.generator.release(None, key, Role::Player, self.now));
                let limits = Limits { polyphony: 5, density: 12.0, ..Limits::default() };
                let seed = self.random.random();
                let request = NoteRequest {
                    limits,
                    seed,
                    ..NoteRequest::new(Role::Segue, beats_at(self.now), Beats::MAX)
                };
                let next = self.generator.next(&request).expect("there is always a later");
                self.now = self.now.max(tick_at(next.note.onset));
            }
            _ => {
                self.left[0] -= 1;
                self.now += [0, 0, 6, 12, 12, 24, 25, 48][self.random.random_range(0..8)];
                if self.held.len() > 3 {
                    self.generator.release(None, self.held.remove(0), Role::Player, self.now);
                }
                let key = self.random.random_range(40..80);
                self.generator.hear(ContextNote::held(self.now, key, 80, Role::Player));
                self.held.retain(|&other| other != key);
                self.held.push(key);
                self.generator.prefill(usize::MAX);
            }
        }
    }

    /// The logits of every field for a fixed question.
    fn answers(generator: &mut Generator) -> Vec<Vec<f32>> {
        let token = Token { gap: 12, part: 0, key: 61, velocity: 17, duration: 20, pedal: 0 };
        Field::ALL.iter().map(|&field| generator.logits(field, Role::Segue, token).unwrap()).collect()
    }

    /// The same for a listener who came in this many notes ago, for whom time and the numbers of
    /// the notes begin there.
    fn answers_afresh(&self, notes: usize) -> Vec<Vec<f32>> {
        let heard = self.generator.context().notes();
        let heard = &heard[heard.len().saturating_sub(notes)..];
        // Whole turns of every angle, whole bars, and whole forms of eight and of twelve of them.
        let earlier = heard[0].onset.div_euclid(18_432) * 18_432;
        let mut fresh = Generator::new(self.generator.model().clone());
        fresh.meter(0, Some(Meter::COMMON));
        fresh.form(0);
        for note in heard {
            let end = note.end.map(|end| end - earlier);
            fresh.hear(ContextNote { onset: note.onset - earlier, end, ..*note });
        }
        Self::answers(&mut fresh)
    }
}

#[test]
fn a_jam_without_end_stays_exact_and_takes_no_more_room() {
    let mut jam = Jam::new(1);
    let mut held = 0;
    let mut checked = 0;
    while jam.generator.context().len() < 100_000 {
        jam.play();
        let len = jam.generator.context().len();
        // From the first trim on, whenever this many more have come.
        if len >= 5_000 + 19_000 * checked {
            checked += 1;
            let bytes = jam.generator.cache_bytes() + jam.generator.context().bytes();
            held = held.max(if checked == 1 { bytes } else { 0 });
            assert_eq!(bytes, held, "at note {len}");
            let old = Jam::answers(&mut jam.generator);
            for (old, young) in old.iter().zip(&jam.answers_afresh(1_024)) {
                for (old, young) in old.iter().zip(young) {
                    assert!(
                        (old - young).abs() <= 5e-4 * (1.0 + old.abs()),
                        "{old} is not {young} at note {len}"
                    );
                }
            }
        }
    }
    assert!(checked >= 5, "only looked {checked} times");
}

#[test]
fn a_flood_of_notes_pushes_no_sounding_voice_out_of_the_limits() {
    let mut generator = Generator::new(MODELS[5].clone());
    let long = |onset: Tick, key: Key| ContextNote {
        end: Some(onset + 768),
        shown: Some(768),
        ..ContextNote::held(onset, key, 80, Role::Segue)
    };
    generator.hear(long(0, 60));
    generator.hear(long(1, 64));
    // Twice what is kept, within two beats.
    for place in 0..9_000 {
        generator.hear(ContextNote::held(2 + place / 94, (place % 94) as Key, 80, Role::Player));
    }
    let limits = Limits { polyphony: 2, ..Limits::default() };
    let request = NoteRequest {
        limits,
        at_once: true,
        ..NoteRequest::new(Role::Segue, Beats::ONE.times(3), Beats::ONE.times(4))
    };
    let (_, shortened) = generator.next(&request).unwrap().shortened.expect("two sounded");
    assert_eq!((shortened.onset, shortened.key, shortened.end()), (Beats::ZERO, 60, request.from));
    // When they have ended, the flood is forgotten.
    for place in 0..5_000 {
        generator.hear(ContextNote::held(2_000 + place, 50, 80, Role::Player));
    }
    assert!(generator.context().notes().len() <= 4096);
}
