//! A model to play: its weights, the large ones in bytes. They never change and are shared by all
//! jams.

use std::path::Path;

use segue_music::{Tokenizer, Vocabulary};

use crate::decoding::matrix::{Matrix, Resolution};
use crate::shape::checkpoint::{Checkpoint, CheckpointError};
use crate::shape::config::Config;
use crate::shape::critic::Critic;
use crate::shape::parameters::{Field, Parameter, parameters};
use crate::shape::rows::Rows;

/// A model to play.
#[derive(Debug)]
pub struct Model {
    name: String,
    notes_seen: u64,
    styles: Vec<String>,
    critic: Option<Critic>,
    pub(crate) resolution: Resolution,
    pub(crate) config: Config,
    pub(crate) tokenizer: Tokenizer,
    pub(crate) rows: Rows,
    /// (step rows, dim)
    pub(crate) steps: Vec<f32>,
    pub(crate) blocks: Vec<Block>,
    /// (dim)
    pub(crate) norm: Vec<f32>,
    /// By field.
    pub(crate) heads: Vec<Head>,
}

/// One transformer block.
#[derive(Debug)]
pub(crate) struct Block {
    /// (dim)
    pub attention_norm: Vec<f32>,
    /// (3 · dim, dim): queries, keys, values
    pub attention_in: Matrix,
    /// (dim, dim)
    pub attention_out: Matrix,
    /// (dim)
    pub forward_norm: Vec<f32>,
    /// (2 · hidden, dim): gates, values
    pub forward_in: Matrix,
    /// (dim, hidden)
    pub forward_out: Matrix,
}

/// The head of one field.
#[derive(Debug)]
pub(crate) struct Head {
    /// (dim, dim)
    pub input: Matrix,
    /// (target rows, dim)
    pub targets: Vec<f32>,
    /// (dim)
    pub norm: Vec<f32>,
    /// (2 · dim, dim)
    pub forward_in: Matrix,
    /// (dim, dim)
    pub forward_out: Matrix,
    /// (dim)
    pub out_norm: Vec<f32>,
    /// (symbols, dim)
    pub out: Matrix,
    /// (symbols)
    pub out_bias: Vec<f32>,
    /// (copies · 2 · HEAD_DIM, dim): for each copy a query, then a key
    pub copy: Matrix,
    /// (copies, dim)
    pub gate: Vec<f32>,
    /// (copies)
    pub gate_bias: Vec<f32>,
}

impl Model {
    /// From the contents of a model file.
    ///
    /// # Errors
    /// Says what is wrong with them.
    pub fn from_bytes(bytes: &[u8]) -> Result<Self, CheckpointError> {
        Self::from_checkpoint(Checkpoint::from_bytes(bytes)?)
    }

    /// From a model file, and the critic beside it if there is one.
    ///
    /// # Errors
    /// Names the file and what is wrong with it.
    pub fn load(path: &Path) -> Result<Self, CheckpointError> {
        Self::from_checkpoint(Checkpoint::load(path)?)
    }

    /// From a checkpoint.
    ///
    /// # Errors
    /// Names a parameter that is missing.
    pub fn from_checkpoint(checkpoint: Checkpoint) -> Result<Self, CheckpointError> {
        Self::at_resolution(checkpoint, Resolution::Byte)
    }

    /// From a checkpoint, at another resolution than it plays at.
    ///
    /// # Errors
    /// Names a parameter that is missing.
    pub fn at_resolution(
        mut checkpoint: Checkpoint,
        resolution: Resolution,
    ) -> Result<Self, CheckpointError> {
        let (dim, hidden) = (checkpoint.config.dim, checkpoint.config.hidden);
        let mut take =
            |name: String| checkpoint.numbers.remove(&name).ok_or(CheckpointError::Parameter(name));
        let matrix = |numbers: Vec<f32>, columns| Matrix::new(&numbers, columns, resolution);
        let tokenizer = Tokenizer::new();
        let steps = take("steps".into())?;
        let mut blocks = Vec::new();
        for layer in 0..checkpoint.config.layers {
            let mut part = |part: &str| take(format!("block.{layer}.{part}"));
            blocks.push(Block {
                attention_norm: part("attention.norm")?,
                attention_in: matrix(part("attention.in")?, dim),
                attention_out: matrix(part("attention.out")?, dim),
                forward_norm: part("forward.norm")?,
                forward_in: matrix(part("forward.in")?, dim),
                forward_out: matrix(part("forward.out")?, hidden),
            });
        }
        let norm = take("norm".into())?;
        let mut head = |field: Field| -> Result<Head, CheckpointError> {
            let mut part = |part: &str| take(format!("{}.{part}", field.name()));
            Ok(Head {
                input: matrix(part("in")?, dim),
                targets: part("asked")?,
                norm: part("norm")?,
                forward_in: matrix(part("forward.in")?, dim),
                forward_out: matrix(part("forward.out")?, dim),
                out_norm: part("out.norm")?,
                out: matrix(part("out")?, dim),
                out_bias: part("out.bias")?,
                copy: matrix(part("copy")?, dim),
                gate: part("gate")?,
                gate_bias: part("gate.bias")?,
            })
        };
        let heads: Result<Vec<Head>, _> =
            Field::of_model(&checkpoint.config).iter().map(|&field| head(field)).collect();
        let heads = heads?;
        Ok(Self {
            rows: Rows::new(tokenizer.vocabulary()),
            name: checkpoint.name,
            notes_seen: checkpoint.notes_seen,
            styles: checkpoint.styles,
            critic: checkpoint.critic,
            resolution,
            config: checkpoint.config,
            tokenizer,
            steps,
            blocks,
            norm,
            heads,
        })
    }

    /// The styles it can be asked for, by their numbers.
    pub fn styles(&self) -> &[String] {
        &self.styles
    }

    /// Who chooses among its ways to go on, where somebody does.
    pub fn critic(&self) -> Option<&Critic> {
        self.critic.as_ref()
    }

    /// Its name, for display.
    pub fn name(&self) -> &str {
        &self.name
    }

    /// How many notes its training saw.
    pub fn notes_seen(&self) -> u64 {
        self.notes_seen
    }

    /// Its size.
    pub fn config(&self) -> &Config {
        &self.config
    }

    /// Bytes of weights that one note reads, without the few table rows of its step and its
    /// queries.
    pub fn bytes_a_note(&self) -> usize {
        let floats = |parts: &[&Vec<f32>]| 4 * parts.iter().map(|part| part.len()).sum::<usize>();
        let blocks = self.blocks.iter().map(|block| {
            let matrices = [&block.attention_in, &block.attention_out, &block.forward_in, &block.forward_out];
            matrices.iter().map(|matrix| matrix.bytes()).sum::<usize>()
                + floats(&[&block.attention_norm, &block.forward_norm])
        });
        let heads = self.heads.iter().map(|head| {
            let matrices = [&head.input, &head.forward_in, &head.forward_out, &head.out, &head.copy];
            matrices.iter().map(|matrix| matrix.bytes()).sum::<usize>()
                + floats(&[&head.norm, &head.out_norm, &head.out_bias, &head.gate, &head.gate_bias])
        });
        blocks.sum::<usize>() + heads.sum::<usize>() + floats(&[&self.norm])
    }

    /// How many numbers it has.
    pub fn parameters(&self) -> usize {
        parameters(&self.config, self.vocabulary()).iter().map(Parameter::count).sum()
    }

    /// Its vocabulary.
    pub fn vocabulary(&self) -> &Vocabulary {
        self.tokenizer.vocabulary()
    }
}
