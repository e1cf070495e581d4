//! Where the roll, the keys, the bar that folds panels, and the panels lie.
//!
//! The roll always keeps a useful height. What has no room beside it is left out and named, the
//! panels that were opened first before the others.

use egui::{Rect, pos2, vec2};

use super::panels::{Panel, Panels};
use super::{groups, piano, takes_panel, theme};

/// The lowest roll: three octaves of notes of three pixels, and the line above them.
const LOWEST_ROLL: f32 = 140.0;

/// The lowest group: its name and a row, the rest to be scrolled to; the lowest takes: one, and the
/// folder; and the lowest page.
const LOWEST_GROUP: f32 = 72.0;
const LOWEST_TAKES: f32 = 112.0;
const LOWEST_PAGE: f32 = 112.0;

/// Height of the bar.
const BAR: f32 = 26.0;

/// An area lower than this has lower keys.
const LOW: f32 = 400.0;

/// The narrowest group of controls, and the widest beside the takes.
const GROUP: (f32, f32) = (220.0, 280.0);

/// Space between panels.
const GAP: f32 = 6.0;

/// Where each part is.
#[derive(Clone, Debug, PartialEq)]
pub struct Layout {
    /// The piano roll.
    pub roll: Rect,
    /// The keys; `None` where they are not shown.
    pub keys: Option<Rect>,
    /// What folds the panels.
    pub bar: Rect,
    /// The panels that are shown, from left to right.
    pub panels: Vec<(Panel, Rect)>,
    /// The help, or what stands in its place.
    pub page: Option<Rect>,
    /// What is open, and has no room.
    pub crowded_out: Vec<Panel>,
}

impl Layout {
    /// In an area; a page takes the place of the panels, and has this height if there is room.
    pub fn of(area: Rect, panels: &Panels, page: Option<f32>) -> Self {
        let has_page = page.is_some();
        let space = theme::GAP;
        let above = LOWEST_ROLL + 2.0 * space + BAR;
        let room = (area.height() - above).max(0.0);
        let key = if area.height() < LOW { piano::LOW } else { piano::HEIGHT };
        let keys_height = key + space;
        let wanted = beside(area.width(), panels);
        let wants_keys = panels.is_open(Panel::Keys);
        let highest = |of: &dyn Fn(Panel) -> f32| wanted.iter().map(|&panel| of(panel)).fold(0.0, f32::max);
        let own = |panel| height_of(panel, panels.all_controls, area.height());
        let (natural, lowest) = match page {
            Some(height) => (height, LOWEST_PAGE.min(height)),
            None => (highest(&own), highest(&lowest_of)),
        };
        let (keys, lower) = if wants_keys && room >= keys_height + lowest {
            (true, true)
        } else if wants_keys && panels.newest_first().next() == Some(Panel::Keys) && !has_page {
            (room >= keys_height, false)
        } else {
            (wants_keys && natural == 0.0 && room >= keys_height, room >= lowest)
        };
        let left = room - if keys { keys_height } else { 0.0 };
        let height = if lower { natural.min(left) } else { 0.0 };
        let bottom = Rect::from_min_max(pos2(area.left(), area.bottom() - height), area.max);
        let bar_bottom = if height > 0.0 { bottom.top() - space } else { area.bottom() };
        let bar = Rect::from_min_max(pos2(area.left(), bar_bottom - BAR), pos2(area.right(), bar_bottom));
        let at = Rect::from_min_size(pos2(area.left(), bar.top() - space - key), vec2(area.width(), key));
        let roll_bottom = if keys { at.top() - space } else { bar.top() - space };
        let roll = Rect::from_min_max(area.min, pos2(area.right(), roll_bottom));
        let has_lower = height > 0.0;
        let shown = if has_page || !has_lower { Vec::new() } else { columns(bottom, &wanted, own) };
        let is_shown = |panel: Panel| {
            if panel == Panel::Keys { keys } else { shown.iter().any(|(other, _)| *other == panel) }
        };
        let crowded_out = Panel::ALL.into_iter().filter(|&panel| {
            let has_its_turn = has_page && has_lower && panel != Panel::Keys;
            panels.is_open(panel) && !is_shown(panel) && !has_its_turn
        });
        let crowded_out = crowded_out.collect();
        let page = (has_page && has_lower).then_some(bottom);
        Self { roll, keys: keys.then_some(at), bar, panels: shown, page, crowded_out }
    }

    /// Whether a panel is shown.
    pub fn shows(&self, panel: Panel) -> bool {
        match panel {
            Panel::Keys => self.keys.is_some(),
            _ => self.panels.iter().any(|(other, _)| *other == panel),
        }
    }
}

/// Height of a panel if there is room.
fn height_of(panel: Panel, all_controls: bool, height: f32) -> f32 {
    match panel {
        Panel::Keys => 0.0,
        Panel::When | Panel::What | Panel::Band | Panel::Sound => groups::height(panel, all_controls),
        Panel::Takes => takes_panel::HEIGHT.max(height * 0.42),
    }
}

fn lowest_of(panel: Panel) -> f32 {
    match panel {
        Panel::Keys => 0.0,
        Panel::When | Panel::What | Panel::Band | Panel::Sound => LOWEST_GROUP,
        Panel::Takes => LOWEST_TAKES,
    }
}

fn narrowest(panel: Panel) -> f32 {
    if panel == Panel::Takes { takes_panel::NARROWEST } else { GROUP.0 }
}

/// The panels for which there is room side by side, from left to right: those opened last.
fn beside(width: f32, panels: &Panels) -> Vec<Panel> {
    let mut left = width + GAP;
    let mut chosen: Vec<Panel> = Vec::new();
    for panel in panels.newest_first().filter(|&panel| panel != Panel::Keys) {
        left -= narrowest(panel) + GAP;
        if left < 0.0 {
            break;
        }
        chosen.push(panel);
    }
    Panel::ALL.into_iter().filter(|panel| chosen.contains(panel)).collect()
}

/// Columns of an area, each as high as it needs: equally wide, but the takes get what the others
/// leave.
fn columns(area: Rect, panels: &[Panel], height_of: impl Fn(Panel) -> f32) -> Vec<(Panel, Rect)> {
    let count = panels.len() as f32;
    let room = area.width() - GAP * (count - 1.0);
    let group = if panels.contains(&Panel::Takes) {
        ((room - takes_panel::NARROWEST) / (count - 1.0).max(1.0)).clamp(GROUP.0, GROUP.1)
    } else {
        room / count
    };
    let mut x = area.left();
    panels
        .iter()
        .map(|&panel| {
            let width = if panel == Panel::Takes { room - group * (count - 1.0) } else { group };
            let place =
                Rect::from_min_size(pos2(x, area.top()), vec2(width, area.height().min(height_of(panel))));
            x += width + GAP;
            (panel, place)
        })
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn open(list: &[Panel], all_controls: bool) -> Panels {
        let mut panels = Panels::default();
        Panel::ALL.into_iter().for_each(|panel| panels.toggle(panel, true));
        list.iter().for_each(|&panel| panels.toggle(panel, false));
        panels.all_controls = all_controls;
        panels
    }

    #[test]
    fn parts_never_overlap_and_the_roll_keeps_its_height() {
        use Panel::{Keys, Sound, Takes, What, When};
        let sets: [&[Panel]; 8] = [
            &[],
            &[Keys],
            &[Takes],
            &[When, What, Sound],
            &[Sound, When, What, Keys],
            &[Keys, Sound, When, What],
            &[Keys, Sound, When, What, Takes],
            &[Takes, Keys, What],
        ];
        for (width, height) in
            [(576.0, 150.0), (576.0, 250.0), (576.0, 316.0), (720.0, 420.0), (896.0, 560.0), (1900.0, 1300.0)]
        {
            for (set, page) in sets.iter().flat_map(|set| [(set, None), (set, Some(200.0))]) {
                for all in [false, true] {
                    let which = format!("{set:?} {page:?} {all} in {width} x {height}");
                    let area = Rect::from_min_size(pos2(12.0, 100.0), vec2(width, height));
                    let layout = Layout::of(area, &open(set, all), page);
                    let Layout { roll, keys, bar, panels, page, crowded_out } = layout.clone();
                    let panels = panels.iter().map(|&(_, place)| place);
                    let parts: Vec<_> =
                        [roll, bar].into_iter().chain(keys).chain(page).chain(panels).collect();
                    for (number, part) in parts.iter().enumerate() {
                        assert!(area.expand(0.1).contains_rect(*part), "{part:?}, {which}");
                        for other in &parts[number + 1..] {
                            assert!(!part.shrink(0.1).intersects(*other), "{part:?}, {other:?}, {which}");
                        }
                    }
                    if height >= 230.0 {
                        assert!(roll.height() >= LOWEST_ROLL - 0.1, "{which}");
                    }
                    for panel in Panel::ALL {
                        let lost = set.contains(&panel) && !layout.shows(panel);
                        let has_word = crowded_out.contains(&panel) || (page.is_some() && panel != Keys);
                        assert!(!lost || has_word, "{panel:?} is gone with no word, {which}");
                    }
                }
            }
        }
    }

    #[test]
    fn what_was_opened_last_has_room_first() {
        use Panel::{Keys, Sound, Takes, What, When};
        // (width, height, opened in this order, shown)
        let cases: [(f32, f32, &[Panel], &[Panel]); 10] = [
            (896.0, 560.0, &[Keys, Sound, When, What], &[Keys, When, What, Sound]),
            (896.0, 560.0, &[Keys, Sound, When, What, Takes], &[Keys, When, What, Takes]),
            (1160.0, 560.0, &[Keys, Sound, When, What, Takes], &[Keys, When, What, Sound, Takes]),
            (576.0, 560.0, &[Keys, Sound, When, What], &[Keys, When, What]),
            (576.0, 560.0, &[Keys, When, What, Takes], &[Keys, Takes]),
            (576.0, 316.0, &[Keys, When, What], &[Keys, When, What]),
            (576.0, 316.0, &[When, What, Keys, Takes], &[Takes]),
            (576.0, 286.0, &[Keys, When, What], &[When, What]),
            (576.0, 286.0, &[When, What, Keys], &[Keys]),
            (576.0, 286.0, &[Keys], &[Keys]),
        ];
        for (width, height, opened, shown) in cases {
            let area = Rect::from_min_size(pos2(12.0, 100.0), vec2(width, height));
            let layout = Layout::of(area, &open(opened, false), None);
            let seen: Vec<_> = Panel::ALL.into_iter().filter(|&panel| layout.shows(panel)).collect();
            assert_eq!(seen, shown, "{opened:?} in {width} x {height}");
        }
    }
}
