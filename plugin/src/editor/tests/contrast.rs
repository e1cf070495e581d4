//! Every text of the window against what lies behind it: at least 4.5 to 1, WCAG 2.2's level AA.

use egui::Color32;
use segue_realtime::between::meters::Doing;

use super::*;
use crate::takes::Takes;

/// What a text needs (success criterion 1.4.3).
const ENOUGH: f32 = 4.5;

/// Relative luminance, as WCAG 2.2 defines it.
fn luminance(colour: Color32) -> f32 {
    let linear = |channel: u8| {
        let share = f32::from(channel) / 255.0;
        if share <= 0.04045 { share / 12.92 } else { ((share + 0.055) / 1.055).powf(2.4) }
    };
    let [red, green, blue, _] = colour.to_array();
    0.2126 * linear(red) + 0.7152 * linear(green) + 0.0722 * linear(blue)
}

/// The contrast ratio of two opaque colours.
fn contrast(one: Color32, other: Color32) -> f32 {
    let (one, other) = (luminance(one), luminance(other));
    (one.max(other) + 0.05) / (one.min(other) + 0.05)
}

/// What was painted so far, and the texts on it with their contrast.
#[derive(Default)]
struct Canvas {
    fills: Vec<(Rect, Color32)>,
    texts: Vec<(String, f32)>,
}

impl Canvas {
    /// Paints a shape; only texts that can be seen count.
    fn paint(&mut self, shape: &Shape, seen: Rect) {
        match shape {
            Shape::Vec(shapes) => shapes.iter().for_each(|shape| self.paint(shape, seen)),
            Shape::Rect(shape) => self.fills.push((shape.rect.intersect(seen), shape.fill)),
            Shape::Circle(shape) => {
                let inside = Rect::from_center_size(shape.center, vec2(1.0, 1.0) * shape.radius * 1.4);
                self.fills.push((inside.intersect(seen), shape.fill));
            }
            Shape::Text(text) if !text.galley.text().trim().is_empty() => {
                let place = text.visual_bounding_rect();
                if !seen.expand(1.0).contains_rect(place) {
                    return;
                }
                for section in &text.galley.job.sections {
                    let own = section.format.color;
                    let colour = if own == Color32::PLACEHOLDER { text.fallback_color } else { own };
                    let colour =
                        text.override_text_color.unwrap_or(colour).gamma_multiply(text.opacity_factor);
                    let points = [
                        place.left_center() + vec2(1.0, 0.0),
                        place.center(),
                        place.right_center() - vec2(1.0, 0.0),
                    ];
                    let least = points.map(|at| {
                        let behind = self.colour_at(at);
                        contrast(behind, behind.blend(colour))
                    });
                    let part = &text.galley.text()[section.byte_range.start.0..section.byte_range.end.0];
                    self.texts.push((part.to_owned(), least.into_iter().fold(f32::MAX, f32::min)));
                }
            }
            _ => {}
        }
    }

    fn colour_at(&self, at: Pos2) -> Color32 {
        let under = self.fills.iter().filter(|(place, _)| place.contains(at));
        under.fold(theme::GROUND, |behind, (_, fill)| behind.blend(*fill))
    }
}

/// Every text of the last frame can be read.
fn check(desk: &mut Desk, which: &str) -> usize {
    // What fades in has done so.
    for _ in 0..3 {
        desk.time += 1.0;
        desk.frame(vec![]);
    }
    let screen = Rect::from_min_size(Pos2::ZERO, vec2(desk.size.0, desk.size.1));
    let mut canvas = Canvas::default();
    for clipped in &desk.shapes {
        canvas.paint(&clipped.shape, clipped.clip_rect.intersect(screen));
    }
    for (text, ratio) in &canvas.texts {
        assert!(*ratio >= ENOUGH, "{text:?} has a contrast of {ratio:.2} to 1, {which}");
    }
    canvas.texts.len()
}

#[test]
fn contrast_is_what_the_guidelines_say() {
    // (one, other, ratio): the ends of the scale, and a grey known to be the lightest that passes
    // on white.
    for (one, other, ratio) in [
        (Color32::BLACK, Color32::WHITE, 21.0),
        (Color32::WHITE, Color32::WHITE, 1.0),
        (Color32::from_gray(0x76), Color32::WHITE, 4.54),
        (Color32::from_gray(0x77), Color32::WHITE, 4.48),
    ] {
        assert!(
            (contrast(one, other) - ratio).abs() < 0.01,
            "{one:?} on {other:?}: {}",
            contrast(one, other)
        );
    }
}

#[test]
fn every_text_can_be_read_in_every_state() {
    for (size, mode) in SIZES.into_iter().flat_map(|size| Mode::ALL.map(|mode| (size, mode))) {
        let mut desk = Desk::with_all_controls(size);
        busy(&mut desk, mode);
        let which = format!("{mode:?} in {size:?}");
        assert!(check(&mut desk, &which) > 30, "{which}");
        set(&desk, "Latch", "On");
        set(&desk, "Grid", "Off");
        set(&desk, "Scale", "Off");
        check(&mut desk, &format!("other values, {which}"));
        for key in 21..=108 {
            let role = if key % 2 == 0 { segue_music::Role::Player } else { segue_music::Role::Segue };
            desk.view.status.set_key(role, key, true);
        }
        check(&mut desk, &format!("keys down, {which}"));
        let styles: &[String] = &[];
        desk.view.params.what.styles.set(styles);
        check(&mut desk, &format!("a model without styles, {which}"));
        for doing in [Doing::Loading, Doing::Answering, Doing::Alongside, Doing::Resting, Doing::Failed] {
            desk.view.status.set_doing(doing, 1.0);
            check(&mut desk, &format!("{doing:?}, {which}"));
        }
        desk.view.status.fail("nothing works");
        desk.view.status.set_lag_ms(200.0);
        check(&mut desk, &format!("faults, {which}"));
        desk.view.page = Some(Page::About);
        check(&mut desk, &format!("About, {which}"));
        desk.view.page = Some(Page::Help);
        check(&mut desk, &format!("help, {which}"));
    }
}

#[test]
fn menus_and_takes_can_be_read() {
    for (width, height) in SIZES {
        let which = format!("{width} x {height}");
        let mut desk = Desk::new((width, height));
        styles::many(&desk);
        for name in ["Presets", "Style", "Scale"] {
            desk.click(name);
            let before = check(&mut desk, &format!("{name} opened, {which}"));
            assert!(before > 20, "{before} texts");
            desk.frame(vec![pressed(Key::Escape, Modifiers::NONE)]);
            desk.frame(vec![]);
        }
        desk.view.takes = Arc::new(Takes::default());
        desk.click("Takes 0");
        check(&mut desk, &format!("no takes, {which}"));
        for number in 0..9 {
            let id = takes::keep(&desk.view.takes, Mode::ALL[number % Mode::ALL.len()], 2, None);
            desk.view.takes.set_undone(id, number % 2 == 0);
        }
        check(&mut desk, &format!("takes, {which}"));
    }
}
