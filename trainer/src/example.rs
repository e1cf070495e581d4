//! Training examples: windows of pieces, varied as a player would vary them.

use rand::RngExt;
use rand_pcg::Pcg64Mcg;
use segue_model::Sequence;
use segue_music::{Role, Tick, Tokenizer};

use crate::record::{Record, VoicedNote};

/// How often a note of a kind is seen, relative to kinds not listed. Performances teach touch and
/// timing, songs for two hands are what most people play, duos are what a jam is. Ensembles are
/// over half of the other notes and the least like a keyboard player.
const WEIGHTS: [(&str, f64); 9] = [
    ("performance-", 4.0),
    ("piano-", 4.0),
    ("duo-", 5.0),
    ("band-", 1.5),
    ("score-piano", 1.5),
    ("score-voice+piano", 1.0),
    ("score-ensemble", 0.3),
    ("score-quartet", 0.5),
    ("drums", 0.0),
];

/// The share of examples in which the style is known.
const TOLD_STYLE: f64 = 0.5;
/// In examples of two who play together, the share that target one player's next note, whatever the
/// other plays before it.
const SKIPPING: f64 = 0.4;

/// Draws examples from pieces, with the weight of each kind.
pub struct Examples<'a> {
    records: &'a [Record],
    /// Weighted notes up to and including each record.
    ends: Vec<f64>,
    tokenizer: Tokenizer,
    styles: Vec<String>,
    length: usize,
}

fn weight(kind: &str) -> f64 {
    WEIGHTS.iter().find(|(start, _)| kind.starts_with(start)).map_or(1.0, |&(_, weight)| weight)
}

impl<'a> Examples<'a> {
    /// Sequences of `length` examples, with the style of their piece where it is one of these.
    pub fn new(records: &'a [Record], styles: &[String], length: usize) -> Self {
        let mut total = 0.0;
        let ends = records
            .iter()
            .map(|record| {
                total += weight(&record.kind) * record.notes.len() as f64;
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
        let notes = self.window(record, random);
        let notes = vary(record, notes, random);
        let cast = Cast::draw(record, &notes, random);
        let mut notes: Vec<(VoicedNote, Role)> =
            notes.iter().enumerate().map(|(place, note)| (*note, cast.role(place, note))).collect();
        if !record.meters.is_empty() && random.random::<f64>() < 0.5 {
            Touch::draw(random).play(&mut notes, random);
        }
        let (notes, roles): (Vec<VoicedNote>, Vec<Role>) = notes.into_iter().unzip();
        let hiding = Hiding::draw(random);
        // A player may not follow the bars; the model must do without them then.
        let metre = random.random::<f64>() < 0.8;
        let mut roles = roles.into_iter();
        let mut coin = random.clone();
        let mut context = record.context(&notes, metre, |_| {
            let role = roles.next().unwrap_or(Role::Player);
            (role, hiding.shows(role, &mut coin))
        });
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
        let together = matches!(cast, Cast::Together(_));
        Sequence::targeting(
            &self.tokenizer,
            &context,
            |_| true,
            |_| {
                let skips = together && random.random::<f64>() < SKIPPING;
                skips.then(|| if random.random() { Role::Player } else { Role::Segue })
            },
        )
    }

    /// Notes of a window, of all voices or, in pieces of many, of one to four of them.
    fn window(&self, record: &Record, random: &mut Pcg64Mcg) -> Vec<VoicedNote> {
        let voices = record.notes.iter().map(|note| note.voice).max().unwrap_or(0) + 1;
        let few: Option<Vec<u8>> = (voices > 2 && random.random::<f64>() < 0.6)
            .then(|| (0..random.random_range(1..=4)).map(|_| random.random_range(0..voices)).collect());
        let plays = |note: &&VoicedNote| few.as_ref().is_none_or(|few| few.contains(&note.voice));
        let available = record.notes.iter().filter(plays).count();
        // From the piece's beginning more often than by chance: a jam begins with little context.
        let latest = available.saturating_sub(self.length / 2);
        let from = if random.random::<f64>() < 0.1 { 0 } else { random.random_range(0..=latest) };
        record.notes.iter().filter(plays).skip(from).take(self.length + 1).copied().collect()
    }
}

/// Transposes, and changes the dynamics.
fn vary(record: &Record, mut notes: Vec<VoicedNote>, random: &mut Pcg64Mcg) -> Vec<VoicedNote> {
    let lowest = notes.iter().map(|note| note.key).min().unwrap_or(60);
    let highest = notes.iter().map(|note| note.key).max().unwrap_or(60);
    let shift = random.random_range(-6..=5_i16).clamp(-i16::from(lowest), 127 - i16::from(highest));
    let louder = random.random_range(-12..=12_i16);
    let stretch = if record.meters.is_empty() && record.pedal.is_empty() {
        random.random_range(0.8..=1.25)
    } else {
        1.0
    };
    let scale = |ticks: Tick| if stretch == 1.0 { ticks } else { (ticks as f64 * stretch).round() as Tick };
    for note in &mut notes {
        note.key = (i16::from(note.key) + shift) as u8;
        note.velocity = note.velocity.map(|velocity| (i16::from(velocity) + louder).clamp(1, 127) as u8);
        let end = scale(note.onset + note.duration);
        note.onset = scale(note.onset);
        note.duration = (end - note.onset).max(1);
    }
    notes.sort_unstable();
    notes
}

/// Who plays which notes.
enum Cast {
    /// They take turns; at these places the other begins.
    Turns(Role, Vec<usize>),
    /// These voices are Segue's, and the others play at the same time.
    Together(Vec<u8>),
    /// These voices are Segue's, and answer the others.
    Answering(Vec<u8>),
}

/// How often the voices of a piece whose voices answer each other do that.
const ANSWERS: f64 = 0.8;
/// How many of the turns begin on a bar line, as they do in a jam.
const ON_BAR_LINES: f64 = 0.5;

impl Cast {
    fn draw(record: &Record, notes: &[VoicedNote], random: &mut Pcg64Mcg) -> Self {
        let voices = notes.iter().map(|note| note.voice).max().unwrap_or(0) + 1;
        if !record.answers.is_empty() && random.random::<f64>() < ANSWERS {
            return Self::Answering(record.answers.clone());
        }
        if voices > 1 && random.random::<f64>() < 0.4 {
            return Self::Together((0..voices).filter(|_| random.random()).collect());
        }
        let first = if random.random() { Role::Player } else { Role::Segue };
        let turns = random.random_range(0..=4);
        let on_bar_lines = !record.meters.is_empty() && random.random::<f64>() < ON_BAR_LINES;
        let turn = |_| {
            let place = random.random_range(0..notes.len().max(1));
            match notes.get(place).filter(|_| on_bar_lines) {
                Some(note) => {
                    let line = record.next_bar_line(note.onset);
                    notes.partition_point(|note| note.onset < line)
                }
                None => place,
            }
        };
        Self::Turns(first, (0..turns).map(turn).collect())
    }

    fn role(&self, place: usize, note: &VoicedNote) -> Role {
        let segue = match self {
            Self::Turns(first, turns) => {
                (*first == Role::Segue) != (turns.iter().filter(|&&turn| turn <= place).count() % 2 == 1)
            }
            Self::Together(voices) | Self::Answering(voices) => voices.contains(&note.voice),
        };
        if segue { Role::Segue } else { Role::Player }
    }
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
