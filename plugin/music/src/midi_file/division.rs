//! How fine the ticks of a written file are.
//!
//! Other programs are not built for very fine ticks: pretty_midi takes a file of ten million ticks
//! for a damaged one.

use super::write::to_ticks;
use crate::Beats;

/// Ticks a beat of a file whose positions all stand on them, as 32nds, triplets and the model's own
/// ticks do.
const USUAL: i64 = 960;
/// The finest division that is chosen freely: at 120 BPM nothing moves by more than an eighth of a
/// millisecond.
const FINE: i64 = 1_920;
/// A file of fewer ticks than this is read by everybody.
const READABLE: i64 = 10_000_000;

/// For a piece made of `positions`: the usual division where nothing moves by it, or else the
/// coarsest by which nothing does, or else a fine one.
pub(super) fn of_positions(positions: &[Beats]) -> i64 {
    let common = positions.iter().fold(Beats::UNIT, |common, at| greatest_common_divisor(common, at.parts()));
    let exact = Beats::UNIT / common;
    let latest = positions.iter().copied().max().unwrap_or_default();
    let usual = (USUAL % exact == 0).then_some(USUAL);
    let choices = usual.into_iter().chain([exact].into_iter().filter(|&exact| exact <= FINE));
    let choices = choices.chain([FINE, USUAL, USUAL / 2, USUAL / 4, USUAL / 8]);
    choices.into_iter().find(|&division| is_readable(latest, division)).unwrap_or(USUAL)
}

/// For a file of `division` ticks a beat to which `added` positions come: a multiple of it, so that
/// nothing of the file moves. The smallest on which everything added stands, or else the finest.
/// `latest` is the last position of all.
///
/// A file finer than any that is chosen freely stays as fine while others can read it. Beyond that
/// it becomes coarser, if by that others can, and no note is shorter than a tick then; `shortest`
/// is the shortest note.
pub(super) fn of_file(division: u16, added: &[Beats], latest: Beats, shortest: Beats) -> i64 {
    let division = i64::from(division);
    if division > FINE {
        let fits = |coarser: i64| is_readable(latest, coarser) && shortest >= Beats::ratio(1, coarser);
        let coarser = [FINE, USUAL].into_iter().find(|&coarser| fits(coarser));
        return coarser.filter(|_| !is_readable(latest, division)).unwrap_or(division);
    }
    let multiples = || (1..=FINE / division).map(|times| times * division);
    let readable = |&multiple: &i64| multiple == division || is_readable(latest, multiple);
    let holds =
        |&multiple: &i64| added.iter().all(|&at| Beats::ratio(to_ticks(at, multiple), multiple) == at);
    let exact = multiples().take_while(readable).find(holds);
    exact.or_else(|| multiples().take_while(readable).last()).unwrap_or(division)
}

fn is_readable(latest: Beats, division: i64) -> bool {
    to_ticks(latest, division) < READABLE
}

fn greatest_common_divisor(a: i64, b: i64) -> i64 {
    if b == 0 { a } else { greatest_common_divisor(b, a % b) }
}
