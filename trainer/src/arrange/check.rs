//! Which styles can be played.

use anyhow::{Result, bail, ensure};
use segue_music::{Meter, TICKS_PER_BEAT, Tick};

use super::grid::Grid;
use super::kit::rows;
use super::pattern::{BassLine, CompLine, LeftLine};
use super::style::{Accompaniment, Feel, FormKind, HALF, Piano, StyleFile};

impl StyleFile {
    /// The bar and its steps.
    ///
    /// # Errors
    /// Names the field.
    pub fn grid(&self) -> Result<Grid> {
        let numbers = self
            .meter
            .split_once('/')
            .and_then(|(above, below)| Some((above.parse().ok()?, below.parse().ok()?)));
        let Some(meter) = numbers.and_then(|(above, below)| Meter::new(above, below)) else {
            bail!("meter: {:?} is no time signature", self.meter)
        };
        ensure!(matches!(self.steps, 12 | 16), "steps: a bar has 12 or 16, not {}", self.steps);
        let Some(grid) = Grid::new(meter, self.steps) else {
            bail!(
                "steps: a bar of {} cannot be cut into {} equal steps of whole beats",
                self.meter,
                self.steps
            )
        };
        Ok(grid)
    }

    /// Refuses what cannot be played.
    ///
    /// # Errors
    /// Names the field.
    pub fn check(&self) -> Result<()> {
        let steps = self.grid()?.steps;
        let named = [("name", &self.name), ("family", &self.family)];
        for (field, text) in named {
            let plain = text.chars().all(|letter| letter.is_alphanumeric() || " -'/&".contains(letter));
            ensure!(
                !text.trim().is_empty() && plain,
                "{field}: {text:?} is no name; use letters, digits and - ' / &"
            );
        }
        ensure!(self.weight >= 0.0 && self.weight.is_finite(), "weight: {} is no weight", self.weight);
        let within = |field: &str, [low, high]: [f64; 2], least: f64, most: f64| {
            let fine = least <= low && low <= high && high <= most;
            ensure!(fine, "{field}: [{low}, {high}] is no range from {least} to {most}");
            Ok(())
        };
        within("tempo", self.tempo, 20.0, 400.0)?;
        within("swing", self.swing, 50.0, 75.0)?;
        within("modulates", [self.modulates; 2], 0.0, 1.0)?;
        within("drumless", [self.drumless; 2], 0.0, 1.0)?;
        within("melody.syncopation", [self.melody.syncopation; 2], 0.0, 1.0)?;
        if let Some(sung) = &self.sung {
            within("sung.tempo", sung.tempo, 20.0, 400.0)?;
            let common = Meter::new(4, 4) == Some(self.grid()?.meter) && steps == 2 * HALF;
            ensure!(common, "sung: only bars of 4/4 in 16 steps are sung");
            let sections = matches!(self.form, FormKind::Song | FormKind::Aaba);
            ensure!(sections, "sung: only the forms \"song\" and \"aaba\" are sung");
        }
        let swings = self.feel != Feel::Straight;
        ensure!(
            !swings || self.grid()?.step == TICKS_PER_BEAT / 4,
            "feel: only bars of sixteenths can swing"
        );
        programs("melody", &self.melody.programs)?;
        programs("bass", &self.bass.programs)?;
        ensure!(!self.bass.patterns.is_empty(), "bass.patterns: there is none");
        for (number, line) in self.bass.patterns.iter().enumerate() {
            if let BassLine::Figure(figure) = line {
                inside(&format!("bass.patterns[{number}]"), figure.last_step(), steps)?;
            }
        }
        for (field, comp) in [("comp", Some(&self.comp)), ("second", self.second.as_ref())] {
            let Some(comp) = comp else { continue };
            programs(field, &comp.programs)?;
            ensure!(!comp.patterns.is_empty(), "{field}.patterns: there is none");
            let [low, high] = comp.range;
            ensure!(
                24 <= low && low + 16 <= high && high <= 100,
                "{field}.range: a range is of 16 keys at least, within 24 to 100"
            );
            ensure!((2..=5).contains(&comp.voices), "{field}.voices: {} is not from 2 to 5", comp.voices);
            within(&format!("{field}.counter"), [comp.counter; 2], 0.0, 1.0)?;
            for (number, line) in comp.patterns.iter().enumerate() {
                comp_line(&format!("{field}.patterns[{number}]"), line, steps)?;
            }
        }
        for (number, groove) in self.grooves.iter().enumerate() {
            rows(&format!("grooves[{number}]"), &groove.0, steps)?;
        }
        Ok(())
    }
}

impl Piano {
    /// Refuses lines that begin beyond the bar.
    ///
    /// # Errors
    /// Names the field.
    pub fn check(&self) -> Result<()> {
        ensure!(!self.left.is_empty(), "left: there is none");
        for (number, line) in self.left.iter().enumerate() {
            if let LeftLine::Figure(figure) = line {
                inside(&format!("left[{number}]"), figure.last_step(), self.steps.into())?;
            }
        }
        for (number, line) in self.right.iter().enumerate() {
            comp_line(&format!("right[{number}]"), line, self.steps.into())?;
        }
        Ok(())
    }
}

impl Accompaniment {
    /// Refuses lists without figures, and figures that do not fit into half a bar.
    ///
    /// # Errors
    /// Names the field.
    pub fn check(&self) -> Result<()> {
        ensure!(!self.left.is_empty(), "left: there is none");
        ensure!(!self.right.is_empty(), "right: there is none");
        for (number, line) in self.left.iter().enumerate() {
            let LeftLine::Figure(figure) = line else {
                bail!("left[{number}]: only figures fit into half a bar")
            };
            inside(&format!("left[{number}]"), figure.last_step(), HALF)?;
        }
        for (number, line) in self.right.iter().enumerate() {
            let CompLine::Figure(figure) = line else {
                bail!("right[{number}]: only figures fit into half a bar")
            };
            inside(&format!("right[{number}]"), figure.last_step(), HALF)?;
        }
        Ok(())
    }
}

fn comp_line(field: &str, line: &CompLine, steps: Tick) -> Result<()> {
    match line {
        CompLine::Figure(figure) => inside(field, figure.last_step(), steps),
        CompLine::Montuno | CompLine::Shuffle => {
            ensure!(steps == 16, "{field}: it is a figure of 16 steps, and the bar has {steps}");
            Ok(())
        }
    }
}

fn inside(field: &str, last: Tick, steps: Tick) -> Result<()> {
    let bar = if steps == HALF { "half bar" } else { "bar" };
    ensure!(last < steps, "{field}: step {last} is beyond the {bar}'s {steps} steps, which count from 0");
    Ok(())
}

fn programs(field: &str, programs: &[u8]) -> Result<()> {
    ensure!(!programs.is_empty(), "{field}.programs: there is none");
    ensure!(programs.iter().all(|&program| program < 128), "{field}.programs: General MIDI has 0 to 127");
    Ok(())
}
