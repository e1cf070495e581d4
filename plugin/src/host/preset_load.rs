//! Presets that a CLAP host picks in its own browser.
//!
//! The framework (nice-plug 0.4.2) does not know this extension: [`super::clap_calls`] has it.

use std::collections::{BTreeMap, HashMap};
use std::ffi::{CStr, CString, OsStr, c_char};
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::path::Path;

use clap_sys::ext::preset_load::{
    CLAP_EXT_PRESET_LOAD, CLAP_EXT_PRESET_LOAD_COMPAT, clap_host_preset_load, clap_plugin_preset_load,
};
use clap_sys::factory::preset_discovery::{
    CLAP_PRESET_DISCOVERY_LOCATION_FILE, CLAP_PRESET_DISCOVERY_LOCATION_PLUGIN,
};
use nice_plug::params::internals::ParamPtr;
use nice_plug::plugin::{ParamValue, PluginState};
use nice_plug::prelude::{Params, Plugin};
use nice_plug::wrapper::clap::{Wrapper, clap_plugin};

use crate::host::clap_instance::Instance;
use crate::host::plugin::Segue;
use crate::params::SegueParams;
use crate::params::presets::{Preset, PresetError, STYLE};

/// Why a preset was not loaded, and the way out.
#[derive(Debug, thiserror::Error)]
enum LoadError {
    #[error(transparent)]
    Preset(#[from] PresetError),
    #[error("Segue has no preset of its own called {0:?}; look for presets again")]
    Unknown(String),
    #[error("that is no place of Segue's presets; look for presets again")]
    NoPlace,
    #[error("the state was refused; load it again")]
    Refused,
}

/// The extension, for hosts that ask for it.
pub static LOAD: clap_plugin_preset_load = clap_plugin_preset_load { from_location: Some(from_location) };

unsafe extern "C" fn from_location(
    plugin: *const clap_plugin,
    kind: u32,
    location: *const c_char,
    key: *const c_char,
) -> bool {
    // SAFETY: hosts call with what they were given, until its end.
    let Some(instance) = (unsafe { Instance::of(plugin) }) else { return false };
    // SAFETY: the host's strings are null or null-terminated, and live through the call.
    let text = |string: *const c_char| (!string.is_null()).then(|| unsafe { CStr::from_ptr(string) });
    let loaded = catch_unwind(AssertUnwindSafe(|| {
        let preset = preset(kind, text(location), text(key))?;
        let mut state = settings(&preset)?;
        if let Some((id, style)) = style(&preset, instance.wrapper()) {
            state.params.insert(id, style);
        }
        if instance.wrapper().set_state_inner(&mut state) { Ok(()) } else { Err(LoadError::Refused) }
    }));
    // SAFETY: the host gave itself when it made the instance, and outlives it; its answer is null
    // or that extension.
    let told = unsafe {
        [CLAP_EXT_PRESET_LOAD, CLAP_EXT_PRESET_LOAD_COMPAT]
            .into_iter()
            .find_map(|id| instance.ask_host(id).cast::<clap_host_preset_load>().as_ref())
    };
    let Ok(loaded) = loaded else { return false };
    match (&loaded, told) {
        (Ok(()), Some(clap_host_preset_load { loaded: Some(tell), .. })) => {
            // SAFETY: the host's own strings, in its own function, on the thread it called us on.
            unsafe { tell(instance.host, kind, location, key) };
        }
        (Err(error), Some(clap_host_preset_load { on_error: Some(tell), .. })) => {
            let message = CString::new(error.to_string()).unwrap_or_default();
            // SAFETY: as above; the message lives through the call.
            unsafe { tell(instance.host, kind, location, key, 0, message.as_ptr()) };
        }
        _ => {}
    }
    loaded.is_ok()
}

/// The preset at a location that the host was given.
fn preset(kind: u32, location: Option<&CStr>, key: Option<&CStr>) -> Result<Preset, LoadError> {
    match (kind, location, key) {
        (CLAP_PRESET_DISCOVERY_LOCATION_PLUGIN, _, Some(key)) => {
            let name = key.to_string_lossy();
            let mut built_in = Preset::built_in();
            built_in.find(|preset| preset.name == name).ok_or_else(|| LoadError::Unknown(name.into_owned()))
        }
        (CLAP_PRESET_DISCOVERY_LOCATION_FILE, Some(path), _) => Ok(Preset::read(&path_of(path))?),
        _ => Err(LoadError::NoPlace),
    }
}

/// A path, as CLAP writes it.
#[cfg(unix)]
pub fn path_of(location: &CStr) -> std::borrow::Cow<'_, Path> {
    use std::os::unix::ffi::OsStrExt;
    Path::new(OsStr::from_bytes(location.to_bytes())).into()
}

/// A path, as CLAP writes it: UTF-8.
#[cfg(not(unix))]
pub fn path_of(location: &CStr) -> std::borrow::Cow<'_, Path> {
    Path::new::<OsStr>(location.to_string_lossy().as_ref().as_ref()).to_path_buf().into()
}

/// The style that a preset asks for, as the number by which the model that plays knows its name.
fn style(preset: &Preset, wrapper: &Wrapper<Segue>) -> Option<(String, ParamValue)> {
    let name = preset.style()?;
    let mut known = wrapper.param_ptr_to_hash.keys().copied();
    let param = known.find(|param| wrapper.param_id_from_ptr(*param) == Some(STYLE))?;
    // SAFETY: the parameter lives as long as the instance.
    let number = unsafe {
        let value = param.string_to_normalized_value(name).unwrap_or(param.default_normalized_value());
        param.preview_plain(value)
    };
    Some((STYLE.to_owned(), ParamValue::I32(number.round() as i32)))
}

/// A preset as a state of its parameters alone: model, jam and takes stay.
fn settings(preset: &Preset) -> Result<PluginState, PresetError> {
    let params = SegueParams::default();
    let ids: HashMap<ParamPtr, String> =
        params.param_map().into_iter().map(|(id, param, _)| (param, id)).collect();
    let value = |(param, normalized): (ParamPtr, f32)| {
        // SAFETY: the parameter belongs to `params`, which lives through the call.
        let plain = unsafe { param.preview_plain(normalized) };
        let value = match param {
            ParamPtr::FloatParam(_) => ParamValue::F32(plain),
            ParamPtr::BoolParam(_) => ParamValue::Bool(plain > 0.5),
            ParamPtr::IntParam(_) | ParamPtr::EnumParam(_) => ParamValue::I32(plain.round() as i32),
        };
        Some((ids.get(&param)?.clone(), value))
    };
    let values = preset.settings(&params)?.into_iter().filter_map(value).collect();
    Ok(PluginState { version: Segue::VERSION.to_owned(), params: values, fields: BTreeMap::new() })
}
