//! Training examples: windows of pieces, varied as a player would vary them.

use std::fmt;
use std::str::FromStr;

use rand::RngExt;
use rand_pcg::Pcg64Mcg;
use segue_model::{Aim, Sequence};
use segue_music::{Part, Role, Tick, Tokenizer};

use crate::astray::Astray;
use crate::casting::Casting;
use crate::ends::Ends;
use crate::record::{Cast, Record, VoicedNote};

/// With fewer notes, the last bars of a piece are no example.
const FEWEST: usize = 16;
/// How often a note of a kind is seen, relative to kinds not listed. Performances teach touch and
/// timing, songs for two hands are what most people play, duos are what a jam is. Ensembles are
/// over half of the other notes and the least like a keyboard player.
const WEIGHTS: [(&str, f64); 10] = [
    ("performance-", 3.0),
    ("piano-", 4.0),
    ("duo-", 4.0),
    ("band-", 4.0),
    ("sung-", 4.0),
    ("score-piano", 1.5),
    ("score-voice+piano", 1.0),
    ("score-ensemble", 0.3),
    ("score-quartet", 0.5),
    ("drums", 0.0),
];

/// The share of examples in which the style is known.
const TOLD_STYLE: f64 = 0.5;
/// The share of examples in which the bars of the form are counted.
const TOLD_FORM: f64 = 0.7;
/// The share of examples whose heads are not told which keys were played some bars before, of an
/// ensemble and of a keyboard: whoever is told needs no harmony to find a bass, and so never learns
/// to. Playing, a band is never told and a keyboard always.
const HIDDEN_KEYS: [f64; 2] = [0.85, 0.15];
/// The share of examples in which it is known when turns end.
const TOLD_ENDS: f64 = 0.7;
/// The share of examples that are the last bars of a piece, where bars are known. They are short,
/// so few notes are seen more often for it.
const ENDINGS: f64 = 0.3;
/// How many bars these are.
const LAST_BARS: std::ops::RangeInclusive<u32> = 4..=24;
/// The share of examples in which a piece of several parts is heard as an ensemble, by a model that
/// knows of parts. In the others one keyboard plays it, without its drums.
const ENSEMBLE: f64 = 0.8;
/// The same for a piece of a single part.
const KNOWN_PART: f64 = 0.3;

/// Draws examples from pieces, with the weight of each kind.
pub struct Examples<'a> {
    records: &'a [Record],
    /// Weighted notes up to and including each record.
    ends: Vec<f64>,
    tokenizer: Tokenizer,
    styles: Vec<String>,
    length: usize,
}

/// Another weight for kinds whose names begin alike.
#[derive(Clone, Debug, PartialEq)]
pub struct Weight {
    start: String,
    weight: f64,
}

impl fmt::Display for Weight {
    fn fmt(&self, formatter: &mut fmt::Formatter) -> fmt::Result {
        write!(formatter, "{}={}", self.start, self.weight)
    }
}

impl FromStr for Weight {
    type Err = &'static str;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        let (start, weight) = text.split_once('=').unwrap_or((text, ""));
        match weight.parse::<f64>() {
            Ok(weight) if weight.is_finite() && weight >= 0.0 => Ok(Self { start: start.into(), weight }),
            _ => Err("give the beginning of a kind's name and a number from 0 up, as in band-=2"),
        }
    }
}

fn weight(kind: &str, others: &[Weight]) -> f64 {
    let other = others.iter().find(|other| kind.starts_with(&other.start)).map(|other| other.weight);
    let usual = || WEIGHTS.iter().find(|(start, _)| kind.starts_with(start)).map(|&(_, weight)| weight);
    other.or_else(usual).unwrap_or(1.0)
}

impl<'a> Examples<'a> {
    /// Sequences of `length` examples, with the style of their piece where it is one of these.
    /// Kinds of which `weights` say nothing have the usual ones.
    pub fn new(records: &'a [Record], styles: &[String], weights: &[Weight], length: usize) -> Self {
        let mut total = 0.0;
        let ends = records
            .iter()
            .map(|record| {
                total += weight(&record.kind, weights) * record.notes.len() as f64;
                total
            })
            .collect();
        Self { records, ends, tokenizer: Tokenizer::new(), styles: styles.to_vec(), length }
    }

    /// Whether there is anything to draw.
    pub fn is_empty(&self) -> bool {
        self.ends.last().is_none_or(|&total| total <= 0.0)
    }

    /// One example.
    pub fn draw(&self, random: &mut Pcg64Mcg) -> Sequence {
        let at = random.random::<f64>() * self.ends.last().copied().unwrap_or(0.0);
        let record = &self.records[self.ends.partition_point(|&end| end <= at).min(self.records.len() - 1)];
        let ensemble = is_ensemble(record, random);
        let notes = self.window(record, ensemble, random);
        let notes = vary(record, notes, random);
        let casting = match ensemble {
            true => Casting::ensemble(record, &notes, random),
            false => Casting::keyboard(record, &notes, random),
        };
        let mut notes: Vec<(VoicedNote, Role)> =
            notes.iter().enumerate().map(|(place, note)| (*note, casting.role(place, note))).collect();
        let entry = casting.entry(record, &notes, random);
        // Until then a player is heard, and nobody is asked for.
        let alone = entry.map_or(0, |entry| {
            notes.retain(|(note, role)| *role == Role::Player || note.onset >= entry);
            notes.partition_point(|(note, _)| note.onset < entry)
        });
        let hides_keys = random.random::<f64>() < HIDDEN_KEYS[usize::from(!ensemble)];
        let told_ends = random.random::<f64>() < TOLD_ENDS;
        let ends =
            if told_ends { Ends::of(record, &casting, (&mut notes, self.length)) } else { Ends::default() };
        if !record.meters.is_empty() && random.random::<f64>() < 0.5 {
            Touch::draw(random).play(&mut notes, random);
        }
        let bass = |note: &VoicedNote, role| casting.is_own_bass(role, note);
        let astray = Astray::lead(record, &mut notes, bass, random);
        let (notes, roles): (Vec<VoicedNote>, Vec<Role>) = notes.into_iter().unzip();
        let hiding = Hiding::draw(random);
        // A player may not follow the bars; the model must do without them then.
        let metre = random.random::<f64>() < 0.8;
        let mut roles = roles.into_iter();
        let mut coin = random.clone();
        let mut context = record.context(&notes, metre, |note| {
            let role = roles.next().unwrap_or(Role::Player);
            Cast { role, shown: hiding.shows(role, &mut coin), part: casting.part(role, note) }
        });
        if random.random::<f64>() < TOLD_FORM {
            context.form(0);
        }
        // A player asks for a kind of music, a style or a composer: each must work without the
        // others.
        let names: Vec<String> = record.style_names().collect();
        let name = names.get(random.random_range(0..names.len().max(1)));
        let style = name.and_then(|name| self.styles.iter().position(|style| style == name));
        if random.random::<f64>() < TOLD_STYLE
            && let Some(first) = notes.first()
        {
            context.style(first.onset, style);
        }
        let sequence = Sequence::targeting(
            &self.tokenizer,
            &context,
            |_| true,
            |place| match place < alone {
                true => Aim::default(),
                false => ends.told(place, Aim { hides_keys, ..casting.aim(random) }),
            },
        );
        sequence.corrected(|place| astray.should(context.notes().get(place)?))
    }

    /// Notes of a window, of all voices or, in pieces of many, of one to four of them.
    fn window(&self, record: &Record, ensemble: bool, random: &mut Pcg64Mcg) -> Vec<VoicedNote> {
        let voices = record.notes.iter().map(|note| note.voice).max().unwrap_or(0) + 1;
        let few: Option<Vec<u8>> = (voices > 2 && random.random::<f64>() < if ensemble { 0.3 } else { 0.6 })
            .then(|| (0..random.random_range(1..=4)).map(|_| random.random_range(0..voices)).collect());
        let plays = |note: &&VoicedNote| {
            let chosen = few.as_ref().is_none_or(|few| few.contains(&note.voice));
            chosen && (ensemble || !record.is_drum(note))
        };
        if !record.meters.is_empty() && random.random::<f64>() < ENDINGS {
            let bars = random.random_range(LAST_BARS);
            let start = record.last_bars(bars).unwrap_or(0);
            let last: Vec<VoicedNote> =
                record.notes[record.place_at(start)..].iter().filter(plays).copied().collect();
            if (FEWEST..=self.length).contains(&last.len()) {
                return last;
            }
        }
        let available = record.notes.iter().filter(plays).count();
        // From the piece's beginning more often than by chance: a jam begins with little context.
        let latest = available.saturating_sub(self.length / 2);
        let from = if random.random::<f64>() < 0.1 { 0 } else { random.random_range(0..=latest) };
        record.notes.iter().filter(plays).skip(from).take(self.length + 1).copied().collect()
    }
}

/// Whether a piece is heard with its parts this time.
fn is_ensemble(record: &Record, random: &mut Pcg64Mcg) -> bool {
    let mut parts: Vec<Part> = record.parts.iter().copied().flatten().collect();
    parts.sort_unstable();
    parts.dedup();
    match parts[..] {
        [] => false,
        // Without the drums nothing would be left.
        [Part::Drums] => true,
        [_] => random.random::<f64>() < KNOWN_PART,
        _ => random.random::<f64>() < ENSEMBLE,
    }
}

/// Transposes, and changes the dynamics.
fn vary(record: &Record, mut notes: Vec<VoicedNote>, random: &mut Pcg64Mcg) -> Vec<VoicedNote> {
    let pitched = || notes.iter().filter(|note| !record.is_drum(note)).map(|note| note.key);
    let (lowest, highest) = (pitched().min().unwrap_or(60), pitched().max().unwrap_or(60));
    let shift = random.random_range(-6..=5_i16).clamp(-i16::from(lowest), 127 - i16::from(highest));
    let louder = random.random_range(-12..=12_i16);
    let stretch = if record.meters.is_empty() && record.pedal.is_empty() {
        random.random_range(0.8..=1.25)
    } else {
        1.0
    };
    let scale = |ticks: Tick| if stretch == 1.0 { ticks } else { (ticks as f64 * stretch).round() as Tick };
    for note in &mut notes {
        if !record.is_drum(note) {
            note.key = (i16::from(note.key) + shift) as u8;
        }
        note.velocity = note.velocity.map(|velocity| (i16::from(velocity) + louder).clamp(1, 127) as u8);
        let end = scale(note.onset + note.duration);
        note.onset = scale(note.onset);
        note.duration = (end - note.onset).max(1);
    }
    notes.sort_unstable();
    notes
}

/// Plays a score by hand: somebody who jams in time with a host is near the grid and not on it, and
/// releases early. Segue's own notes are on the grid asked for, so half of the time only the
/// player's are changed.
struct Touch {
    /// Standard deviation of an onset, in ticks: up to 20 ms at 120.
    jitter: f64,
    /// How much of a note's length is held, about.
    hold: f64,
    player_only: bool,
}

impl Touch {
    fn draw(random: &mut Pcg64Mcg) -> Self {
        Self {
            jitter: random.random_range(0.0..2.0),
            hold: random.random_range(0.5..1.05),
            player_only: random.random(),
        }
    }

    fn play(&self, notes: &mut [(VoicedNote, Role)], random: &mut Pcg64Mcg) {
        let bell = |random: &mut Pcg64Mcg| -> f64 {
            (0..6).map(|_| random.random::<f64>() - 0.5).sum::<f64>() * 2f64.sqrt()
        };
        let (mut onset, mut together) = (Tick::MIN, 0.0);
        for (note, role) in notes.iter_mut() {
            if self.player_only && *role == Role::Segue {
                continue;
            }
            // A chord is struck nearly at once.
            if note.onset != onset {
                (onset, together) = (note.onset, self.jitter * bell(random));
            }
            let early_or_late = (together + 0.3 * self.jitter * bell(random)).round() as Tick;
            let hold = self.hold * (1.0 + 0.08 * bell(random));
            note.onset += early_or_late;
            note.duration = ((note.duration as f64 * hold).round() as Tick).max(1);
        }
        notes.sort_unstable();
    }
}

/// Whose durations are known at once. Live, the player's never are and Segue's always; in scored
/// files all are. The model must know each case.
#[derive(Clone, Copy)]
enum Hiding {
    Nobody,
    Everybody,
    Player,
    Some(f64),
}

impl Hiding {
    fn draw(random: &mut Pcg64Mcg) -> Self {
        match random.random_range(0..4) {
            0 => Self::Nobody,
            1 => Self::Everybody,
            2 => Self::Player,
            _ => Self::Some(random.random()),
        }
    }

    fn shows(self, role: Role, random: &mut Pcg64Mcg) -> bool {
        match self {
            Self::Nobody => true,
            Self::Everybody => false,
            Self::Player => role == Role::Segue,
            Self::Some(share) => random.random::<f64>() < share,
        }
    }
}
