//! What could be played with, as text.

use super::{ports, system};

/// Every device, a line each.
pub fn list() -> String {
    let mut lines = vec!["Audio".to_owned()];
    #[cfg(target_os = "linux")]
    let keyboards = match super::jack::look() {
        Ok((name, keyboards)) => {
            lines.push(format!("  {name}"));
            keyboards
        }
        Err(error) => {
            lines.push(format!("  {error}"));
            Vec::new()
        }
    };
    #[cfg(not(target_os = "linux"))]
    let keyboards: Vec<String> = Vec::new();
    let outputs = system::names().into_iter().map(|name| format!("{}: {name}", system::kind()));
    append(&mut lines, outputs, &format!("{}: no sound card is found", system::kind()));
    let (inputs, outputs) = ports::names();
    lines.push("MIDI in".to_owned());
    append(&mut lines, keyboards.into_iter().chain(inputs), "none");
    lines.push("MIDI out".to_owned());
    append(&mut lines, outputs.into_iter(), "none");
    lines.join("\n")
}

fn append(lines: &mut Vec<String>, names: impl Iterator<Item = String>, none: &str) {
    let before = lines.len();
    lines.extend(names.map(|name| format!("  {name}")));
    if lines.len() == before {
        lines.push(format!("  {none}"));
    }
}
