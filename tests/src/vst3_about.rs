//! What a VST3 plugin says of itself to its host: what it is, and how its parameters are grouped.

#![allow(clippy::unnecessary_cast, reason = "C's enumerations are signed on Windows and unsigned elsewhere")]

use std::collections::HashMap;
use std::path::Path;

use anyhow::{Context, Result};
use vst3::Steinberg::Vst::{IUnitInfo, IUnitInfoTrait, UnitInfo};

use crate::vst3_host::{Vst3Host, check, text};
use crate::vst3_module::Module;

impl Vst3Host {
    /// The sub-categories of a bundle's first audio component.
    pub fn categories(bundle: &Path) -> Result<Vec<String>> {
        let joined = Module::open(bundle)?.categories()?;
        Ok(joined.split('|').map(str::to_owned).collect())
    }

    /// The parameters that a user sees, in the order of the host's list: unit and name.
    pub fn units(&mut self) -> Result<Vec<(String, String)>> {
        let units = self.controller.cast::<IUnitInfo>().context("the plugin has no units")?;
        let mut names = HashMap::new();
        // SAFETY: plain data, for which zeros are a value, and ours to be written.
        unsafe {
            for index in 0..units.getUnitCount() {
                let mut unit: UnitInfo = std::mem::zeroed();
                check("a unit", units.getUnitInfo(index, &mut unit))?;
                names.insert(unit.id, text(&unit.name));
            }
        }
        // That of the whole has a name of the framework's.
        names.insert(0, String::new());
        let named = |id| names.get(&id).cloned().context("a parameter is of no unit");
        let seen = self.known(false)?.into_iter();
        seen.map(|(about, _)| Ok((named(about.unitId)?, text(&about.title)))).collect()
    }
}
