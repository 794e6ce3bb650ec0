//! The helps that are sentences without an edit, each with the reason. Every other help has an edit, which `follow` applies.
use std::fmt::Write;

use crate::Error;

/// Helps, where `…` stands for any text, with the reason why there is no edit.
const PROSE: &[(&str, &str)] = &[
    (
        "branches are layers, or labels of earlier layers, with commas between them",
        "nothing comes in, and only the user knows the labels that are meant",
    ),
    ("leave the others out", "only the user knows which two branches are meant"),
    ("1 is the first axis", "the branches fit together along no axis, and only the user knows how they should"),
    ("add the label of another layer, behind a comma", "only the user knows the label that is meant"),
    ("`channels 0..3` are the first three, …", "only the user knows which channels are meant"),
    ("`concat(h, c)` puts h and c side by side", "only the user knows the value of c"),
    ("a layer such as `dense …` gives as many values", "only the user knows the layer between both"),
    (
        "an initial state is a vector: that of a layer such as `…`, without `sequences`",
        "another layer reads all steps, and only the user knows the state that is meant",
    ),
    ("a block does not see labels outside of it", "only the user knows what the block should read"),
    ("such as `from thought`, where an earlier chain has …", "only the user knows the label that is meant"),
    ("two layers have states of their own: …", "only the user knows the states that are meant"),
    ("give an earlier layer this label: …", "only the user knows the layer that is meant"),
    ("labels: …", "no label is near, so the help is the list of all labels"),
    ("units: B, KiB (1024 B), MiB (1024 KiB)", "no unit is near, and only the user knows the size"),
    ("they stand in `<` and `>`: `…`", "only the user knows where the network begins and ends"),
    ("`…` wants …", "only the user knows whether to pad, to crop or to resize"),
    ("such as `dense 10`", "the argument of a block stands in its place, and only the user knows the right one"),
    (
        "write the number, such as …",
        "the argument of a block stands in its place, and only the user knows the right one",
    ),
    ("every size is known when a program is compiled, such as `…`", "only the user knows the size"),
    ("leave one of the bounds out", "only the user knows the bound that counts"),
    ("write one number; …", "only the user knows the number that is meant"),
    (
        "castnet has no … yet; try layers such as `…`…",
        "no layer computes the same; the layers to try are compiled in `foreign/tests.rs`",
    ),
    (
        "castnet's word for it is `…`",
        "the arguments of the call have names or mean something else here, and only the user knows the layer that is meant",
    ),
    (
        "castnet's word for it is `leaky_relu`; …",
        "the frameworks that spell it so have slopes of their own, and only the user knows the framework",
    ),
    ("the name of an activation stands alone", "the call names no activation of castnet"),
    ("castnet's word for it is `…`, with a value behind it", "only the user knows the value"),
    (
        "layers stand one after the other, with `=>` between them, and a `block` gives some a name",
        "the layers in it stay as they are",
    ),
    ("a network does not change its images: …", "the place is outside of the network"),
    (
        "a network reads numbers: encode texts and categories when the data set is made",
        "the place is outside of the network",
    ),
    ("the size of an image is that of the input: …", "the place is outside of the network"),
    ("`each` behind `dense` applies it to every position: …", "only the user knows the layer that is meant"),
    ("weight decay belongs to the optimizer, …", "the place is outside of the network"),
    ("declare the layers that both have as a network of their own", "no network can be a layer of itself"),
    ("most of it: …", "it says which layers are large; only the user knows which may be smaller"),
    ("one of ==, <, <=, >, >=", "there is no number either, and only the user knows the bound"),
    ("such as `params <= 1000` or `flash <= 2 KiB`", "only the user knows the bound"),
    ("write behind the network: `const _: () = assert!(…::PARAMS <= 1000);`", "the place is outside of the macro"),
    ("`…(…)`", "only the user knows the values of the arguments that are missing"),
    ("options: …", "no word is near, so the help is the list of all words"),
    ("words of `…`: …", "no word is near, so the help is the list of all words"),
    ("activations: …", "no word is near, so the help is the list of all words"),
    ("layers: …", "no word is near, so the help is the list of all words"),
    ("initializers: …", "no word is near, so the help is the list of all words"),
    ("a block cannot call itself; `repeat 3 { .. }` repeats layers", "no such network exists"),
    ("a network has no cycles; use the label of an earlier layer", "no such network exists"),
    (
        "write parts of it as networks of their own, and nest them by `use`",
        "only the user knows which parts belong together",
    ),
    (
        "names in an expression are `channels` and, in a block, its parameters",
        "no word is near; only the user knows the number that is meant",
    ),
    (
        "leave it out, or read it: as a branch of the join behind it, `identity` is this output",
        "the layers are right, and only the user knows which of them the join should read",
    ),
    ("such as `use Encoder -> 7x7x64`", "only the user knows the network and the shape of its output"),
    ("such as `use models::Encoder -> 7x7x64`", "only the user knows the path of the network"),
];

/// A complaint for every help that has no edit and is not in the list.
pub fn check(errors: &[Error]) -> String {
    let mut complaints = String::new();
    for help in errors.iter().filter_map(Error::help).filter(|help| help.changes().is_empty()) {
        let sentence = help.sentence();
        if !PROSE.iter().any(|(pattern, _)| matches(pattern, sentence)) {
            writeln!(complaints, "no edit, and not in the list of `tests/errors/prose.rs`: {sentence}\n")
                .expect("a string");
        }
    }
    complaints
}

/// Whether a sentence reads as a pattern.
fn matches(pattern: &str, sentence: &str) -> bool {
    let mut parts = pattern.split('…');
    let Some(mut rest) = parts.next().and_then(|first| sentence.strip_prefix(first)) else { return false };
    let mut last = None;
    for part in parts {
        let Some(at) = rest.find(part) else { return false };
        rest = &rest[at + part.len()..];
        last = Some(part);
    }
    rest.is_empty() || last == Some("")
}

/// Every line of the list is the help of an error in a golden file, and has a reason.
#[test]
fn every_line_is_used() {
    let folder = std::path::Path::new(env!("CARGO_MANIFEST_DIR")).join("src/tests/errors");
    let files = std::fs::read_dir(folder).expect("a folder").map(|file| file.expect("a file").path());
    let golden = files.filter(|path| path.extension().is_some_and(|extension| extension == "txt"));
    let text: String = golden.map(|path| std::fs::read_to_string(path).expect("a text")).collect();
    let helps: Vec<&str> = text.lines().filter_map(|line| line.strip_prefix("help: ")).collect();
    for (pattern, reason) in PROSE {
        assert!(helps.iter().any(|help| matches(pattern, help)), "no error has the help `{pattern}`");
        assert!(!reason.is_empty(), "`{pattern}` has no reason");
    }
}
