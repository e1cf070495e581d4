//! The page itself.

use std::fmt::Write as _;

use anyhow::Result;
use segue_model::Field;

use super::{Findings, GRID_BARS, Report, beside, listening, picture};
use crate::comparison::{Comparison, all, mean};
use crate::score::{Bits, ByKind};

const STYLE: &str = include_str!("page.css");

/// Writes it: what a musician asks first comes first.
pub fn write(findings: &Findings, report: &Report) -> Result<String> {
    let mut page = String::new();
    let name = escaped(&findings.name);
    write!(
        page,
        "<!doctype html><html lang=en><meta charset=utf-8><meta name=viewport content=\"width=device-width\">\
         <title>How {name} plays</title><style>{STYLE}</style>\n<h1>How {name} plays</h1>\n"
    )?;
    headline(&mut page, findings)?;
    listening::write(&mut page, findings)?;
    beside::write(&mut page, findings, report)?;
    bits(&mut page, findings, report)?;
    parts(&mut page, findings)?;
    calibration(&mut page, findings)?;
    listening::script(&mut page, findings)?;
    page.push_str("</html>\n");
    Ok(page)
}

/// Adds a plot with words for who cannot see it. It stands in the page, which is one file.
pub fn show(page: &mut String, words: &str, plot: &str) {
    let plot = plot.replacen("<svg ", &format!("<svg role=\"img\" aria-label=\"{}\" ", escaped(words)), 1);
    _ = writeln!(page, "<div class=plot>{plot}</div>");
}

/// This many bits as a number of things to choose from: what a musician can picture.
fn choices(bits: f64) -> String {
    let (number, mut said) = (bits.exp2(), String::new());
    let digits = if number < 1000.0 {
        format!("{number:.0}")
    } else {
        format!("{:.0}", (number / 100.0).round() * 100.0)
    };
    for (place, digit) in digits.chars().enumerate() {
        if place > 0 && (digits.len() - place).is_multiple_of(3) {
            said.push(' ');
        }
        said.push(digit);
    }
    said
}

fn parts(page: &mut String, findings: &Findings) -> Result<()> {
    if let Some(by_part) = &findings.by_part {
        write!(
            page,
            "<h2>By part</h2>\n<p>Bits a note of each part of music it never saw, heard beside all the others.</p>\n{}",
            by_part.table().html()
        )?;
    }
    if let Some(bands) = &findings.bands {
        write!(
            page,
            "<h2>Bass and drums</h2>\n<p>It plays bass and drums along with {} songs, hearing what comes before, beside the songs' own and some that must lose.</p>\n{}",
            bands.songs(),
            bands.table().html()
        )?;
    }
    Ok(())
}

fn headline(page: &mut String, findings: &Findings) -> Result<()> {
    let (free, grid) = (&findings.free, &findings.grid);
    let [own, people] = [&findings.playing.numbers[0], &findings.playing.numbers[1]];
    let (model, markov) = (mean(&free.model), mean(&free.markov));
    write!(
        page,
        "<p>This model has learned from {:.1} million notes. This page says how it plays: what it goes on with after a few bars, how well it guesses the next note \
         of music it never saw, and whether it knows how sure it may be.</p>\n\
         <ul><li><b>What it keeps of yours</b>: {:.0} % of its notes lie in the scale of the bars before (people who went on from the same bars: {:.0} %); \
         {:.1} % of its runs of eight notes are yours (people: {:.1} %), {:.1} % are its own again (people: {:.1} %).</li>\n\
         <li><b>It guesses the next note, with time, key, loudness and length, as one of {} equally likely ones</b> ({model:.1} bits). A Markov model, which counts \
         what follows what in the same training music and in the piece at hand, is left with {} ({markov:.1} bits); who knows only how often each comes, with {} ({:.1} bits). \
         On a sixteenth grid, with a few bars given, it is {:.1} bits against {:.1}.</li>\n\
         <li><b>What it has by heart</b>: {:.0} % of its answers hold sixteen notes in a row that stand in the training music, in any key (people: \
         {:.0} %, as pieces quote each other).</li></ul>\n",
        findings.notes_seen as f64 / 1e6,
        100.0 * own.in_key,
        100.0 * people.in_key,
        100.0 * own.copied,
        100.0 * people.copied,
        100.0 * own.looped,
        100.0 * people.looped,
        choices(model),
        choices(markov),
        choices(mean(&free.order_0)),
        mean(&free.order_0),
        mean(&grid.model),
        mean(&grid.markov),
        100.0 * own.trained,
        100.0 * people.trained,
    )?;
    Ok(())
}

fn bits(page: &mut String, findings: &Findings, report: &Report) -> Result<()> {
    page.push_str(
        "<h2>Guessing the next note</h2>\n<p>Bits per note: how many yes-or-no questions are left open, on average, for someone who \
         knows the piece up to here. One bit fewer is half as many notes to choose from; who expects every note of a piece needs none. Everybody is asked about the same notes. \
         The Markov model is strong where music repeats itself exactly; <i>mixed contexts</i> adds intervals, metre, voice leading and motifs to it, and \
         is the strongest counting model here.</p>\n",
    );
    let names = ["the model", "mixed contexts", "Markov", "bigram", "order-0"];
    let groups = by_kind(&findings.free, |bits| bits.per_note().total);
    let words = "bits per note by kind of music, of the model and of four that count; fewer is better";
    show(page, words, &picture::bars("bits per note: onset, key, velocity, duration", &names, &groups)?);
    table(page, &findings.free)?;
    page.push_str("<h3>What is hard to guess</h3>\n");
    let fields: Vec<(String, Vec<f64>)> = Field::ALL
        .iter()
        .map(|&field| {
            let values = models(&findings.free).map(|kinds| all(kinds).mean_of(field).unwrap_or(f64::NAN));
            (field.name().to_owned(), values.to_vec())
        })
        .collect();
    let words = "bits of onset, key, velocity and duration alone, over all notes";
    show(page, words, &picture::bars(words, &names, &fields)?);
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
    let words = "how often the first guess came over how sure the model was of it, by field, beside the straight line";
    show(page, words, &picture::reliability(&series)?);
    page.push_str("<table><tr><th>field<th>guesses<th>calibration error</tr>\n");
    for field in Field::ALL {
        let reliability = &findings.reliability[field as usize];
        let guesses: u64 = reliability.points.iter().map(|point| point.2).sum();
        writeln!(page, "<tr><td>{}<td>{guesses}<td>{:.1} %</tr>", field.name(), 100.0 * reliability.error)?;
    }
    page.push_str("</table>\n");
    Ok(())
}

/// Text as it may stand in a page or in an attribute.
pub fn escaped(text: &str) -> String {
    text.replace('&', "&amp;").replace('<', "&lt;").replace('>', "&gt;").replace('"', "&quot;")
}
