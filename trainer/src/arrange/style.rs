//! A style: what a band, a pianist or two players who trade make of a song. One file each; see
//! `trainer/styles`.

use serde::Deserialize;

use super::grid::Grid;
use super::kit::{Fill, Groove};
use super::pattern::{BassLine, CompLine, LeftLine};
use super::progression::Progression;
use super::rhythm::Rhythms;

/// A style as its file has it, with what it names looked up.
#[derive(Clone, Debug)]
pub struct Style {
    /// What the file says.
    pub file: StyleFile,
    /// The bar and its steps.
    pub grid: Grid,
    /// The harmony of its main sections.
    pub progressions: Vec<Progression>,
    /// The harmony of its middle sections.
    pub bridges: Vec<Progression>,
    /// How it ends.
    pub endings: Vec<Progression>,
    /// Drum fills.
    pub fills: Vec<Fill>,
    /// How one pianist plays it.
    pub pianos: Vec<Piano>,
    /// The rhythms of its tunes.
    pub rhythms: Rhythms,
    /// The same as a singer and a pianist play it, if they do.
    pub sung: Option<Box<Style>>,
    /// What that pianist plays; empty in a style that is not a singer's.
    pub accompaniments: Vec<Accompaniment>,
}

impl Style {
    /// The style as a singer and a pianist play it: over other harmony, at another tempo, with a
    /// tune of syllables.
    pub fn for_singer(
        &self,
        sung: &SungStyle,
        progressions: Vec<Progression>,
        accompaniments: Vec<Accompaniment>,
    ) -> Self {
        let mut style = Self { progressions, accompaniments, bridges: Vec::new(), ..self.clone() };
        style.file.tempo = sung.tempo;
        style.file.melody.line = LineKind::Sung;
        style.file.melody.solo = None;
        style
    }
}

/// The file of a style. Every name is explained in `trainer/styles/README.md`.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct StyleFile {
    pub name: String,
    pub family: String,
    #[serde(default = "one")]
    pub weight: f64,
    pub tempo: [f64; 2],
    #[serde(default = "common")]
    pub meter: String,
    #[serde(default = "sixteen")]
    pub steps: u8,
    #[serde(default)]
    pub feel: Feel,
    #[serde(default = "even")]
    pub swing: [f64; 2],
    pub form: FormKind,
    pub progressions: Vec<String>,
    #[serde(default)]
    pub bridges: Vec<String>,
    pub endings: Vec<String>,
    #[serde(default)]
    pub fills: Vec<String>,
    #[serde(default)]
    pub piano: Vec<String>,
    #[serde(default)]
    pub pedal: bool,
    #[serde(default)]
    pub rubato: bool,
    #[serde(default)]
    pub modulates: f64,
    #[serde(default)]
    pub drumless: f64,
    pub melody: MelodyStyle,
    pub sung: Option<SungStyle>,
    pub comp: CompStyle,
    pub second: Option<CompStyle>,
    pub bass: BassStyle,
    #[serde(default)]
    pub grooves: Vec<Groove>,
}

/// The tune and who plays it.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct MelodyStyle {
    pub line: LineKind,
    #[serde(default)]
    pub solo: Option<LineKind>,
    pub rhythms: String,
    #[serde(default)]
    pub syncopation: f64,
    pub programs: Vec<u8>,
}

/// How a singer and a pianist play the style.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct SungStyle {
    pub tempo: [f64; 2],
    pub progressions: Vec<String>,
    pub accompaniment: Vec<String>,
}

/// What a pianist plays beneath a singer, in halves of a bar.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Accompaniment {
    /// The left hand's halves.
    pub left: Vec<LeftLine>,
    /// The right hand's.
    pub right: Vec<CompLine>,
}

/// Chords and who plays them.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct CompStyle {
    pub programs: Vec<u8>,
    pub patterns: Vec<CompLine>,
    #[serde(default = "middle")]
    pub range: [i32; 2],
    #[serde(default = "three")]
    pub voices: usize,
    #[serde(default)]
    pub rootless: bool,
    #[serde(default)]
    pub counter: f64,
}

/// The bass.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct BassStyle {
    pub programs: Vec<u8>,
    pub patterns: Vec<BassLine>,
}

/// How a pianist plays: what the left hand plays, and the chords of the right beneath the tune.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Piano {
    /// Steps of the bars it is written for.
    #[serde(default = "sixteen")]
    pub steps: u8,
    /// The left hand's lines.
    pub left: Vec<LeftLine>,
    /// The right hand's chords; empty where it plays the tune alone.
    #[serde(default)]
    pub right: Vec<CompLine>,
}

/// Steps of half a bar, in which accompaniments are written.
pub const HALF: segue_music::Tick = 8;

/// How eighths or sixteenths fall.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Feel {
    /// As written.
    #[default]
    Straight,
    /// The off-beat eighth comes late.
    SwungEighths,
    /// The off-beat sixteenth comes late.
    SwungSixteenths,
}

/// How a song is laid out.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum FormKind {
    /// Intro, verses, choruses, a bridge or a solo.
    Song,
    /// Choruses of twelve bars.
    TwelveBar,
    /// A head of four eights, choruses of solos over it, and the head again.
    Aaba,
    /// Strains of sixteen bars, each twice, the last one in the key of the fourth degree.
    Rag,
}

/// What a tune is made of.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum LineKind {
    /// Motifs that come back in phrases.
    Theme,
    /// Calls and answers of the blues scale.
    Blues,
    /// Eighths that aim at chord tones.
    Bebop,
    /// A figure of the pentatonic, again and again.
    Riff,
    /// Syncopated strains.
    Rag,
    /// Syllables, with rests to breathe: what [`StyleFile::sung`] makes of any style.
    #[serde(skip_deserializing)]
    Sung,
}

fn one() -> f64 {
    1.0
}

fn common() -> String {
    "4/4".to_owned()
}

fn sixteen() -> u8 {
    16
}

fn even() -> [f64; 2] {
    [50.0, 50.0]
}

fn middle() -> [i32; 2] {
    [52, 74]
}

fn three() -> usize {
    3
}
