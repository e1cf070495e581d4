//! Two players who trade phrases: a call, and an answer that takes it up.

use segue_music::Tick;

use super::bebop::{self, Phrases, round_up};
use super::blues::{self, Licks};
use super::dice::Dice;
use super::dynamics::{accent, level};
use super::harmony::Harmony;
use super::motif::Motif;
use super::part::Part;
use super::pianist::left_hand;
use super::scale::{low_key, nearest};
use super::song::Song;
use super::style::{LineKind, Style};
use super::theme::{Close, Ground, Leans, Manner, Tone, set};
use super::voicing::Voicer;

/// A song for two and what they play.
pub fn compose<'a>(dice: &mut Dice, style: &'a Style) -> (Song<'a>, Vec<Part>) {
    let turn = *dice.pick(&[1, 2, 2, 2, 4, 4]);
    let bars = *dice.pick(&[16, 24, 32]) / (2 * turn) * 2 * turn;
    let song = Song::for_trading(dice, style, bars);
    let parts = Trade::new(dice, &song).play(dice, turn, bars);
    (song, parts)
}

/// A phrase: its notes, and the motif they are made of, if one made them.
#[derive(Clone, Default)]
struct Phrase {
    motif: Option<Motif>,
    tones: Vec<Tone>,
}

struct Trade<'a> {
    song: &'a Song<'a>,
    manner: Manner<'a>,
    line: LineKind,
    /// How far the answer's instrument lies above the call's.
    register: i32,
    licks: Licks,
    phrases: Phrases,
}

impl<'a> Trade<'a> {
    fn new(dice: &mut Dice, song: &'a Song<'a>) -> Self {
        let melody = &song.style.file.melody;
        let improvises = matches!(melody.line, LineKind::Blues | LineKind::Bebop) && dice.chance(0.7);
        let line = if improvises { melody.line } else { LineKind::Theme };
        let (rhythms, level, syncopation) = (&song.style.rhythms, song.level, melody.syncopation);
        let manner = Manner { rhythms, level, syncopation, broken_chords: false, syllable: None };
        let register = *dice.pick(&[0, 0, 12, -12]);
        Self { song, manner, line, register, licks: Licks::default(), phrases: Phrases::default() }
    }

    fn play(mut self, dice: &mut Dice, turn: usize, bars: usize) -> Vec<Part> {
        let song = self.song;
        let mut parts = vec![Part::new("call", Some(0)), Part::new("answer", Some(0))];
        // Each may have chords or a bass of their own beneath their phrase.
        let mut under = Part::new("under", Some(0));
        if !song.style.pianos.is_empty() && dice.chance(0.55) {
            let piano = dice.pick(&song.style.pianos);
            left_hand(dice, song, &mut under, &piano.left);
        }
        let in_chords = dice.chance(0.25);
        let length = turn as Tick * song.grid.bar();
        let mut call = Phrase::default();
        let ending = song.end() - bars as Tick * song.grid.bar();
        for number in 0..bars / turn {
            let start = number as Tick * length;
            let harmony = song.harmony.between(start, start + length);
            let ground = self.ground(&harmony, turn);
            let (part, up) = if number % 2 == 0 { (0, 0) } else { (1, self.register) };
            let phrase =
                if part == 0 { self.call(dice, &ground, &call) } else { self.answer(dice, &ground, &call) };
            self.write(&mut parts[part], &phrase.tones, start, up, in_chords);
            if part == 0 {
                call = phrase;
            }
            let turn = start..start + length;
            parts[part].notes.extend(under.notes.iter().filter(|note| turn.contains(&note.at)));
        }
        // Both come home: the answer with the tune, the call with the chord.
        let home = bars as Tick * song.grid.bar();
        let tune = song.sections.last().map_or(&[][..], |section| &section.tune);
        self.write(&mut parts[1], tune, home, self.register, false);
        parts[1].notes.extend(under.notes.iter().filter(|note| (home..home + ending).contains(&note.at)));
        let last = song.end() - song.grid.bar();
        let mut voicer = Voicer::new((52, 72), 3, false);
        let low = low_key(song.chord(last).low(), 36);
        for key in voicer.set(song.chord(last)).into_iter().chain([low]) {
            parts[0].add(last, song.grid.bar(), key, level(song, last, 74, 20));
        }
        parts
    }

    fn ground<'b>(&self, harmony: &'b Harmony, bars: usize) -> Ground<'b> {
        Ground { harmony, key: self.song.key, grid: self.song.grid, bars, range: self.song.range }
    }

    fn write(&self, part: &mut Part, tones: &[Tone], start: Tick, up: i32, in_chords: bool) {
        let song = self.song;
        for tone in tones {
            let at = (start + tone.at).max(0);
            let velocity = level(song, at, 80, 20) + accent(song, at);
            part.add(at, tone.length, tone.key + up, velocity);
            let heavy = song.grid.weight(at) >= 2 && tone.length >= 3 * song.grid.step;
            if in_chords && heavy && tone.key + up > 60 {
                let mut voicer = Voicer::new((50, tone.key + up - 3), 3, song.style.file.comp.rootless);
                for key in voicer.set(song.chord(at)).into_iter().filter(|&key| key < tone.key + up - 2) {
                    part.add(at, tone.length, key, velocity - 12);
                }
            }
        }
    }

    /// A call: new, or the one before on the chords of now.
    fn call(&mut self, dice: &mut Dice, ground: &Ground, before: &Phrase) -> Phrase {
        if let (Some(motif), Some(first)) = (&before.motif, before.tones.first())
            && dice.chance(0.35)
        {
            let start = first.key + *dice.pick(&[0, 0, 2, -2, 4]);
            return sung(motif.clone(), ground, start, Close::Open);
        }
        self.fresh(dice, ground)
    }

    fn fresh(&mut self, dice: &mut Dice, ground: &Ground) -> Phrase {
        let end = ground.end() - ground.grid.step;
        let tones = match self.line {
            LineKind::Bebop => bebop::compose(dice, ground, &mut self.phrases),
            LineKind::Blues => blues::compose(dice, ground, &self.manner, &mut self.licks),
            _ => Vec::new(),
        };
        let tones: Vec<Tone> = tones.into_iter().filter(|tone| tone.at < end && tone.at >= 0).collect();
        if !tones.is_empty() {
            return Phrase { motif: None, tones };
        }
        sung(self.motif(dice, ground), ground, ground.middle() + dice.between(-3, 3) as i32, Close::Open)
    }

    fn motif(&self, dice: &mut Dice, ground: &Ground) -> Motif {
        let manner = &self.manner;
        let rhythm = manner.rhythms.motif(dice, ground.grid, ground.bars, manner.level, manner.syncopation);
        Motif::new(dice, rhythm)
    }

    /// What takes the call up: its sequence, its first half with an end of its own, its mirror, its
    /// rhythm, its shape; or something of its own, as dense.
    fn answer(&mut self, dice: &mut Dice, ground: &Ground, call: &Phrase) -> Phrase {
        let (Some(first), Some(last)) = (call.tones.first(), call.tones.last()) else {
            return self.fresh(dice, ground);
        };
        let Some(motif) = &call.motif else { return self.line_back(dice, ground, call) };
        let (start, motif) = match dice.weighted(&[3.0, 4.0, 1.0, 2.0, 1.0, 1.5]) {
            0 => (first.key + *dice.pick(&[-4, -2, 2, 4, 3, 5]), motif.clone()),
            1 => (first.key, motif.with_new_tail(dice)),
            2 => (last.key, motif.mirrored()),
            3 => (last.key, Motif::new(dice, motif.rhythm.clone())),
            4 => (first.key, motif.in_rhythm(self.motif(dice, ground).rhythm)),
            _ => (last.key, self.motif(dice, ground)),
        };
        sung(motif, ground, start, Close::Full)
    }

    /// A line or a lick comes back moved or cut, with an end of its own, or is answered by another
    /// one.
    fn line_back(&mut self, dice: &mut Dice, ground: &Ground, call: &Phrase) -> Phrase {
        if dice.chance(0.5) {
            return self.fresh(dice, ground);
        }
        let shift = *dice.pick(&[0, 0, 5, -5, 7, 3, -3, 2, -2]);
        let count = call.tones.len();
        let kept = if dice.chance(0.4) { count } else { (2 * count).div_ceil(3).max(1) };
        let (low, high) = ground.range;
        let mut tones: Vec<Tone> = Vec::new();
        for tone in call.tones.iter().take(kept) {
            let chord = ground.harmony.at(tone.at);
            let moved = tone.key + shift;
            let set = if ground.grid.weight(tone.at) > 0 { chord.set(4) } else { ground.key.over(chord) };
            tones.push(Tone { key: nearest(moved, set, (low - 5, high + 5)), ..*tone });
        }
        if let Some(&end) = tones.last() {
            let at = round_up(end.at + end.length, ground.grid.beat() / 2);
            if at + ground.grid.beat() <= ground.end() {
                let key = nearest(end.key, ground.harmony.at(at).set(3), ground.range);
                tones.push(Tone { at, length: ground.grid.beat(), key });
            }
        }
        Phrase { motif: None, tones }
    }
}

fn sung(motif: Motif, ground: &Ground, start: i32, close: Close) -> Phrase {
    let start = nearest(start, ground.harmony.at(0).set(4), ground.range);
    let tones = set(&motif, ground, 0, start, close, Leans::OnBeats);
    Phrase { motif: Some(motif), tones }
}
