//! When an answer begins: pure functions of musical time.

use segue_music::{Beats, TICK};
use segue_realtime::between::limits::HELD_PATIENCE;
use segue_realtime::between::situation::{Situation, Terms};

use crate::composer::phrase::{Phrase, Spacing};
use crate::composer::turns::Turns;

/// Whether an answer that begins at `from` is late: the decision came after the player's silence
/// had asked for it. A patience shorter than one and a half leads does not count.
pub fn is_late(phrase: &Phrase, from: Beats, terms: &Terms) -> bool {
    let silent = phrase.release().max(phrase.onset()).unwrap_or(from);
    let asked = Terms { now: silent, lead: Beats::from_parts(terms.lead.parts() * 3 / 2), ..*terms };
    begins(phrase, &asked).is_some_and(|due| due < from)
}

/// Where the answer to a phrase begins; `None` if nothing waits for an answer.
///
/// That is the first grid line at or after the last release plus the patience. People hold their
/// last chord, so while keys are down the patience is four times as long and counts from the last
/// onset. A release makes the answer earlier.
pub fn begins(phrase: &Phrase, terms: &Terms) -> Option<Beats> {
    let onset = phrase.onset()?;
    let released = phrase.release().map_or(onset, |release| release.max(onset)) + terms.patience;
    let due =
        if phrase.is_held() { released.max(onset + terms.patience.times(HELD_PATIENCE)) } else { released };
    // Rounded to the model's tick first, as a release on a line is heard slightly off it, by the
    // rounding of its sample.
    Some(terms.line(due.round_to(TICK).max(terms.reach())))
}

/// What a mode decides on. `latched` is when the latch went down.
pub fn situation(
    phrase: &Phrase,
    spacing: &Spacing,
    turns: &Turns,
    latched: Option<Beats>,
    terms: &Terms,
) -> Situation {
    Situation {
        terms: *terms,
        begun: phrase.begun(),
        onset: phrase.onset(),
        answer: begins(phrase, terms),
        last_onset: spacing.last(),
        turn: turns.ours(terms.reach(), terms.length),
        latched,
    }
}

#[cfg(test)]
mod tests {
    use segue_realtime::between::entry::Entry;
    use segue_realtime::between::mode::Mode;
    use segue_realtime::between::span::Span;

    use super::*;

    /// Hundredths of a beat.
    fn beats(hundredths: i64) -> Beats {
        Beats::ratio(hundredths, 100)
    }

    fn terms(now: i64) -> Terms {
        Terms {
            now: beats(now),
            lead: beats(10),
            patience: beats(100),
            grid: beats(25),
            bar: beats(400),
            bar_line: Beats::ZERO,
            length: beats(800),
            entry: Entry::NextBar,
        }
    }

    /// The last onset, the last release, whether a key is held.
    type Played = (Option<i64>, Option<i64>, bool);

    /// Mode, what was played, latched at, now, and the span.
    type Case = (Mode, Played, Option<i64>, i64, Option<(i64, i64)>);

    fn phrase((onset, release, held): Played) -> Phrase {
        let mut phrase = Phrase::default();
        if let Some(onset) = onset {
            phrase.note_on(60, beats(onset));
            phrase.note_on(64, beats(onset));
        }
        if let Some(release) = release {
            phrase.note_off(60, beats(release));
        }
        if !held {
            let release = release.unwrap_or(onset.unwrap_or(0));
            phrase.note_off(60, beats(release));
            phrase.note_off(64, beats(release));
        }
        phrase
    }

    #[test]
    fn answers_begin_on_the_next_line_after_the_patience() {
        // (last onset, last release, a key held, now) -> begin; all in hundredths of a beat,
        // patience 1 beat
        let cases = [
            (Some(300), Some(350), false, 350, Some(450)),
            (Some(300), Some(352), false, 360, Some(475)),
            (Some(300), Some(350), false, 500, Some(525)),
            // Not moved by a decision that comes later, as long as there is time.
            (Some(300), Some(350), false, 420, Some(450)),
            // Within half a tick of a line is on it.
            (Some(300), Some(350), false, 351, Some(450)),
            // Held: four beats from the onset.
            (Some(300), None, true, 350, Some(700)),
            (Some(300), None, true, 681, Some(700)),
            (Some(310), Some(200), true, 700, Some(725)),
            // A release while another key is held: whichever is longer.
            (Some(300), Some(660), true, 681, Some(775)),
            // Nothing was played since the last answer.
            (None, None, true, 400, None),
        ];
        for (onset, release, held, now, expected) in cases {
            let begin = begins(&phrase((onset, release, held)), &terms(now));
            assert_eq!(begin, expected.map(beats), "{onset:?} {release:?} {held} {now}");
        }
    }

    #[test]
    fn a_decision_too_late_is_known() {
        // (now, late) for a release at 3.5 beats and a patience of one
        for (now, late) in [(351, false), (439, false), (441, true), (600, true)] {
            let (phrase, terms) = (phrase((Some(300), Some(350), false)), terms(now));
            let from = begins(&phrase, &terms).expect("it is open");
            assert_eq!(is_late(&phrase, from, &terms), late, "{now}");
        }
        // Nobody can be answered sooner than the lead allows.
        let (phrase, terms) =
            (phrase((Some(300), Some(350), false)), Terms { patience: beats(1), ..terms(351) });
        let from = begins(&phrase, &terms).expect("it is open");
        assert!(!is_late(&phrase, from, &terms));
    }

    #[test]
    fn a_rounded_release_on_a_line_counts_as_on_it() {
        for off in [-9000, -1, 0, 1, 9000] {
            let mut phrase = Phrase::default();
            phrase.note_on(60, beats(300));
            phrase.note_off(60, beats(400) + Beats::from_parts(off));
            for grid in [beats(100), beats(50), beats(25), Beats::ratio(1, 3), Beats::ratio(1, 6)] {
                let terms = Terms { grid, ..terms(401) };
                assert_eq!(begins(&phrase, &terms), Some(beats(500)), "{off} {grid}");
            }
        }
    }

    #[test]
    fn every_mode_has_its_time() {
        use Mode::*;
        // Turns of eight beats are counted from beat 4: the player's 4 to 12, Segue's 12 to 20.
        // (mode, what was played, latched at, now) -> from, until
        let cases: [Case; 16] = [
            (Answer, (Some(700), Some(750), false), None, 760, Some((850, 1650))),
            (Trade, (Some(700), Some(750), false), None, 760, None),
            (Trade, (Some(700), Some(750), false), None, 1120, Some((1200, 2000))),
            // The player plays up to the line, and holds the last note over it.
            (Trade, (Some(1180), None, true), None, 1185, Some((1200, 2000))),
            // Into Segue's turn: it makes way, and comes back in it.
            (Trade, (Some(1250), Some(1300), false), None, 1310, Some((1400, 2000))),
            (Trade, (Some(1880), Some(1890), false), None, 1895, None),
            // Cut by a jump within the turn.
            (Trade, (Some(1100), Some(1150), false), None, 1500, Some((1525, 2000))),
            (Trade, (None, None, false), None, 1190, None),
            (Continue, (Some(700), Some(750), false), None, 760, None),
            (Continue, (Some(700), None, true), Some(720), 720, Some((750, 750 + 4096 * 400))),
            (Continue, (None, None, false), Some(720), 721, Some((750, 750 + 4096 * 400))),
            (Continue, (Some(800), Some(820), false), Some(720), 821, Some((925, 925 + 4096 * 400))),
            (Duet, (Some(700), None, true), None, 720, Some((800, 1500))),
            (Duet, (Some(700), None, true), None, 795, Some((1200, 1500))),
            (Duet, (Some(700), None, true), None, 1495, None),
            (Duet, (None, None, false), None, 720, None),
        ];
        for (mode, played, latched, now, expected) in cases {
            let mut turns = Turns::default();
            turns.note_on(beats(410), Beats::ZERO, beats(400), beats(800));
            let mut spacing = Spacing::default();
            if let Some(onset) = played.0 {
                spacing.note_on(beats(onset));
            }
            let situation = situation(&phrase(played), &spacing, &turns, latched.map(beats), &terms(now));
            let span = mode.span(&situation);
            let expected = expected.map(|(from, until)| Span { from: beats(from), until: beats(until) });
            assert_eq!(span, expected, "{mode:?} {played:?} {now}");
        }
    }
}
