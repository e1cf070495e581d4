//! Names for the keys that are commands: hosts show them in their piano rolls.
//!
//! The framework (nice-plug 0.4.2) does not know this extension: [`super::clap_calls`] has it.

use std::ffi::c_char;

use clap_sys::ext::note_name::{
    CLAP_EXT_NOTE_NAME, clap_host_note_name, clap_note_name, clap_plugin_note_name,
};
use nice_plug::wrapper::clap::clap_plugin;

use crate::host::clap_instance::Instance;

/// The extension, for hosts that ask for it.
pub static NAMES: clap_plugin_note_name = clap_plugin_note_name { count: Some(count), get: Some(get) };

unsafe extern "C" fn count(plugin: *const clap_plugin) -> u32 {
    // SAFETY: hosts call with what they were given, until its end.
    let instance = unsafe { Instance::of(plugin) };
    instance.map_or(0, |instance| instance.triggers.names().count() as u32)
}

unsafe extern "C" fn get(plugin: *const clap_plugin, index: u32, name: *mut clap_note_name) -> bool {
    // SAFETY: hosts call with what they were given, until its end, and lend what is to be written.
    let (Some(instance), Some(told)) = (unsafe { (Instance::of(plugin), name.as_mut()) }) else {
        return false;
    };
    let Some((key, name)) = instance.triggers.names().nth(index as usize) else { return false };
    // On every port and channel.
    (told.port, told.key, told.channel) = (-1, key.into(), -1);
    told.name = [0; _];
    for (place, byte) in told.name.iter_mut().zip(name.bytes()) {
        *place = byte as c_char;
    }
    true
}

/// Tells the host, if a trigger has moved, that there are other names now.
///
/// # Safety
/// On the main thread, while the host lives.
pub unsafe fn tell(instance: &Instance) {
    if !instance.triggers.is_news() {
        return;
    }
    // SAFETY: the caller's promise; what the host answers is null or that extension, which lives as
    // long as it.
    unsafe {
        let names = instance.ask_host(CLAP_EXT_NOTE_NAME).cast::<clap_host_note_name>();
        if let Some(changed) = names.as_ref().and_then(|names| names.changed) {
            changed(instance.host);
        }
    }
}
