//! The loss curves as a picture.

use std::path::Path;

use anyhow::{Result, anyhow};
use plotters::prelude::*;

/// Points of (notes seen, bits per note), or what else the labels say.
pub type Points = [(f64, f64)];

/// What a picture shows: its title, and what its axis counts.
pub type Labels = (&'static str, &'static str);

/// Those of a training.
pub const BITS: Labels = ("Bits per note", "notes seen");

/// Draws two curves, of training and of validation, as SVG.
pub fn draw(path: &Path, labels: Labels, training: &Points, validation: &Points) -> Result<()> {
    let part = path.with_extension("part");
    plot(&part, labels, training, validation)
        .map_err(|error| anyhow!("cannot draw {}: {error}", path.display()))?;
    Ok(std::fs::rename(&part, path)?)
}

fn plot(
    path: &Path,
    (title, counted): Labels,
    training: &Points,
    validation: &Points,
) -> Result<(), Box<dyn std::error::Error>> {
    let all = || training.iter().chain(validation);
    let right = all().map(|point| point.0).fold(1.0, f64::max);
    let top = all().map(|point| point.1).fold(0.0, f64::max);
    let bottom = all().map(|point| point.1).fold(top, f64::min);
    let (unit, scale) = if right < 1e6 { ("thousand", 1e3) } else { ("million", 1e6) };
    let mut picture = String::new();
    {
        let root = SVGBackend::with_string(&mut picture, (900, 540)).into_drawing_area();
        root.fill(&WHITE)?;
        let mut chart = ChartBuilder::on(&root)
            .margin(20)
            .caption(title, ("sans-serif", 22))
            .x_label_area_size(40)
            .y_label_area_size(50)
            .build_cartesian_2d(0.0..right * 1.02, (bottom - 0.5)..(top + 0.5))?;
        chart
            .configure_mesh()
            .light_line_style(TRANSPARENT)
            .x_desc(format!("{unit} {counted}"))
            .x_label_formatter(&|x| format!("{:.1}", x / scale))
            .draw()?;
        for (name, points, colour) in [("training", training, &BLUE), ("validation", validation, &RED)] {
            chart
                .draw_series(LineSeries::new(points.iter().copied(), colour.stroke_width(2)))?
                .label(name)
                .legend(move |(x, y)| PathElement::new([(x, y), (x + 20, y)], colour.stroke_width(2)));
        }
        chart.configure_series_labels().border_style(BLACK).background_style(WHITE.mix(0.8)).draw()?;
        root.present()?;
    }
    std::fs::write(path, picture)?;
    Ok(())
}
