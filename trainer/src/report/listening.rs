//! The part of the page that is listened to.

use std::fmt::Write as _;

use anyhow::Result;

use super::Findings;
use super::music::Music;
use super::page::escaped;

/// What plays it, in the browser.
const SCRIPT: &str = include_str!("listening.js");
const NO_SCRIPT: &str = "<noscript><p>Without JavaScript there is nothing to play here, but the links are files.</p></noscript>\n";

/// Adds the examples to a page that may be published, to any other the prompts and everybody's
/// answers to them.
pub fn write(page: &mut String, findings: &Findings) -> Result<()> {
    if findings.examples.is_empty() { prompts(page, findings) } else { examples(page, findings) }
}

fn examples(page: &mut String, findings: &Findings) -> Result<()> {
    write!(
        page,
        "<h2>Listen</h2>\n<p>{} prompts of our own, each answered once: none is picked. <span class=you>Blue</span> is the prompt, <span class=segue>red</span> is what it \
         goes on with; thin lines are bars. The links are MIDI files with both.</p>\n{NO_SCRIPT}",
        findings.examples.len()
    )?;
    for (place, example) in findings.examples.iter().enumerate() {
        let likeness = &example.likeness;
        writeln!(
            page,
            "<h4><a href=\"{}\">{}</a></h4>\n<p class=note>{} notes, {:.0} % of them in the prompt's scale, {:.0} % of its eight-note runs from the prompt, {:.0} % from \
             itself</p>\n<div data-music={place}></div>",
            escaped(&example.link),
            escaped(&example.name),
            likeness.notes,
            100.0 * likeness.in_key,
            100.0 * likeness.copied,
            100.0 * likeness.looped
        )?;
    }
    Ok(())
}

fn prompts(page: &mut String, findings: &Findings) -> Result<()> {
    write!(
        page,
        "<h2>Which one is the person?</h2>\n<p>Both go on from the same bars. One is Segue, the other the person who wrote or played the piece; chance says which is A. \
         Where a file does not know how loud its notes are, both play at one loudness.</p>\n<div id=which></div>\n\
         <h2>Listen</h2>\n<p>Every prompt and everybody's answer. <span class=you>Blue</span> is the prompt; thin lines are bars. The links are MIDI files.</p>\n{NO_SCRIPT}"
    )?;
    for (place, prompt) in findings.playing.prompts.iter().enumerate() {
        let [segue, people] = &prompt.likeness;
        let link = |what: &str| format!("<a href=\"midi/{:02}-{what}.mid\">{what}</a>", prompt.number);
        writeln!(
            page,
            "<h4>{}, {}</h4>\n<p class=note>{}, {}, {}. Segue: {} notes, {:.0} % of them in the prompt's scale; people: {} and {:.0} %</p>\n<div data-music={place}></div>",
            escaped(&prompt.name),
            escaped(&prompt.kind),
            link("prompt"),
            link("segue"),
            link("people"),
            segue.notes,
            100.0 * segue.in_key,
            people.notes,
            100.0 * people.in_key
        )?;
    }
    Ok(())
}

/// Adds the music, and what plays it.
pub fn script(page: &mut String, findings: &Findings) -> Result<()> {
    let music: Vec<&Music> = match findings.examples.is_empty() {
        true => findings.playing.prompts.iter().filter_map(|prompt| prompt.music.as_ref()).collect(),
        false => findings.examples.iter().map(|example| &example.music).collect(),
    };
    // No name may end the element that it stands in.
    let json = serde_json::to_string(&music)?.replace('<', "\\u003c");
    writeln!(
        page,
        "<script type=\"application/json\" id=music>{json}</script>\n<script>\n{SCRIPT}</script>"
    )?;
    Ok(())
}
