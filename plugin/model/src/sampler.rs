//! A symbol from logits.

use rand::RngExt;
use rand_pcg::Pcg64Mcg;

/// How freely symbols are drawn.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Sampler {
    /// Above 1 bolder, below 1 more careful; 0 takes the likeliest.
    pub temperature: f32,
    /// Only the likeliest symbols that together have this probability are drawn from (Holtzman et al. 2020, arXiv 1904.09751).
    pub top_p: f32,
}

/// Room for one draw, taken once.
#[derive(Debug, Default)]
pub struct Candidates {
    /// (symbol, logit, then probability)
    list: Vec<(usize, f32)>,
}

impl Sampler {
    /// Draws one of the allowed symbols. Nothing where none is allowed, or where any logit is no number: a broken model does not play by
    /// luck. Minus infinity is a number here, that of what never happens.
    pub fn draw(
        &self,
        logits: &[f32],
        candidates: &mut Candidates,
        random: &mut Pcg64Mcg,
        allowed: impl Fn(usize) -> bool,
    ) -> Option<usize> {
        if logits.iter().any(|logit| logit.is_nan() || *logit == f32::INFINITY) {
            return None;
        }
        let list = &mut candidates.list;
        list.clear();
        list.extend(
            logits
                .iter()
                .copied()
                .enumerate()
                .filter(|&(symbol, logit)| allowed(symbol) && logit > f32::NEG_INFINITY),
        );
        if list.is_empty() {
            return None;
        }
        // Ties in the order of the symbols, so that a draw is the same everywhere.
        list.sort_unstable_by(|a, b| b.1.total_cmp(&a.1).then(a.0.cmp(&b.0)));
        let (likeliest, top) = list[0];
        if self.temperature <= 1e-3 || self.temperature.is_nan() {
            return Some(likeliest);
        }
        let mut total = 0.0;
        for (_, weight) in list.iter_mut() {
            *weight = ((*weight - top) / self.temperature).exp();
            total += *weight;
        }
        let enough = total * if self.top_p.is_nan() { 1.0 } else { self.top_p.clamp(0.0, 1.0) };
        let mut kept = 0.0;
        let mut last = list.len();
        for (place, (_, weight)) in list.iter().enumerate() {
            kept += weight;
            if kept >= enough {
                last = place + 1;
                break;
            }
        }
        let mut at = random.random::<f32>() * list[..last].iter().map(|(_, weight)| weight).sum::<f32>();
        for &(symbol, weight) in &list[..last] {
            if at < weight {
                return Some(symbol);
            }
            at -= weight;
        }
        Some(likeliest)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn counts(sampler: Sampler, logits: &[f32], allowed: impl Fn(usize) -> bool + Copy) -> Vec<usize> {
        let (mut random, mut candidates) = (Pcg64Mcg::new(1), Candidates::default());
        let mut counts = vec![0; logits.len()];
        for _ in 0..2000 {
            if let Some(symbol) = sampler.draw(logits, &mut candidates, &mut random, allowed) {
                counts[symbol] += 1;
            }
        }
        counts
    }

    #[test]
    fn it_draws_by_probability_within_the_limits() {
        let logits = [0.0, 2.0f32.ln(), f32::NEG_INFINITY, 1.0f32.ln()]; // 1 : 2 : never : 1
        let free = Sampler { temperature: 1.0, top_p: 1.0 };
        let drawn = counts(free, &logits, |_| true);
        assert!((900..1100).contains(&drawn[1]) && drawn[2] == 0 && drawn[0] > 400, "{drawn:?}");
        assert_eq!(counts(Sampler { top_p: 0.4, ..free }, &logits, |_| true), [0, 2000, 0, 0]);
        assert_eq!(counts(Sampler { temperature: 0.0, ..free }, &logits, |_| true), [0, 2000, 0, 0]);
        assert_eq!(counts(free, &logits, |symbol| symbol == 3), [0, 0, 0, 2000]);
    }

    #[test]
    fn it_draws_nothing_where_there_is_nothing() {
        let free = Sampler { temperature: 1.0, top_p: 1.0 };
        assert_eq!(counts(free, &[1.0, 2.0], |_| false), [0, 0]);
        assert_eq!(counts(free, &[f32::NAN, 2.0], |_| true), [0, 0]);
        assert_eq!(counts(free, &[f32::INFINITY, 2.0], |_| true), [0, 0]);
        assert_eq!(counts(free, &[f32::NAN; 2], |_| true), [0, 0]);
    }
}
