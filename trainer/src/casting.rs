//! Who plays what of a piece in a training example: the player, or Segue.

use rand::RngExt;
use rand_pcg::Pcg64Mcg;
use segue_model::Aim;
use segue_music::{Part, PartSet, Role, Tick};

use crate::form::closes;
use crate::record::{Record, VoicedNote};

/// Share of examples in which the voices answer each other, if those of the piece do.
const ANSWERS: f64 = 0.8;
/// Share of examples with turns in which these begin on bar lines, as they do in a jam.
const ON_BAR_LINES: f64 = 0.5;
/// Share of those in which they begin and end with a phrase of four bars.
const ON_PHRASES: f64 = 0.6;
/// Share of examples in which player and Segue play at the same time, if the piece has no parts.
const VOICES_TOGETHER: f64 = 0.4;
/// The same for the parts of an ensemble.
const PARTS_TOGETHER: f64 = 0.75;
/// Share of these in which Segue's parts begin later than the player, as they do where somebody
/// plays and Segue joins in.
const JOINS_IN: f64 = 0.3;
/// Share of these in which Segue is the rhythm section, if there is one.
const RHYTHM_SECTION: f64 = 0.4;
/// Share of examples in which the player's parts are unknown, as they are from a keyboard.
const UNKNOWN_PLAYER: f64 = 0.5;
/// Share of examples of two who play at the same time that ask for one's next note, whatever the
/// other plays before it.
const IGNORING_VOICES: f64 = 0.4;
/// The same for an ensemble.
const IGNORING_PARTS: f64 = 0.7;

/// Whose notes are whose.
enum Roles {
    /// They take turns; at these places the other begins.
    Turns(Role, Vec<usize>),
    /// These voices are Segue's, and the others play at the same time.
    Together(Vec<u8>),
    /// These voices are Segue's, and answer the others.
    Answering(Vec<u8>),
}

/// A piece shared out among the player and Segue.
pub struct Casting {
    roles: Roles,
    /// The part of each voice, as the model is given it; empty if it is given none.
    parts: Vec<Option<Part>>,
    /// The model is not given the player's parts, except drums.
    unknown_player: bool,
    /// The parts that Segue is asked for.
    wanted: PartSet,
}

impl Casting {
    /// Of a window of a piece whose parts the model is given.
    pub fn ensemble(record: &Record, notes: &[VoicedNote], random: &mut Pcg64Mcg) -> Self {
        let present = present(record, notes);
        let together = present.len() > 1 && random.random::<f64>() < PARTS_TOGETHER;
        let segues: PartSet =
            if together { some_of(&present, random) } else { present.iter().copied().collect() };
        let roles = if record.answers.is_empty() && together {
            let plays = |voice: &u8| record.part(*voice).is_some_and(|part| segues.contains(part));
            Roles::Together((0..record.parts.len() as u8).filter(plays).collect())
        } else {
            roles(record, notes, 0.0, random)
        };
        // Now and then fewer than all are asked for, or nobody says which.
        let wanted = match random.random_range(0..10) {
            0..6 => segues,
            6..8 => some_of(&segues.iter().collect::<Vec<_>>(), random),
            _ => PartSet::NONE,
        };
        let unknown_player = random.random::<f64>() < UNKNOWN_PLAYER;
        Self { roles, parts: record.parts.clone(), unknown_player, wanted }
    }

    /// Of a window of a piece that one keyboard plays.
    pub fn keyboard(record: &Record, notes: &[VoicedNote], random: &mut Pcg64Mcg) -> Self {
        let roles = roles(record, notes, VOICES_TOGETHER, random);
        Self { roles, parts: Vec::new(), unknown_player: false, wanted: PartSet::NONE }
    }

    /// Who plays a note at a place of the window.
    pub fn role(&self, place: usize, note: &VoicedNote) -> Role {
        let segue = match &self.roles {
            Roles::Turns(first, turns) => {
                (*first == Role::Segue) != (turns.iter().filter(|&&turn| turn <= place).count() % 2 == 1)
            }
            Roles::Together(voices) | Roles::Answering(voices) => voices.contains(&note.voice),
        };
        if segue { Role::Segue } else { Role::Player }
    }

    /// The part that the model is given for a note of a role.
    pub fn part(&self, role: Role, note: &VoicedNote) -> Option<Part> {
        let part = self.parts.get(usize::from(note.voice)).copied().flatten();
        let told = role == Role::Segue || !self.unknown_player || part == Some(Part::Drums);
        part.filter(|_| told)
    }

    /// Whether a note is Segue's bass below others who play at the same time.
    pub fn is_own_bass(&self, role: Role, note: &VoicedNote) -> bool {
        let together = matches!(self.roles, Roles::Together(_));
        together && role == Role::Segue && self.part(role, note) == Some(Part::Bass)
    }

    /// The bar line on which Segue joins in, in the first third of a window; `None` where it plays
    /// from the beginning, or nobody would play before or after.
    ///
    /// Without it no example shows a player alone and then the first note of a bass: weights of 1.5
    /// million notes took over the player's chords as the bass. Two bars of the song's own bass and
    /// drums before theirs helped: kick and snare fell where the song's do in 37 % and not 17 %,
    /// the bass on root or fifth in 37 % and not 26 % (`evaluate --accompany 12`).
    pub fn entry(
        &self,
        record: &Record,
        notes: &[(VoicedNote, Role)],
        random: &mut Pcg64Mcg,
    ) -> Option<Tick> {
        let together = matches!(self.roles, Roles::Together(_)) && !self.parts.is_empty();
        if !together || random.random::<f64>() >= JOINS_IN {
            return None;
        }
        let place = random.random_range(0..(notes.len() / 3).max(1));
        let entry = record.next_bar_line(notes.get(place)?.0.onset);
        let before = notes.iter().any(|(note, role)| *role == Role::Player && note.onset < entry);
        let after = notes.iter().any(|(note, role)| *role == Role::Segue && note.onset >= entry);
        (before && after).then_some(entry)
    }

    /// What an example asks for.
    pub fn aim(&self, random: &mut Pcg64Mcg) -> Aim {
        let ensemble = !self.parts.is_empty();
        let ignoring = if ensemble { IGNORING_PARTS } else { IGNORING_VOICES };
        let role = match self.roles {
            Roles::Together(_) if random.random::<f64>() < ignoring => {
                let segue = ensemble || random.random();
                Some(if segue { Role::Segue } else { Role::Player })
            }
            _ => None,
        };
        Aim { role, parts: self.wanted, ..Aim::default() }
    }

    /// Whether one plays after the other.
    pub fn takes_turns(&self) -> bool {
        !matches!(self.roles, Roles::Together(_))
    }

    /// By note of a window, the bar line at which its turn ends, if anybody knows: that of the last
    /// turn is the end of the piece. Where one piece is dealt out in turns, most of these end in
    /// the middle of a phrase. Whoever is told of all of them learns that an end changes nothing,
    /// so a turn's is told only where the music rests.
    pub fn ends(&self, record: &Record, notes: &[(VoicedNote, Role)]) -> Vec<Option<Tick>> {
        let mut ends = Vec::with_capacity(notes.len());
        let line = |note: &VoicedNote| record.next_bar_line(note.onset);
        let in_turns = self.takes_turns();
        let dealt_out = matches!(self.roles, Roles::Turns(..));
        while ends.len() < notes.len() {
            let from = ends.len();
            let other = notes[from..].iter().position(|(_, role)| in_turns && *role != notes[from].1);
            let (to, end) = match other {
                Some(turn) => {
                    let to = from + turn;
                    let end = line(&notes[to - 1].0);
                    let rests = || notes[to].0.onset >= end && rests(record, &notes[from..to]);
                    (to, (!dealt_out || rests()).then_some(end))
                }
                // Where voices answer each other and the window ends before the piece, this turn
                // goes on behind the window.
                None => {
                    let last = record.notes.last().filter(|last| {
                        !matches!(self.roles, Roles::Answering(_))
                            || notes.last().is_some_and(|(note, _)| note.onset == last.onset)
                    });
                    (notes.len(), last.map(line))
                }
            };
            ends.resize(to, end);
        }
        ends
    }
}

/// Whether a turn ends as a phrase does: its last onset is on a beat half a bar or more before the
/// bar line, and what begins there lasts for a beat.
fn rests(record: &Record, turn: &[(VoicedNote, Role)]) -> bool {
    let Some((last, _)) = turn.last() else { return false };
    let (before, after) = (record.bar_line(last.onset), record.next_bar_line(last.onset));
    let at_end: Vec<VoicedNote> = turn.iter().map(|(note, _)| *note).collect();
    2 * (after - last.onset) >= after - before && closes(&at_end, |tick| record.bar_line(tick))
}

/// The parts of a window, by index.
fn present(record: &Record, notes: &[VoicedNote]) -> Vec<Part> {
    let set: PartSet = notes.iter().filter_map(|note| record.part(note.voice)).collect();
    set.iter().collect()
}

/// At least one of these parts: often the rhythm section, else any.
fn some_of(parts: &[Part], random: &mut Pcg64Mcg) -> PartSet {
    let rhythm: PartSet =
        parts.iter().copied().filter(|part| matches!(part, Part::Bass | Part::Drums)).collect();
    if !rhythm.is_empty() && random.random::<f64>() < RHYTHM_SECTION {
        return rhythm;
    }
    let mut some: PartSet = parts.iter().copied().filter(|_| random.random()).collect();
    if some.is_empty() && !parts.is_empty() {
        some.insert(parts[random.random_range(0..parts.len())]);
    }
    some
}

fn roles(record: &Record, notes: &[VoicedNote], together: f64, random: &mut Pcg64Mcg) -> Roles {
    if !record.answers.is_empty() && random.random::<f64>() < ANSWERS {
        return Roles::Answering(record.answers.clone());
    }
    let voices = notes.iter().map(|note| note.voice).max().unwrap_or(0) + 1;
    if voices > 1 && random.random::<f64>() < together {
        return Roles::Together((0..voices).filter(|_| random.random()).collect());
    }
    let first = if random.random() { Role::Player } else { Role::Segue };
    let turns = random.random_range(0..=4);
    let on_bar_lines = !record.meters.is_empty() && random.random::<f64>() < ON_BAR_LINES;
    let on_phrases = random.random::<f64>() < ON_PHRASES;
    let turn = |_| {
        let place = random.random_range(0..notes.len().max(1));
        match notes.get(place).filter(|_| on_bar_lines) {
            Some(note) => {
                let line = match on_phrases {
                    true => record.next_phrase(note.onset),
                    false => record.next_bar_line(note.onset),
                };
                notes.partition_point(|note| note.onset < line)
            }
            None => place,
        }
    };
    Roles::Turns(first, (0..turns).map(turn).collect())
}

#[cfg(test)]
mod tests {
    use segue_music::Meter;

    use super::*;

    /// Sixteen bars of a flute in quarters and a bass on every bar line.
    fn record() -> Record {
        let note = |beat: i64, voice: u8, key| VoicedNote {
            onset: 48 * beat,
            key,
            duration: 48,
            velocity: None,
            voice,
        };
        let mut notes: Vec<_> = (0..64).map(|beat| note(beat, 0, 72)).collect();
        notes.extend((0..16).map(|bar| note(4 * bar, 1, 36)));
        notes.sort_unstable();
        let parts = vec![Some(Part::Flutes), Some(Part::Bass)];
        Record { notes, parts, meters: vec![(0, Meter::COMMON)], ..Record::default() }
    }

    #[test]
    fn a_turn_s_end_is_told_where_it_ends_as_a_phrase_does() {
        let mut record = record();
        // The third bar rests on its last beat.
        record.notes.retain(|note| note.onset != 48 * 11);
        let turns = Casting {
            roles: Roles::Turns(Role::Player, vec![14, 28]),
            parts: Vec::new(),
            unknown_player: false,
            wanted: PartSet::NONE,
        };
        let notes: Vec<_> =
            record.notes.iter().enumerate().map(|(place, note)| (*note, turns.role(place, note))).collect();
        // Five notes a bar: the fourteenth is on the third beat of the third bar and lasts for one,
        // the twenty-eighth is there in the sixth, where the next follows at once.
        let mut expected = vec![Some(3 * 192); 14];
        expected.resize(28, None);
        expected.resize(79, Some(16 * 192));
        assert_eq!(turns.ends(&record, &notes), expected);
        // Whose voices answer each other says where turns end.
        let answering = Casting { roles: Roles::Answering(vec![1]), ..turns };
        assert!(answering.ends(&record, &notes)[..70].iter().all(Option::is_some));
        assert_eq!(answering.ends(&record, &notes[..40]).last(), Some(&None), "it goes on");
        let together = Casting { roles: Roles::Together(vec![1]), ..answering };
        assert_eq!(together.ends(&record, &notes[..40]), vec![Some(16 * 192); 40]);
    }

    #[test]
    fn phrases_are_four_bars_long() {
        let record = record();
        for (tick, phrase) in [(0, 768), (767, 768), (768, 1536), (1000, 1536)] {
            assert_eq!(record.next_phrase(tick), phrase, "{tick}");
        }
    }

    #[test]
    fn now_and_then_segue_joins_in_on_a_bar_line() {
        let record = record();
        let mut random = Pcg64Mcg::new(3);
        let (mut together, mut entries) = (0, Vec::new());
        for _ in 0..400 {
            let casting = Casting::ensemble(&record, &record.notes, &mut random);
            let notes: Vec<_> =
                record.notes.iter().enumerate().map(|(at, note)| (*note, casting.role(at, note))).collect();
            together += usize::from(matches!(casting.roles, Roles::Together(_)));
            entries.extend(casting.entry(&record, &notes, &mut random));
            let keyboard = Casting::keyboard(&record, &record.notes, &mut random);
            assert_eq!(keyboard.entry(&record, &notes, &mut random), None);
        }
        // Where Segue has both parts, nobody plays before it.
        assert!(
            entries.len() * 10 > together && entries.len() * 2 < together,
            "{} {together}",
            entries.len()
        );
        assert!(entries.iter().all(|entry| entry % 192 == 0 && (192..=48 * 64 / 2).contains(entry)));
        assert!(entries.iter().min() != entries.iter().max());
    }
}
