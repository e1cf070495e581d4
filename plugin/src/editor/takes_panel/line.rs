//! The line of a prompt, which shows one of its candidates.

use egui::{
    Align, Align2, Button, Layout, Rect, RichText, Sense, Stroke, StrokeKind, Ui, UiBuilder, pos2, vec2,
};

use super::super::choice::lit;
use super::super::hint::hint;
use super::super::icon_button::{Icon, SIDE, icon_button};
use super::super::{labels, theme};
use super::candidates::Candidates;
use super::thumbnail::Thumbnail;
use crate::takes::Row;

/// Its height.
pub const HEIGHT: f32 = 36.0;

/// A candidate's letter: width and height.
const LETTER: (f32, f32) = (20.0, 14.0);

/// Width of a take's name: "999 Continue".
const ABOUT: f32 = 84.0;

/// Letters in each of the two rows of a line. Of more candidates the newest are shown.
const LETTERS: usize = 4;

/// Opacity of the picture of a take that is undone.
const UNDONE: f32 = 0.5;

/// Width of the narrowest thumbnail.
const NARROWEST: f32 = 48.0;

/// What a click in a line asks for.
#[derive(Clone, Copy)]
pub enum Action {
    /// Show this candidate and play it: group and take.
    Choose(u64, u64),
    /// Stop the replay.
    Stop,
    /// One more answer to the same prompt.
    Another(u64),
    /// Star it, or remove the star.
    Star(u64, bool),
    /// Remove it.
    Remove(u64),
    /// Export it to a file.
    Export(u64),
}

/// Draws a prompt with one of its candidates. `most` is the largest number of candidates of any
/// prompt, so that the columns of all lines are aligned.
pub fn show(
    ui: &mut Ui,
    prompt: &Candidates,
    shown: usize,
    picture: &Thumbnail,
    most: usize,
) -> Option<Action> {
    let row = prompt.rows.get(shown)?;
    let (rect, _) = ui.allocate_exact_size(vec2(ui.available_width(), HEIGHT), Sense::hover());
    let painter = ui.painter_at(rect);
    painter.rect_filled(rect.shrink2(vec2(0.0, 1.0)), theme::ROUND, theme::TRACK);
    let mut action = None;
    let inside = rect.shrink2(vec2(4.0, 4.0));
    let left = UiBuilder::new().max_rect(inside).layout(Layout::left_to_right(Align::Center));
    // The id comes from the prompt, so that it stays the same when the list scrolls.
    let mut ui = ui.new_child(left.id_salt(prompt.group));
    ui.spacing_mut().item_spacing.x = 4.0;
    ui.spacing_mut().button_padding.x = 4.0;
    let what = "A starred take is the last to go when there are more than 64.";
    if icon_button(&mut ui, Icon::Star(row.starred), what) {
        action = Some(Action::Star(row.id, !row.starred));
    }
    about(&mut ui, row, picture.bars());
    ui.with_layout(Layout::right_to_left(Align::Center), |ui| {
        if icon_button(ui, Icon::Remove, "Removes this take.") {
            action = Some(Action::Remove(row.id));
        }
        if icon_button(
            ui,
            Icon::Export,
            "Exports phrase and answer as a .mid file, You and Segue on two tracks.",
        ) {
            action = Some(Action::Export(row.id));
        }
        let word = RichText::new("Another").font(theme::font(13.0));
        let another = ui.add(Button::new(word).fill(theme::LINE).min_size(vec2(0.0, SIDE)));
        hint(&another, "Another answer to the same phrase, with the settings of now.", "");
        if another.clicked() {
            action = Some(Action::Another(row.id));
        }
        action = play(ui, prompt.group, row).or(action);
        action = letters(ui, prompt, shown, most).or(action);
        action = thumbnail(ui, prompt.group, row, picture).or(action);
    });
    action
}

/// Its number, mode and length, in two rows.
fn about(ui: &mut Ui, row: &Row, bars: f64) {
    let (rect, response) = ui.allocate_exact_size(vec2(ABOUT, HEIGHT - 8.0), Sense::hover());
    let painter = ui.painter_at(rect);
    let left = rect.left_center();
    let name = format!("{} {}", row.number, labels::mode(row.mode));
    let colour = if row.undone { theme::DIM } else { theme::TEXT };
    painter.text(left - vec2(0.0, 7.5), Align2::LEFT_CENTER, name, theme::font(13.0), colour);
    let bars = labels::bars(bars);
    let length = if row.undone { "undone" } else { &bars };
    painter.text(left + vec2(0.0, 8.0), Align2::LEFT_CENTER, length, theme::font(12.0), theme::DIM);
    let undone = if row.undone { " Undone: Segue does not go on from it." } else { "" };
    let Row { number, notes, letter, .. } = row;
    hint(&response, format!("Answer {number} {letter}: {notes} notes, {bars}.{undone}"), "");
}

fn play(ui: &mut Ui, group: u64, row: &Row) -> Option<Action> {
    if row.replaying {
        return icon_button(ui, Icon::Stop, "Ends the replay.").then_some(Action::Stop);
    }
    let what = "Plays it again exactly as it was heard, from the same place in the next bar.";
    icon_button(ui, Icon::Play, what).then_some(Action::Choose(group, row.id))
}

/// The letters of the candidates, in as many columns as the prompt with the most needs.
fn letters(ui: &mut Ui, prompt: &Candidates, shown: usize, most: usize) -> Option<Action> {
    let columns = most.min(LETTERS);
    let (rect, _) =
        ui.allocate_exact_size(vec2(columns as f32 * (LETTER.0 + 2.0), HEIGHT - 8.0), Sense::hover());
    let first = prompt.rows.len().saturating_sub(2 * LETTERS);
    let seen = &prompt.rows[first..];
    let rows = seen.len().div_ceil(LETTERS);
    let top = rect.center().y - rows as f32 * LETTER.1 / 2.0;
    let mut action = None;
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
        hint(&response, tip, "");
        if response.clicked() {
            action = Some(Action::Choose(prompt.group, row.id));
        }
    }
    action
}

/// The rest of the line shows the notes. A click plays them.
fn thumbnail(ui: &mut Ui, group: u64, row: &Row, picture: &Thumbnail) -> Option<Action> {
    let width = ui.available_width().max(NARROWEST);
    let (rect, response) = ui.allocate_exact_size(vec2(width, HEIGHT - 8.0), Sense::click());
    let mut painter = ui.painter_at(rect);
    if row.undone {
        painter.multiply_opacity(UNDONE);
    }
    picture.paint(&painter, rect);
    if row.replaying || response.hovered() {
        let colour = if row.replaying { theme::SEGUE } else { theme::DIM };
        painter.rect_stroke(rect, 3.0, Stroke::new(1.0, colour), StrokeKind::Inside);
    }
    hint(&response, "Your phrase, and the answer.", "Click to hear the answer again.");
    response.clicked().then_some(Action::Choose(group, row.id))
}
