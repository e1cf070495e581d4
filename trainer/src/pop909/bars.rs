//! Where the bars of four beats begin, where hints disagree.

use std::ops::Range;

/// What a beat more or less between two bar lines costs, in hints.
const SLIP: f64 = 8.0;

/// The longest stretch of beats whose bars have four beats each, from one of its bar lines on. The
/// hints say of each beat how likely a bar begins with it. Bar lines are those that most hints
/// agree with, slips taken off (Viterbi 1967).
pub fn longest(hints: &[f64]) -> Range<usize> {
    let phases = phases(hints);
    let mut best = 0..0;
    let mut from = 0;
    for at in 1..=phases.len() {
        if at == phases.len() || phases[at] != phases[from] {
            if at - from > best.len() {
                best = from..at;
            }
            from = at;
        }
    }
    let Some(&phase) = phases.get(best.start) else { return 0..0 };
    let first = best.start + (phase + 4 - best.start % 4) % 4;
    first.min(best.end)..best.end
}

/// For each beat, which of four beats begin the bars around it.
fn phases(hints: &[f64]) -> Vec<usize> {
    let mut worth = [0.0_f64; 4];
    let mut from = Vec::with_capacity(hints.len());
    for (at, hint) in hints.iter().enumerate() {
        let best = |phase: usize| {
            let after = |before: usize| worth[before] - if before == phase { 0.0 } else { SLIP };
            (0..4)
                .max_by(|&one, &other| after(one).total_cmp(&after(other)))
                .map_or((phase, 0.0), |before| (before, after(before)))
        };
        let best: [(usize, f64); 4] = std::array::from_fn(best);
        worth = std::array::from_fn(|phase| best[phase].1 + if at % 4 == phase { *hint } else { 0.0 });
        from.push(best.map(|(before, _)| before));
    }
    let mut phase = (0..4).max_by(|&one, &other| worth[one].total_cmp(&worth[other])).unwrap_or(0);
    let mut phases = vec![0; hints.len()];
    for (at, before) in from.iter().enumerate().rev() {
        phases[at] = phase;
        phase = before[phase];
    }
    phases
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Hints of one at these beats.
    fn hints(beats: usize, at: impl Fn(usize) -> bool) -> Vec<f64> {
        (0..beats).map(|beat| f64::from(u8::from(at(beat)))).collect()
    }

    #[test]
    fn bars_begin_where_most_hints_are() {
        for (what, hints, expected) in [
            ("no beat", vec![], 0..0),
            ("third beat first", hints(100, |beat| beat % 4 == 2), 2..100),
            ("the first hint is wrong", hints(100, |beat| beat == 1 || (beat > 3 && beat % 4 == 3)), 3..100),
            (
                "a third are wrong",
                hints(120, |beat| if beat % 12 == 1 { true } else { beat % 4 == 0 && beat % 12 != 0 }),
                0..120,
            ),
            (
                "two beats more after forty",
                hints(160, |beat| beat % 4 == if beat < 40 { 1 } else { 3 }),
                43..160,
            ),
        ] {
            let found = longest(&hints);
            // Where a bar has a beat more, the stretch begins with one of the beats around it.
            let near = found.start.abs_diff(expected.start) <= 4 && found.start % 4 == expected.start % 4;
            assert!(near && found.end == expected.end, "{what}: {found:?}, not {expected:?}");
        }
    }
}
