//! Every parameter has a control: none can be moved by the host alone.

use nice_plug::prelude::Params;

use segue_music::Part;

use super::*;
use crate::editor::panels::Panel;
use crate::params::band::label;

/// What has no control of its own: bypass is the host's, and modes are large buttons that follow
/// the one that holds.
const WITHOUT: [&str; 2] = ["bypass", "mode"];

/// Whether a parameter is of the strip of a part.
fn is_of(part: Part, id: &str) -> bool {
    let map = SegueParams::default().param_map();
    map.iter().any(|(other, _, group)| other == id && *group == format!("Band/{}", label(part)))
}

#[test]
fn every_parameter_has_a_control() {
    // Mute and solo are a letter whatever their value; they are clicked in `a_band_has_strips`.
    let has_words = |id: &String| !id.ends_with("mute") && !id.ends_with("solo");
    for (id, ..) in SegueParams::default().param_map().into_iter().filter(|(id, ..)| has_words(id)) {
        // The band's are many: they scroll, so they get a window that holds them all.
        let part = Part::ALL.into_iter().find(|part| is_of(*part, &id));
        let height = if part.is_some() { 2400.0 } else { SIZE.height };
        let mut desk = Desk::with_all_controls((SIZE.width, height));
        if let Some(part) = part {
            desk.view.panels.toggle(Panel::Band, false);
            set(&desk, &label(part), "On");
        }
        desk.view.status.set_model("a band", &[], true);
        desk.view.params.what.styles.set(&["waltz".to_owned()]);
        // A latch is one of Continue, a root one of a scale.
        if id == "latch" {
            desk.view.status.set_mode(Mode::Continue);
        }
        set(&desk, "Scale", "Minor");
        let map = desk.view.params.param_map();
        let (_, param, _) = map.into_iter().find(|(it, ..)| *it == id).expect("it exists");
        let mut shown = |mode: Mode, value: f32| -> Vec<String> {
            // SAFETY: the pointers of the map live as long as the parameters.
            unsafe { param._internal_set_normalized_value(value) };
            desk.view.status.set_mode(mode);
            desk.frame(vec![]).into_iter().map(|(text, ..)| text).collect()
        };
        // Some controls are there in their mode alone. What has no name in the window tells its
        // value: the scale, or a range.
        let has_control = Mode::ALL.into_iter().any(|mode| {
            let (low, high) = (shown(mode, 0.0), shown(mode, 1.0));
            // SAFETY: as above.
            low != high || low.iter().any(|text| text == unsafe { param.name() })
        });
        assert_eq!(has_control, !WITHOUT.contains(&id.as_str()), "whether {id} has a control");
    }
}
