//! What a CLAP host calls of an instance.
//!
//! The framework (nice-plug 0.4.2) answers queries for extensions itself, and does not know all
//! that we have to tell. So the host gets an instance of ours, which is the framework's except for
//! four calls: querying extensions, `process`, `on_main_thread` and `destroy`. The framework does
//! everything by way of `plugin_data`, which both share.

use std::ffi::{CStr, c_char, c_void};
use std::ptr::null;

use clap_sys::ext::note_name::CLAP_EXT_NOTE_NAME;
use clap_sys::ext::preset_load::{CLAP_EXT_PRESET_LOAD, CLAP_EXT_PRESET_LOAD_COMPAT};
use clap_sys::ext::tail::{CLAP_EXT_TAIL, clap_plugin_tail};
use clap_sys::process::{CLAP_PROCESS_ERROR, clap_process, clap_process_status};
use nice_plug::wrapper::clap::{clap_host, clap_plugin};

use crate::host::clap_instance::Instance;
use crate::host::{note_names, preset_load};

/// An answer comes out of silence, from the first block on; the framework says so only after one.
static TAIL: clap_plugin_tail = clap_plugin_tail { get: Some(endless) };

unsafe extern "C" fn endless(_plugin: *const clap_plugin) -> u32 {
    u32::MAX
}

/// Wraps an instance of the framework's. Its `destroy` frees it.
///
/// # Safety
/// `framework` is a new instance of `Wrapper<Segue>`, made for `host`, which outlives it.
pub unsafe fn new(framework: clap_plugin, host: *const clap_host) -> *const clap_plugin {
    let plugin = clap_plugin {
        destroy: Some(destroy),
        get_extension: Some(get_extension),
        process: Some(process),
        on_main_thread: Some(on_main_thread),
        ..framework
    };
    // SAFETY: the caller's promise.
    Box::into_raw(Box::new(unsafe { Instance::new(plugin, framework, host) })).cast()
}

unsafe extern "C" fn destroy(plugin: *const clap_plugin) {
    // SAFETY: hosts call this last, once, with what `new` gave them.
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
    let name = unsafe { CStr::from_ptr(id) };
    if [CLAP_EXT_PRESET_LOAD, CLAP_EXT_PRESET_LOAD_COMPAT].contains(&name) {
        return (&raw const preset_load::LOAD).cast();
    } else if name == CLAP_EXT_NOTE_NAME {
        return (&raw const note_names::NAMES).cast();
    } else if name == CLAP_EXT_TAIL {
        return (&raw const TAIL).cast();
    }
    // SAFETY: hosts call with what `new` gave them, until its end.
    let framework = unsafe { &raw const (*plugin.cast::<Instance>()).framework };
    // SAFETY: as above; the framework's own query.
    unsafe { (*framework).get_extension.map_or(null(), |get_extension| get_extension(framework, id)) }
}

/// # Real-time safety
/// The framework's block; then two atomics are read. Where a trigger has moved, the host is asked
/// once for its main thread, which CLAP lets any thread do.
unsafe extern "C" fn process(plugin: *const clap_plugin, block: *const clap_process) -> clap_process_status {
    // SAFETY: hosts call with what `new` gave them, until its end.
    let Some(instance) = (unsafe { Instance::of(plugin) }) else { return CLAP_PROCESS_ERROR };
    // SAFETY: the framework's own, with the host's block.
    let status =
        unsafe { instance.framework.process.map_or(CLAP_PROCESS_ERROR, |process| process(plugin, block)) };
    if instance.triggers.have_moved() {
        // SAFETY: the host outlives the instance, and lets every thread ask.
        unsafe {
            if let Some(ask) = instance.host.as_ref().and_then(|host| host.request_callback) {
                ask(instance.host);
            }
        }
    }
    status
}

unsafe extern "C" fn on_main_thread(plugin: *const clap_plugin) {
    // SAFETY: hosts call with what `new` gave them, until its end.
    let Some(instance) = (unsafe { Instance::of(plugin) }) else { return };
    // SAFETY: this is the main thread, and the host lives.
    unsafe { note_names::tell(instance) };
    if let Some(call) = instance.framework.on_main_thread {
        // SAFETY: the framework's own.
        unsafe { call(plugin) };
    }
}
