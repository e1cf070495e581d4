//! Forms: which sections a song has, in which order, and over which chords.

use super::chord::{Chord, Quality};
use super::dice::Dice;
use super::harmony::Bar;
use super::progression::Progression;
use super::scale::Mode;
use super::style::{FormKind, LineKind, Style};

/// A section to be written.
#[derive(Clone, Debug)]
pub struct Plan {
    /// What a musician calls it.
    pub name: &'static str,
    /// Sections of one letter are the same music.
    pub letter: char,
    /// Its chords in the song's own key, before it is moved.
    pub bars: Vec<Bar>,
    /// Semitones that the section lies above the song's key.
    pub up: i32,
    /// What its tune is made of; `None` without a tune.
    pub line: Option<LineKind>,
    /// How much is going on, 0 to 1.
    pub intensity: f64,
}

/// The mode of a song and its sections.
pub fn plan(dice: &mut Dice, style: &Style, tonic: i32) -> (Mode, Vec<Plan>) {
    let main = choose(dice, &style.progressions);
    let mode = main.mode;
    let form = Form { style, tonic, mode };
    let plans = match style.file.form {
        FormKind::Song => form.song(dice, main),
        FormKind::TwelveBar => form.twelve_bar(dice, main),
        FormKind::Aaba => form.aaba(dice, main),
        FormKind::Rag => form.rag(dice, main),
    };
    (mode, plans)
}

/// One of several, by weight. Lists of styles are never empty.
pub fn choose<'a>(dice: &mut Dice, of: &'a [Progression]) -> &'a Progression {
    let weights: Vec<f64> = of.iter().map(|progression| progression.weight).collect();
    &of[dice.weighted(&weights)]
}

struct Form<'a> {
    style: &'a Style,
    tonic: i32,
    mode: Mode,
}

/// v verse, c chorus, p what leads to it, b bridge, s solo, i intro or interlude.
const SONGS: [(&str, f64); 9] = [
    ("ivcvc", 3.0),
    ("ivvcvc", 3.0),
    ("ivcvcbc", 3.0),
    ("vcvcsc", 2.0),
    ("ivcisvc", 1.0),
    ("vvbv", 2.0),
    ("ivpcvpcc", 2.0),
    ("ivvbvsbv", 1.0),
    ("ivcvcic", 1.0),
];

impl Form<'_> {
    /// Another progression of the song's mode than those given, if there is one.
    fn other<'a>(&self, dice: &mut Dice, of: &'a [Progression], not: &[&Progression]) -> &'a Progression {
        let same: Vec<&Progression> = of.iter().filter(|other| other.mode == self.mode).collect();
        let fresh: Vec<&Progression> = same
            .iter()
            .copied()
            .filter(|other| not.iter().all(|used| used.chords.0 != other.chords.0))
            .collect();
        let from = if fresh.is_empty() { &same } else { &fresh };
        let weights: Vec<f64> = from.iter().map(|progression| progression.weight).collect();
        if from.is_empty() { &of[0] } else { from[dice.weighted(&weights)] }
    }

    /// A loop over this many bars; one of eight chords may take half of the time.
    fn looped(&self, dice: &mut Dice, progression: &Progression, bars: usize) -> Vec<Bar> {
        let doubled = progression
            .at_double_time()
            .filter(|_| progression.chords.0.len() == 8 && self.style.grid.beats() == 4 && dice.chance(0.4));
        doubled.as_ref().unwrap_or(progression).filling(bars, self.tonic)
    }

    /// What is sung to: four bars and four others, and the eight again, now and then with another
    /// end. Some harmony takes half of its time, or twice.
    ///
    /// How often the chord is that of 1, 2, 4 and 8 bars before was counted in 100 songs of POP909
    /// (Wang et al. 2020), which no weights of ours learn from and the card does not score.
    fn strophe(&self, dice: &mut Dice, main: &Progression, bars: usize) -> Vec<Bar> {
        let four = |dice: &mut Dice, progression: &Progression| -> Vec<Bar> {
            match progression.at_double_time() {
                Some(doubled) if dice.chance(0.45) => doubled.filling(4, self.tonic),
                None if dice.chance(0.15) => {
                    let bars = progression.filling(2, self.tonic);
                    bars.into_iter().flat_map(|bar| [bar.clone(), bar]).collect()
                }
                _ => progression.filling(4, self.tonic),
            }
        };
        let other = self.other(dice, &self.style.progressions, &[main]);
        let first = four(dice, main);
        let second = match dice.weighted(&[1.5, 1.5, 5.0]) {
            0 => first.clone(),
            1 => self.turned(first.clone()),
            _ => four(dice, other),
        };
        let third = match dice.weighted(&[3.0, 2.0, 4.0]) {
            0 => second.clone(),
            1 => self.turned(second.clone()),
            _ => {
                let another = self.other(dice, &self.style.progressions, &[main, other]);
                four(dice, another)
            }
        };
        let mut strophe = [&first[..], &second, &first, &third].concat();
        strophe.truncate(bars);
        let share = 0.35 * dice.unit();
        for place in 1..strophe.len() {
            if dice.chance(share)
                && let Some(next) = strophe[place].first().copied()
            {
                self.led(&mut strophe[place - 1], next);
            }
        }
        strophe
    }

    /// A chord on the last beat of a bar, or in its second half, that leads to the next.
    fn led(&self, bar: &mut Bar, next: Chord) {
        let tonic = if self.mode == Mode::Minor { self.tonic + 3 } else { self.tonic };
        let root = match (next.root - tonic).rem_euclid(12) {
            0 | 4 => 7,
            2 => 9,
            5 => 0,
            7 => 2,
            9 => 4,
            _ => return,
        };
        let symbol = if matches!(root, 0 | 5 | 7) { "" } else { "m" };
        let root = (tonic + root).rem_euclid(12);
        if let Some(quality) = Quality::of(symbol)
            && bar.len() < 3
            && bar.last().is_some_and(|last| last.root.rem_euclid(12) != root)
        {
            bar.push(Chord::new(root, quality));
        }
    }

    /// The fifth degree's chord in the last bar, which makes the next section wanted.
    fn turned(&self, mut bars: Vec<Bar>) -> Vec<Bar> {
        let fifth = (self.tonic + 7).rem_euclid(12);
        if let (Some(seventh), Some(bar)) = (Quality::of("7"), bars.last_mut())
            && bar.last().is_some_and(|chord| chord.root != fifth)
        {
            let plain = bar.iter().all(|chord| chord.quality.tones().len() < 4);
            let quality = if plain { Quality::of("").unwrap_or(seventh) } else { seventh };
            *bar = vec![Chord::new(fifth, quality)];
        }
        bars
    }

    fn song(&self, dice: &mut Dice, main: &Progression) -> Vec<Plan> {
        let file = &self.style.file;
        let middle =
            if self.style.bridges.is_empty() { &self.style.progressions } else { &self.style.bridges };
        let chorus = self.other(dice, &self.style.progressions, &[main]);
        let bridge = self.other(dice, middle, &[main, chorus]);
        let fast = file.tempo[0] >= 96.0;
        let (mut verse_bars, mut chorus_bars) = (if fast && dice.chance(0.5) { 16 } else { 8 }, 8);
        let template = SONGS[dice.weighted(&SONGS.map(|(_, weight)| weight))].0;
        if template.len() > 6 {
            verse_bars = 8;
        }
        // What is sung is sung again with other words.
        if file.melody.line == LineKind::Sung {
            (verse_bars, chorus_bars) = (*dice.pick(&[8, 8, 16]), *dice.pick(&[8, 8, 16]));
        }
        let turns = main.chords.0.len() <= 4 && !matches!(file.family.as_str(), "funk" | "dance" | "reggae");
        let turns = turns && dice.chance(0.35);
        let turn = |bars| if turns { self.turned(bars) } else { bars };
        let (verse, chorus) = match file.melody.line {
            LineKind::Sung => (self.strophe(dice, main, verse_bars), self.strophe(dice, chorus, chorus_bars)),
            _ => (self.looped(dice, main, verse_bars), self.looped(dice, chorus, chorus_bars)),
        };
        let verse = turn(verse);
        let lead_in = self.turned(self.looped(dice, bridge, 4));
        let bridge = self.turned(self.looped(dice, bridge, 8));
        let intro: Vec<Bar> = verse.iter().take(4).cloned().collect();
        let sung = file.melody.line == LineKind::Sung;
        let hook = dice.chance(0.5).then_some(LineKind::Riff).filter(|_| !sung);
        // Where the singer rests, the second voice plays.
        let solo = Some(file.melody.solo.unwrap_or(file.melody.line)).filter(|_| !sung);
        let up = if dice.chance(file.modulates) { *dice.pick(&[1, 2, 2]) } else { 0 };
        let last_chorus = template.rfind('c').unwrap_or(usize::MAX);
        let mut plans = Vec::new();
        let mut times = 0.0;
        for (place, letter) in template.char_indices() {
            let line = Some(file.melody.line);
            let (name, bars, line, intensity) = match letter {
                'i' => ("intro", intro.clone(), hook, 0.35),
                'v' => ("verse", verse.clone(), line, 0.5 + 0.04 * times),
                'p' => ("pre-chorus", lead_in.clone(), line, 0.62),
                'c' => ("chorus", chorus.clone(), line, if place == last_chorus { 0.95 } else { 0.82 }),
                'b' => ("bridge", bridge.clone(), line, 0.6),
                _ => ("solo", verse.iter().take(8).cloned().collect(), solo, 0.75),
            };
            times += if letter == 'v' { 1.0 } else { 0.0 };
            let up = if place >= last_chorus { up } else { 0 };
            let name = if letter == 'i' && place > 0 { "interlude" } else { name };
            plans.push(Plan { name, letter, bars, up, line, intensity });
        }
        plans
    }

    fn twelve_bar(&self, dice: &mut Dice, main: &Progression) -> Vec<Plan> {
        let bars = main.bars(self.tonic);
        let line = self.style.file.melody.line;
        let head = if dice.chance(0.45) { LineKind::Riff } else { line };
        let choruses = dice.between(3, 5);
        let plan = |place: i64| {
            let is_head = place == 0 || place + 1 == choruses && choruses > 3 || place == 1 && choruses == 5;
            let (name, letter, line) = match is_head {
                true => ("head", 'h', head),
                false => ("chorus", char::from(b'0' + place as u8), line),
            };
            let intensity = 0.5 + 0.4 * place as f64 / choruses as f64;
            Plan { name, letter, bars: bars.clone(), up: 0, line: Some(line), intensity }
        };
        (0..choruses).map(plan).collect()
    }

    fn aaba(&self, dice: &mut Dice, main: &Progression) -> Vec<Plan> {
        let middle =
            if self.style.bridges.is_empty() { &self.style.progressions } else { &self.style.bridges };
        let bridge = self.other(dice, middle, &[main]);
        let melody = &self.style.file.melody;
        let (a, b) = (main.filling(8, self.tonic), bridge.filling(8, self.tonic));
        let letters = *dice.pick(&["aaba", "aaba", "aaba", "abab"]);
        // Heads are tunes, whatever is played over them later.
        let head = if melody.line == LineKind::Bebop { LineKind::Theme } else { melody.line };
        let plan = |name, letter: char, solo: bool| {
            let bars = if letter == 'a' { a.clone() } else { b.clone() };
            let line = if solo { melody.solo.unwrap_or(head) } else { head };
            let letter = if solo { letter.to_ascii_uppercase() } else { letter };
            let intensity = if solo { 0.72 } else { 0.55 };
            Plan { name, letter, bars, up: 0, line: Some(line), intensity }
        };
        let mut plans: Vec<Plan> = letters.chars().map(|letter| plan("head", letter, false)).collect();
        if dice.chance(0.65) {
            plans.extend(letters.chars().map(|letter| plan("solo", letter, true)));
        }
        plans.extend(letters[2..].chars().map(|letter| plan("out", letter, false)));
        plans
    }

    fn rag(&self, dice: &mut Dice, main: &Progression) -> Vec<Plan> {
        let second = self.other(dice, &self.style.progressions, &[main]);
        let trio = self.other(dice, &self.style.progressions, &[main, second]);
        let letters = *dice.pick(&["aabbacc", "aabbac", "aabbcc", "abacc"]);
        let line = Some(self.style.file.melody.line);
        let plan = |letter: char| {
            let strain = |progression: &Progression| progression.bars(self.tonic);
            let (name, bars, up, intensity) = match letter {
                'a' => ("first strain", strain(main), 0, 0.6),
                'b' => ("second strain", strain(second), 0, 0.68),
                _ => ("trio", strain(trio), 5, 0.75),
            };
            Plan { name, letter, bars, up, line, intensity }
        };
        letters.chars().map(plan).collect()
    }
}
