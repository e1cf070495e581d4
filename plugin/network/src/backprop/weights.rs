//! A network's parameters at one moment, laid out for a pass, and the gradients that passes add up.

use std::collections::BTreeMap;

use candle_core::{Result, Tensor};

use super::arithmetic::Arithmetic;
use super::product::Factor;
use super::tiles::{Panels, Side};
use crate::network::Network;
use crate::ops::gemm::{As, View};
use crate::ops::read;

/// A matrix of (outputs, inputs), laid out for a product in either direction.
#[derive(Clone, Debug, Default)]
pub(super) struct Matrix {
    outputs: usize,
    inputs: usize,
    numbers: Vec<f32>,
    forward: Panels,
    backward: Panels,
}

impl Matrix {
    fn set(&mut self, arithmetic: Arithmetic, (outputs, inputs): (usize, usize), numbers: &[f32]) {
        (self.outputs, self.inputs) = (outputs, inputs);
        if arithmetic == Arithmetic::F32 {
            self.numbers.clear();
            self.numbers.extend_from_slice(numbers);
            return;
        }
        let view = View::new(0, outputs, inputs, inputs);
        Factor::new(arithmetic, &mut self.forward, Side::Right, 1.0, (numbers, view, As::Transposed));
        Factor::new(arithmetic, &mut self.backward, Side::Right, 1.0, (numbers, view, As::Is));
    }

    pub fn outputs(&self) -> usize {
        self.outputs
    }

    pub fn inputs(&self) -> usize {
        self.inputs
    }

    /// What inputs are multiplied by.
    pub fn forward(&self, arithmetic: Arithmetic) -> Factor<'_> {
        self.factor(arithmetic, As::Transposed, &self.forward)
    }

    /// What the gradient of outputs is multiplied by.
    pub fn backward(&self, arithmetic: Arithmetic) -> Factor<'_> {
        self.factor(arithmetic, As::Is, &self.backward)
    }

    fn factor<'a>(&'a self, arithmetic: Arithmetic, used: As, panels: &'a Panels) -> Factor<'a> {
        if arithmetic == Arithmetic::F32 {
            let view = View::new(0, self.outputs, self.inputs, self.inputs);
            return Factor::Numbers { numbers: (&self.numbers, view, used), scale: 1.0 };
        }
        Factor::of(panels)
    }
}

/// The parameters of a network as they were when [`Weights::read`] was called last.
#[derive(Clone, Debug)]
pub struct Weights {
    arithmetic: Arithmetic,
    matrices: BTreeMap<String, Matrix>,
    /// Vectors, and tables of which rows are summed.
    numbers: BTreeMap<String, Vec<f32>>,
}

impl Weights {
    /// None yet.
    pub fn new(arithmetic: Arithmetic) -> Self {
        Self { arithmetic, matrices: BTreeMap::new(), numbers: BTreeMap::new() }
    }

    /// What products with them are computed in.
    pub fn arithmetic(&self) -> Arithmetic {
        self.arithmetic
    }

    /// Takes a network's parameters.
    ///
    /// # Errors
    /// Where they are not in this computer's memory.
    pub fn read(&mut self, network: &Network) -> Result<()> {
        self.readings(network).into_iter().try_for_each(Reading::run)
    }

    /// The same in parts that do not touch each other, one a parameter: all of them must be run.
    pub fn readings<'a>(&'a mut self, network: &'a Network) -> Vec<Reading<'a>> {
        for (name, var) in network.variables() {
            let is_table = name == "steps" || name.ends_with(".asked");
            if var.rank() == 2 && !is_table {
                self.matrices.entry(name.clone()).or_default();
            } else {
                self.numbers.entry(name.clone()).or_default();
            }
        }
        let arithmetic = self.arithmetic;
        let from = |name: &String| network.variables().get(name).map(candle_core::Var::as_tensor);
        let matrices =
            self.matrices.iter_mut().filter_map(|(name, matrix)| Some((from(name)?, To::Matrix(matrix))));
        let numbers =
            self.numbers.iter_mut().filter_map(|(name, numbers)| Some((from(name)?, To::Numbers(numbers))));
        matrices.chain(numbers).map(|(from, to)| Reading { arithmetic, from, to }).collect()
    }

    pub(super) fn matrix(&self, name: &str) -> Result<&Matrix> {
        match self.matrices.get(name) {
            Some(matrix) => Ok(matrix),
            None => candle_core::bail!("no matrix {name}"),
        }
    }

    pub(super) fn numbers(&self, name: &str) -> Result<&[f32]> {
        match self.numbers.get(name) {
            Some(numbers) => Ok(numbers),
            None => candle_core::bail!("no parameter {name}"),
        }
    }
}

/// A parameter that is to be read.
pub struct Reading<'a> {
    arithmetic: Arithmetic,
    from: &'a Tensor,
    to: To<'a>,
}

enum To<'a> {
    Matrix(&'a mut Matrix),
    Numbers(&'a mut Vec<f32>),
}

impl Reading<'_> {
    /// Reads it.
    ///
    /// # Errors
    /// Where the parameter is not in this computer's memory.
    pub fn run(self) -> Result<()> {
        read(self.from, |numbers| {
            match self.to {
                To::Matrix(matrix) => matrix.set(self.arithmetic, self.from.dims2()?, numbers),
                To::Numbers(own) => {
                    own.clear();
                    own.extend_from_slice(numbers);
                }
            }
            Ok(())
        })
    }
}

/// The gradient of every parameter, summed over passes.
#[derive(Clone, Debug, Default)]
pub struct Gradients {
    sums: BTreeMap<String, Sum>,
}

#[derive(Clone, Debug, Default)]
struct Sum {
    numbers: Vec<f32>,
    /// Nothing was added since [`Gradients::clear`], and the numbers are old.
    is_old: bool,
}

impl Gradients {
    /// Zero for every parameter of a network.
    pub fn new(network: &Network) -> Self {
        let zero = |count| Sum { numbers: vec![0.0; count], is_old: true };
        let sums = network.variables().iter().map(|(name, var)| (name.clone(), zero(var.elem_count())));
        Self { sums: sums.collect() }
    }

    /// Zero for every parameter again.
    pub fn clear(&mut self) {
        self.sums.values_mut().for_each(|sum| sum.is_old = true);
    }

    /// Each parameter's, in the order of their names. One that no pass added to is zero.
    pub fn by_name(&mut self) -> impl Iterator<Item = (&str, &mut Vec<f32>)> {
        self.sums.iter_mut().map(|(name, sum)| (name.as_str(), sum.fresh()))
    }

    /// Where to add to a parameter's gradient.
    pub(super) fn add_to(&mut self, name: &str) -> Result<&mut [f32]> {
        match self.sums.get_mut(name) {
            Some(sum) => Ok(sum.fresh()),
            None => candle_core::bail!("no parameter {name}"),
        }
    }

    /// The same for somebody who can also overwrite what is old: whether to keep what is there.
    pub(super) fn add_or_set(&mut self, name: &str) -> Result<(&mut [f32], bool)> {
        match self.sums.get_mut(name) {
            Some(sum) => {
                let keep = !std::mem::take(&mut sum.is_old);
                Ok((&mut sum.numbers, keep))
            }
            None => candle_core::bail!("no parameter {name}"),
        }
    }
}

impl Sum {
    fn fresh(&mut self) -> &mut Vec<f32> {
        if std::mem::take(&mut self.is_old) {
            self.numbers.fill(0.0);
        }
        &mut self.numbers
    }
}
