//! Presets that a CLAP host picks in its own browser.
//!
//! The framework (nice-plug 0.4.2) does not know this extension, and answers queries for extensions
//! itself. So the host gets an instance of ours, which is the framework's except for two calls:
//! querying extensions, and `destroy`. The framework does everything by way of `plugin_data`, which
//! both share.

use std::collections::{BTreeMap, HashMap};
use std::ffi::{CStr, CString, OsStr, c_char, c_void};
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::path::Path;
use std::ptr::null;

use clap_sys::ext::preset_load::{
    CLAP_EXT_PRESET_LOAD, CLAP_EXT_PRESET_LOAD_COMPAT, clap_host_preset_load, clap_plugin_preset_load,
};
use clap_sys::factory::preset_discovery::{
    CLAP_PRESET_DISCOVERY_LOCATION_FILE, CLAP_PRESET_DISCOVERY_LOCATION_PLUGIN,
};
use nice_plug::params::internals::ParamPtr;
use nice_plug::plugin::{ParamValue, PluginState};
use nice_plug::prelude::{Params, Plugin};
use nice_plug::wrapper::clap::{Wrapper, clap_host, clap_plugin};

use crate::host::plugin::Segue;
use crate::params::SegueParams;
use crate::params::presets::{Preset, PresetError};

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

/// An instance, as the host holds it.
#[repr(C)]
struct Instance {
    /// What the host sees. First, so that a pointer to it is a pointer to the whole.
    plugin: clap_plugin,
    framework: clap_plugin,
    host: *const clap_host,
}

static LOAD: clap_plugin_preset_load = clap_plugin_preset_load { from_location: Some(from_location) };

/// Wraps an instance of the framework's into one that loads presets. Its `destroy` frees it.
///
/// # Safety
/// `framework` is a new instance of `Wrapper<Segue>`, made for `host`, which outlives it.
pub unsafe fn instance(framework: clap_plugin, host: *const clap_host) -> *const clap_plugin {
    let plugin = clap_plugin { destroy: Some(destroy), get_extension: Some(get_extension), ..framework };
    Box::into_raw(Box::new(Instance { plugin, framework, host })).cast()
}

unsafe extern "C" fn destroy(plugin: *const clap_plugin) {
    // SAFETY: hosts call this last, once, with what `instance` gave them.
    let instance = unsafe { Box::from_raw(plugin.cast_mut().cast::<Instance>()) };
    if let Some(destroy) = instance.framework.destroy {
        // SAFETY: it is the framework's own, and has not been called yet.
        unsafe { destroy(&raw const instance.framework) };
    }
}

unsafe extern "C" fn get_extension(plugin: *const clap_plugin, id: *const c_char) -> *const c_void {
    if plugin.is_null() || id.is_null() {
        return null();
    }
    // SAFETY: it is not null, and the host's strings are null-terminated.
    if [CLAP_EXT_PRESET_LOAD, CLAP_EXT_PRESET_LOAD_COMPAT].contains(&unsafe { CStr::from_ptr(id) }) {
        return (&raw const LOAD).cast();
    }
    // SAFETY: hosts call with what `instance` gave them, until its end.
    let framework = unsafe { &raw const (*plugin.cast::<Instance>()).framework };
    // SAFETY: as above; the framework's own query.
    unsafe { (*framework).get_extension.map_or(null(), |get_extension| get_extension(framework, id)) }
}

unsafe extern "C" fn from_location(
    plugin: *const clap_plugin,
    kind: u32,
    location: *const c_char,
    key: *const c_char,
) -> bool {
    // SAFETY: hosts call with what `instance` gave them, until its end.
    let Some(instance) = (unsafe { plugin.cast::<Instance>().as_ref() }) else { return false };
    // SAFETY: the host's strings are null or null-terminated, and live through the call.
    let text = |string: *const c_char| (!string.is_null()).then(|| unsafe { CStr::from_ptr(string) });
    let loaded = catch_unwind(AssertUnwindSafe(|| {
        let mut state = settings(&preset(kind, text(location), text(key))?)?;
        // SAFETY: the framework keeps its wrapper there, and it lives until `destroy`.
        let wrapper = unsafe { &*instance.framework.plugin_data.cast::<Wrapper<Segue>>() };
        if wrapper.set_state_inner(&mut state) { Ok(()) } else { Err(LoadError::Refused) }
    }));
    // SAFETY: the host gave itself when it made the instance, and outlives it; its answer is null
    // or that extension.
    let told = unsafe {
        let get_extension = instance.host.as_ref().and_then(|host| host.get_extension);
        let ask = |id: &CStr| get_extension.map_or(null(), |ask| ask(instance.host, id.as_ptr()));
        [CLAP_EXT_PRESET_LOAD, CLAP_EXT_PRESET_LOAD_COMPAT]
            .into_iter()
            .find_map(|id| ask(id).cast::<clap_host_preset_load>().as_ref())
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
