//! A preset by its name, for who plays without a window.

use anyhow::{Context as _, Result};
use nice_plug::prelude::Params;
use segue::params::SegueParams;
use segue::params::presets::{Folder, Preset};

use super::choice::choose;

/// Sets the parameters as the preset has them: one that comes with Segue, or of the player's own.
pub fn apply(params: &dyn Params, wanted: &str) -> Result<()> {
    let presets: Vec<_> =
        Preset::built_in().chain(Folder::of_the_player().presets().into_iter().flatten()).collect();
    let names: Vec<_> = presets.iter().map(|preset| preset.name.clone()).collect();
    let preset = presets.get(choose("preset", &names, wanted)?).context("it is gone")?;
    // What it sets is found on parameters of the same kind, and by their names on ours.
    let like = SegueParams::default();
    let settings = preset.settings(&like)?;
    let (ours, theirs) = (params.param_map(), like.param_map());
    for (param, value) in settings {
        let id = theirs.iter().find(|(_, known, _)| *known == param).map(|(id, ..)| id);
        if let Some((_, param, _)) = ours.iter().find(|(known, ..)| Some(known) == id) {
            // SAFETY: the pointers of the map live as long as `params`.
            unsafe { param._internal_set_normalized_value(value) };
        }
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use nice_plug::prelude::Plugin;
    use segue::host::plugin::Segue;

    use super::super::memory::state_of;
    use super::*;

    fn values(params: &dyn Params) -> serde_json::Value {
        serde_json::to_value(state_of(params).params).expect("they are JSON")
    }

    #[test]
    fn a_preset_is_set_by_a_part_of_its_name() {
        let params = Segue::default().params();
        let before = values(params.as_ref());
        apply(params.as_ref(), "trading f").expect("there is one");
        let after = values(params.as_ref());
        assert_eq!(after["mode"]["string"], "trade");
        assert_ne!(before, after);
        let error = apply(params.as_ref(), "nobody").expect_err("there is none");
        assert!(error.to_string().contains("there are: Patient partner"), "{error}");
        assert_eq!(values(params.as_ref()), after, "nothing moves where there is none");
    }
}
