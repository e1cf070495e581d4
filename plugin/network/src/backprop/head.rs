//! The head of a field, forward and back at once.

use std::sync::Arc;

use candle_core::Result;
use segue_model::{Angles, HEAD_DIM};

use super::blocks::{FeedForward, Normed, Room};
use super::copies::{self, Copies, Place};
use super::copy_logits::Gates;
use super::linear::Inputs;
use super::rows::{add_rows, add_scaled, cross_entropy};
use super::sized;
use super::table;
use super::weights::{Gradients, Weights};
use crate::ops::{Copied, Sparse};

/// Memory of a head; all four use one in turn.
#[derive(Clone, Debug, Default)]
pub struct Head {
    forward: FeedForward,
    out: Normed,
    copies: Vec<Copies>,
    copy_room: copies::Room,
    u: Vec<f32>,
    logits: Vec<f32>,
    turned: Vec<f32>,
    gates: Vec<f32>,
    grad: Vec<f32>,
    grad_turned: Vec<f32>,
    grad_gates: Vec<f32>,
    grad_u: Vec<f32>,
}

/// Inputs and targets of a head.
#[derive(Clone, Copy, Debug)]
pub struct Questions<'a> {
    /// The field's name.
    pub name: &'a str,
    /// The rows of the table that a head is given.
    pub asked: &'a Sparse,
    /// Where its copies stand.
    pub angles: &'a [Angles],
    /// What they read.
    pub copied: &'a [Arc<Copied>],
    /// The answers.
    pub targets: &'a [Option<u32>],
}

impl Head {
    /// The logits of every answer, (rows, symbols); what the way back needs is kept.
    pub fn forward(
        &mut self,
        weights: &Weights,
        questions: Questions,
        (states, rows): (&Inputs, usize),
        room: &mut Room,
    ) -> Result<&mut [f32]> {
        let arithmetic = weights.arithmetic();
        let name = |part: &str| format!("{}.{part}", questions.name);
        let (out, copy, gate) =
            (weights.matrix(&name("out"))?, weights.matrix(&name("copy"))?, weights.matrix(&name("gate"))?);
        let (dim, symbols) = (out.inputs(), out.outputs());
        let (width, copies) = (copy.outputs(), gate.outputs());

        let u = sized(&mut self.u, rows * dim);
        table::rows(weights.numbers(&name("asked"))?, dim, questions.asked, u);
        states.times_all(weights, weights.matrix(&name("in"))?, u, true);
        self.forward.forward((weights, &name("forward"), &name("norm")), u, room)?;
        self.out.forward(weights, &name("out.norm"), u, &mut room.first)?;
        let z = &self.out.out;
        let logits = sized(&mut self.logits, rows * symbols);
        let bias = weights.numbers(&name("out.bias"))?;
        logits.chunks_exact_mut(symbols).for_each(|row| row.copy_from_slice(bias));
        z.times_all(weights, out, logits, true);
        let gates = sized(&mut self.gates, rows * copies);
        let bias = weights.numbers(&name("gate.bias"))?;
        gates.chunks_exact_mut(copies).for_each(|row| row.copy_from_slice(bias));
        z.times_all(weights, gate, gates, true);
        let turned = sized(&mut self.turned, rows * width);
        z.times_all(weights, copy, turned, false);
        turn(turned, width, questions.angles, Angles::turn);
        self.copies.resize_with(copies.max(self.copies.len()), Copies::default);
        for (index, copied) in questions.copied.iter().enumerate() {
            let place = Place { copy: index, width };
            self.copies[index].forward(arithmetic, copied, (turned, place), &mut self.copy_room);
            let said = self.copies[index].said.chunks_exact(symbols);
            for ((logits, said), gates) in
                logits.chunks_exact_mut(symbols).zip(said).zip(gates.chunks_exact(copies))
            {
                add_scaled(logits, gates[index], said);
            }
        }
        Ok(logits)
    }

    /// Nats of all answers together. Adds their gradients, each times `scale`, to those of the
    /// states and of the parameters.
    pub fn learn(
        &mut self,
        weights: &Weights,
        questions: Questions,
        scale: f32,
        (states, grad_states): (&Inputs, &mut [f32]),
        gradients: &mut Gradients,
        room: &mut Room,
    ) -> Result<f64> {
        let arithmetic = weights.arithmetic();
        let name = |part: &str| format!("{}.{part}", questions.name);
        let (out, copy, gate) =
            (weights.matrix(&name("out"))?, weights.matrix(&name("copy"))?, weights.matrix(&name("gate"))?);
        let (dim, symbols) = (out.inputs(), out.outputs());
        let (width, copies) = (copy.outputs(), gate.outputs());
        let rows = grad_states.len() / dim;
        let logits = self.forward(weights, questions, (states, rows), room)?;
        let nats = cross_entropy(logits, symbols, questions.targets, scale);

        // From here on they are their gradients.
        let logits = &self.logits[..rows * symbols];
        let (gates, turned) = (&self.gates[..rows * copies], &self.turned[..rows * width]);
        add_rows(logits, gradients.add_to(&name("out.bias"))?);
        let grad_gates = sized(&mut self.grad_gates, rows * copies);
        let grad_turned = sized(&mut self.grad_turned, rows * width);
        for (index, copied) in questions.copied.iter().enumerate() {
            let place = Place { copy: index, width };
            let of = Gates { numbers: gates, copies, copy: index };
            let to = (&mut *grad_turned, &mut *grad_gates);
            self.copies[index].back(
                arithmetic,
                copied,
                (turned, place),
                (logits, of),
                to,
                &mut self.copy_room,
            );
        }
        turn(grad_turned, width, questions.angles, Angles::turn_back);
        add_rows(grad_gates, gradients.add_to(&name("gate.bias"))?);
        let (z, grad) = (&self.out.out, sized(&mut self.grad, rows * dim));
        let outputs = &mut room.outputs;
        z.back((weights, &name("out")), logits, (&mut *grad, false), gradients, outputs)?;
        z.back((weights, &name("copy")), grad_turned, (&mut *grad, true), gradients, outputs)?;
        z.back((weights, &name("gate")), grad_gates, (&mut *grad, true), gradients, outputs)?;
        let grad_u = sized(&mut self.grad_u, rows * dim);
        grad_u.fill(0.0);
        self.out.back(weights, &name("out.norm"), grad, grad_u, gradients)?;
        self.forward.back((weights, &name("forward"), &name("norm")), grad_u, gradients, room)?;
        table::add(gradients.add_to(&name("asked"))?, dim, questions.asked, grad_u);
        states.back((weights, &name("in")), grad_u, (grad_states, true), gradients, &mut room.outputs)?;
        Ok(nats)
    }
}

fn turn(x: &mut [f32], width: usize, angles: &[Angles], turn: impl Fn(&Angles, &mut [f32])) {
    for (row, angles) in x.chunks_exact_mut(width).zip(angles) {
        row.chunks_exact_mut(HEAD_DIM).for_each(|head| turn(angles, head));
    }
}
