//! The same shapes in torch, where there is one.

use std::io::Write as _;
use std::process::{Command, Stdio};

use anyhow::{Context as _, Result, bail};
use segue_model::{Field, parameters};
use segue_music::Vocabulary;
use serde_json::{Value, json};

use super::Size;

/// What the script prints where there is no torch.
const NONE: i32 = 42;

/// Notes per CPU second of training steps in torch, on one thread; `None` without Python or torch.
pub fn notes_per_cpu_second(python: &str, size: &Size, seconds: f64, precision: &str) -> Result<Option<f64>> {
    let child = Command::new(python)
        .args(["-", &shape(size, seconds, precision).to_string()])
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn();
    let Ok(mut child) = child else { return Ok(None) };
    if let Some(mut input) = child.stdin.take() {
        // Something that is not Python may hang up before it has read everything; its output shows
        // that.
        let _ = input.write_all(include_str!("torch.py").as_bytes());
    }
    let output = child.wait_with_output().with_context(|| format!("cannot run {python}"))?;
    if output.status.code() == Some(NONE) {
        return Ok(None);
    }
    match String::from_utf8_lossy(&output.stdout).trim().parse() {
        Ok(notes) if output.status.success() => Ok(Some(notes)),
        _ => bail!("torch failed; leave it out with --no-torch: {}", String::from_utf8_lossy(&output.stderr)),
    }
}

fn shape(size: &Size, seconds: f64, precision: &str) -> Value {
    let config = &size.config;
    let vocabulary = Vocabulary::new();
    let (all, fields) = (parameters(config, &vocabulary), Field::of_model(config));
    let rows = |name: &str| {
        all.iter().find(|parameter| parameter.name == name).map_or(0, |parameter| parameter.shape[0])
    };
    json!({
        "dim": config.dim, "layers": config.layers, "hidden": config.hidden,
        "window": config.window, "copy_window": config.copy_window,
        "batch": size.batch, "length": size.length, "seconds": seconds, "precision": precision,
        "step_rows": rows("steps"), "head_rows": rows("onset.asked"),
        "symbols": fields.iter().map(|field| field.alphabet(config, &vocabulary)).collect::<Vec<_>>(),
        "copies": fields.iter().map(|field| field.copies()).collect::<Vec<_>>(),
    })
}
