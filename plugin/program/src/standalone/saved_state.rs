//! The instrument's state, kept from one run to the next: what a host would save in its project.

use std::path::{Path, PathBuf};
use std::{fs, io};

use nice_plug::params::InternalParamMut;
use nice_plug::params::internals::ParamPtr;
use nice_plug::plugin::ParamValue;
use nice_plug::prelude::{Param, Params, Plugin, PluginState};
use segue::host::plugin::Segue;
use segue::params::presets::Folder;

/// The name of its file, beside the folder of the player's presets.
const FILE: &str = "standalone.json";

/// The extension of the file while it is being written.
const FRESH: &str = "new";

/// Where it is kept; `None` if no home folder is known.
pub fn path() -> Option<PathBuf> {
    Some(Folder::of_the_player().place()?.parent()?.join(FILE))
}

/// The state as it is now.
pub fn capture(params: &dyn Params) -> PluginState {
    let values = params.param_map().into_iter().map(|(id, param, _)| {
        // SAFETY: the pointers of the map live as long as `params`.
        let value = unsafe {
            match param {
                ParamPtr::FloatParam(param) => ParamValue::F32((*param).unmodulated_plain_value()),
                ParamPtr::IntParam(param) => ParamValue::I32((*param).unmodulated_plain_value()),
                ParamPtr::BoolParam(param) => ParamValue::Bool((*param).unmodulated_plain_value()),
                ParamPtr::EnumParam(param) => match (*param).unmodulated_plain_id() {
                    Some(name) => ParamValue::String(name.to_owned()),
                    None => ParamValue::I32((*param).unmodulated_plain_value()),
                },
            }
        };
        (id, value)
    });
    PluginState {
        version: Segue::VERSION.to_owned(),
        params: values.collect(),
        fields: params.serialize_fields(),
    }
}

/// Restores a state. Of one that another version saved, what is known.
pub fn restore(params: &dyn Params, mut state: PluginState) {
    Segue::filter_state(&mut state);
    for (id, param, _) in params.param_map() {
        // SAFETY: the pointers of the map live as long as `params`.
        unsafe {
            match (param, state.params.get(&id)) {
                (ParamPtr::FloatParam(param), Some(ParamValue::F32(value))) => {
                    (*param)._internal_set_plain_value(*value);
                }
                (ParamPtr::IntParam(param), Some(ParamValue::I32(value))) => {
                    (*param)._internal_set_plain_value(*value);
                }
                (ParamPtr::BoolParam(param), Some(ParamValue::Bool(value))) => {
                    (*param)._internal_set_plain_value(*value);
                }
                (ParamPtr::EnumParam(param), Some(ParamValue::I32(value))) => {
                    (*param)._internal_set_plain_value(*value);
                }
                (ParamPtr::EnumParam(param), Some(ParamValue::String(name))) => {
                    (*param).set_from_id(name);
                }
                _ => {}
            }
        }
    }
    params.deserialize_fields(&state.fields);
}

/// Reads the file; `None` if there is none.
pub fn read(path: &Path) -> io::Result<Option<PluginState>> {
    use io::ErrorKind::{NotADirectory, NotFound};
    match fs::read(path) {
        Ok(text) => Ok(Some(serde_json::from_slice(&text)?)),
        Err(error) if matches!(error.kind(), NotFound | NotADirectory) => Ok(None),
        Err(error) => Err(error),
    }
}

/// Tries whether the file can be written, and leaves it as it is.
pub fn try_writing(path: &Path) -> io::Result<()> {
    if let Some(folder) = path.parent() {
        fs::create_dir_all(folder)?;
    }
    let fresh = path.with_extension(FRESH);
    fs::write(&fresh, [])?;
    fs::remove_file(&fresh)
}

/// Writes the file, whole or not at all.
pub fn write(path: &Path, state: &PluginState) -> io::Result<()> {
    if let Some(folder) = path.parent() {
        fs::create_dir_all(folder)?;
    }
    let fresh = path.with_extension(FRESH);
    fs::write(&fresh, serde_json::to_vec(state)?)?;
    fs::rename(&fresh, path)
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Moves every parameter to the other end of its range.
    fn move_all(params: &dyn Params) {
        for (_, param, _) in params.param_map() {
            // SAFETY: the pointers of the map live as long as `params`.
            unsafe {
                let far = if param.unmodulated_normalized_value() > 0.5 { 0.0 } else { 1.0 };
                param._internal_set_normalized_value(far);
            }
        }
    }

    fn values(params: &dyn Params) -> serde_json::Value {
        serde_json::to_value(capture(params).params).expect("they are JSON")
    }

    #[test]
    fn what_is_saved_is_restored() {
        let folder = tempfile::tempdir().expect("a folder");
        let path = folder.path().join("deeper").join(FILE);
        assert!(read(&path).expect("no file is no error").is_none());
        let (one, other) = (Segue::default().params(), Segue::default().params());
        move_all(one.as_ref());
        assert_ne!(values(one.as_ref()), values(other.as_ref()));
        write(&path, &capture(one.as_ref())).expect("it can be written");
        let state = read(&path).expect("it can be read").expect("it was written");
        restore(other.as_ref(), state);
        assert_eq!(values(one.as_ref()), values(other.as_ref()));
        assert_eq!(capture(one.as_ref()).fields, capture(other.as_ref()).fields);
        fs::write(&path, "half a fi").expect("a file");
        assert!(read(&path).is_err());
    }
}
