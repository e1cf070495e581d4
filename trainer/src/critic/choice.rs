//! Conditional logit (McFadden 1974): weights of numbers by which one of several is taken.
//!
//! A choice is between one that is right and others, each with its numbers. The chance of each is
//! the softmax of its weighed sum, so what is learned most is how the right one differs from the
//! best of the others: those are what somebody who takes the best would take.

use crate::told_apart::logistic::solved;

/// Steps of Newton's method at most; eight are usual.
const STEPS: usize = 30;
/// A step smaller than this ends the search.
const SMALL: f64 = 1e-4;
/// A number that varies less says nothing.
const LEAST: f64 = 1e-9;

/// The numbers of those among which is chosen; the first is right.
pub type Choice = Vec<Vec<f64>>;

/// The weights, held to zero as hard as `ridge` says, in deviations of each number.
pub fn weights<'a>(choices: impl Iterator<Item = &'a Choice>, ridge: f64) -> Vec<f64> {
    let choices: Vec<&Choice> = choices.filter(|choice| choice.len() > 1).collect();
    let Some(size) = choices.first().map(|choice| choice[0].len()) else { return Vec::new() };
    let scales: Vec<f64> = (0..size).map(|place| deviation(&choices, place)).collect();
    let scaled: Vec<Choice> = choices
        .iter()
        .map(|choice| {
            choice
                .iter()
                .map(|numbers| numbers.iter().zip(&scales).map(|(number, scale)| number / scale).collect())
                .collect()
        })
        .collect();
    let mut weights = vec![0.0; size];
    for _ in 0..STEPS {
        let step = step(&scaled, &weights, ridge);
        weights.iter_mut().zip(&step).for_each(|(weight, step)| *weight += step);
        if step.iter().all(|step| step.abs() < SMALL) {
            break;
        }
    }
    weights.iter().zip(&scales).map(|(weight, scale)| weight / scale).collect()
}

/// One step of Newton's method: the slope of the log likelihood over its curvature.
fn step(choices: &[Choice], weights: &[f64], ridge: f64) -> Vec<f64> {
    let size = weights.len();
    let mut slope: Vec<f64> = weights.iter().map(|weight| -ridge * weight).collect();
    let mut curvature = vec![vec![0.0; size]; size];
    for (place, row) in curvature.iter_mut().enumerate() {
        row[place] = ridge;
    }
    for choice in choices {
        let chances = chances(choice, weights);
        let mut mean = vec![0.0; size];
        for (numbers, chance) in choice.iter().zip(&chances) {
            mean.iter_mut().zip(numbers).for_each(|(sum, number)| *sum += chance * number);
        }
        slope
            .iter_mut()
            .zip(choice[0].iter().zip(&mean))
            .for_each(|(sum, (right, mean))| *sum += right - mean);
        for (numbers, chance) in choice.iter().zip(&chances) {
            let away: Vec<f64> = numbers.iter().zip(&mean).map(|(number, mean)| number - mean).collect();
            for (row, one) in curvature.iter_mut().zip(&away) {
                let times = chance * one;
                row.iter_mut().zip(&away).for_each(|(sum, other)| *sum += times * other);
            }
        }
    }
    solved(curvature, slope)
}

/// How likely each is to be chosen.
fn chances(choice: &Choice, weights: &[f64]) -> Vec<f64> {
    let sums: Vec<f64> = choice.iter().map(|numbers| weighed(numbers, weights)).collect();
    let highest = sums.iter().copied().fold(f64::MIN, f64::max);
    let odds: Vec<f64> = sums.iter().map(|sum| (sum - highest).exp()).collect();
    let all: f64 = odds.iter().sum();
    odds.iter().map(|odds| odds / all).collect()
}

fn weighed(numbers: &[f64], weights: &[f64]) -> f64 {
    numbers.iter().zip(weights).map(|(number, weight)| number * weight).sum()
}

fn deviation(choices: &[&Choice], place: usize) -> f64 {
    let all = || choices.iter().flat_map(|choice| choice.iter().map(|numbers| numbers[place]));
    let count = all().count() as f64;
    let mean = all().sum::<f64>() / count;
    (all().map(|number| (number - mean).powi(2)).sum::<f64>() / count).sqrt().max(LEAST)
}

#[cfg(test)]
mod tests {
    use rand::RngExt;
    use rand_pcg::Pcg64Mcg;

    use super::*;

    #[test]
    fn it_finds_by_what_is_chosen() {
        // Chosen by 2 a − b and much noise; c means nothing, and d is the same for all of a choice.
        let mut random = Pcg64Mcg::new(7);
        let choices: Vec<Choice> = (0..3000)
            .map(|_| {
                let same = random.random_range(-5.0..5.0);
                let mut one = || -> Vec<f64> {
                    let mut number = || random.random_range(-1.0..1.0);
                    vec![number(), 3.0 * number(), number(), same]
                };
                let mut choice: Choice = (0..5).map(|_| one()).collect();
                let taken = |numbers: &Vec<f64>, random: &mut Pcg64Mcg| {
                    let noise: f64 = random.random_range(1e-12..1.0);
                    2.0 * numbers[0] - numbers[1] - (-noise.ln()).ln()
                };
                let sums: Vec<f64> = choice.iter().map(|numbers| taken(numbers, &mut random)).collect();
                let best = (0..5).max_by(|&a, &b| sums[a].total_cmp(&sums[b])).unwrap();
                choice.swap(0, best);
                choice
            })
            .collect();
        let found = weights(choices.iter(), 1e-3);
        for (found, wanted) in found.iter().zip([2.0, -1.0, 0.0, 0.0]) {
            assert!((found - wanted).abs() < 0.15, "{found} is not {wanted}");
        }
        let held = weights(choices.iter(), 1e5);
        assert!(held.iter().zip(&found).all(|(held, found)| held.abs() <= found.abs() + 1e-9));
    }

    #[test]
    fn of_nothing_it_learns_nothing() {
        assert_eq!(weights([].iter(), 1.0), [0.0; 0]);
        assert_eq!(weights([vec![vec![1.0]]].iter(), 1.0), [0.0; 0], "there is no other");
        assert_eq!(weights([vec![vec![1.0], vec![1.0]]].iter(), 1.0), [0.0], "all are alike");
    }
}
