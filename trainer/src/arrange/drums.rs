//! Drums: a groove a section, a turn of it each fourth bar, and fills that lead to the next
//! section.

use std::collections::BTreeMap;

use segue_music::Tick;

use super::dice::Dice;
use super::dynamics::level;
use super::ending::ENDING;
use super::kit::{Fill, Groove, Piece};
use super::part::Part;
use super::pattern::Stroke;
use super::song::{BarOf, Song};

/// A stroke rings for as long as it likes; this is what is written.
const LENGTH: Tick = 6;

/// What the drums of a song play.
pub fn play(dice: &mut Dice, song: &Song, part: &mut Part) {
    let style = song.style;
    if style.file.grooves.is_empty() {
        return;
    }
    let drummer = Drummer::new(dice, song);
    for bar in song.bars() {
        if bar.is_last {
            let metal = if drummer.crashes { Piece::Crash } else { Piece::Ride };
            for (piece, velocity) in [(Piece::Kick, 84), (metal, 80)] {
                part.add(bar.start, song.grid.bar(), piece.key().into(), velocity);
            }
            continue;
        }
        drummer.bar(dice, song, part, &bar);
    }
}

struct Drummer<'a> {
    /// The groove of each letter.
    grooves: BTreeMap<char, &'a Groove>,
    /// A short fill and a long one, which the song keeps to.
    fills: Option<(&'a Fill, &'a Fill)>,
    /// Whether phrases of four bars have a short fill, too.
    fills_fourths: bool,
    off_beats: Vec<Tick>,
    /// The step at which each fourth bar has a kick more.
    extra_kick: Tick,
    opens_hat: bool,
    crashes: bool,
    light_intro: bool,
}

impl<'a> Drummer<'a> {
    fn new(dice: &mut Dice, song: &Song<'a>) -> Self {
        let file = &song.style.file;
        let grooves = &file.grooves;
        // Files list grooves from the quietest to the fullest; some songs use them otherwise.
        let mixed = dice.chance(0.3);
        let mut chosen = BTreeMap::new();
        for section in &song.sections {
            let rank = (section.intensity * grooves.len() as f64 - 0.2).max(0.0) as usize;
            let place = if mixed { dice.below(grooves.len()) } else { rank.min(grooves.len() - 1) };
            chosen.entry(section.letter).or_insert(&grooves[place]);
        }
        let fills = &song.style.fills;
        let fills = (!fills.is_empty()).then(|| {
            let short: Vec<&Fill> = fills.iter().filter(|fill| 2 * fill.from >= song.grid.steps).collect();
            let short = if short.is_empty() { dice.pick(fills) } else { *dice.pick(&short) };
            (short, dice.pick(fills))
        });
        let off_beats: Vec<Tick> =
            (1..song.grid.steps).filter(|step| step % song.grid.steps_a_beat() != 0).collect();
        let family = file.family.as_str();
        Self {
            grooves: chosen,
            fills,
            fills_fourths: dice.chance(0.45),
            extra_kick: *dice.pick(&off_beats[off_beats.len() / 2..]),
            off_beats,
            opens_hat: dice.chance(0.4),
            crashes: !matches!(family, "jazz" | "latin" | "ragtime"),
            light_intro: dice.chance(0.5),
        }
    }

    fn bar(&self, dice: &mut Dice, song: &Song, part: &mut Part, bar: &BarOf) {
        let Some(groove) = self.grooves.get(&bar.section.letter) else { return };
        let (steps, grid) = (song.grid.steps, song.grid);
        let fill = self.fill(bar);
        let from = fill.map_or(steps, |fill| fill.from);
        let turns = bar.number % 4 == 3 && fill.is_none();
        let light = self.light_intro && bar.section.name == "intro";
        let mut strike = |step: Tick, piece: Piece, velocity: i32| {
            part.add(bar.start + step * grid.step, LENGTH, piece.key().into(), velocity);
        };
        let base = |step: Tick| level(song, bar.start + step * grid.step, 78, 36);
        for (&piece, row) in &groove.0 {
            if light && matches!(piece, Piece::Snare | Piece::Clap | Piece::Crash) {
                continue;
            }
            for (step, stroke) in row.hits() {
                if step >= from && gives_way(piece) {
                    continue;
                }
                let weak = keeps_time(piece) && step % grid.steps_a_beat() != 0;
                strike(step, piece, base(step) + loudness(stroke) - if weak { 10 } else { 0 });
            }
        }
        let has = |piece: Piece| groove.0.contains_key(&piece);
        if turns && has(Piece::Kick) && has(Piece::Snare) {
            let rests = groove.0[&Piece::Kick].0.get(self.extra_kick as usize) == Some(&Stroke::Rest);
            if rests {
                strike(self.extra_kick, Piece::Kick, base(self.extra_kick) - 4);
            }
            if self.opens_hat && has(Piece::Hat) && !has(Piece::OpenHat) {
                strike(steps - 2, Piece::OpenHat, base(steps - 2));
            }
        }
        if bar.number == 0 && bar.start > 0 && self.crashes && bar.section.intensity > 0.6 && has(Piece::Kick)
        {
            strike(0, Piece::Crash, base(0) + 12);
        }
        if let Some(fill) = fill {
            for (&piece, row) in &fill.rows {
                for (step, stroke) in row.hits().filter(|&(step, _)| step >= fill.from) {
                    strike(step, piece, base(step) + loudness(stroke) / 2 + step as i32 - fill.from as i32);
                }
            }
        }
        // A kick or a ghost note more, off the beat, where there is room.
        if dice.chance(song.freedom / 2.0) {
            let step = *dice.pick(&self.off_beats);
            let piece = if dice.chance(0.5) { Piece::Kick } else { Piece::Snare };
            let rests =
                groove.0.get(&piece).is_some_and(|row| row.0.get(step as usize) == Some(&Stroke::Rest));
            if rests && step < from && !light {
                strike(step, piece, base(step) - if piece == Piece::Kick { 6 } else { 30 });
            }
        }
        // The comping of a jazz drummer's left hand, which is never quite the same.
        if song.style.file.family == "jazz" && fill.is_none() && grid.beats() == 4 {
            for step in (2..steps).step_by(4) {
                if dice.chance(0.1) {
                    strike(step, if dice.chance(0.7) { Piece::Snare } else { Piece::Kick }, base(step) - 22);
                }
            }
        }
    }

    /// A long fill where a section ends, a short one in the middle of it or before the last bar.
    fn fill(&self, bar: &BarOf) -> Option<&'a Fill> {
        let (short, long) = self.fills?;
        let section = bar.section;
        if bar.ends_section() || section.name == ENDING && bar.number + 2 == section.bars {
            return Some(if section.intensity > 0.55 { long } else { short });
        }
        let eighth = bar.number % 8 == 7;
        let fourth = self.fills_fourths && bar.number % 4 == 3;
        (eighth || fourth).then_some(short)
    }
}

/// Whether a fill silences it.
fn gives_way(piece: Piece) -> bool {
    use Piece::{Clap, Hat, HighTom, LowTom, MidTom, OpenHat, Ride, Rim, Snare, Timbale};
    matches!(piece, Clap | Hat | HighTom | LowTom | MidTom | OpenHat | Ride | Rim | Snare | Timbale)
}

/// Whether its beats are louder than what lies between them.
fn keeps_time(piece: Piece) -> bool {
    use Piece::{Cabasa, Hat, Maracas, Ride, Tambourine};
    matches!(piece, Cabasa | Hat | Maracas | Ride | Tambourine)
}

fn loudness(stroke: Stroke) -> i32 {
    match stroke {
        Stroke::Rest | Stroke::Plain => 0,
        Stroke::Ghost => -30,
        Stroke::Accent => 16,
    }
}
