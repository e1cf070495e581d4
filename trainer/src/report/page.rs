//! The page itself.

use std::fmt::Write as _;

use anyhow::Result;
use segue_model::Field;

use super::playing::SYSTEMS;
use super::{Findings, GRID_BARS, Report, picture};
use crate::comparison::{Comparison, all, mean};
use crate::score::{Bits, ByKind};

const STYLE: &str = "body{font:16px/1.5 sans-serif;max-width:60em;margin:2em auto;padding:0 1em;color:#222}\
 table{border-collapse:collapse;margin:1em 0;font-size:14px}td,th{padding:.25em .6em;border-bottom:1px solid #ddd;text-align:right}\
 td:first-child,th:first-child{text-align:left}tr.own td{font-weight:bold}.note{color:#555}svg{max-width:100%;height:auto}";

/// As HTML, whole in itself but for the .mid files that it links.
pub fn write(findings: &Findings, report: &Report) -> Result<String> {
    let mut page = String::new();
    let name = escaped(&findings.name);
    write!(
        page,
        "<!doctype html><html lang=en><meta charset=utf-8><meta name=viewport content=\"width=device-width\">\
         <title>How {name} plays</title><style>{STYLE}</style>\n<h1>How {name} plays</h1>\n"
    )?;
    headline(&mut page, findings)?;
    bits(&mut page, findings, report)?;
    calibration(&mut page, findings)?;
    playing(&mut page, findings, report)?;
    page.push_str("</html>\n");
    Ok(page)
}

fn headline(page: &mut String, findings: &Findings) -> Result<()> {
    let (free, grid) = (&findings.free, &findings.grid);
    let own = &findings.playing.numbers;
    write!(
        page,
        "<p>This model has listened to {:.1} million notes of music. The page asks three things, of music it never heard: how well it \
         guesses the next note, whether it knows how sure it may be, and what it plays when it goes on from a few bars of a piece.</p>\n\
         <ul><li>It needs <b>{:.2} bits a note</b>; an adaptive Markov model, which counts what follows what in the same training music and in the piece \
         at hand, needs {:.2}, a bigram {:.2}. On a sixteenth grid, with a few bars given, it is {:.2} against {:.2}.</li>\n\
         <li>{:.0} % of its notes lie in the scale of the prompt (the human: {:.0} %), {:.1} % of its runs of eight notes are taken from the prompt \
         (the human: {:.1} %), and {:.0} % of its answers hold a run of sixteen notes from the training music (the human: {:.0} %).</li></ul>\n",
        findings.notes_seen as f64 / 1e6,
        mean(&free.model),
        mean(&free.markov),
        mean(&free.bigram),
        mean(&grid.model),
        mean(&grid.markov),
        100.0 * own[0].in_key,
        100.0 * own[1].in_key,
        100.0 * own[0].copied,
        100.0 * own[1].copied,
        100.0 * own[0].trained,
        100.0 * own[1].trained,
    )?;
    Ok(())
}

fn bits(page: &mut String, findings: &Findings, report: &Report) -> Result<()> {
    page.push_str(
        "<h2>Guessing the next note</h2>\n<p>Bits per note: how many yes-or-no questions are left open, on average, by someone who \
         knows the piece up to here. Fewer is better; a model that expects every note of a piece needs none. Everybody is asked about the same notes. \
         The Markov model is strong where music repeats itself exactly; <i>mixed contexts</i> adds intervals, metre, voice leading and motifs to it, and \
         is the strongest counting model here.</p>\n",
    );
    let names = ["the model", "mixed contexts", "Markov", "bigram", "order-0"];
    let groups = by_kind(&findings.free, |bits| bits.per_note().total);
    page.push_str(&picture::bars("bits per note: onset, key, velocity, duration", &names, &groups)?);
    table(page, &findings.free)?;
    page.push_str("<h3>By field</h3>\n");
    let fields: Vec<(String, Vec<f64>)> = Field::ALL
        .iter()
        .map(|&field| {
            let values = models(&findings.free).map(|kinds| all(kinds).mean_of(field).unwrap_or(f64::NAN));
            (field.name().to_owned(), values.to_vec())
        })
        .collect();
    page.push_str(&picture::bars("bits of each field, over all notes", &names, &fields)?);
    write!(
        page,
        "<h3>On a sixteenth grid</h3>\n<p>{} bars are given and the next {GRID_BARS} scored, window by window; onset, key and duration, rounded to \
         sixteenths, so that models of any resolution compare. Nobody hears dynamics or pedal here.</p>\n",
        report.prompt_bars
    )?;
    table(page, &findings.grid)?;
    Ok(())
}

fn models(comparison: &Comparison) -> [&ByKind; 5] {
    [&comparison.model, &comparison.mixture, &comparison.markov, &comparison.bigram, &comparison.order_0]
}

fn by_kind(comparison: &Comparison, number: impl Fn(&Bits) -> f64) -> Vec<(String, Vec<f64>)> {
    let kinds = comparison.model.keys();
    kinds
        .map(|kind| {
            let of = |kinds: &ByKind| kinds.get(kind).map_or(f64::NAN, &number);
            (kind.clone(), models(comparison).map(of).to_vec())
        })
        .collect()
}

fn table(page: &mut String, comparison: &Comparison) -> Result<()> {
    page.push_str(
        "<table><tr><th>kind<th>notes<th>onset<th>key<th>velocity<th>duration<th>total<th>mixed contexts<th>Markov\
         <th>bigram<th>order-0</tr>\n",
    );
    for (kind, others) in by_kind(comparison, |bits| bits.per_note().total) {
        let bits = &comparison.model[&kind];
        let mean = bits.per_note();
        let velocity = mean.velocity.map_or("-".to_owned(), |bits| format!("{bits:.2}"));
        write!(
            page,
            "<tr><td>{}<td>{}<td>{:.2}<td>{:.2}<td>{velocity}<td>{:.2}<td><b>{:.2}</b>",
            escaped(&kind),
            bits.notes(),
            mean.onset,
            mean.key,
            mean.duration,
            mean.total
        )?;
        others[1..].iter().try_for_each(|other| write!(page, "<td>{other:.2}"))?;
        page.push_str("</tr>\n");
    }
    let means = models(comparison).map(|kinds| format!("<td>{:.2}", mean(kinds))).concat();
    writeln!(page, "<tr><td>mean of kinds with enough notes<td><td><td><td><td>{means}</tr></table>")?;
    Ok(())
}

fn calibration(page: &mut String, findings: &Findings) -> Result<()> {
    page.push_str(
        "<h2>Knowing how sure it may be</h2>\n<p>When it gives its first guess 70 %, the guess should come in 7 of 10 cases: on the \
         straight line. Below the line it is too sure of itself, above it too timid. The error is the mean distance from the line.</p>\n",
    );
    let series: Vec<(&str, Vec<(f64, f64)>)> = Field::ALL
        .iter()
        .map(|&field| {
            let points = findings.reliability[field as usize].points.iter();
            (field.name(), points.map(|&(belief, came, _)| (belief, came)).collect())
        })
        .collect();
    page.push_str(&picture::reliability(&series)?);
    page.push_str("<table><tr><th>field<th>guesses<th>calibration error</tr>\n");
    for field in Field::ALL {
        let reliability = &findings.reliability[field as usize];
        let guesses: u64 = reliability.points.iter().map(|point| point.2).sum();
        writeln!(page, "<tr><td>{}<td>{guesses}<td>{:.1} %</tr>", field.name(), 100.0 * reliability.error)?;
    }
    page.push_str("</table>\n");
    Ok(())
}

fn playing(page: &mut String, findings: &Findings, report: &Report) -> Result<()> {
    let playing = &findings.playing;
    write!(
        page,
        "<h2>Going on from a prompt</h2>\n<p>{} prompts of {} bars, {} bars of answer, each answered once with seed {}, temperature {}, top-p {}: \
         none is picked. Beside it stand the human, the same piece further on, and three that must lose, measured by the same code.</p>\n",
        playing.prompts.len(),
        report.prompt_bars,
        report.bars,
        report.seed,
        report.temperature,
        report.top_p
    )?;
    page.push_str(
        "<table><tr><th><th>answers<th>notes<th>in the prompt's scale<th>pitch classes like the prompt's<th>8-note runs from the prompt\
         <th>8-note runs from itself<th>answers with 16 notes from training<th>surprise, bits from the human's</tr>\n",
    );
    for (place, (name, numbers)) in SYSTEMS.iter().zip(&playing.numbers).enumerate() {
        let class = if place == 0 { " class=own" } else { "" };
        writeln!(
            page,
            "<tr{class}><td>{name}<td>{}<td>{:.0}<td>{:.3}<td>{:.3}<td>{:.3}<td>{:.3}<td>{:.2}<td>{:.2}</tr>",
            numbers.answers,
            numbers.notes,
            numbers.in_key,
            numbers.cosine,
            numbers.copied,
            numbers.looped,
            numbers.trained,
            numbers.surprise
        )?;
    }
    page.push_str(
        "</table>\n<p class=note>Good is what lies near the human, not what is highest: a loop is always in key. \
         Surprise: how unexpected each note is to a Markov model that learned the prompt and then stopped learning; the number is how far apart \
         the surprises of all its notes and of all the human's lie. It finds what is too predictable or too wild, not single wrong notes. Runs from training \
         count in any key; scales, trills and broken chords, which nobody owns, do not.</p>\n",
    );
    let surprise: Vec<(String, Vec<f64>)> = SYSTEMS
        .iter()
        .zip(&playing.numbers)
        .map(|(name, numbers)| ((*name).to_owned(), vec![numbers.surprise]))
        .collect();
    page.push_str(&picture::bars(
        "distance from the human's surprise, bits (less is more like the human)",
        &["surprise"],
        &surprise,
    )?);
    page.push_str(
        "<h3>Listen</h3>\n<table><tr><th>piece<th>kind<th><th><th><th>in scale, Segue<th>human<th>notes, Segue<th>human</tr>\n",
    );
    for prompt in &playing.prompts {
        let [segue, human] = &prompt.likeness;
        let link = |what: &str| format!("<a href=\"midi/{:02}-{what}.mid\">{what}</a>", prompt.number);
        writeln!(
            page,
            "<tr><td>{}<td>{}<td>{}<td>{}<td>{}<td>{:.2}<td>{:.2}<td>{}<td>{}</tr>",
            escaped(&prompt.name),
            escaped(&prompt.kind),
            link("prompt"),
            link("segue"),
            link("human"),
            segue.in_key,
            human.in_key,
            segue.notes,
            human.notes
        )?;
    }
    page.push_str("</table>\n");
    Ok(())
}

fn escaped(text: &str) -> String {
    text.replace('&', "&amp;").replace('<', "&lt;").replace('>', "&gt;")
}
