//! A recorded take that the host plays back into us: notes that we played at the same place of the
//! song in an earlier pass. They pass through and sound, and they are not the player's: nobody
//! wants an answer to an answer that is there already.
//!
//! A note is one of a take if it has the key and the MIDI velocity of a note of ours, and lies
//! within 30 ms of its place in the song. One such note may be chance, so the first is the player's
//! still; from the second within four beats on, or after as long a rest as we had there, it is a
//! take. What the player struck together with us is no sign of anything, and is forgotten.

use segue_music::{Beats, Key, Part, Velocity};

use crate::between::convert;

/// Notes kept a key.
const NOTES_A_KEY: usize = 32;

/// A recording may be off by a block of 1,024 samples.
const OFF_SECONDS: f64 = 0.03;

/// Within this a second note makes the first no chance.
const TOGETHER: Beats = Beats::ratio(4, 1);

/// After the last note of a take that is played back, we rest so long: what it rests is part of it.
const RESTS: Beats = Beats::ratio(2, 1);

/// A note of ours, where it was played.
#[derive(Clone, Copy)]
struct Played {
    velocity: Velocity,
    /// The part that played it; `None` where Segue is one voice.
    part: Option<Part>,
    /// Where in the song.
    song: Beats,
    /// How long after our note before it.
    rest: Beats,
    /// The sample, while samples are counted from the same zero.
    sample: Option<u64>,
}

/// A note that comes in or goes out.
#[derive(Clone, Copy, Debug)]
pub struct Place {
    /// Its key.
    pub key: Key,
    /// How hard, as MIDI has it.
    pub velocity: Velocity,
    /// Where in the song; `None` while it does not play.
    pub song: Option<Beats>,
    /// The jam position.
    pub at: Beats,
    /// The sample, counted from the activation or the last reset.
    pub sample: u64,
}

/// What we played lately, by key. Allocates in `new` only.
pub struct Playback {
    keys: Vec<[Played; NOTES_A_KEY]>,
    /// The slot that is written next, a key.
    next: [usize; 128],
    /// When the player last struck a key, and a drum.
    struck: [[Option<u64>; 128]; 2],
    /// The jam position of our last note.
    last: Option<Beats>,
    /// The jam position of the last note that fitted.
    fitted: Option<Beats>,
    /// Until when a take is played back.
    until: Option<Beats>,
    off: u64,
}

impl Playback {
    /// Nothing was played.
    pub fn new(sample_rate: f64) -> Self {
        let never = Played { velocity: 0, part: None, song: Beats::MIN, rest: Beats::ZERO, sample: None };
        Self {
            keys: vec![[never; NOTES_A_KEY]; 128],
            next: [0; 128],
            struck: [[None; 128]; 2],
            last: None,
            fitted: None,
            until: None,
            off: convert::whole(OFF_SECONDS * sample_rate),
        }
    }

    /// Another sample rate.
    pub fn set_sample_rate(&mut self, sample_rate: f64) {
        self.off = convert::whole(OFF_SECONDS * sample_rate);
    }

    /// Samples and jam are counted from zero again; what was played stays known.
    ///
    /// # Real-time safety
    /// Writes fixed memory.
    pub fn restart(&mut self) {
        self.keys.iter_mut().flatten().for_each(|played| played.sample = None);
        self.struck = [[None; 128]; 2];
        (self.last, self.fitted, self.until) = (None, None, None);
    }

    /// The tolerance in samples.
    pub fn off(&self) -> u64 {
        self.off
    }

    /// We started a note of a part.
    ///
    /// # Real-time safety
    /// Arithmetic only.
    pub fn played(&mut self, note: &Place, part: Option<Part>) {
        let key = usize::from(note.key % 128);
        let Some(song) = note.song else { return };
        let is_drum = part == Some(Part::Drums);
        let rest = self.last.map_or(Beats::ZERO, |last| note.at - last);
        self.last = Some(note.at);
        if self.struck[usize::from(is_drum)][key].is_some_and(|at| note.sample.abs_diff(at) <= self.off) {
            return;
        }
        let slot = self.next[key] % NOTES_A_KEY;
        self.next[key] = (slot + 1) % NOTES_A_KEY;
        if let Some(played) = self.keys.get_mut(key).and_then(|keys| keys.get_mut(slot)) {
            *played = Played { velocity: note.velocity, part, song, rest, sample: Some(note.sample) };
        }
    }

    /// If a note that comes in, on a drum or not, belongs to a take that is played back, the part
    /// that played it. `off` is the tolerance in Beats.
    ///
    /// # Real-time safety
    /// Arithmetic over 32 notes.
    pub fn takes(&mut self, note: &Place, is_drum: bool, off: Beats) -> Option<Option<Part>> {
        let key = usize::from(note.key % 128);
        let (song, samples) = (note.song, self.off);
        let song = song?;
        let here = |played: &&mut Played| {
            (played.song - song).abs() <= off && (played.part == Some(Part::Drums)) == is_drum
        };
        let mut fits = None;
        for played in self.keys.get_mut(key).into_iter().flatten().filter(here) {
            if played.sample.is_some_and(|at| note.sample.abs_diff(at) <= 2 * samples) {
                // The same pass: the player strikes what we strike.
                played.song = Beats::MIN;
            } else {
                fits = (played.velocity == note.velocity).then_some((played.part, played.rest)).or(fits);
            }
        }
        let soon = |rest: Beats| (rest + off + off).max(TOGETHER);
        let before =
            self.fitted.filter(|before| fits.is_some_and(|(_, rest)| note.at - *before <= soon(rest)));
        if fits.is_some() {
            self.fitted = Some(note.at);
        }
        if before.is_some() {
            self.until = Some(note.at + RESTS);
        } else {
            self.struck[usize::from(is_drum)][key] = Some(note.sample);
        }
        before.and(fits).map(|(part, _)| part)
    }

    /// Whether a take is played back at a jam position.
    pub fn lasts(&self, at: Beats) -> bool {
        self.until.is_some_and(|until| at < until)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const RATE: f64 = 48_000.0;

    /// At 120, in a song whose jam began with it; `pass` times 64 beats later in the jam.
    fn place(key: Key, beat: f64, pass: u32) -> Place {
        let jam = beat + 64.0 * f64::from(pass);
        let at = Beats::from_f64(jam);
        Place {
            key,
            velocity: 90,
            song: Some(Beats::from_f64(beat)),
            at,
            sample: convert::whole(jam * 24_000.0),
        }
    }

    fn off() -> Beats {
        Beats::from_f64(OFF_SECONDS * 2.0)
    }

    #[test]
    fn a_take_is_known_from_its_second_note_on() {
        let mut playback = Playback::new(RATE);
        let take = [(60, 8.0), (64, 8.5), (67, 9.0), (60, 10.0)];
        take.iter().for_each(|&(key, beat)| playback.played(&place(key, beat, 0), None));
        // Recorded a block late.
        let mut back = |beat: f64, key| playback.takes(&place(key, beat + 0.04, 1), false, off()).is_some();
        assert_eq!(take.map(|(key, beat)| back(beat, key)), [false, true, true, true]);
        assert!(playback.lasts(Beats::from_f64(75.0)) && !playback.lasts(Beats::from_f64(77.0)));
    }

    #[test]
    fn a_take_may_rest() {
        let mut playback = Playback::new(RATE);
        let take = [(60, 8.0), (64, 8.5), (67, 15.0)];
        take.iter().for_each(|&(key, beat)| playback.played(&place(key, beat, 0), None));
        let mut back =
            |beat: f64, key, pass| playback.takes(&place(key, beat + 0.04, pass), false, off()).is_some();
        assert_eq!(take.map(|(key, beat)| back(beat, key, 1)), [false, true, true]);
        // Without what comes before its rest, it may be chance.
        assert!(!back(15.0, 67, 2));
    }

    #[test]
    fn in_doubt_it_is_the_players() {
        type Change = fn(Place) -> Place;
        let cases: [(&str, Change); 5] = [
            ("as it was", |note| note),
            ("another key", |note| Place { key: note.key + 1, ..note }),
            ("another velocity", |note| Place { velocity: 91, ..note }),
            ("elsewhere", |note| Place { song: note.song.map(|song| song + Beats::ratio(1, 8)), ..note }),
            ("the song stands", |note| Place { song: None, ..note }),
        ];
        for (name, other) in cases {
            let mut playback = Playback::new(RATE);
            (0..4).for_each(|i| playback.played(&place(60 + i, 8.0 + f64::from(i) / 2.0, 0), None));
            let taken = (0..4)
                .filter(|&i| {
                    playback.takes(&other(place(60 + i, 8.0 + f64::from(i) / 2.0, 1)), false, off()).is_some()
                })
                .count();
            assert_eq!(taken, if name == "as it was" { 3 } else { 0 }, "{name}");
        }
    }

    #[test]
    fn what_both_struck_in_one_pass_is_no_sign() {
        for player_first in [false, true] {
            let mut playback = Playback::new(RATE);
            for i in 0..4 {
                let beat = 8.0 + f64::from(i) / 2.0;
                let (ours, theirs) = (place(60 + i, beat, 0), place(60 + i, beat + 0.01, 0));
                if player_first {
                    playback.takes(&ours, false, off());
                    playback.played(&theirs, None);
                } else {
                    playback.played(&ours, None);
                    playback.takes(&theirs, false, off());
                }
            }
            let taken = (0..4)
                .filter(|&i| {
                    playback.takes(&place(60 + i, 8.0 + f64::from(i) / 2.0, 1), false, off()).is_some()
                })
                .count();
            assert_eq!(taken, 0, "player first: {player_first}");
        }
    }

    #[test]
    fn a_part_is_known_again() {
        let mut playback = Playback::new(RATE);
        let take = [(36, 8.0, Part::Drums), (36, 8.5, Part::Bass), (42, 9.0, Part::Drums)];
        take.iter().for_each(|&(key, beat, part)| playback.played(&place(key, beat, 0), Some(part)));
        let mut back = |key, beat, is_drum| playback.takes(&place(key, beat, 1), is_drum, off());
        assert_eq!(back(36, 8.0, true), None, "the first may be chance");
        assert_eq!(back(36, 8.5, true), None, "that was a bass");
        assert_eq!(back(36, 8.5, false), Some(Some(Part::Bass)));
        assert_eq!(back(42, 9.0, true), Some(Some(Part::Drums)));
    }

    #[test]
    fn a_drum_pad_is_no_sign_of_the_bass() {
        for (pad, known) in [(true, true), (false, false)] {
            let mut playback = Playback::new(RATE);
            for beat in [8.0, 9.0] {
                playback.takes(&place(36, beat, 0), pad, off());
                playback.played(&place(36, beat + 0.01, 0), Some(Part::Bass));
            }
            let mut back = |beat| playback.takes(&place(36, beat, 1), false, off());
            back(8.0);
            assert_eq!(back(9.0), known.then_some(Some(Part::Bass)), "{pad}");
        }
    }

    #[test]
    fn a_reset_forgets_no_take() {
        let mut playback = Playback::new(RATE);
        (0..2).for_each(|i| playback.played(&place(60, 8.0 + f64::from(i), 0), None));
        playback.restart();
        // At the same samples as before.
        assert_eq!(playback.takes(&place(60, 8.0, 0), false, off()), None);
        assert_eq!(playback.takes(&place(60, 9.0, 0), false, off()), Some(None));
    }
}
