//! The CLAP entry: the plugin, and where its presets are.
//!
//! The framework's own entry (`nice_export_clap!` of nice-plug 0.4.2) only knows plugins and cannot
//! be extended, so this one replaces it. The instances are the framework's, wrapped by
//! [`clap_calls`].

use std::ffi::{CStr, c_char, c_void};
use std::ptr::null;
use std::sync::{Arc, OnceLock};

use clap_sys::factory::preset_discovery::{
    CLAP_PRESET_DISCOVERY_FACTORY_ID, CLAP_PRESET_DISCOVERY_FACTORY_ID_COMPAT,
};
use nice_plug::wrapper::clap::{
    CLAP_PLUGIN_FACTORY_ID, CLAP_VERSION, PluginDescriptor, Wrapper, clap_host, clap_plugin,
    clap_plugin_descriptor, clap_plugin_entry, clap_plugin_factory,
};
use nice_plug::wrapper::setup_logger;

use crate::host::plugin::Segue;
use crate::host::{clap_calls, preset_discovery};

/// The entry, under the name that CLAP gives it.
// SAFETY: nothing else in the library has this name.
#[unsafe(no_mangle)]
#[used]
pub static clap_entry: clap_plugin_entry = clap_plugin_entry {
    clap_version: CLAP_VERSION,
    init: Some(init),
    deinit: Some(deinit),
    get_factory: Some(get_factory),
};

static PLUGINS: clap_plugin_factory = clap_plugin_factory {
    get_plugin_count: Some(count),
    get_plugin_descriptor: Some(describe),
    create_plugin: Some(create),
};

fn descriptor() -> &'static PluginDescriptor {
    static DESCRIPTOR: OnceLock<PluginDescriptor> = OnceLock::new();
    DESCRIPTOR.get_or_init(PluginDescriptor::for_plugin::<Segue>)
}

extern "C" fn init(_path: *const c_char) -> bool {
    setup_logger::<Segue>();
    true
}

extern "C" fn deinit() {}

unsafe extern "C" fn get_factory(id: *const c_char) -> *const c_void {
    if id.is_null() {
        return null();
    }
    // SAFETY: it is not null, and the host's strings are null-terminated.
    let id = unsafe { CStr::from_ptr(id) };
    if id == CLAP_PLUGIN_FACTORY_ID {
        (&raw const PLUGINS).cast()
    } else if [CLAP_PRESET_DISCOVERY_FACTORY_ID, CLAP_PRESET_DISCOVERY_FACTORY_ID_COMPAT].contains(&id) {
        preset_discovery::factory()
    } else {
        null()
    }
}

unsafe extern "C" fn count(_factory: *const clap_plugin_factory) -> u32 {
    1
}

unsafe extern "C" fn describe(
    _factory: *const clap_plugin_factory,
    index: u32,
) -> *const clap_plugin_descriptor {
    if index == 0 { descriptor().clap_plugin_descriptor() } else { null() }
}

unsafe extern "C" fn create(
    _factory: *const clap_plugin_factory,
    host: *const clap_host,
    id: *const c_char,
) -> *const clap_plugin {
    // SAFETY: the host's strings are null-terminated.
    if host.is_null() || id.is_null() || unsafe { CStr::from_ptr(id) } != descriptor().clap_id() {
        return null();
    }
    // SAFETY: the host is not null and outlives its instances. `destroy` gives the reference back.
    let wrapper = Arc::into_raw(unsafe { Wrapper::<Segue>::new(host) });
    // SAFETY: the wrapper lives until then, and nobody else has it yet; host and wrapper belong
    // together.
    unsafe { clap_calls::new(*(*wrapper).clap_plugin.as_ptr(), host) }
}
