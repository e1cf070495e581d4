//! Colours and sizes of the window. A colour has a meaning: blue is the player, orange is Segue,
//! red is a fault, and everything else is grey; but each part of a band has a hue of its own.
//!
//! Every label keeps a contrast of at least 4.5 to 1 against what lies behind it (WCAG 2.2, success
//! criterion 1.4.3, level AA). Tests measure that on what is drawn.

use egui::style::ScrollStyle;
use egui::{
    Color32, Context, CornerRadius, FontFamily, FontId, Stroke, TextStyle, Theme, Vec2, Visuals, vec2,
};
use segue_music::Part;

/// Behind everything.
pub const GROUND: Color32 = Color32::from_rgb(0x15, 0x17, 0x1c);
/// A group of controls.
pub const PANEL: Color32 = Color32::from_rgb(0x1e, 0x21, 0x28);
/// A control.
pub const TRACK: Color32 = Color32::from_rgb(0x2a, 0x2f, 0x39);
/// A button, and lines between things.
pub const LINE: Color32 = Color32::from_rgb(0x38, 0x3e, 0x4a);
/// The one of several that is chosen, where it is large.
pub const RAISED: Color32 = Color32::from_rgb(0x43, 0x4b, 0x5a);
/// The filled part of a range.
pub const FILL: Color32 = Color32::from_rgb(0x93, 0x9c, 0xab);
/// The one of several that is chosen, and a switch that is on.
pub const ON: Color32 = Color32::from_rgb(0xc9, 0xce, 0xd6);
/// Text to read first.
pub const TEXT: Color32 = Color32::from_rgb(0xec, 0xe8, 0xe0);
/// Names, explanations, and controls that have no effect now.
pub const DIM: Color32 = Color32::from_rgb(0xb6, 0xbc, 0xc6);
/// The player.
pub const PLAYER: Color32 = Color32::from_rgb(0x6b, 0xb6, 0xf2);
/// Segue.
pub const SEGUE: Color32 = Color32::from_rgb(0xf4, 0xa2, 0x3c);
/// A part of Segue's band: its keys are as orange as its one voice. Light enough for dark text.
pub const fn part(part: Part) -> Color32 {
    let (red, green, blue) = match part {
        Part::Keys => return SEGUE,
        Part::Mallets => (0xf5, 0xd0, 0x6e),
        Part::Guitar => (0xd9, 0xd4, 0x5c),
        Part::Bass => (0x7f, 0xd1, 0x7a),
        Part::Strings => (0xc3, 0xa1, 0xf0),
        Part::Voice => (0xf0, 0xa6, 0xdc),
        Part::Brass => (0xe6, 0xb4, 0x4c),
        Part::Reeds => (0xa9, 0xd8, 0x5e),
        Part::Flutes => (0x6f, 0xd8, 0xb8),
        Part::Lead => (0xff, 0x9f, 0xb6),
        Part::Pad => (0xa8, 0xb0, 0xff),
        Part::Organ => (0xe0, 0xb0, 0x90),
        Part::Drums => (0xd8, 0xd2, 0xc4),
    };
    Color32::from_rgb(red, green, blue)
}

/// Something is wrong.
pub const ALARM: Color32 = Color32::from_rgb(0xff, 0x8d, 0x82);

/// What the window leaves free at its edges.
pub const MARGIN: f32 = 12.0;
/// Height of a control.
pub const ROW: f32 = 26.0;
/// Space between controls.
pub const GAP: f32 = 4.0;
/// Space within a button, at its edges.
pub const PADDING: Vec2 = vec2(8.0, 3.0);
/// Corner radius of a control.
pub const ROUND: f32 = 4.0;
/// Corner radius of a panel.
pub const ROUND_PANEL: f32 = 6.0;

/// The window's font in a size.
pub fn font(size: f32) -> FontId {
    FontId::new(size, FontFamily::Proportional)
}

/// Gives egui's own widgets these colours and sizes.
pub fn apply(context: &Context) {
    context.set_theme(Theme::Dark);
    context.all_styles_mut(|style| {
        style.text_styles = [
            (TextStyle::Small, font(12.0)),
            (TextStyle::Body, font(13.5)),
            (TextStyle::Button, font(13.5)),
            (TextStyle::Heading, font(22.0)),
            (TextStyle::Monospace, FontId::monospace(13.0)),
        ]
        .into();
        style.spacing.item_spacing = vec2(6.0, GAP);
        style.spacing.button_padding = PADDING;
        style.spacing.interact_size.y = ROW;
        // Always visible and beside the content: a list that goes on must look like one.
        style.spacing.scroll = ScrollStyle { bar_width: 8.0, ..ScrollStyle::solid() };
        style.interaction.tooltip_delay = 0.4;
        style.visuals = visuals();
    });
}

fn visuals() -> Visuals {
    let mut visuals = Visuals::dark();
    visuals.panel_fill = GROUND;
    visuals.window_fill = PANEL;
    visuals.window_stroke = Stroke::new(1.0, RAISED);
    visuals.extreme_bg_color = GROUND;
    visuals.override_text_color = Some(TEXT);
    visuals.selection.bg_fill = RAISED;
    visuals.selection.stroke = Stroke::new(1.0, ON);
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
    widgets.active.bg_stroke = Stroke::new(1.0, ON);
    // The handles of scroll bars.
    widgets.inactive.bg_fill = DIM;
    widgets.hovered.bg_fill = ON;
    widgets.active.bg_fill = TEXT;
    visuals
}
