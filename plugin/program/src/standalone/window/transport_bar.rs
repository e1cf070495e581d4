//! The transport in the window: a row below the header.

#[cfg(test)]
mod tests;

use std::time::Instant;

use egui::{Button, Color32, ComboBox, DragValue, Response, Sense, Ui, vec2};
use segue::editor::{hint, theme};
use segue_music::{Meter, Tempo};

use crate::standalone::sound_status::SoundStatus;
use crate::standalone::terminal::TEMPOS;
use crate::standalone::transport::handle::{Command, TransportHandle};

/// The metres to choose from. Others can be typed in the terminal.
const METERS: [(u8, u8); 7] = [(4, 4), (3, 4), (2, 4), (5, 4), (7, 8), (6, 8), (12, 8)];

/// The lamps: off, on, and on for a downbeat. Grey, as they are neither the player's nor Segue's.
const OFF: Color32 = theme::LINE;
const ON: Color32 = theme::FILL;
const DOWNBEAT: Color32 = theme::TEXT;

/// Pixels from one lamp to the next.
const SPACING: f32 = 14.0;

/// Draws the row and sends what is clicked.
pub fn transport_bar(ui: &mut Ui, transport: &TransportHandle, sound: &SoundStatus) {
    ui.horizontal(|ui| {
        for (clicked, command) in [start(ui, transport), tempo(ui, transport), tap(ui)] {
            if clicked {
                transport.send(command);
            }
        }
        meter(ui, transport);
        let (clicked, command) = metronome(ui, transport);
        if clicked {
            transport.send(command);
        }
        lamps(ui, transport);
        if let Some(reason) = sound.reason() {
            hint(&ui.colored_label(theme::ALARM, "No sound"), reason, "");
        }
    });
}

fn start(ui: &mut Ui, transport: &TransportHandle) -> (bool, Command) {
    let playing = transport.is_playing();
    let (word, command) = if playing { ("Stop", Command::Stop) } else { ("Start", Command::Start) };
    let tip = "The clock. While it is stopped, Segue follows your own time; while it plays, its bars.";
    (button(ui, word, playing, tip).clicked(), command)
}

fn tempo(ui: &mut Ui, transport: &TransportHandle) -> (bool, Command) {
    let mut bpm = transport.tempo().bpm();
    let value = DragValue::new(&mut bpm).range(TEMPOS).speed(0.25).max_decimals(1).suffix(" BPM");
    let response = ui.add(value);
    hint(&response, "Quarter notes a minute.", "Drag, or click and type.");
    (response.changed(), Command::Tempo(Tempo::new(bpm)))
}

fn tap(ui: &mut Ui) -> (bool, Command) {
    let tip = "Tap the tempo. While the clock is stopped, a bar of taps counts in and starts it.";
    // The beat is when the button goes down. It may be up again within the same frame.
    let tapped =
        button(ui, "Tap", false, tip).contains_pointer() && ui.input(|input| input.pointer.primary_pressed());
    (tapped, Command::Tap(Instant::now()))
}

fn meter(ui: &mut Ui, transport: &TransportHandle) {
    let now = transport.meter();
    let name = |meter: Meter| format!("{}/{}", meter.numerator, meter.denominator);
    let menu = ComboBox::from_id_salt("meter").width(56.0).selected_text(name(now));
    let shown = menu.show_ui(ui, |ui| {
        for meter in METERS.into_iter().filter_map(|(above, below)| Meter::new(above, below)) {
            if ui.selectable_label(meter == now, name(meter)).clicked() {
                transport.send(Command::Meter(meter));
            }
        }
    });
    hint(&shown.response, "The metre.", "Click to choose.");
}

fn metronome(ui: &mut Ui, transport: &TransportHandle) -> (bool, Command) {
    let on = transport.metronome();
    let tip =
        "A click on every beat that only you hear: it is neither Segue's input nor MIDI. Starts the clock.";
    (button(ui, "Metronome", on, tip).clicked(), Command::Metronome(!on))
}

fn button(ui: &mut Ui, word: &str, on: bool, tip: &str) -> Response {
    let response = ui.add(Button::new(word).selected(on));
    hint(&response, tip, "");
    response
}

/// A lamp for each beat of the bar.
fn lamps(ui: &mut Ui, transport: &TransportHandle) {
    let beats = transport.meter().numerator;
    let size = vec2(f32::from(beats) * SPACING, ui.spacing().interact_size.y);
    let (place, _) = ui.allocate_exact_size(size, Sense::hover());
    for beat in 1..=beats {
        let colour = match transport.beat() {
            Some(1) if beat == 1 => DOWNBEAT,
            Some(now) if beat == now => ON,
            _ => OFF,
        };
        let centre = place.left_center() + vec2((f32::from(beat) - 0.5) * SPACING, 0.0);
        ui.painter().circle_filled(centre, 4.0, colour);
    }
}
