//! One prompt and its candidates, of which one is shown.

use egui::{
    Align, Align2, Button, Layout, Rect, RichText, Sense, Stroke, StrokeKind, Ui, UiBuilder, pos2, vec2,
};

use super::super::choice::lit;
use super::super::icon_button::{Icon, SIDE, icon_button};
use super::super::{labels, theme};
use super::candidates::Candidates;
use super::thumbnail::Thumbnail;
use crate::takes::Row;

/// Its height.
pub const HEIGHT: f32 = 36.0;

/// A candidate's letter: width and height.
const LETTER: (f32, f32) = (20.0, 14.0);

/// Width of what is said of a take: "999 Continue".
const ABOUT: f32 = 78.0;

/// Letters in one of a line's two rows; the newest so many times two can be chosen.
const LETTERS: usize = 4;

/// Width of the narrowest thumbnail.
const NARROWEST: f32 = 48.0;

/// What the player wants done with a take.
#[derive(Clone, Copy)]
pub enum Deed {
    /// It is shown for its prompt, and played: group and take.
    Choose(u64, u64),
    /// What is replayed ends.
    Stop,
    /// One more answer to the same prompt.
    Another(u64),
    /// It is dear, or no more.
    Star(u64, bool),
    /// Out with it.
    Remove(u64),
    /// Into a file.
    Export(u64),
}

/// Draws a prompt with one of its candidates; `most` is how many any prompt has, so that everything stands below each other.
pub fn show(
    ui: &mut Ui,
    prompt: &Candidates,
    shown: usize,
    picture: &Thumbnail,
    most: usize,
) -> Option<Deed> {
    let row = prompt.rows.get(shown)?;
    let (rect, _) = ui.allocate_exact_size(vec2(ui.available_width(), HEIGHT), Sense::hover());
    let painter = ui.painter_at(rect);
    painter.rect_filled(rect.shrink2(vec2(0.0, 1.0)), theme::ROUND, theme::TRACK);
    let mut deed = None;
    let inside = rect.shrink2(vec2(4.0, 4.0));
    let left = UiBuilder::new().max_rect(inside).layout(Layout::left_to_right(Align::Center));
    // A child of its own, named by its prompt: it is the same one wherever the list is scrolled to.
    let mut ui = ui.new_child(left.id_salt(prompt.group));
    ui.spacing_mut().item_spacing.x = 4.0;
    ui.spacing_mut().button_padding.x = 4.0;
    let what = "A starred take is the last to go when there are more than 64.";
    if icon_button(&mut ui, Icon::Star(row.starred), what) {
        deed = Some(Deed::Star(row.id, !row.starred));
    }
    about(&mut ui, row, picture.bars());
    ui.with_layout(Layout::right_to_left(Align::Center), |ui| {
        if icon_button(ui, Icon::Remove, "Removes this take.") {
            deed = Some(Deed::Remove(row.id));
        }
        if icon_button(
            ui,
            Icon::Export,
            "Exports phrase and answer as a .mid file, You and Segue on two tracks.",
        ) {
            deed = Some(Deed::Export(row.id));
        }
        let word = RichText::new("Another").font(theme::font(13.0));
        let another = ui.add(Button::new(word).fill(theme::LINE).min_size(vec2(0.0, SIDE)));
        if another.on_hover_text("Another answer to the same phrase, with the settings of now.").clicked() {
            deed = Some(Deed::Another(row.id));
        }
        deed = play(ui, prompt.group, row).or(deed);
        deed = letters(ui, prompt, shown, most).or(deed);
        deed = thumbnail(ui, prompt.group, row, picture).or(deed);
    });
    deed
}

/// Its number, mode and length, in two rows.
fn about(ui: &mut Ui, row: &Row, bars: f64) {
    let (rect, response) = ui.allocate_exact_size(vec2(ABOUT, HEIGHT - 8.0), Sense::hover());
    let mut painter = ui.painter_at(rect);
    if row.undone {
        painter.multiply_opacity(theme::IDLE);
    }
    let left = rect.left_center();
    let name = format!("{} {}", row.number, labels::mode(row.mode));
    painter.text(left - vec2(0.0, 7.5), Align2::LEFT_CENTER, name, theme::font(12.5), theme::TEXT);
    let bars = labels::bars(bars);
    let length = if row.undone { "undone" } else { &bars };
    painter.text(left + vec2(0.0, 8.0), Align2::LEFT_CENTER, length, theme::font(11.5), theme::DIM);
    let undone = if row.undone { "\nUndone: Segue does not go on from it." } else { "" };
    let Row { number, notes, letter, .. } = row;
    response.on_hover_text(format!("Answer {number} {letter}: {notes} notes, {bars}.{undone}"));
}

fn play(ui: &mut Ui, group: u64, row: &Row) -> Option<Deed> {
    if row.replaying {
        return icon_button(ui, Icon::Stop, "Ends the replay.").then_some(Deed::Stop);
    }
    let what = "Plays it again exactly as it was heard, from the same place in the next bar.";
    icon_button(ui, Icon::Play, what).then_some(Deed::Choose(group, row.id))
}

/// The candidates' letters, in as many columns as the widest prompt needs.
fn letters(ui: &mut Ui, prompt: &Candidates, shown: usize, most: usize) -> Option<Deed> {
    let columns = most.min(LETTERS);
    let (rect, _) =
        ui.allocate_exact_size(vec2(columns as f32 * (LETTER.0 + 2.0), HEIGHT - 8.0), Sense::hover());
    let first = prompt.rows.len().saturating_sub(2 * LETTERS);
    let seen = &prompt.rows[first..];
    let rows = seen.len().div_ceil(LETTERS);
    let top = rect.center().y - rows as f32 * LETTER.1 / 2.0;
    let mut deed = None;
    for (index, row) in seen.iter().enumerate() {
        let (column, line) = ((index % LETTERS) as f32, (index / LETTERS) as f32);
        let at = pos2(rect.left() + column * (LETTER.0 + 2.0), top + line * LETTER.1);
        let place = Rect::from_min_size(at, vec2(LETTER.0, LETTER.1)).shrink2(vec2(0.0, 1.0));
        let response = ui.interact(place, ui.scope_id().with(("letter", row.id)), Sense::click());
        let is_shown = first + index == shown;
        let (fill, ink) = if is_shown { (theme::SEGUE, theme::GROUND) } else { (theme::LINE, theme::TEXT) };
        let painter = ui.painter_at(place);
        painter.rect_filled(place, 3.0, lit(fill, response.hovered() && !is_shown));
        painter.text(place.center(), Align2::CENTER_CENTER, row.letter, theme::font(11.5), ink);
        let dear = if row.starred { ", starred" } else { "" };
        let tip = format!("Candidate {}{dear}: click to hear it, and to compare.", row.letter);
        if response.on_hover_text(tip).clicked() {
            deed = Some(Deed::Choose(prompt.group, row.id));
        }
    }
    deed
}

/// What is left of the line shows the notes; a click plays them.
fn thumbnail(ui: &mut Ui, group: u64, row: &Row, picture: &Thumbnail) -> Option<Deed> {
    let width = ui.available_width().max(NARROWEST);
    let (rect, response) = ui.allocate_exact_size(vec2(width, HEIGHT - 8.0), Sense::click());
    let mut painter = ui.painter_at(rect);
    if row.undone {
        painter.multiply_opacity(theme::IDLE);
    }
    picture.paint(&painter, rect);
    if row.replaying || response.hovered() {
        let colour = if row.replaying { theme::SEGUE } else { theme::DIM };
        painter.rect_stroke(rect, 3.0, Stroke::new(1.0, colour), StrokeKind::Inside);
    }
    let clicked =
        response.on_hover_text("Your phrase, and the answer. Click to hear the answer again.").clicked();
    clicked.then_some(Deed::Choose(group, row.id))
}
