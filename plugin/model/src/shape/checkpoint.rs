//! A model as a safetensors file: its numbers, size, name, and the fingerprint of its vocabulary.

use std::collections::{BTreeMap, HashMap};
use std::path::{Path, PathBuf};
use std::{fs, io};

use half::f16;
use safetensors::tensor::{Dtype, SafeTensors, TensorView};
use segue_music::Vocabulary;

use crate::shape::config::Config;
use crate::shape::critic::{Critic, CriticError};
use crate::shape::parameters::{initial_numbers, parameters};
use crate::shape::rows::STYLES;

/// Why a model cannot be read or written.
#[derive(Debug, thiserror::Error)]
pub enum CheckpointError {
    /// The file itself.
    #[error("cannot read the model {path}: {source}", path = path.display())]
    Read {
        /// Which file.
        path: PathBuf,
        /// The system's error.
        source: io::Error,
    },
    /// The place to write to.
    #[error("cannot write the model {path}: {source}; choose another place", path = path.display())]
    Write {
        /// Which file.
        path: PathBuf,
        /// The system's error.
        source: io::Error,
    },
    /// The contents, of a named file.
    #[error("{path}: {source}", path = path.display())]
    In {
        /// Which file.
        path: PathBuf,
        /// What is wrong with it.
        source: Box<CheckpointError>,
    },
    /// Not a safetensors file, or a cut one.
    #[error("this is no whole safetensors file ({0}); fetch or train the model again")]
    Format(String),
    /// A safetensors file of something else.
    #[error("this is no model of Segue: {0}")]
    NotOurs(&'static str),
    /// Another version's alphabets.
    #[error(
        "this model speaks another vocabulary ({found}, this version speaks {expected}); train it again with this version's trainer"
    )]
    Vocabulary {
        /// The file's fingerprint.
        found: String,
        /// Ours.
        expected: String,
    },
    /// A parameter that is missing, of another size or type, or not finite.
    #[error("the parameter {0} of this model is missing or damaged; fetch or train the model again")]
    Parameter(String),
    /// The critic beside it.
    #[error(transparent)]
    Critic(#[from] CriticError),
    /// A parameter that a model of the header's size does not have.
    #[error(
        "the parameter {0} of this model has no place in a model of the size that its header gives; fetch or train the model again"
    )]
    Unplaced(String),
}

impl CheckpointError {
    fn in_file(self, path: &Path) -> Self {
        Self::In { path: path.to_owned(), source: Box::new(self) }
    }
}

/// How numbers are stored.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Precision {
    /// Four bytes each, to go on training from.
    Single,
    /// Two bytes each, to ship.
    Half,
}

/// What a model file holds.
#[derive(Clone, Debug, PartialEq)]
pub struct Checkpoint {
    /// The model's name, for display.
    pub name: String,
    /// Its size.
    pub config: Config,
    /// How many notes its training saw.
    pub notes_seen: u64,
    /// The styles it can be asked for, by their numbers; empty for a model trained without any.
    pub styles: Vec<String>,
    /// Every parameter, in row order.
    pub numbers: BTreeMap<String, Vec<f32>>,
    /// Who chooses among its ways to go on; a file of its own.
    pub critic: Option<Critic>,
}

const FORMAT: &str = "segue-1";

/// Characters of a file's text that are shown.
const LONGEST_TEXT: usize = 120;

fn fingerprint() -> String {
    format!("{:016x}", Vocabulary::new().fingerprint())
}

impl Checkpoint {
    /// An untrained one, named after its seed.
    pub fn random(config: &Config, seed: u64) -> Self {
        Self {
            name: format!("random {seed}"),
            config: config.clone(),
            notes_seen: 0,
            styles: Vec::new(),
            numbers: initial_numbers(config, seed),
            critic: None,
        }
    }

    /// Reads a file, and the critic beside it if there is one.
    ///
    /// # Errors
    /// Names the file and what is wrong with it.
    pub fn load(path: &Path) -> Result<Self, CheckpointError> {
        let checkpoint = Self::load_alone(path)?;
        let beside = Critic::path(path);
        match fs::read_to_string(&beside) {
            Ok(text) => checkpoint.with_critic(&text).map_err(|error| error.in_file(&beside)),
            Err(error) if error.kind() == io::ErrorKind::NotFound => Ok(checkpoint),
            Err(source) => Err(CheckpointError::Read { path: beside, source }),
        }
    }

    /// Reads a file, without a critic.
    ///
    /// # Errors
    /// Names the file and what is wrong with it.
    pub fn load_alone(path: &Path) -> Result<Self, CheckpointError> {
        let bytes =
            fs::read(path).map_err(|source| CheckpointError::Read { path: path.to_owned(), source })?;
        Self::from_bytes(&bytes).map_err(|error| error.in_file(path))
    }

    /// The same with the critic of a file.
    ///
    /// # Errors
    /// Where it is another model's, or damaged.
    pub fn with_critic(mut self, text: &str) -> Result<Self, CheckpointError> {
        self.critic = Some(Critic::read(text, (&self.name, self.notes_seen), self.config.dim)?);
        Ok(self)
    }

    /// The styles named in the contents of a file, without reading its numbers. It allocates and
    /// parses: not for the audio thread.
    pub fn styles_in(bytes: &[u8]) -> Vec<String> {
        let read = SafeTensors::read_metadata(bytes).ok().and_then(|(_, metadata)| {
            let styles = metadata.metadata().as_ref()?.get("styles")?;
            serde_json::from_str(styles).ok()
        });
        read.unwrap_or_default()
    }

    /// Whether the contents of a file are of a model that knows parts, without reading its numbers.
    /// It allocates and parses: not for the audio thread.
    pub fn knows_parts_in(bytes: &[u8]) -> bool {
        let config = SafeTensors::read_metadata(bytes).ok().and_then(|(_, metadata)| {
            serde_json::from_str::<Config>(metadata.metadata().as_ref()?.get("config")?).ok()
        });
        config.is_some_and(|config| config.parts)
    }

    /// Reads the contents of a file.
    ///
    /// # Errors
    /// Says what is wrong with it.
    pub fn from_bytes(bytes: &[u8]) -> Result<Self, CheckpointError> {
        let (_, metadata) = SafeTensors::read_metadata(bytes)
            .map_err(|error| CheckpointError::Format(one_line(&error.to_string())))?;
        let none = HashMap::new();
        let metadata = metadata.metadata().as_ref().unwrap_or(&none);
        if metadata.get("format").map(String::as_str) != Some(FORMAT) {
            return Err(CheckpointError::NotOurs("its header names no format that this version reads"));
        }
        let found = metadata.get("vocabulary").cloned().unwrap_or_default();
        if found != fingerprint() {
            let found = one_line(&found);
            return Err(CheckpointError::Vocabulary { found, expected: fingerprint() });
        }
        let config: Config = metadata
            .get("config")
            .and_then(|config| serde_json::from_str(config).ok())
            .filter(Config::is_sound)
            .ok_or(CheckpointError::NotOurs("its header gives no size that makes a model"))?;
        let tensors = SafeTensors::deserialize(bytes)
            .map_err(|error| CheckpointError::Format(one_line(&error.to_string())))?;
        let mut numbers = BTreeMap::new();
        for parameter in parameters(&config, &Vocabulary::new()) {
            let damaged = || CheckpointError::Parameter(parameter.name.clone());
            let tensor = tensors.tensor(&parameter.name).map_err(|_| damaged())?;
            // As many numbers in another shape are other numbers: a transposed matrix plays
            // nonsense.
            let shorter = is_table(&parameter.name) && tensor.shape().get(1..) == parameter.shape.get(1..);
            if tensor.shape() != parameter.shape && !shorter {
                return Err(damaged());
            }
            let mut read = floats(&tensor).ok_or_else(damaged)?;
            if is_table(&parameter.name) && read.len().is_multiple_of(config.dim) {
                // An earlier version's table is shorter: facts that it was trained without have no
                // effect.
                read.resize(parameter.count().max(read.len()), 0.0);
            }
            if read.len() != parameter.count() || !read.iter().all(|number| number.is_finite()) {
                return Err(damaged());
            }
            numbers.insert(parameter.name, read);
        }
        if let Some(name) = tensors.names().into_iter().find(|name| !numbers.contains_key(*name)) {
            return Err(CheckpointError::Unplaced(one_line(name)));
        }
        let text = |key: &str| metadata.get(key).cloned().unwrap_or_default();
        let notes_seen = text("notes_seen").parse().unwrap_or(0);
        let styles: Vec<String> = match metadata.get("styles") {
            Some(styles) => serde_json::from_str(styles)
                .map_err(|_| CheckpointError::NotOurs("its header's styles are no list of names"))?,
            None => Vec::new(),
        };
        if styles.len() > STYLES {
            return Err(CheckpointError::NotOurs("its header names more styles than a model can know"));
        }
        Ok(Self { name: one_line(&text("name")), config, notes_seen, styles, numbers, critic: None })
    }

    /// As the contents of a file.
    ///
    /// # Errors
    /// Where a parameter is missing or of another size than the config gives it.
    pub fn to_bytes(&self, precision: Precision) -> Result<Vec<u8>, CheckpointError> {
        let mut stored = Vec::new();
        for parameter in parameters(&self.config, &Vocabulary::new()) {
            let damaged = || CheckpointError::Parameter(parameter.name.clone());
            let numbers = self.numbers.get(&parameter.name).ok_or_else(damaged)?;
            if numbers.len() != parameter.count() {
                return Err(damaged());
            }
            let bytes: Vec<u8> = match precision {
                Precision::Single => numbers.iter().flat_map(|number| number.to_le_bytes()).collect(),
                Precision::Half => {
                    numbers.iter().flat_map(|&number| f16::from_f32(number).to_le_bytes()).collect()
                }
            };
            stored.push((parameter.name, parameter.shape, bytes));
        }
        let dtype = match precision {
            Precision::Single => Dtype::F32,
            Precision::Half => Dtype::F16,
        };
        let broken =
            |error: safetensors::SafeTensorError| CheckpointError::Format(one_line(&error.to_string()));
        let mut views = Vec::new();
        for (name, shape, bytes) in &stored {
            views.push((name.clone(), TensorView::new(dtype, shape.clone(), bytes).map_err(broken)?));
        }
        let metadata = HashMap::from([
            ("format".to_owned(), FORMAT.to_owned()),
            ("vocabulary".to_owned(), fingerprint()),
            ("config".to_owned(), json(&self.config)?),
            ("name".to_owned(), self.name.clone()),
            ("notes_seen".to_owned(), self.notes_seen.to_string()),
            ("styles".to_owned(), json(&self.styles)?),
        ]);
        safetensors::serialize(views, Some(metadata)).map_err(broken)
    }

    /// The same model, grown to another size that has all fields of its own and more: what it knew
    /// it still knows, and the rest begins by chance.
    #[must_use]
    pub fn grown(mut self, config: Config, seed: u64) -> Self {
        if self.config == config {
            return self;
        }
        self.config = config;
        let known = std::mem::replace(&mut self.numbers, initial_numbers(&self.config, seed));
        for (name, known) in known {
            // Alphabets grow at their end.
            if let Some(numbers) = self.numbers.get_mut(&name).filter(|numbers| numbers.len() >= known.len())
            {
                numbers[..known.len()].copy_from_slice(&known);
            }
        }
        self
    }

    /// Writes a file, whole or not at all, and its critic beside it. A critic that lies there is of
    /// other weights: it goes.
    ///
    /// # Errors
    /// Names the file.
    pub fn save(&self, path: &Path, precision: Precision) -> Result<(), CheckpointError> {
        let bytes = self.to_bytes(precision)?;
        segue_music::replace(path, &bytes)
            .map_err(|source| CheckpointError::Write { path: path.to_owned(), source })?;
        if let Some(critic) = &self.critic {
            return self.save_critic(critic, path);
        }
        let beside = Critic::path(path);
        match fs::remove_file(&beside) {
            Err(source) if source.kind() != io::ErrorKind::NotFound => {
                Err(CheckpointError::Write { path: beside, source })
            }
            _ => Ok(()),
        }
    }

    /// Writes a critic of this model beside the model's file, whole or not at all.
    ///
    /// # Errors
    /// Names the critic's file.
    pub fn save_critic(&self, critic: &Critic, path: &Path) -> Result<(), CheckpointError> {
        let text = critic.write((&self.name, self.notes_seen))?;
        let path = Critic::path(path);
        segue_music::replace(&path, text.as_bytes()).map_err(|source| CheckpointError::Write { path, source })
    }
}

fn json(what: &impl serde::Serialize) -> Result<String, CheckpointError> {
    serde_json::to_string(what).map_err(|error| CheckpointError::Format(one_line(&error.to_string())))
}

/// A text of a file as it can stand in a message: one short line.
pub(crate) fn one_line(text: &str) -> String {
    text.chars().map(|letter| if letter.is_control() { ' ' } else { letter }).take(LONGEST_TEXT).collect()
}

/// Whether a parameter is a table of facts, to whose end versions add rows.
fn is_table(name: &str) -> bool {
    name == "steps" || name.ends_with(".asked")
}

fn floats(tensor: &TensorView<'_>) -> Option<Vec<f32>> {
    let bytes = tensor.data();
    match tensor.dtype() {
        Dtype::F32 => Some(bytes.as_chunks::<4>().0.iter().map(|&four| f32::from_le_bytes(four)).collect()),
        Dtype::F16 => {
            Some(bytes.as_chunks::<2>().0.iter().map(|&two| f16::from_le_bytes(two).to_f32()).collect())
        }
        _ => None,
    }
}
