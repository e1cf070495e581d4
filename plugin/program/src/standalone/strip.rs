//! The clock in the window: a row of its own below the header.

#[cfg(test)]
mod tests;

use std::time::Instant;

use egui::{Button, Color32, ComboBox, DragValue, Response, Sense, Ui, vec2};
use segue_music::{Meter, Tempo};

use super::cue::{Baton, Cue};
use super::terminal::TEMPOS;

/// The metres to choose from; others may be typed in the terminal.
const METERS: [(u8, u8); 7] = [(4, 4), (3, 4), (2, 4), (5, 4), (7, 8), (6, 8), (12, 8)];

/// The lamps: beats to come, this beat, and the first of a bar.
const DARK: Color32 = Color32::from_rgb(0x38, 0x3e, 0x4a);
const LIGHT: Color32 = Color32::from_rgb(0xec, 0xe8, 0xe0);
const FIRST: Color32 = Color32::from_rgb(0xf4, 0xa2, 0x3c);

/// The row.
pub fn strip(ui: &mut Ui, baton: &Baton) {
    ui.horizontal(|ui| {
        for (response, cue) in [start(ui, baton), tempo(ui, baton), tap(ui)] {
            if response {
                baton.give(cue);
            }
        }
        meter(ui, baton);
        let (clicked, cue) = metronome(ui, baton);
        if clicked {
            baton.give(cue);
        }
        lamps(ui, baton);
    });
}

fn start(ui: &mut Ui, baton: &Baton) -> (bool, Cue) {
    let (word, cue) = if baton.goes() { ("Stop", Cue::Stop) } else { ("Start", Cue::Start) };
    let tip = "The clock. While it stands, Segue goes by your own time; while it goes, by its bars.";
    (button(ui, word, baton.goes(), tip).clicked(), cue)
}

fn tempo(ui: &mut Ui, baton: &Baton) -> (bool, Cue) {
    let mut bpm = baton.tempo().bpm();
    let value = DragValue::new(&mut bpm).range(TEMPOS).speed(0.25).max_decimals(1).suffix(" BPM");
    let changed =
        ui.add(value).on_hover_text("Quarter notes a minute: drag it, or click and type.").changed();
    (changed, Cue::Tempo(Tempo::new(bpm)))
}

fn tap(ui: &mut Ui) -> (bool, Cue) {
    let tip =
        "Tap the tempo. While the clock stands, a bar of taps counts in, and it goes from the beat after.";
    // When the button goes down, not up: that is the beat. It may be up again within the same frame.
    let tapped =
        button(ui, "Tap", false, tip).contains_pointer() && ui.input(|input| input.pointer.primary_pressed());
    (tapped, Cue::Tap(Instant::now()))
}

fn meter(ui: &mut Ui, baton: &Baton) {
    let now = baton.meter();
    let name = |meter: Meter| format!("{}/{}", meter.numerator, meter.denominator);
    let menu = ComboBox::from_id_salt("meter").width(56.0).selected_text(name(now));
    let shown = menu.show_ui(ui, |ui| {
        for meter in METERS.into_iter().filter_map(|(above, below)| Meter::new(above, below)) {
            if ui.selectable_label(meter == now, name(meter)).clicked() {
                baton.give(Cue::Meter(meter));
            }
        }
    });
    shown.response.on_hover_text("The metre.");
}

fn metronome(ui: &mut Ui, baton: &Baton) -> (bool, Cue) {
    let clicks = baton.clicks();
    let tip =
        "A click on every beat, in your ears alone: neither Segue nor MIDI hears it. It starts the clock.";
    (button(ui, "Metronome", clicks, tip).clicked(), Cue::Click(!clicks))
}

fn button(ui: &mut Ui, word: &str, on: bool, tip: &str) -> Response {
    ui.add(Button::new(word).selected(on)).on_hover_text(tip)
}

/// One for each beat of a bar.
fn lamps(ui: &mut Ui, baton: &Baton) {
    let beats = baton.meter().numerator;
    let (place, _) =
        ui.allocate_exact_size(vec2(f32::from(beats) * 14.0, ui.spacing().interact_size.y), Sense::hover());
    for beat in 1..=beats {
        let colour = match baton.beat() {
            Some(1) if beat == 1 => FIRST,
            Some(now) if beat == now => LIGHT,
            _ => DARK,
        };
        let centre = place.left_center() + vec2(f32::from(beat) * 14.0 - 7.0, 0.0);
        ui.painter().circle_filled(centre, 4.0, colour);
    }
}
