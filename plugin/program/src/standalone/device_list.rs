//! The list of audio devices and MIDI ports, as text.

use segue_music::one_line;

use super::audio::sound_card;
use super::midi::ports;

/// All devices, one a line, in three groups.
pub fn device_list() -> String {
    let mut lines = vec!["Audio".to_owned()];
    #[cfg(target_os = "linux")]
    let sources = match super::audio::jack::probe() {
        Ok((name, sources)) => {
            lines.push(format!("  {name}"));
            sources
        }
        Err(error) => {
            lines.push(format!("  {error}"));
            Vec::new()
        }
    };
    #[cfg(not(target_os = "linux"))]
    let sources: Vec<String> = Vec::new();
    let system = sound_card::SYSTEM;
    let outputs = sound_card::names().into_iter().map(|name| format!("{system}: {name}"));
    append(&mut lines, outputs, &format!("{system}: no sound card is found"));
    let (inputs, outputs) = ports::names();
    lines.push("MIDI in".to_owned());
    append(&mut lines, sources.into_iter().chain(inputs), "none");
    lines.push("MIDI out".to_owned());
    append(&mut lines, outputs.into_iter(), "none");
    lines.join("\n")
}

/// Appends the names, or `none` if there are none.
fn append(lines: &mut Vec<String>, names: impl Iterator<Item = String>, none: &str) {
    let before = lines.len();
    lines.extend(names.map(|name| format!("  {}", one_line(&name))));
    if lines.len() == before {
        lines.push(format!("  {none}"));
    }
}
