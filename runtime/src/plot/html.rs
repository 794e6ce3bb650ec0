//! Trainings as pages.
use std::format;
use std::path::Path;
use std::string::{String, ToString};
use std::vec::Vec;

use super::{Picture, PlotError, confusion, curves};
use crate::losses::Loss;
use crate::metrics::ConfusionMatrix;
use crate::network::Network;
use crate::optimizers::Optimizer;
use crate::training::{History, Trainer, figure_text};

/// A page about a training: one HTML file that needs nothing else, to keep beside the weights.
///
/// ```
/// use castnet::{HtmlReport, prelude::*};
///
/// network! { Xor< input 2 => dense 4 tanh => dense 1 sigmoid > }
///
/// # fn main() -> Result<(), Box<dyn std::error::Error>> {
/// let inputs = [[0.0, 0.0], [0.0, 1.0], [1.0, 0.0], [1.0, 1.0]];
/// let data: DataFor<Xor> = Dataset::from_rows(&inputs, &[[0.0], [1.0], [1.0], [0.0]])?;
/// let mut trainer = Xor::init(&mut seeded(1)).compile(BinaryCrossentropy, Adam::default());
/// let history = trainer.fit(&data, Fit::epochs(3).progress(false));
///
/// let page = HtmlReport::of(&trainer, &history)
///     .data("training", "the four cases")
///     .option("epochs", 3)
///     .confusion(&ConfusionMatrix::of(trainer.network(), &data))
///     .to_html()?;
/// assert!(page.contains("BinaryCrossentropy"));
/// # Ok(())
/// # }
/// ```
#[derive(Clone, Debug)]
#[must_use = "a report is nothing until it is saved"]
pub struct HtmlReport {
    title: String,
    summary: Option<String>,
    data: Vec<(String, String)>,
    options: Vec<(String, String)>,
    results: Vec<(String, String)>,
    history: Option<History>,
    confusion: Option<ConfusionMatrix>,
    pictures: Vec<(String, Picture)>,
}

impl HtmlReport {
    /// A page of that title, with nothing else.
    pub fn new(title: &str) -> Self {
        Self {
            title: title.to_string(),
            summary: None,
            data: Vec::new(),
            options: Vec::new(),
            results: Vec::new(),
            history: None,
            confusion: None,
            pictures: Vec::new(),
        }
    }

    /// A page about a training: the network's summary, loss and optimizer with their numbers, and the history.
    pub fn of<N, L, O>(trainer: &Trainer<N, L, O>, history: &History) -> Self
    where
        N: Network,
        L: Loss<N::Head, N::Output>,
        O: Optimizer,
    {
        let report = Self::new(N::NAME).summary(N::SUMMARY).history(history);
        report.option("loss", format!("{:?}", trainer.loss())).option("optimizer", format!("{:?}", trainer.optimizer()))
    }

    /// The headline, instead of the network's name.
    pub fn title(self, title: &str) -> Self {
        Self { title: title.to_string(), ..self }
    }

    /// The table of the layers.
    pub fn summary(self, summary: &str) -> Self {
        Self { summary: Some(summary.to_string()), ..self }
    }

    /// A line about the data: where it comes from, how many samples train and test.
    pub fn data(mut self, name: &str, value: impl ToString) -> Self {
        self.data.push((name.to_string(), value.to_string()));
        self
    }

    /// A line about how it was trained: batch size, seed, callbacks.
    pub fn option(mut self, name: &str, value: impl ToString) -> Self {
        self.options.push((name.to_string(), value.to_string()));
        self
    }

    /// A line about a result: a metric on held-out data.
    pub fn result(mut self, name: &str, value: impl ToString) -> Self {
        self.results.push((name.to_string(), value.to_string()));
        self
    }

    /// Learning curves, the figures of the last and the best epoch, and how the training ended.
    pub fn history(self, history: &History) -> Self {
        Self { history: Some(history.clone()), ..self }
    }

    /// A confusion matrix.
    pub fn confusion(self, matrix: &ConfusionMatrix) -> Self {
        Self { confusion: Some(matrix.clone()), ..self }
    }

    /// Any other picture, with a headline.
    pub fn picture(mut self, title: &str, picture: Picture) -> Self {
        self.pictures.push((title.to_string(), picture));
        self
    }

    /// The page.
    ///
    /// # Errors
    /// Pictures that cannot be drawn.
    pub fn to_html(&self) -> Result<String, PlotError> {
        let title = escaped(&self.title);
        let mut page = format!(
            "<!DOCTYPE html>\n<html lang=\"en\">\n<head>\n<meta charset=\"utf-8\">\n\
             <meta name=\"viewport\" content=\"width=device-width, initial-scale=1\">\n\
             <title>{title}</title>\n<style>\n{STYLE}</style>\n</head>\n<body>\n<h1>{title}</h1>\n"
        );
        if !self.results.is_empty() {
            page += &section("Results", &table(&self.results));
        }
        if let Some(history) = &self.history {
            page += &section("Training", &training(history)?);
        }
        if let Some(matrix) = &self.confusion {
            page += &section("Confusion matrix", &figure(&confusion(matrix)?)?);
        }
        for (title, picture) in &self.pictures {
            page += &section(title, &figure(picture)?);
        }
        if let Some(summary) = &self.summary {
            page += &section("Network", &format!("<pre>{}</pre>\n", escaped(summary)));
        }
        for (title, lines) in [("Data", &self.data), ("Options", &self.options)] {
            if !lines.is_empty() {
                page += &section(title, &table(lines));
            }
        }
        page += &format!("<footer>castnet {}</footer>\n</body>\n</html>\n", env!("CARGO_PKG_VERSION"));
        Ok(page)
    }

    /// Writes the page to a file: all of it, or the file stays as it was.
    ///
    /// # Errors
    /// Pictures that cannot be drawn; files that cannot be written.
    pub fn save<P: AsRef<Path>>(&self, path: P) -> Result<(), PlotError> {
        Ok(crate::files::write(path.as_ref(), self.to_html()?.as_bytes())?)
    }
}

const STYLE: &str = "\
:root { color-scheme: light dark; }
body { font: 16px/1.5 system-ui, sans-serif; max-width: 60rem; margin: 2rem auto; padding: 0 1rem; }
h1 { margin: 0 0 1rem; }
h2 { margin: 2rem 0 0.5rem; font-size: 1.2rem; }
table { border-collapse: collapse; }
th, td { padding: 0.2rem 1rem 0.2rem 0; text-align: left; vertical-align: top; border-bottom: 1px solid #8884; }
td.number { text-align: right; font-variant-numeric: tabular-nums; }
th { font-weight: 600; }
pre { overflow-x: auto; padding: 0.8rem; border: 1px solid #8884; border-radius: 4px; line-height: 1.3; }
figure { margin: 0; }
svg { max-width: 100%; height: auto; border-radius: 4px; }
footer { margin: 2rem 0; color: #888; font-size: 0.85rem; }
@media print { section { break-inside: avoid; } }
";

/// Text as HTML.
fn escaped(text: &str) -> String {
    text.replace('&', "&amp;").replace('<', "&lt;").replace('>', "&gt;").replace('"', "&quot;")
}

fn section(title: &str, content: &str) -> String {
    format!("<section>\n<h2>{}</h2>\n{content}</section>\n", escaped(title))
}

fn table(lines: &[(String, String)]) -> String {
    let rows = lines
        .iter()
        .map(|(name, value)| format!("<tr><th scope=\"row\">{}</th><td>{}</td></tr>\n", escaped(name), escaped(value)));
    format!("<table>\n{}</table>\n", rows.collect::<String>())
}

fn figure(picture: &Picture) -> Result<String, PlotError> {
    Ok(format!("<figure>\n{}</figure>\n", picture.to_svg()?))
}

/// The figures of the last and of the best epoch, how it ended, and the curves.
fn training(history: &History) -> Result<String, PlotError> {
    let mut content =
        format!("<p>{} epochs, {}.</p>\n", history.epochs().len(), escaped(&history.outcome().to_string()));
    let (Some(last), Some(best)) = (history.epochs().last(), history.best_epoch()) else { return Ok(content) };
    content += &format!("<table>\n<tr><th></th><th>last epoch</th><th>epoch {best}, the best</th></tr>\n");
    let of_best = history.epochs().get(best - 1).into_iter().flat_map(|epoch| epoch.figures());
    for ((name, last), (_, best)) in last.figures().zip(of_best) {
        let [last, best] = [last, best].map(|value| figure_text(&name, value));
        let name = escaped(&name);
        content += &format!(
            "<tr><th scope=\"row\">{name}</th><td class=\"number\">{last}</td><td class=\"number\">{best}</td></tr>\n"
        );
    }
    content += "</table>\n";
    for warning in history.warnings() {
        content += &format!("<p>Warning: {}.</p>\n", escaped(&warning.to_string()));
    }
    content += &figure(&curves(history)?)?;
    Ok(content)
}

#[cfg(test)]
mod tests;
