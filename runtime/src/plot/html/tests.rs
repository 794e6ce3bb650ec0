use std::string::String;
use std::vec;
use std::vec::Vec;

use super::HtmlReport;
use crate::metrics::ConfusionMatrix;
use crate::training::{Epoch, Evaluation, History, Outcome, Warning};

fn history() -> History {
    let report = |loss| Evaluation { loss, metrics: vec![("mae", loss / 2.0)] };
    let epochs = [3.0, 1.0, 2.0].map(|loss| Epoch {
        train: report(loss),
        validation: Some(report(loss + 0.5)),
        learning_rate: loss / 1e5,
    });
    let warning = Warning::ConstantChannels { layer: "normalize_1", channels: vec![4] };
    History { epochs: epochs.to_vec(), outcome: Outcome::Completed, warnings: vec![warning] }
}

/// The names of elements that were opened and not closed, or an error at one that does not fit.
fn check(page: &str) {
    const EMPTY: [&str; 1] = ["meta"];
    let mut open: Vec<&str> = Vec::new();
    for part in page.split('<').skip(1) {
        let (tag, text) = part.split_once('>').expect("an end of the tag");
        assert!(!text.contains('>'), "an angle bracket that is not escaped: {text}");
        let name = tag.trim_start_matches('/').split_whitespace().next().expect("a name").trim_end_matches('/');
        if tag.starts_with('!') || tag.ends_with('/') || EMPTY.contains(&name) {
            continue;
        }
        if tag.starts_with('/') {
            assert_eq!(open.pop(), Some(name));
        } else {
            open.push(name);
        }
    }
    assert!(open.is_empty(), "{open:?}");
}

#[test]
fn whole_pages() {
    let mut matrix = ConfusionMatrix::new(2);
    matrix.add(0, 0);
    let page = HtmlReport::new("<script>alert(\"a & b\")</script>")
        .summary("Layer (type)\n------------")
        .history(&history())
        .confusion(&matrix)
        .data("training", "404 < 506 houses")
        .option("seed", 7)
        .result("mean absolute error", "$2520")
        .to_html()
        .expect("a page");
    check(&page);
    assert!(!page.contains("<script"), "escaped");
    assert!(page.contains("<title>&lt;script&gt;alert(&quot;a &amp; b&quot;)&lt;/script&gt;</title>"));
    for text in [
        "3 epochs, completed.",
        "<th>epoch 2, the best</th>",
        "<th scope=\"row\">val_mae</th><td class=\"number\">1.2500</td><td class=\"number\">0.7500</td>",
        "<th scope=\"row\">learning_rate</th><td class=\"number\">2.000e-5</td><td class=\"number\">1.000e-5</td>",
        "<p>Warning: channel 4 (counted from 0) of the input of `normalize_1` is constant in the training data",
        "learning rate\n",
        "404 &lt; 506 houses",
        "<td>7</td>",
        "$2520",
        "Layer (type)",
        "predicted",
    ] {
        assert!(page.contains(text), "{text}");
    }
    assert_eq!(page.matches("<svg").count(), 2);
    assert!(
        !page.contains("http:") || page.matches("http:").count() == page.matches("xmlns=\"http:").count(),
        "no links"
    );
}

#[test]
fn nearly_nothing() {
    let empty = History { epochs: Vec::new(), outcome: Outcome::Diverged { epoch: 1, batch: 2 }, warnings: Vec::new() };
    let page: String = HtmlReport::new("x").history(&empty).to_html().expect("a page");
    check(&page);
    assert!(page.contains("0 epochs, stopped: the loss of epoch 1, batch 2 is not finite"));
}
