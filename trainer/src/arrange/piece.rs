//! One song of many: who plays it, in which style, and what is written down of it.

use segue_music::{Beats, Piece, beats_at};

use super::dice::Dice;
use super::song::Song;
use super::style::Style;
use super::{accompanist, band, duo, pianist, score};

/// One song in this many is kept for validation (3.1 %), beginning with song 1, so that two songs
/// already make both splits.
const VALIDATION: u64 = 32;

/// Who plays.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, clap::ValueEnum)]
pub enum Kind {
    /// Lead, chords, bass and drums.
    Band,
    /// Two hands.
    Piano,
    /// Two who trade phrases.
    Duo,
    /// A singer and a pianist, on one keyboard.
    Sung,
}

impl Kind {
    /// Its name in paths and in the manifest.
    pub fn name(self) -> &'static str {
        match self {
            Self::Band => "band",
            Self::Piano => "piano",
            Self::Duo => "duo",
            Self::Sung => "sung",
        }
    }

    /// How often it is chosen. A duo is a third as long as the others.
    fn weight(self) -> f64 {
        match self {
            Self::Band => 5.0,
            Self::Piano => 3.0,
            Self::Duo => 3.0,
            Self::Sung => 3.0,
        }
    }
}

/// Makes songs by their numbers.
#[derive(Debug)]
pub struct Maker {
    /// The styles to choose from.
    pub styles: Vec<Style>,
    /// The kinds to choose from.
    pub kinds: Vec<Kind>,
    /// What chance begins from.
    pub seed: u64,
    /// The share of songs that are played off the grid.
    pub loose: f64,
}

/// A song, and what the manifest says about it.
#[derive(Debug)]
pub struct Made {
    /// Where it lies in the folder.
    pub path: String,
    /// `train` or `valid`.
    pub split: &'static str,
    /// `band-jazz`, `piano-pop`, `duo-blues`, `sung-pop`.
    pub kind: String,
    /// Unique to the song: no two songs share music beyond chance.
    pub group: String,
    /// What a player would call its style.
    pub style: String,
    /// Its notes.
    pub piece: Piece,
    /// Its chords: when each begins, its symbol, its root and its tones as pitch classes.
    pub chords: Vec<ChordAt>,
    /// The names of its sections.
    pub sections: Vec<(Beats, String)>,
}

/// A chord as it is written beside the manifest.
#[derive(Clone, Debug, PartialEq)]
pub struct ChordAt {
    /// When it begins, in quarter notes.
    pub beat: Beats,
    /// As a lead sheet writes it.
    pub symbol: String,
    /// The root's pitch class, C being 0.
    pub root: i32,
    /// The bass's pitch class.
    pub bass: i32,
    /// All pitch classes.
    pub tones: Vec<i32>,
}

impl Made {
    /// How many notes it has.
    pub fn notes(&self) -> usize {
        self.piece.tracks.iter().map(|track| track.notes.len()).sum()
    }
}

impl Maker {
    /// The song of a number, the same however many are made.
    pub fn song(&self, number: u64) -> Made {
        let mut dice = Dice::of_song(self.seed, number);
        let played = |style: &Style| self.kinds.iter().any(|kind| suits(style, *kind));
        let weight = |style: &Style| if played(style) { style.file.weight } else { 0.0 };
        let weights: Vec<f64> = self.styles.iter().map(weight).collect();
        let style = &self.styles[dice.weighted(&weights)];
        let kinds: Vec<Kind> = self.kinds.iter().copied().filter(|kind| suits(style, *kind)).collect();
        let weights: Vec<f64> = kinds.iter().map(|kind| kind.weight()).collect();
        let kind = kinds[dice.weighted(&weights)];
        let loose = dice.chance(self.loose);
        let mut playing = dice.fork();
        let (song, parts) = match kind {
            Kind::Duo => duo::compose(&mut dice, style),
            Kind::Band => {
                let song = Song::compose(&mut dice, style);
                let parts = band::play(&mut playing, &song);
                (song, parts)
            }
            Kind::Sung => {
                let song = Song::compose(&mut dice, style.sung.as_deref().unwrap_or(style));
                let parts = accompanist::play(&mut playing, &song);
                (song, parts)
            }
            Kind::Piano => {
                let song = Song::compose(&mut dice, style);
                let piano = playing.pick(&style.pianos).clone();
                let parts = pianist::play(&mut playing, &song, &piano);
                (song, parts)
            }
        };
        let piece = score::piece(&mut playing, &song, &parts, loose);
        let family = &style.file.family;
        let slug = |text: &str| text.replace([' ', '/', '\''], "-");
        Made {
            path: format!("{}/{}/{number:06}-{}.mid", kind.name(), slug(family), slug(&style.file.name)),
            split: if number % VALIDATION == 1 { "valid" } else { "train" },
            kind: format!("{}-{family}", kind.name()),
            group: format!("arranged/{}-{number}", self.seed),
            style: style.file.name.clone(),
            piece,
            chords: chords(&song),
            sections: song
                .sections
                .iter()
                .map(|section| (beats_at(section.start), section.name.to_owned()))
                .collect(),
        }
    }
}

/// Whether a kind of playing suits a style: a pianist and a singer need to know how.
pub fn suits(style: &Style, kind: Kind) -> bool {
    match kind {
        Kind::Band | Kind::Duo => true,
        Kind::Piano => !style.pianos.is_empty(),
        Kind::Sung => style.sung.is_some(),
    }
}

fn chords(song: &Song) -> Vec<ChordAt> {
    let mut chords: Vec<ChordAt> = Vec::new();
    for &(at, chord) in song.harmony.changes() {
        let symbol = chord.to_string();
        if chords.last().is_none_or(|last| last.symbol != symbol) {
            let (root, bass, tones) = (chord.root, chord.low(), chord.classes().collect());
            chords.push(ChordAt { beat: beats_at(at), symbol, root, bass, tones });
        }
    }
    chords
}
