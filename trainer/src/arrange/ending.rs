//! Endings: the bars that lead home, and the last chord, held by everybody.

use segue_music::Tick;

use super::dice::Dice;
use super::form::{Plan, choose};
use super::progression::Progression;
use super::scale::{Key, Mode};
use super::style::Style;
use super::theme::{Close, Ground, Leans, Tone, set};
use super::{motif::Motif, scale::nearest};

/// The name of the section that ends a song.
pub const ENDING: &str = "end";

/// The section that ends a song in a key.
pub fn plan(dice: &mut Dice, style: &Style, key: Key) -> Plan {
    let same: Vec<Progression> =
        style.endings.iter().filter(|ending| ending.mode == key.mode).cloned().collect();
    let mut bars = choose(dice, if same.is_empty() { &style.endings } else { &same }).bars(key.tonic);
    if let Some(last) = bars.last_mut().and_then(|bar| bar.last_mut())
        && last.root == key.tonic
        && !style.file.comp.rootless
        && last.quality.tones().len() > 3
        && !matches!(style.file.family.as_str(), "blues" | "latin")
    {
        // A style of triads ends on one.
        let triad = super::chord::Quality::of(if key.mode == Mode::Minor { "m" } else { "" });
        last.quality = triad.unwrap_or(last.quality);
    }
    Plan { name: ENDING, letter: '.', bars, up: 0, line: None, intensity: 0.55 }
}

/// The tune of the ending: the head of what was sung before, on the way home, and a long last note.
pub fn tune(dice: &mut Dice, ground: &Ground, before: &[Tone], leads: bool) -> Vec<Tone> {
    let last_bar = (ground.bars as Tick - 1) * ground.grid.bar();
    let mut tune = Vec::new();
    if leads && last_bar > 0 {
        let length = last_bar.min(2 * ground.grid.bar());
        let at = last_bar - length;
        // The opening bars of the last section, as a reminiscence.
        let head: Vec<&Tone> = before.iter().filter(|tone| (0..length).contains(&tone.at)).collect();
        if head.len() >= 2 {
            let rhythm = head.iter().map(|tone| (tone.at, tone.length.min(length - tone.at))).collect();
            let contour = head.iter().map(|tone| (tone.key - head[0].key) * 7 / 12).collect();
            let start = nearest(head[0].key, ground.harmony.at(at).set(3), ground.range);
            tune = set(&Motif { rhythm, contour }, ground, at, start, Close::Half, Leans::OnBeats);
        }
    }
    let home = ground.harmony.at(last_bar);
    let from =
        tune.last().map_or_else(|| before.last().map_or(ground.middle(), |tone| tone.key), |tone| tone.key);
    // The root mostly, the third or fifth now and then.
    let tones = *dice.pick(&[1, 1, 3]);
    let key = nearest(from, home.set(tones), ground.range);
    tune.push(Tone { at: last_bar, length: ground.grid.bar(), key });
    tune
}
