//! Learning curves as a picture.

use super::Score;
use crate::tensor::file::write_atomically;
use crate::{Error, Result};
use plotters::prelude::*;
use std::path::Path;

/// The colours of the curves of a panel, in this order and again from the front: blue, vermilion, green, purple, orange of
/// Okabe and Ito's palette, which people who don't tell red from green can tell apart.
const COLOURS: [RGBColor; 5] = [
    RGBColor(0, 114, 178),
    RGBColor(213, 94, 0),
    RGBColor(0, 158, 115),
    RGBColor(204, 121, 167),
    RGBColor(230, 159, 0),
];
/// What the names of the curves take, on the right of a panel.
const LEGEND: u32 = 120;
const INK: RGBColor = RGBColor(60, 60, 60);
const GRID: RGBColor = RGBColor(228, 228, 228);

/// Panels of curves side by side, as SVG.
///
/// ```
/// use etude::report::{Panel, Plot};
///
/// let svg = Plot::new("Digits")
///     .panel(Panel::new("loss").curve("training", &[0.9, 0.3, 0.1]).curve("held out", &[0.6, 0.3, 0.2]))
///     .panel(Panel::new("accuracy, %").curve("held out", &[88.0, 95.5, 98.0]))
///     .to_svg()?;
/// assert!(svg.starts_with("<svg") && svg.contains("held out"));
/// # Ok::<(), etude::Error>(())
/// ```
#[derive(Clone, Debug)]
pub struct Plot {
    title: String,
    panels: Vec<Panel>,
}

/// One panel of a [`Plot`]: curves over the epochs, counted from 1, or over something else.
#[derive(Clone, Debug)]
pub struct Panel {
    title: String,
    axis: String,
    labels: Vec<String>,
    shown: Vec<f64>,
    curves: Vec<(String, Vec<f64>)>,
}

impl Panel {
    /// A panel without curves.
    pub fn new(title: impl Into<String>) -> Self {
        Panel {
            title: title.into(),
            axis: "epoch".to_string(),
            labels: Vec::new(),
            shown: Vec::new(),
            curves: Vec::new(),
        }
    }

    /// Over `axis` instead of the epochs: the values of a curve stand, evenly spaced, above these labels.
    #[must_use]
    pub fn over(mut self, axis: impl Into<String>, labels: &[impl ToString]) -> Self {
        self.axis = axis.into();
        self.labels = labels.iter().map(ToString::to_string).collect();
        self
    }

    /// With an axis that shows these values too, such as the 0 that others are to be compared with.
    #[must_use]
    pub fn including(mut self, values: &[f64]) -> Self {
        self.shown.extend_from_slice(values);
        self
    }

    /// What stands below the place `x`, where the first value is at 1.
    fn label(&self, x: f64) -> String {
        if self.labels.is_empty() {
            return format!("{x:.0}");
        }
        let whole = (x - x.round()).abs() < 1e-9 && x >= 1.0;
        let label = whole.then(|| self.labels.get(x.round() as usize - 1));
        label.flatten().cloned().unwrap_or_default()
    }

    /// Adds a curve with one value an epoch, or a label. Where a value isn't finite, the curve has a gap.
    #[must_use]
    pub fn curve(mut self, name: impl Into<String>, values: &[f64]) -> Self {
        self.curves.push((name.into(), values.to_vec()));
        self
    }

    /// The values that can be drawn, with their epochs, in runs without gaps.
    fn runs(values: &[f64]) -> Vec<Vec<(f64, f64)>> {
        let points: Vec<(f64, f64)> = (1..).map(f64::from).zip(values.iter().copied()).collect();
        let runs = points.split(|(_, value)| !value.is_finite());
        runs.filter(|run| !run.is_empty())
            .map(<[_]>::to_vec)
            .collect()
    }

    /// The ends of both axes: all epochs; and all values, with a little room, so that no curve touches the frame.
    fn ranges(&self) -> Option<(std::ops::Range<f64>, std::ops::Range<f64>)> {
        let epochs = self.curves.iter().map(|(_, values)| values.len()).max()?;
        let values = self.curves.iter().flat_map(|(_, values)| values);
        let values = values.chain(&self.shown).copied();
        let finite = values.filter(|value| value.is_finite());
        let (low, high) = finite.fold((f64::INFINITY, f64::NEG_INFINITY), |(low, high), value| {
            (low.min(value), high.max(value))
        });
        let room = (0.05 * (high - low))
            .max(1e-9 * high.abs())
            .max(f64::MIN_POSITIVE);
        (low <= high).then(|| (1.0..(epochs as f64).max(2.0), low - room..high + room))
    }
}

impl Plot {
    /// A plot without panels.
    pub fn new(title: impl Into<String>) -> Self {
        Plot {
            title: title.into(),
            panels: Vec::new(),
        }
    }

    /// The loss and the accuracy of each epoch, on the training examples and on those held out.
    ///
    /// ```
    /// use etude::report::{Plot, Score};
    ///
    /// let training = [Score { loss: 0.7, accuracy: 0.8 }, Score { loss: 0.1, accuracy: 0.97 }];
    /// let held_out = [Score { loss: 0.4, accuracy: 0.9 }, Score { loss: 0.2, accuracy: 0.95 }];
    /// let svg = Plot::learning_curves("Digits", &training, &held_out).to_svg()?;
    /// assert!(svg.contains("accuracy, %"));
    /// # Ok::<(), etude::Error>(())
    /// ```
    pub fn learning_curves(
        title: impl Into<String>,
        training: &[Score],
        held_out: &[Score],
    ) -> Self {
        let panel = |title: &str, value: fn(&Score) -> f64| {
            let values = |scores: &[Score]| scores.iter().map(value).collect::<Vec<f64>>();
            Panel::new(title)
                .curve("training", &values(training))
                .curve("held out", &values(held_out))
        };
        Plot::new(title)
            .panel(panel("loss", |score| score.loss))
            .panel(panel("accuracy, %", |score| 100.0 * score.accuracy))
    }

    /// Adds a panel on the right.
    #[must_use]
    pub fn panel(mut self, panel: Panel) -> Self {
        self.panels.push(panel);
        self
    }

    /// The picture as SVG.
    ///
    /// # Errors
    /// If there is no panel, or one has no finite value to show.
    pub fn to_svg(&self) -> Result<String> {
        if self.panels.is_empty() {
            return Err(Error::value("plot", "no panels; expected at least 1"));
        }
        let mut svg = String::new();
        {
            let size = (560 * self.panels.len() as u32, 340);
            let area = SVGBackend::with_string(&mut svg, size).into_drawing_area();
            self.draw(&area)?;
            area.present().map_err(drawing)?;
        }
        Ok(svg)
    }

    /// Writes the picture to an SVG file, whole or not at all.
    ///
    /// # Errors
    /// As [`to_svg`](Plot::to_svg), or if the file can't be written.
    pub fn save(&self, path: impl AsRef<Path>) -> Result<()> {
        let svg = self.to_svg()?;
        write_atomically(path, |file| file.write_all(svg.as_bytes()))
    }

    fn draw(&self, area: &DrawingArea<SVGBackend, plotters::coord::Shift>) -> Result<()> {
        area.fill(&WHITE).map_err(drawing)?;
        let title = ("sans-serif", 20).into_font().color(&INK);
        let below = area.titled(&self.title, title).map_err(drawing)?;
        let places = below.split_evenly((1, self.panels.len()));
        for (panel, place) in self.panels.iter().zip(places) {
            panel.draw(&place)?;
        }
        Ok(())
    }
}

impl Panel {
    fn draw(&self, area: &DrawingArea<SVGBackend, plotters::coord::Shift>) -> Result<()> {
        let (epochs, values) = self.ranges().ok_or_else(|| {
            let message = format!(
                "panel '{}' has no finite value to show; expected at least 1",
                self.title
            );
            Error::value("plot", message)
        })?;
        let small = ("sans-serif", 13).into_font().color(&INK);
        let mut chart = ChartBuilder::on(area)
            .caption(&self.title, ("sans-serif", 15).into_font().color(&INK))
            .margin(10)
            .margin_right(LEGEND)
            .x_label_area_size(36)
            .y_label_area_size(48)
            .build_cartesian_2d(epochs.clone(), values)
            .map_err(drawing)?;
        chart
            .configure_mesh()
            .disable_x_mesh()
            .bold_line_style(GRID)
            .light_line_style(TRANSPARENT)
            .axis_style(INK)
            .label_style(small.clone())
            .x_labels((epochs.end as usize).clamp(2, 8))
            .x_label_formatter(&|&x| self.label(x))
            .x_desc(&self.axis)
            .y_labels(6)
            .draw()
            .map_err(drawing)?;
        for ((_, values), colour) in self.curves.iter().zip(COLOURS.iter().cycle()) {
            let style = colour.stroke_width(2);
            for run in Panel::runs(values) {
                // A run of one value has no line: a dot shows it.
                let size = if run.len() == 1 { 3 } else { 0 };
                let line = LineSeries::new(run, style).point_size(size);
                chart.draw_series(line).map_err(drawing)?;
            }
        }
        self.draw_names(area, &small)
    }

    /// The names of the curves, each behind a piece of its line, where they hide no curve: on the right.
    fn draw_names(
        &self,
        area: &DrawingArea<SVGBackend, plotters::coord::Shift>,
        font: &TextStyle,
    ) -> Result<()> {
        let left = area.dim_in_pixel().0 as i32 - LEGEND as i32 + 10;
        for (row, ((name, _), colour)) in self.curves.iter().zip(COLOURS.iter().cycle()).enumerate()
        {
            let y = 46 + 18 * row as i32;
            let line = PathElement::new([(left, y), (left + 18, y)], colour.stroke_width(2));
            area.draw(&line).map_err(drawing)?;
            let name = Text::new(name.clone(), (left + 24, y - 7), font.clone());
            area.draw(&name).map_err(drawing)?;
        }
        Ok(())
    }
}

/// An error of the drawing library; writing to a string, it has none in practice.
fn drawing(err: impl std::fmt::Display) -> Error {
    Error::state("plot", format!("drawing failed: {err}"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_curve_breaks_where_a_value_is_not_finite() {
        let runs = Panel::runs(&[1.0, 2.0, f64::NAN, 4.0]);
        assert_eq!(runs, [vec![(1.0, 1.0), (2.0, 2.0)], vec![(4.0, 4.0)]]);
        let panel = Panel::new("loss").curve("a", &[f64::INFINITY, 3.0]);
        assert!(Plot::new("t").panel(panel).to_svg().is_ok());
    }

    #[test]
    fn a_plot_of_nothing_is_an_error() {
        let message = |plot: Plot| plot.to_svg().unwrap_err().to_string();
        assert_eq!(
            message(Plot::new("t")),
            "plot: no panels; expected at least 1"
        );
        let nothing = Panel::new("loss").curve("training", &[f64::NAN]);
        assert_eq!(
            message(Plot::new("t").panel(nothing)),
            "plot: panel 'loss' has no finite value to show; expected at least 1"
        );
    }

    #[test]
    fn labels_stand_below_whole_places() {
        let panel = Panel::new("time").over("length", &[128, 256]);
        let labels = [1.0, 1.5, 2.0, 3.0].map(|x| panel.label(x));
        assert_eq!(labels, ["128", "", "256", ""]);
        let svg = Plot::new("t")
            .panel(panel.curve("a", &[1.0, 2.0]))
            .to_svg()
            .unwrap();
        assert!(svg.contains("length") && svg.contains("256"));
    }

    #[test]
    fn an_axis_shows_what_it_shall() {
        let panel = Panel::new("accuracy, %").curve("a", &[100.0, 100.0]);
        let values = |panel: &Panel| panel.ranges().unwrap().1;
        assert!(values(&panel).start > 99.0);
        let range = values(&panel.including(&[0.0, 50.0]));
        assert!(range.start <= 0.0 && range.end >= 100.0);
    }

    #[test]
    fn names_are_escaped() {
        let panel = Panel::new("a<b").curve("x & y", &[1.0, 2.0]);
        let svg = Plot::new("t").panel(panel).to_svg().unwrap();
        assert!(svg.contains("a&lt;b") && svg.contains("x &amp; y"));
    }
}
