//! Draws symbols from logits.

use rand::RngExt;
use rand_pcg::Pcg64Mcg;

/// How freely symbols are drawn: softmax with a temperature, then top-p.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Sampler {
    /// Above 1 bolder, below 1 more careful; 0 or NaN takes the likeliest.
    pub temperature: f32,
    /// Only the likeliest symbols that together have this probability are drawn from (Holtzman et
    /// al. 2020, arXiv 1904.09751). NaN is 1.
    pub top_p: f32,
}

/// The working memory of a draw, allocated once.
#[derive(Clone, Debug, Default)]
pub struct Candidates {
    /// (symbol, logit, then probability)
    list: Vec<(usize, f32)>,
    /// Logits by class.
    classes: Vec<f32>,
}

impl Sampler {
    /// Draws one of the allowed symbols. `None` where none is allowed, or where any logit is NaN or
    /// plus infinity: a broken model must not play by luck. Minus infinity means a probability of
    /// zero.
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
        // Ties go by symbol, so that a draw is the same everywhere.
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

impl Sampler {
    /// Draws one of the allowed symbols of an alphabet of times: a class of symbols first, with
    /// temperature and top-p, then a symbol of that class, without top-p.
    ///
    /// Long times are divided among many symbols, each unlikely, and short times among few. Drawn
    /// without classes, whatever favours likely symbols favours short times, and music gets faster
    /// and faster.
    pub fn draw_time(
        &self,
        logits: &[f32],
        candidates: &mut Candidates,
        random: &mut Pcg64Mcg,
        allowed: impl Fn(usize) -> bool,
        class_of: impl Fn(usize) -> usize,
    ) -> Option<usize> {
        let top = (0..logits.len())
            .filter(|&symbol| allowed(symbol))
            .map(|symbol| logits[symbol])
            .fold(f32::NEG_INFINITY, f32::max);
        let classes = &mut candidates.classes;
        classes.clear();
        for (symbol, &logit) in logits.iter().enumerate().filter(|&(symbol, _)| allowed(symbol)) {
            let class = class_of(symbol);
            if classes.len() <= class {
                classes.resize(class + 1, 0.0);
            }
            classes[class] += (logit - top).exp();
        }
        let mut masses = std::mem::take(classes);
        masses.iter_mut().for_each(|mass| *mass = mass.ln());
        let class = self.draw(&masses, candidates, random, |_| true);
        candidates.classes = masses;
        let class = class?;
        let within = Sampler { top_p: 1.0, ..*self };
        within.draw(logits, candidates, random, |symbol| allowed(symbol) && class_of(symbol) == class)
    }
}

/// Of the probability of all symbols `within`, the share of those allowed; all where there are
/// none.
pub(crate) fn share(logits: &[f32], within: impl Fn(usize) -> bool, allowed: impl Fn(usize) -> bool) -> f32 {
    let inside = || (0..logits.len()).filter(|&symbol| within(symbol));
    let top = inside().map(|symbol| logits[symbol]).fold(f32::NEG_INFINITY, f32::max);
    let (mut part, mut all) = (0.0, 0.0);
    for symbol in inside() {
        let mass = (logits[symbol] - top).exp();
        all += mass;
        part += if allowed(symbol) { mass } else { 0.0 };
    }
    if all > 0.0 { part / all } else { 1.0 }
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
    fn a_share_is_of_what_is_within() {
        let logits = [0.0, 2.0f32.ln(), 1.0f32.ln(), 90.0];
        let of = |allowed: fn(usize) -> bool| share(&logits, |symbol| symbol < 3, allowed);
        assert!((of(|symbol| symbol == 1) - 0.5).abs() < 1e-6);
        assert_eq!((of(|_| false), of(|_| true)), (0.0, 1.0));
        assert_eq!(share(&logits, |_| false, |_| false), 1.0, "nothing to contradict");
    }

    #[test]
    fn many_unlikely_long_times_are_as_likely_as_their_sum() {
        // One short time of 0.2, and forty long ones of 0.02 each, in one class.
        let logits: Vec<f32> = (0..41).map(|symbol| if symbol == 0 { 0.2f32 } else { 0.02 }.ln()).collect();
        let share = |temperature, top_p, by_class: bool| {
            let (mut random, mut candidates) = (Pcg64Mcg::new(1), Candidates::default());
            let sampler = Sampler { temperature, top_p };
            let short = (0..2000).filter(|_| {
                let class = |symbol| usize::from(by_class && symbol > 0) + if by_class { 0 } else { symbol };
                sampler.draw_time(&logits, &mut candidates, &mut random, |_| true, class) == Some(0)
            });
            short.count() as f32 / 2000.0
        };
        // (temperature, top-p, classes) -> share of the short one
        for (temperature, top_p, by_class, low, high) in [
            (1.0, 1.0, true, 0.17, 0.23),
            (1.0, 1.0, false, 0.17, 0.23),
            (0.5, 1.0, true, 0.03, 0.09),
            (0.5, 1.0, false, 0.65, 0.75),
            (0.0, 1.0, true, 0.0, 0.0),
            (0.0, 1.0, false, 1.0, 1.0),
            (1.0, 0.5, true, 0.0, 0.0),
        ] {
            let share = share(temperature, top_p, by_class);
            assert!((low..=high).contains(&share), "{temperature} {top_p} {by_class}: {share}");
        }
    }

    #[test]
    fn times_are_drawn_only_from_numbers_and_from_what_is_allowed() {
        let free = Sampler { temperature: 1.0, top_p: 1.0 };
        let draw = |logits: &[f32], allowed: fn(usize) -> bool| {
            free.draw_time(logits, &mut Candidates::default(), &mut Pcg64Mcg::new(3), allowed, |symbol| {
                symbol / 2
            })
        };
        assert_eq!(draw(&[0.0, 9.0, 1.0], |symbol| symbol == 2), Some(2));
        for broken in [f32::NAN, f32::INFINITY] {
            assert_eq!(draw(&[0.0, broken, 1.0], |_| true), None, "{broken}");
        }
        assert_eq!(draw(&[0.0, 1.0], |_| false), None);
        assert_eq!(draw(&[f32::NEG_INFINITY; 3], |_| true), None);
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
