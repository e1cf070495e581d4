//! The takes grouped by prompt: each prompt once, with all answers to it as candidates.

use std::collections::HashMap;

use crate::takes::Row;

/// A prompt and the answers to it, oldest first.
pub struct Candidates {
    /// The number of the group.
    pub group: u64,
    /// Never empty.
    pub rows: Vec<Row>,
}

impl Candidates {
    /// Groups a list of takes, newest first. A prompt has the place of its newest answer.
    pub fn of(list: Vec<Row>) -> Vec<Self> {
        let mut prompts: Vec<Self> = Vec::new();
        for row in list {
            match prompts.iter_mut().find(|prompt| prompt.group == row.group) {
                Some(prompt) => prompt.rows.push(row),
                None => prompts.push(Self { group: row.group, rows: vec![row] }),
            }
        }
        prompts.iter_mut().for_each(|prompt| prompt.rows.sort_by_key(|row| row.id));
        prompts
    }
}

/// Which candidate each line shows: the chosen one, until there is a newer one.
#[derive(Default)]
pub struct Choice(HashMap<u64, (u64, u64)>);

impl Choice {
    /// The player chooses a candidate.
    pub fn choose(&mut self, prompt: &Candidates, id: u64) {
        let newest = prompt.rows.last().map_or(id, |row| row.id);
        self.0.insert(prompt.group, (id, newest));
    }

    /// The index of the candidate that is shown.
    pub fn of(&self, prompt: &Candidates) -> usize {
        let last = prompt.rows.len().saturating_sub(1);
        let newest = prompt.rows.last().map(|row| row.id);
        self.0
            .get(&prompt.group)
            .filter(|&&(_, newest_then)| newest == Some(newest_then))
            .and_then(|&(id, _)| prompt.rows.iter().position(|row| row.id == id))
            .unwrap_or(last)
    }

    /// Forgets prompts that are gone.
    pub fn keep(&mut self, prompts: &[Candidates]) {
        self.0.retain(|group, _| prompts.iter().any(|prompt| prompt.group == *group));
    }
}

#[cfg(test)]
mod tests {

    use segue_realtime::between::settings::Mode;

    use super::*;

    fn row(id: u64, group: u64) -> Row {
        Row {
            id,
            number: id as usize,
            mode: Mode::Answer,
            notes: 4,
            beats: 8.0,
            letter: 'A',
            group,
            starred: false,
            undone: false,
            replaying: false,
        }
    }

    #[test]
    fn candidates_lie_side_by_side_and_a_new_one_is_shown() {
        let ids = |prompts: &[Candidates]| -> Vec<Vec<u64>> {
            prompts.iter().map(|prompt| prompt.rows.iter().map(|row| row.id).collect()).collect()
        };
        let prompts = Candidates::of(vec![row(5, 1), row(4, 3), row(3, 2), row(2, 1), row(1, 1)]);
        assert_eq!(ids(&prompts), [vec![1, 2, 5], vec![4], vec![3]]);
        let mut choice = Choice::default();
        assert_eq!(choice.of(&prompts[0]), 2, "the newest");
        choice.choose(&prompts[0], 1);
        choice.choose(&prompts[1], 4);
        assert_eq!((choice.of(&prompts[0]), choice.of(&prompts[1])), (0, 0));
        let prompts = Candidates::of(vec![row(6, 1), row(5, 1), row(2, 1), row(1, 1)]);
        assert_eq!(choice.of(&prompts[0]), 3, "a newer one has come");
        choice.choose(&prompts[0], 2);
        choice.keep(&prompts);
        let prompts = Candidates::of(vec![row(6, 1), row(5, 1), row(1, 1)]);
        assert_eq!(choice.of(&prompts[0]), 2, "the chosen one was removed");
    }
}
