//! Every parameter has a control: none can be moved by the host alone.

use nice_plug::prelude::Params;

use super::*;

/// What has no control of its own: bypass is the host's, and modes are large buttons that follow
/// the one that holds.
const WITHOUT: [&str; 2] = ["bypass", "mode"];

#[test]
fn every_parameter_has_a_control() {
    for (id, ..) in SegueParams::default().param_map() {
        let mut desk = Desk::with_all_controls((SIZE.width, SIZE.height));
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
