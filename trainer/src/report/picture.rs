//! Plots, as SVG to stand in the page.

use anyhow::{Result, anyhow};
use plotters::prelude::*;

/// The colours of a plot's series, in their order; the first is the model's.
const COLOURS: [RGBColor; 6] = [
    RGBColor(196, 60, 60),
    RGBColor(60, 110, 180),
    RGBColor(120, 160, 210),
    RGBColor(150, 150, 150),
    RGBColor(200, 200, 200),
    RGBColor(110, 160, 90),
];
const WIDTH: u32 = 900;
const FONT: (&str, i32) = ("sans-serif", 15);

type Drawn = std::result::Result<(), Box<dyn std::error::Error>>;

fn draw(
    height: u32,
    plot: impl FnOnce(&DrawingArea<SVGBackend<'_>, plotters::coord::Shift>) -> Drawn,
) -> Result<String> {
    let mut picture = String::new();
    {
        let root = SVGBackend::with_string(&mut picture, (WIDTH, height)).into_drawing_area();
        root.fill(&WHITE)
            .map_err(Box::<dyn std::error::Error>::from)
            .and_then(|()| plot(&root))
            .and_then(|()| Ok(root.present()?))
            .map_err(|error| anyhow!("cannot draw a plot: {error}"))?;
    }
    Ok(picture)
}

/// Groups of lying bars, a bar for each series; what is not a number has none.
pub fn bars(label: &str, series: &[&str], groups: &[(String, Vec<f64>)]) -> Result<String> {
    let step = series.len() as f64 + 1.0;
    let longest = groups
        .iter()
        .flat_map(|(_, values)| values)
        .copied()
        .filter(|value| value.is_finite())
        .fold(0.0, f64::max);
    let height = 90 + (groups.len() * (series.len() + 1) * 14) as u32;
    draw(height, |root| {
        let all = groups.len() as f64 * step;
        let mut chart = ChartBuilder::on(root)
            .margin(10)
            .margin_right(30)
            .x_label_area_size(40)
            .y_label_area_size(210)
            .build_cartesian_2d(0.0..longest * 1.05, 0.0..all)?;
        chart
            .configure_mesh()
            .disable_y_mesh()
            .light_line_style(TRANSPARENT)
            .y_labels(0)
            .x_desc(label)
            .label_style(FONT)
            .draw()?;
        let top = |group: usize| all - group as f64 * step;
        for (group, (name, _)) in groups.iter().enumerate() {
            let (_, y) = chart.backend_coord(&(0.0, top(group) - step / 2.0));
            let (x, _) = chart.backend_coord(&(0.0, 0.0));
            let style = TextStyle::from(FONT.into_font()).pos(plotters::style::text_anchor::Pos::new(
                plotters::style::text_anchor::HPos::Right,
                plotters::style::text_anchor::VPos::Center,
            ));
            root.draw_text(name, &style, (x - 8, y))?;
        }
        for (place, name) in series.iter().enumerate() {
            let colour = COLOURS[place % COLOURS.len()];
            let bar = |(group, value): (usize, f64)| {
                let y = top(group) - 0.5 - place as f64;
                Rectangle::new([(0.0, y), (value, y - 0.85)], colour.filled())
            };
            let values = groups.iter().map(|(_, values)| values[place]).enumerate();
            chart
                .draw_series(values.filter(|(_, value)| value.is_finite()).map(bar))?
                .label(*name)
                .legend(move |(x, y)| Rectangle::new([(x, y - 5), (x + 16, y + 5)], colour.filled()));
        }
        // One series is named by the axis.
        if series.len() > 1 {
            chart
                .configure_series_labels()
                .position(SeriesLabelPosition::LowerRight)
                .label_font(FONT)
                .border_style(BLACK.mix(0.2))
                .background_style(WHITE.mix(0.9))
                .draw()?;
        }
        Ok(())
    })
}

/// How often guesses were right over how sure the model was of them, both from 0 to 1, with the
/// diagonal on which the two are equal.
pub fn reliability(series: &[(&str, Vec<(f64, f64)>)]) -> Result<String> {
    draw(520, |root| {
        let mut chart = ChartBuilder::on(root)
            .margin(10)
            .margin_right(380)
            .x_label_area_size(45)
            .y_label_area_size(60)
            .build_cartesian_2d(0.0..1.0, 0.0..1.0)?;
        chart
            .configure_mesh()
            .light_line_style(TRANSPARENT)
            .x_desc("how sure it was of its first guess")
            .y_desc("how often the guess came")
            .label_style(FONT)
            .draw()?;
        chart.draw_series(LineSeries::new([(0.0, 0.0), (1.0, 1.0)], BLACK.mix(0.4)))?;
        for (place, (name, points)) in series.iter().enumerate() {
            let colour = COLOURS[[0, 1, 3, 5][place % 4]];
            chart
                .draw_series(LineSeries::new(points.iter().copied(), colour.stroke_width(2)).point_size(3))?
                .label(*name)
                .legend(move |(x, y)| PathElement::new([(x, y), (x + 20, y)], colour.stroke_width(2)));
        }
        chart
            .configure_series_labels()
            .position(SeriesLabelPosition::UpperLeft)
            .label_font(FONT)
            .border_style(BLACK.mix(0.2))
            .background_style(WHITE.mix(0.9))
            .draw()?;
        Ok(())
    })
}
