//! Logistic regression: a plane between two kinds of examples, however many numbers each has.

/// How hard weights are held to zero; numbers have mean zero and deviation one. With a few dozen
/// examples and a dozen numbers, less would learn the examples by heart.
const RIDGE: f64 = 1.0;
/// Steps of Newton's method at most; five are usual.
const STEPS: usize = 25;
/// A step smaller than this ends the search.
const SMALL: f64 = 1e-6;

/// What was learned: numbers are centred and scaled, then weighed.
#[derive(Clone, Debug)]
pub struct Logistic {
    /// By number: what is taken off, and what it is divided by.
    scales: Vec<(f64, f64)>,
    /// The constant first.
    weights: Vec<f64>,
}

impl Logistic {
    /// From examples and which of the two kinds each is. All have as many numbers.
    pub fn learned(examples: &[(&[f64], bool)]) -> Self {
        let numbers = examples.first().map_or(0, |(numbers, _)| numbers.len());
        let scales: Vec<(f64, f64)> =
            (0..numbers).map(|place| scale(examples.iter().map(|(numbers, _)| numbers[place]))).collect();
        let mut logistic = Self { scales, weights: vec![0.0; numbers + 1] };
        let rows: Vec<(Vec<f64>, f64)> = examples
            .iter()
            .map(|&(numbers, kind)| (logistic.row(numbers), f64::from(u8::from(kind))))
            .collect();
        for _ in 0..STEPS {
            let step = logistic.step(&rows);
            logistic.weights.iter_mut().zip(&step).for_each(|(weight, step)| *weight += step);
            if step.iter().all(|step| step.abs() < SMALL) {
                break;
            }
        }
        logistic
    }

    /// The higher, the likelier of the second kind.
    pub fn score(&self, numbers: &[f64]) -> f64 {
        dot(&self.weights, &self.row(numbers))
    }

    fn row(&self, numbers: &[f64]) -> Vec<f64> {
        let scaled = numbers.iter().zip(&self.scales).map(|(number, (mean, width))| (number - mean) / width);
        std::iter::once(1.0).chain(scaled).collect()
    }

    /// One step of Newton's method: the slope over the curvature.
    fn step(&self, rows: &[(Vec<f64>, f64)]) -> Vec<f64> {
        let size = self.weights.len();
        let mut slope: Vec<f64> = self.weights.iter().map(|weight| -RIDGE * weight).collect();
        let mut curvature = vec![vec![0.0; size]; size];
        // The constant is free, but for what keeps the equations solvable.
        slope[0] = 0.0;
        for (place, row) in curvature.iter_mut().enumerate() {
            row[place] = if place == 0 { 1e-9 } else { RIDGE };
        }
        for (row, kind) in rows {
            let chance = 1.0 / (1.0 + (-dot(&self.weights, row)).exp());
            let spread = (chance * (1.0 - chance)).max(1e-9);
            for (one, &a) in row.iter().enumerate() {
                slope[one] += (kind - chance) * a;
                let weighed = spread * a;
                curvature[one].iter_mut().zip(&row[..=one]).for_each(|(sum, b)| *sum += weighed * b);
            }
        }
        // One half was summed, and the other is its mirror image.
        let row = |one: usize| (0..size).map(|other| curvature[one.max(other)][one.min(other)]).collect();
        solved((0..size).map(row).collect(), slope)
    }
}

fn dot(one: &[f64], other: &[f64]) -> f64 {
    one.iter().zip(other).map(|(a, b)| a * b).sum()
}

/// Mean and deviation; one where all are alike, as such a number says nothing.
fn scale(numbers: impl Iterator<Item = f64> + Clone) -> (f64, f64) {
    let count = numbers.clone().count().max(1) as f64;
    let mean = numbers.clone().sum::<f64>() / count;
    let deviation = (numbers.map(|number| (number - mean).powi(2)).sum::<f64>() / count).sqrt();
    (mean, if deviation > 1e-9 { deviation } else { 1.0 })
}

/// Solves linear equations by Gauss's elimination. The matrix has to be symmetric and positive, so
/// that every pivot is.
pub fn solved(mut matrix: Vec<Vec<f64>>, mut right: Vec<f64>) -> Vec<f64> {
    let size = right.len();
    for pivot in 0..size {
        let (above, below) = matrix.split_at_mut(pivot + 1);
        let row = &above[pivot];
        for (place, other) in below.iter_mut().enumerate() {
            let times = other[pivot] / row[pivot];
            other.iter_mut().zip(row).for_each(|(number, above)| *number -= times * above);
            right[pivot + 1 + place] -= times * right[pivot];
        }
    }
    for place in (0..size).rev() {
        let known: f64 = (place + 1..size).map(|later| matrix[place][later] * right[later]).sum();
        right[place] = (right[place] - known) / matrix[place][place];
    }
    right
}

/// The chance that an example of the second kind scores higher than one of the first, a half where
/// they score the same: the area under the curve of hits over false alarms.
pub fn area(first: &[f64], second: &[f64]) -> f64 {
    let won = |a: f64, b: f64| if b > a { 1.0 } else { f64::from(u8::from(a == b)) / 2.0 };
    let sum: f64 = first.iter().flat_map(|&a| second.iter().map(move |&b| won(a, b))).sum();
    sum / (first.len() * second.len()) as f64
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn it_finds_the_number_that_tells() {
        // The first number is noise, the second tells in most cases, the third never changes.
        let example = |place: u32| {
            let kind = place.is_multiple_of(2);
            let noise = f64::from(place * 37 % 101);
            let tells = f64::from(u8::from(kind)) + 0.9 * f64::from(place * 53 % 97) / 97.0;
            ([noise, tells, 5.0], kind)
        };
        let examples: Vec<([f64; 3], bool)> = (0..200).map(example).collect();
        let given: Vec<(&[f64], bool)> =
            examples.iter().map(|(numbers, kind)| (&numbers[..], *kind)).collect();
        let logistic = Logistic::learned(&given);
        let [_, noise, tells, constant] = logistic.weights[..] else { panic!("{logistic:?}") };
        assert!(tells > 1.0 && noise.abs() < 0.3 * tells && constant == 0.0, "{:?}", logistic.weights);
        let scores = |which: bool| -> Vec<f64> {
            let chosen = given.iter().filter(|(_, kind)| *kind == which);
            chosen.map(|(numbers, _)| logistic.score(numbers)).collect()
        };
        assert!(area(&scores(false), &scores(true)) > 0.95);
        // At the optimum the slope is zero: the mean chance is that of the kind.
        let chance = given.iter().map(|(numbers, _)| 1.0 / (1.0 + (-logistic.score(numbers)).exp()));
        assert!((chance.sum::<f64>() - 100.0).abs() < 1e-3);
    }

    #[test]
    fn the_area_counts_pairs() {
        assert_eq!(area(&[1.0, 2.0], &[3.0]), 1.0);
        assert_eq!(area(&[1.0, 2.0], &[0.0, 0.5]), 0.0);
        assert_eq!(area(&[1.0, 3.0], &[2.0, 3.0]), (1.0 + 0.0 + 1.0 + 0.5) / 4.0);
    }
}
