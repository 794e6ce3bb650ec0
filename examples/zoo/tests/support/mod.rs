//! Shared by the tests: Keras's layers in the order of castnet's layers.
//!
//! Keras lists layers by their distance from the output, so that branches alternate; castnet lists them as they are written, branch
//! after branch. The files say what every layer reads, and so both are brought into one order: a layer stands behind all that it
//! reads, its first branch first.
use castnet_zoo::castnet::prelude::*;
use serde_json::Value;

/// A file in `tests/fixtures`.
pub fn fixture(name: &str) -> Value {
    let path = format!("{}/tests/fixtures/{name}.json", env!("CARGO_MANIFEST_DIR"));
    let bytes = std::fs::read(&path).unwrap_or_else(|error| panic!("{path}: {error}"));
    serde_json::from_slice(&bytes).unwrap_or_else(|error| panic!("{path}: {error}"))
}

/// A layer of either side.
#[derive(Clone, Debug, PartialEq)]
pub struct Layer {
    pub name: String,
    /// As Keras names it, without the dimensions: `Conv`.
    pub kind: String,
    pub shape: Vec<usize>,
    pub params: usize,
    /// The activation, if one is a part of the layer.
    pub activation: Option<String>,
}

fn text(value: &Value) -> &str {
    value.as_str().unwrap_or_else(|| panic!("no text: {value}"))
}

pub fn list(value: &Value) -> &[Value] {
    value.as_array().unwrap_or_else(|| panic!("no list: {value}"))
}

fn size(value: &Value) -> usize {
    value.as_u64().and_then(|size| size.try_into().ok()).unwrap_or_else(|| panic!("no size: {value}"))
}

/// A shape without the batch.
pub fn shape(value: &Value) -> Vec<usize> {
    list(value).iter().filter(|size| !size.is_null()).map(size).collect()
}

/// Keras's layers, without inputs.
pub fn keras(network: &Value) -> Vec<Layer> {
    let layers = list(&network["layers"]);
    let is_read = |name: &str| layers.iter().flat_map(|layer| list(&layer["inbound"])).any(|read| read == name);
    let mut ordered = Vec::new();
    for end in layers.iter().map(|layer| text(&layer["name"])).filter(|name| !is_read(name)) {
        behind_what_it_reads(layers, end, &mut ordered);
    }
    assert_eq!(ordered.len(), layers.len(), "every layer is reached from an end");
    ordered.into_iter().filter(|layer| layer["class"] != "InputLayer").map(layer).collect()
}

fn behind_what_it_reads<'a>(layers: &'a [Value], name: &str, ordered: &mut Vec<&'a Value>) {
    if ordered.iter().any(|layer| layer["name"] == name) {
        return;
    }
    let layer = layers.iter().find(|layer| layer["name"] == name).unwrap_or_else(|| panic!("no layer {name}"));
    list(&layer["inbound"]).iter().for_each(|read| behind_what_it_reads(layers, text(read), ordered));
    ordered.push(layer);
}

fn layer(layer: &Value) -> Layer {
    let (class, config) = (text(&layer["class"]), &layer["config"]);
    let written = config["activation"].as_str().filter(|&activation| activation != "linear").map(str::to_string);
    // Activations that are layers have their own kinds here.
    let (kind, activation) = match (class, written) {
        ("Activation", Some(activation)) => (activation, None),
        ("ReLU", _) if config["max_value"] == 6.0 => ("relu6".to_string(), None),
        (class, activation) => (class.trim_end_matches("2D").to_string(), activation),
    };
    let (name, shape) = (text(&layer["name"]).to_string(), shape(&layer["output_shape"]));
    Layer { name, kind, shape, params: size(&layer["params"]), activation }
}

/// castnet's layers.
pub fn castnet<N: Network>() -> Vec<Layer> {
    let layer = |layer: &castnet_zoo::castnet::LayerInfo| {
        // The table has the activation: `conv_1 (Conv2D, relu)`.
        let line = N::SUMMARY.lines().find(|line| line.starts_with(&format!("{} (", layer.name)));
        let described =
            line.and_then(|line| line.split(['(', ')']).nth(1)).unwrap_or_else(|| panic!("no {}", layer.name));
        let activation = described.split_once(", ").map(|(_, activation)| activation.to_string());
        let is_activation = ["Relu", "Relu6", "Softmax"].contains(&layer.kind);
        let kind =
            if is_activation { layer.kind.to_lowercase() } else { layer.kind.trim_end_matches("2D").to_string() };
        Layer {
            name: layer.name.to_string(),
            kind,
            shape: layer.output_shape.to_vec(),
            params: layer.params,
            activation,
        }
    };
    N::LAYERS.iter().map(layer).collect()
}

/// Pairs the layers of both sides, names of Keras's first. All have a partner of the same kind, output shape, parameters and
/// activation, except layers of zeros around an image, which are words of the next layer in castnet. The last `more` layers of castnet only output values.
pub fn pairs<N: Network>(network: &Value, more: usize) -> Vec<(String, String)> {
    let (theirs, mut ours) = (keras(network), castnet::<N>());
    let shown = ours.split_off(ours.len() - more);
    assert!(shown.iter().all(|layer| layer.kind == "Linear" && layer.params == 0));
    let mut pairs = Vec::new();
    let mut mine = ours.iter().peekable();
    for their in &theirs {
        let is_word = their.kind == "ZeroPadding" && their.params == 0;
        if is_word && mine.peek().is_some_and(|mine| mine.kind.contains("Conv")) {
            continue;
        }
        let mine = mine.next().unwrap_or_else(|| panic!("{}: Keras has a layer more, {their:?}", N::NAME));
        let named = Layer { name: their.name.clone(), ..mine.clone() };
        assert_eq!(named, *their, "{}: {}", N::NAME, mine.name);
        pairs.push((their.name.clone(), mine.name.clone()));
    }
    assert_eq!(mine.next(), None, "{}: a layer that Keras does not have", N::NAME);
    pairs
}
