//! Colours and sizes of the editor: dark, warm, one colour for the player and one for Segue.

use egui::{Color32, Context, CornerRadius, FontFamily, FontId, Stroke, TextStyle, Theme, Visuals, vec2};

/// Behind everything.
pub const GROUND: Color32 = Color32::from_rgb(0x15, 0x17, 0x1c);
/// A group of controls.
pub const PANEL: Color32 = Color32::from_rgb(0x1e, 0x21, 0x28);
/// What can be moved.
pub const TRACK: Color32 = Color32::from_rgb(0x2a, 0x2f, 0x39);
/// The part of a track up to its value.
pub const FILL: Color32 = Color32::from_rgb(0x4a, 0x41, 0x33);
/// A line between things.
pub const LINE: Color32 = Color32::from_rgb(0x38, 0x3e, 0x4a);
/// Words to read.
pub const TEXT: Color32 = Color32::from_rgb(0xec, 0xe8, 0xe0);
/// Words that may be overlooked.
pub const DIM: Color32 = Color32::from_rgb(0x9b, 0xa2, 0xae);
/// The player.
pub const PLAYER: Color32 = Color32::from_rgb(0x5d, 0xae, 0xef);
/// Segue.
pub const SEGUE: Color32 = Color32::from_rgb(0xf4, 0xa2, 0x3c);
/// Something is wrong.
pub const ALARM: Color32 = Color32::from_rgb(0xf0, 0x71, 0x67);

/// Height of a control.
pub const ROW: f32 = 26.0;
/// Space between controls.
pub const GAP: f32 = 4.0;
/// Roundness of a control.
pub const ROUND: f32 = 4.0;
/// Opacity of a control that has no effect now.
pub const IDLE: f32 = 0.45;

/// Letters of a size.
pub fn font(size: f32) -> FontId {
    FontId::new(size, FontFamily::Proportional)
}

/// Makes everything of egui's look like ours.
pub fn apply(context: &Context) {
    context.set_theme(Theme::Dark);
    context.all_styles_mut(|style| {
        style.text_styles = [
            (TextStyle::Small, font(11.5)),
            (TextStyle::Body, font(13.5)),
            (TextStyle::Button, font(13.5)),
            (TextStyle::Heading, font(22.0)),
            (TextStyle::Monospace, FontId::monospace(13.0)),
        ]
        .into();
        style.spacing.item_spacing = vec2(6.0, GAP);
        style.spacing.button_padding = vec2(8.0, 3.0);
        style.spacing.interact_size.y = ROW;
        style.interaction.tooltip_delay = 0.4;
        let mut visuals = Visuals::dark();
        visuals.panel_fill = GROUND;
        visuals.window_fill = PANEL;
        visuals.window_stroke = Stroke::new(1.0, LINE);
        visuals.extreme_bg_color = GROUND;
        visuals.override_text_color = Some(TEXT);
        visuals.selection.bg_fill = FILL;
        visuals.selection.stroke = Stroke::new(1.0, SEGUE);
        let widgets = &mut visuals.widgets;
        for widget in [
            &mut widgets.noninteractive,
            &mut widgets.inactive,
            &mut widgets.hovered,
            &mut widgets.active,
            &mut widgets.open,
        ] {
            widget.corner_radius = CornerRadius::same(ROUND as u8);
            widget.weak_bg_fill = TRACK;
            widget.bg_fill = TRACK;
            widget.bg_stroke = Stroke::NONE;
        }
        widgets.noninteractive.bg_stroke = Stroke::new(1.0, LINE);
        widgets.hovered.bg_stroke = Stroke::new(1.0, DIM);
        widgets.active.bg_stroke = Stroke::new(1.0, SEGUE);
        style.visuals = visuals;
    });
}
