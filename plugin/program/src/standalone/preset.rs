//! Choosing a preset by name, from the command line.

use anyhow::{Context as _, Result};
use nice_plug::prelude::Params;
use segue::params::SegueParams;
use segue::params::presets::{Folder, Preset};

use super::device_name::choose;

/// Applies the preset with that part in its name: one of Segue's, or one of the player's own.
/// Returns it.
///
/// # Errors
/// No preset has that name, or its file sets what this version does not know.
pub fn apply(params: &dyn Params, wanted: &str) -> Result<Preset> {
    let presets: Vec<_> =
        Preset::built_in().chain(Folder::of_the_player().presets().into_iter().flatten()).collect();
    let names: Vec<_> = presets.iter().map(|preset| preset.name.clone()).collect();
    let index = choose("preset", &names, wanted)?;
    let preset = presets.into_iter().nth(index).context("the preset is gone")?;
    // A preset resolves to pointers into one `SegueParams`. `params` hides its type, so they are
    // resolved on another one and carried over by the parameters' ids.
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
    Ok(preset)
}

#[cfg(test)]
mod tests {
    use nice_plug::prelude::Plugin;
    use segue::host::plugin::Segue;

    use super::super::saved_state::capture;
    use super::*;

    fn values(params: &dyn Params) -> serde_json::Value {
        serde_json::to_value(capture(params).params).expect("they are JSON")
    }

    #[test]
    fn a_preset_is_chosen_by_a_part_of_its_name() {
        let params = Segue::default().params();
        let before = values(params.as_ref());
        let preset = apply(params.as_ref(), "trading f").expect("there is one");
        assert_eq!(preset.name, "Trading fours");
        let after = values(params.as_ref());
        assert_eq!(after["mode"]["string"], "trade");
        assert_ne!(before, after);
        let error = apply(params.as_ref(), "nobody").expect_err("there is none");
        assert!(error.to_string().contains("there are: Patient partner"), "{error}");
        assert_eq!(values(params.as_ref()), after, "an unknown name changes nothing");
    }
}
