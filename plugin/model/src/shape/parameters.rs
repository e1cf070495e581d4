//! The parameters of a model: names, shapes and how each begins.

use std::collections::BTreeMap;

use rand::RngExt;
use rand_pcg::Pcg64Mcg;
use segue_music::{Part, PedalMove, Token, Vocabulary};

use crate::shape::config::{Config, HEAD_DIM};
use crate::shape::rows::Rows;

/// The fields of a note, in the order in which they are predicted.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Field {
    /// Time since the onset before.
    Gap,
    /// Key.
    Key,
    /// Velocity.
    Velocity,
    /// Duration.
    Duration,
    /// Which part plays it. Said after the onset and before the key, by models that know of parts.
    Part,
    /// What the sustain pedal does as a keyboard's note is struck. Said last, by models that have
    /// learned it.
    Pedal,
}

impl Field {
    /// How many there are.
    pub const COUNT: usize = 6;

    /// The fields of a model, by index.
    pub fn of_model(config: &Config) -> &'static [Self] {
        match config {
            Config { pedal: true, .. } => &Self::WITH_PEDAL,
            Config { parts: true, .. } => &Self::WITH_PART,
            _ => &Self::ALL,
        }
    }

    /// All of a model that knows of parts, by index.
    pub const WITH_PART: [Self; 5] = [Self::Gap, Self::Key, Self::Velocity, Self::Duration, Self::Part];

    /// All of a model that moves the pedal, by index.
    pub const WITH_PEDAL: [Self; Self::COUNT] =
        [Self::Gap, Self::Key, Self::Velocity, Self::Duration, Self::Part, Self::Pedal];

    /// The four that every note has.
    pub const ALL: [Self; 4] = [Self::Gap, Self::Key, Self::Velocity, Self::Duration];

    /// Its name in a checkpoint and in reports.
    pub fn name(self) -> &'static str {
        match self {
            Self::Gap => "onset",
            Self::Key => "key",
            Self::Velocity => "velocity",
            Self::Duration => "duration",
            Self::Part => "part",
            Self::Pedal => "pedal",
        }
    }

    /// Its symbol in a token.
    pub fn of(self, token: &Token) -> usize {
        match self {
            Self::Gap => token.gap,
            Self::Key => token.key,
            Self::Velocity => token.velocity,
            Self::Duration => token.duration,
            Self::Part => token.part,
            Self::Pedal => token.pedal,
        }
    }

    /// How many symbols it has in a model of that size: one that knows of parts has the drums
    /// behind the keys.
    pub fn alphabet(self, config: &Config, vocabulary: &Vocabulary) -> usize {
        let drums = if self == Self::Key && config.parts { Part::DRUM_KEYS } else { 0 };
        self.symbols(vocabulary) + drums
    }

    /// How many symbols it has, drums left aside.
    pub fn symbols(self, vocabulary: &Vocabulary) -> usize {
        match self {
            Self::Gap => vocabulary.gaps.len(),
            Self::Key => Vocabulary::KEYS,
            Self::Velocity => Vocabulary::VELOCITIES,
            Self::Duration => vocabulary.durations.len(),
            Self::Part => Part::COUNT + 1,
            Self::Pedal => PedalMove::ALL.len(),
        }
    }

    /// How many copying attentions its head has: one for values, and for keys one for intervals.
    pub fn copies(self) -> usize {
        match self {
            Self::Gap | Self::Velocity | Self::Duration | Self::Part | Self::Pedal => 1,
            Self::Key => 2,
        }
    }

    /// How strongly copies count: eight times the alphabet's size, so that with the rest of the
    /// network at zero a ninth of the probability is left to symbols that were never played.
    pub fn copy_strength(self, vocabulary: &Vocabulary) -> f32 {
        8.0 * self.symbols(vocabulary) as f32
    }
}

/// How a parameter begins.
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum Init {
    /// The same number everywhere.
    Constant(f32),
    /// A normal distribution of that standard deviation.
    Normal(f32),
}

/// One parameter.
#[derive(Clone, Debug)]
pub struct Parameter {
    /// Its name in the checkpoint.
    pub name: String,
    /// (outputs, inputs) of a matrix, (rows, dim) of a table, (length) of a vector.
    pub shape: Vec<usize>,
    /// How it begins.
    pub init: Init,
}

impl Parameter {
    /// How many numbers it holds.
    pub fn count(&self) -> usize {
        self.shape.iter().product()
    }
}

/// All parameters of a model of that size, in the order in which a step uses them. Matrices lie as
/// (outputs, inputs), tables as (rows, dim).
pub fn parameters(config: &Config, vocabulary: &Vocabulary) -> Vec<Parameter> {
    let (dim, hidden) = (config.dim, config.hidden);
    let rows = Rows::new(vocabulary);
    let mut list = Vec::new();
    let mut add =
        |name: String, shape: &[usize], init| list.push(Parameter { name, shape: shape.to_vec(), init });
    let spread = |inputs: usize| Init::Normal((inputs as f32).sqrt().recip());
    // What is added to the residual stream starts small, and smaller in deeper models (GPT-2's
    // scheme).
    let added = |inputs: usize| Init::Normal((inputs as f32 * 2.0 * config.layers as f32).sqrt().recip());

    add("steps".into(), &[rows.step_count(), dim], Init::Normal(0.3));
    for layer in 0..config.layers {
        add(format!("block.{layer}.attention.norm"), &[dim], Init::Constant(1.0));
        add(format!("block.{layer}.attention.in"), &[3 * dim, dim], spread(dim));
        add(format!("block.{layer}.attention.out"), &[dim, dim], added(dim));
        add(format!("block.{layer}.forward.norm"), &[dim], Init::Constant(1.0));
        add(format!("block.{layer}.forward.in"), &[2 * hidden, dim], spread(dim));
        add(format!("block.{layer}.forward.out"), &[dim, hidden], added(hidden));
    }
    add("norm".into(), &[dim], Init::Constant(1.0));
    for &field in Field::of_model(config) {
        let (name, symbols, copies) = (field.name(), field.alphabet(config, vocabulary), field.copies());
        add(format!("{name}.in"), &[dim, dim], spread(dim));
        add(format!("{name}.asked"), &[rows.target_count(), dim], Init::Normal(0.3));
        add(format!("{name}.norm"), &[dim], Init::Constant(1.0));
        add(format!("{name}.forward.in"), &[2 * dim, dim], spread(dim));
        add(format!("{name}.forward.out"), &[dim, dim], added(dim));
        add(format!("{name}.out.norm"), &[dim], Init::Constant(1.0));
        add(format!("{name}.out"), &[symbols, dim], Init::Normal(0.01));
        add(format!("{name}.out.bias"), &[symbols], Init::Constant(0.0));
        add(format!("{name}.copy"), &[2 * copies * HEAD_DIM, dim], spread(dim));
        add(format!("{name}.gate"), &[copies, dim], Init::Normal(0.01));
        add(format!("{name}.gate.bias"), &[copies], Init::Constant(1.0 / copies as f32));
    }
    list
}

/// Fresh numbers for every parameter, in row order, by name: what training begins from.
pub fn initial_numbers(config: &Config, seed: u64) -> BTreeMap<String, Vec<f32>> {
    let mut random = Pcg64Mcg::new(u128::from(seed) << 1 | 1);
    let numbers = |parameter: Parameter| {
        let count = parameter.count();
        let numbers = match parameter.init {
            Init::Constant(number) => vec![number; count],
            Init::Normal(deviation) => (0..count).map(|_| deviation * normal(&mut random)).collect(),
        };
        (parameter.name, numbers)
    };
    parameters(config, &Vocabulary::new()).into_iter().map(numbers).collect()
}

/// A normal deviate (Box and Muller 1958).
fn normal(random: &mut Pcg64Mcg) -> f32 {
    let (u, v): (f64, f64) = (1.0 - random.random::<f64>(), random.random::<f64>());
    ((-2.0 * u.ln()).sqrt() * (std::f64::consts::TAU * v).cos()) as f32
}
