//! Products with a network's matrices, forward and back.

use std::ops::Range;

use candle_core::Result;

use super::arithmetic::Arithmetic;
use super::product::{Factor, multiply};
use super::tiles::{Panels, Side};
use super::weights::{Gradients, Matrix, Weights};
use crate::ops::gemm::{As, View};

/// The inputs of a matrix: laid out for the product forward, and kept for the matrix's gradient.
#[derive(Clone, Debug, Default)]
pub struct Inputs {
    rows: usize,
    width: usize,
    numbers: Vec<f32>,
    forward: Panels,
    kept: Panels,
}

impl Inputs {
    /// Makes room for (rows, width).
    pub fn begin(&mut self, arithmetic: Arithmetic, rows: usize, width: usize) {
        (self.rows, self.width) = (rows, width);
        if arithmetic == Arithmetic::F32 {
            self.numbers.resize(rows * width, 0.0);
            return;
        }
        self.forward.shape(rows, width);
        self.kept.shape(width, rows);
    }

    /// Takes some rows, from a row on that is a multiple of 32; their number is one too, or they
    /// are the last.
    pub fn set(&mut self, arithmetic: Arithmetic, from: usize, numbers: &[f32]) {
        let view = View::new(0, numbers.len() / self.width, self.width, self.width);
        if arithmetic == Arithmetic::F32 {
            self.numbers[from * self.width..][..numbers.len()].copy_from_slice(numbers);
            return;
        }
        Factor::lay(arithmetic, &mut self.forward, Side::Left, (from, 0), (numbers, view, As::Is));
        Factor::lay(arithmetic, &mut self.kept, Side::Right, (0, from), (numbers, view, As::Is));
    }

    /// Takes all rows.
    pub fn set_all(&mut self, arithmetic: Arithmetic, numbers: &[f32], width: usize) {
        self.begin(arithmetic, numbers.len() / width, width);
        self.set(arithmetic, 0, numbers);
    }

    fn factor<'a>(&'a self, arithmetic: Arithmetic, panels: &'a Panels) -> Factor<'a> {
        if arithmetic == Arithmetic::F32 {
            let view = View::new(0, self.rows, self.width, self.width);
            return Factor::Numbers { numbers: (&self.numbers, view, As::Is), scale: 1.0 };
        }
        Factor::of(panels)
    }

    /// `out = keep · out + inputs · matrixᵀ` for some rows, (rows, outputs).
    pub fn times(&self, weights: &Weights, matrix: &Matrix, rows: Range<usize>, out: &mut [f32], keep: bool) {
        let arithmetic = weights.arithmetic();
        let at = View::new(0, rows.len(), matrix.outputs(), matrix.outputs());
        let left = self.factor(arithmetic, &self.forward).outer(Side::Left, rows);
        multiply(arithmetic, (out, at), keep, left, matrix.forward(arithmetic));
    }

    /// The same for all rows.
    pub fn times_all(&self, weights: &Weights, matrix: &Matrix, out: &mut [f32], keep: bool) {
        self.times(weights, matrix, 0..self.rows, out, keep);
    }

    /// Accumulates the weight gradient from `grad`, (rows, outputs). Sets `grad_inputs`, or adds to
    /// it if `keep`.
    pub fn back(
        &self,
        (weights, name): (&Weights, &str),
        grad: &[f32],
        (grad_inputs, keep): (&mut [f32], bool),
        gradients: &mut Gradients,
        outputs: &mut Outputs,
    ) -> Result<()> {
        let (arithmetic, matrix) = (weights.arithmetic(), weights.matrix(name)?);
        outputs.begin(arithmetic, self.rows, matrix.outputs());
        outputs.set(arithmetic, 0, grad);
        outputs.back(weights, matrix, grad, (grad_inputs, keep));
        outputs.add_to(arithmetic, self, gradients.add_or_set(name)?);
        Ok(())
    }
}

/// Gradients of a matrix's outputs: some rows laid out for the product back, and all for the
/// matrix's gradient.
#[derive(Clone, Debug, Default)]
pub struct Outputs {
    rows: usize,
    width: usize,
    numbers: Vec<f32>,
    back: Panels,
    kept: Panels,
}

impl Outputs {
    /// Makes room for (rows, width).
    pub fn begin(&mut self, arithmetic: Arithmetic, rows: usize, width: usize) {
        (self.rows, self.width) = (rows, width);
        if arithmetic == Arithmetic::F32 {
            self.numbers.resize(rows * width, 0.0);
            return;
        }
        self.kept.shape(width, rows);
    }

    /// Takes some rows, from a row on that is a multiple of 32; their number is one too, or they
    /// are the last.
    pub fn set(&mut self, arithmetic: Arithmetic, from: usize, numbers: &[f32]) {
        let view = View::new(0, numbers.len() / self.width, self.width, self.width);
        if arithmetic == Arithmetic::F32 {
            self.numbers[from * self.width..][..numbers.len()].copy_from_slice(numbers);
            return;
        }
        Factor::lay(arithmetic, &mut self.kept, Side::Left, (0, from), (numbers, view, As::Transposed));
    }

    /// The gradient of the inputs of these rows: set, or added to what is there.
    pub fn back(
        &mut self,
        weights: &Weights,
        matrix: &Matrix,
        numbers: &[f32],
        (grad_inputs, keep): (&mut [f32], bool),
    ) {
        let arithmetic = weights.arithmetic();
        let view = View::new(0, numbers.len() / self.width, self.width, self.width);
        let left = Factor::new(arithmetic, &mut self.back, Side::Left, 1.0, (numbers, view, As::Is));
        let at = View::new(0, view.rows, matrix.inputs(), matrix.inputs());
        multiply(arithmetic, (grad_inputs, at), keep, left, matrix.backward(arithmetic));
    }

    /// Adds the matrix's gradient to a sum, or sets it, from all rows.
    pub fn add_to(&self, arithmetic: Arithmetic, inputs: &Inputs, (sum, keep): (&mut [f32], bool)) {
        let left = if arithmetic == Arithmetic::F32 {
            let view = View::new(0, self.rows, self.width, self.width);
            Factor::Numbers { numbers: (&self.numbers, view, As::Transposed), scale: 1.0 }
        } else {
            Factor::of(&self.kept)
        };
        let at = View::new(0, self.width, inputs.width, inputs.width);
        multiply(arithmetic, (sum, at), keep, left, inputs.factor(arithmetic, &inputs.kept));
    }
}
