//! Where turns and pieces end, and what a training example asks there.

use segue_model::Aim;
use segue_music::{Role, Tick};

use crate::casting::Casting;
use crate::record::{Record, VoicedNote};

/// Where turns end, and after which notes one is over.
#[derive(Default)]
pub struct Ends {
    /// By note, the end of its turn.
    of_turns: Vec<Option<Tick>>,
    /// The places before which a turn is over.
    over: Vec<usize>,
}

impl Ends {
    /// Of a window. Where it holds the end of its piece and has room for one more note, one is
    /// added that nobody plays.
    pub fn of(
        record: &Record,
        casting: &Casting,
        (notes, most): (&mut Vec<(VoicedNote, Role)>, usize),
    ) -> Self {
        let of_turns = casting.ends(record, notes);
        // Segue's turns, as the player is never asked.
        let hands_over =
            |place: &usize| [notes[*place - 1].1, notes[*place].1] == [Role::Segue, Role::Player];
        let mut over: Vec<usize> = (1..notes.len())
            .filter(|place| casting.takes_turns() && hands_over(place))
            .filter(|&place| of_turns[place - 1].is_some())
            .collect();
        if let (Some(&(last, role)), Some(&Some(end))) = (notes.last(), of_turns.last())
            && notes.len() <= most
            && record.next_bar_line(last.onset) == end
            && !record.meters.is_empty()
        {
            over.push(notes.len());
            // On a key that cuts nothing off.
            let key = if record.is_drum(&last) { last.key } else { 0 };
            notes.push((VoicedNote { onset: end, key, ..last }, role));
        }
        Self { of_turns, over }
    }

    /// What is asked at a place, with the end if it is told.
    pub fn told(&self, place: usize, aim: Aim) -> Aim {
        let is_over = self.over.contains(&place);
        let turn = if is_over { place - 1 } else { place };
        Aim { end: self.of_turns.get(turn).copied().flatten(), is_over, ..aim }
    }
}

#[cfg(test)]
mod tests {
    use rand_pcg::Pcg64Mcg;
    use segue_music::Meter;

    use super::*;

    /// Bars of a call on the first three beats and an answer on the fourth to the sixth, each of
    /// them two bars of three long.
    fn record() -> Record {
        let note = |beat: i64| VoicedNote {
            onset: 48 * beat,
            key: 60,
            duration: 48,
            velocity: None,
            voice: (beat / 6 % 2) as u8,
        };
        Record {
            notes: (0..48).filter(|beat| beat % 6 < 5).map(note).collect(),
            meters: vec![(0, Meter::new(3, 4).unwrap())],
            answers: vec![1],
            parts: vec![None; 2],
            ..Record::default()
        }
    }

    #[test]
    fn who_has_played_a_turn_is_asked_for_no_more() {
        let record = record();
        let (mut ends, mut answers) = (0, 0);
        for seed in 0..40 {
            let mut random = Pcg64Mcg::new(seed);
            let casting = Casting::keyboard(&record, &record.notes, &mut random);
            let cast = |(place, note): (usize, &VoicedNote)| (*note, casting.role(place, note));
            let mut notes: Vec<_> = record.notes.iter().enumerate().map(cast).collect();
            let count = notes.len();
            let found = Ends::of(&record, &casting, (&mut notes, count));
            let over = |place: usize| found.told(place, Aim::default());
            let last = over(count);
            assert!(last.is_over && last.end == Some(48 * 48), "seed {seed}: {last:?}");
            assert_eq!(notes[count].0.onset, 48 * 48, "seed {seed}");
            ends += 1;
            for place in 1..count {
                let aim = over(place);
                if aim.is_over {
                    let (before, after) = (notes[place - 1], notes[place]);
                    let roles = [before.1, after.1];
                    assert_eq!(roles, [Role::Segue, Role::Player], "seed {seed}: {place}");
                    let end = aim.end.unwrap();
                    assert!(before.0.onset < end && end <= after.0.onset, "seed {seed}: {aim:?}");
                    answers += 1;
                }
            }
            // Without room for a note more, nothing is asked at the end.
            let mut notes: Vec<_> = notes[..count].to_vec();
            let found = Ends::of(&record, &casting, (&mut notes, count - 1));
            assert!(notes.len() == count && !found.told(count, Aim::default()).is_over, "seed {seed}");
        }
        assert!(ends == 40 && answers > 60, "{answers} turns are over");
    }
}
