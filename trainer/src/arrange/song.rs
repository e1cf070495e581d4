//! A song before it is played: key, tempo, sections with their chords and tunes.

use std::collections::BTreeMap;

use segue_music::Tick;

use super::bebop::{self, Phrases};
use super::blues::{self, Licks};
use super::chord::Chord;
use super::dice::Dice;
use super::form::{self, Plan};
use super::grid::Grid;
use super::harmony::{Bar, Harmony};
use super::rhythm::Level;
use super::scale::Key;
use super::style::{FormKind, LineKind, Style};
use super::theme::{self, Ground, Manner, Tone};
use super::{ending, riff, sung, variation};

/// A section as it is to be played.
#[derive(Clone, Debug)]
pub struct Section {
    /// What a musician calls it.
    pub name: &'static str,
    /// Sections of one letter are the same music.
    pub letter: char,
    /// Where it begins.
    pub start: Tick,
    /// How many bars it has.
    pub bars: usize,
    /// Its key.
    pub key: Key,
    /// How much is going on, 0 to 1.
    pub intensity: f64,
    /// Its tune, from the section's start.
    pub tune: Vec<Tone>,
}

/// A bar of a song.
#[derive(Clone, Copy, Debug)]
pub struct BarOf<'a> {
    /// Where it begins.
    pub start: Tick,
    /// The section it is in.
    pub section: &'a Section,
    /// Its number in the section, from 0.
    pub number: usize,
    /// Whether it is the song's last one.
    pub is_last: bool,
}

impl BarOf<'_> {
    /// Whether the section ends with it.
    pub fn ends_section(&self) -> bool {
        self.number + 1 == self.section.bars
    }
}

/// The lowest and the highest key of tunes.
const RANGES: [(i32, i32); 4] = [(60, 79), (62, 81), (64, 84), (57, 76)];

/// A song.
#[derive(Clone, Debug)]
pub struct Song<'a> {
    /// Its style.
    pub style: &'a Style,
    /// Its bars.
    pub grid: Grid,
    /// Its key.
    pub key: Key,
    /// Quarter notes a minute.
    pub tempo: f64,
    /// Its sections in time order; the last one is the ending.
    pub sections: Vec<Section>,
    /// Its chords.
    pub harmony: Harmony,
    /// The lowest and the highest key of its tunes.
    pub range: (i32, i32),
    /// How many notes its tunes have.
    pub level: Level,
    /// The share of bars in which players change their figures a little: none in some songs, half
    /// of them in others.
    pub freedom: f64,
    /// How many steps the shortest syllable lasts, where the tune is sung. Who accompanies a tune
    /// in eighths plays eighths, too.
    pub syllable: Option<Tick>,
}

impl<'a> Song<'a> {
    /// A song in a style.
    pub fn compose(dice: &mut Dice, style: &'a Style) -> Self {
        Self::of_plans(dice, style, |_, plans| plans)
    }

    /// A song of one section without a tune, for two who trade: this many bars of what the song
    /// would have been.
    pub fn for_trading(dice: &mut Dice, style: &'a Style, bars: usize) -> Self {
        let one = |dice: &mut Dice, plans: Vec<Plan>| {
            let moved = |plan: &Plan| -> Vec<Bar> {
                plan.bars.iter().map(|bar| bar.iter().map(|chord| chord.up(plan.up)).collect()).collect()
            };
            let all: Vec<Bar> = plans.iter().filter(|plan| plan.name != "intro").flat_map(moved).collect();
            let bars = all.into_iter().cycle().take(bars).collect();
            let intensity = 0.4 + 0.4 * dice.unit();
            vec![Plan { name: "trade", letter: 't', bars, up: 0, line: None, intensity }]
        };
        Self::of_plans(dice, style, one)
    }

    fn of_plans(
        dice: &mut Dice,
        style: &'a Style,
        arrange: impl FnOnce(&mut Dice, Vec<Plan>) -> Vec<Plan>,
    ) -> Self {
        let [slow, fast] = style.file.tempo;
        let tempo = (slow + (fast - slow) * dice.unit()).round();
        let sings = style.file.melody.line == LineKind::Sung;
        let ranges = if sings { [(62, 81), (65, 84), (67, 86), (60, 79)] } else { RANGES };
        let range = *dice.pick(&ranges);
        // The faster the beat, the fewer notes fit into it.
        let weights = match tempo {
            ..76.0 => [1.0, 4.0, 4.0],
            76.0..116.0 => [2.0, 5.0, 3.0],
            _ => [3.0, 5.0, 1.5],
        };
        let level = [Level::Calm, Level::Moving, Level::Busy][dice.weighted(&weights)];
        let tonic = dice.below(12) as i32;
        let (mode, plans) = form::plan(dice, style, tonic);
        let mut plans = arrange(dice, plans);
        let key = Key { tonic, mode };
        // Who has moved to another key for the last section stays there.
        let home = key.up(plans.last().map_or(0, |last| last.up));
        plans.push(ending::plan(dice, style, home));
        let (sections, harmony) = (Vec::new(), Harmony::default());
        let freedom = 0.5 * dice.unit();
        let syllable = sings.then(|| sung::syllable(dice, tempo));
        let grid = style.grid;
        let mut song = Self { style, grid, key, tempo, sections, harmony, range, level, freedom, syllable };
        song.harmony = song.lay_out(dice, plans, home);
        song
    }

    /// Writes the sections one after the other.
    fn lay_out(&mut self, dice: &mut Dice, plans: Vec<Plan>, home: Key) -> Harmony {
        let mut writer = Writer::default();
        let mut all = Vec::new();
        let last = plans.len() - 1;
        let mut start = 0;
        for (number, plan) in plans.into_iter().enumerate() {
            let is_end = number == last;
            let harmony = Harmony::of_bars(&plan.bars, self.grid);
            let key = if is_end { home } else { self.key };
            let ground =
                Ground { harmony: &harmony, key, grid: self.grid, bars: plan.bars.len(), range: self.range };
            let tune = if is_end {
                let before = self.sections.last().map_or(&[][..], |section| &section.tune);
                ending::tune(dice, &ground, before, self.style.file.form != FormKind::TwelveBar)
            } else {
                writer.tune(dice, self, &plan, &ground)
            };
            let moved = |tone: Tone| Tone { key: tone.key + plan.up, ..tone };
            self.sections.push(Section {
                name: plan.name,
                letter: plan.letter,
                start,
                bars: plan.bars.len(),
                key: key.up(plan.up),
                intensity: plan.intensity,
                tune: tune.into_iter().map(moved).collect(),
            });
            start += plan.bars.len() as Tick * self.grid.bar();
            all.extend(plan.bars.iter().map(|bar| bar.iter().map(|chord| chord.up(plan.up)).collect()));
        }
        if self.style.file.melody.line == LineKind::Sung {
            sung::breathe(&mut self.sections);
        }
        Harmony::of_bars(&all, self.grid)
    }

    /// The chord that holds at a tick.
    pub fn chord(&self, at: Tick) -> Chord {
        self.harmony.at(at.max(0))
    }

    /// All bars in time order.
    pub fn bars(&self) -> impl Iterator<Item = BarOf<'_>> {
        let end = self.end();
        self.sections.iter().flat_map(move |section| {
            (0..section.bars).map(move |number| {
                let start = section.start + number as Tick * self.grid.bar();
                BarOf { start, section, number, is_last: start + self.grid.bar() == end }
            })
        })
    }

    /// The section at a tick.
    pub fn section(&self, at: Tick) -> &Section {
        let after = self.sections.partition_point(|section| section.start <= at);
        &self.sections[after.saturating_sub(1)]
    }

    /// Where the last bar ends.
    pub fn end(&self) -> Tick {
        self.sections.last().map_or(0, |last| last.start + last.bars as Tick * self.grid.bar())
    }

    /// The tune of the whole song, from its start, with the section that each tone belongs to.
    pub fn tune(&self) -> impl Iterator<Item = (&Section, Tone)> + '_ {
        let placed = |section: &'_ Section, tone: &Tone| Tone { at: section.start + tone.at, ..*tone };
        let tones = self
            .sections
            .iter()
            .flat_map(move |section| section.tune.iter().map(move |tone| (section, placed(section, tone))));
        // An upbeat to the first bar has no room.
        tones.filter(|(_, tone)| tone.at >= 0)
    }
}

/// What a song remembers while it is written.
#[derive(Default)]
struct Writer {
    /// The tune of each letter, and how often it has come back.
    tunes: BTreeMap<char, (Vec<Tone>, usize)>,
    licks: Licks,
    phrases: Phrases,
}

impl Writer {
    /// The tune of a section: new, or what its letter had before.
    fn tune(&mut self, dice: &mut Dice, song: &Song, plan: &Plan, ground: &Ground) -> Vec<Tone> {
        let Some(line) = plan.line else { return Vec::new() };
        // Solos are never the same twice.
        if plan.name != "solo"
            && let Some((tune, times)) = self.tunes.get_mut(&plan.letter)
        {
            *times += 1;
            return variation::returned(dice, tune, ground, *times, song.freedom);
        }
        let syncopation = song.style.file.melody.syncopation;
        let manner = Manner {
            rhythms: &song.style.rhythms,
            level: song.level,
            syncopation,
            broken_chords: line == LineKind::Rag,
            syllable: song.syllable.filter(|_| line == LineKind::Sung),
        };
        let wide = Ground { range: (ground.range.0 - 3, ground.range.1 + 3), ..*ground };
        let tune = match line {
            LineKind::Theme | LineKind::Rag | LineKind::Sung => theme::compose(dice, ground, &manner),
            LineKind::Blues => blues::compose(dice, &wide, &manner, &mut self.licks),
            LineKind::Bebop => bebop::compose(dice, &wide, &mut self.phrases),
            LineKind::Riff => riff::compose(dice, ground, &manner),
        };
        self.tunes.insert(plan.letter, (tune.clone(), 0));
        tune
    }
}
