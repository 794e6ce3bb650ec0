//! Whole expansions, formatted. A refactoring leaves them as they are.
use super::compare;

fn expansion(file: &str, network: &str) {
    let tokens = format!("[::castnet] {network}").parse().expect("it lexes");
    let expanded = syn::parse2(crate::network(tokens)).expect("it is a list of items");
    compare(file, &prettyplease::unparse(&expanded));
}

#[test]
fn house() {
    expansion(
        "expand/house.rs.txt",
        "/// Median value of a house, in $1000s.
        pub HousePrice< input 13 => dense 10 relu => dense 10 relu => dense 1 >",
    );
}

/// The document shows what the compiler writes.
#[test]
fn architecture_shows_the_house() {
    let document = include_str!("../../../../ARCHITECTURE.md");
    let golden = include_str!("expand/house.rs.txt");
    assert!(document.contains(golden), "put src/tests/expand/house.rs.txt into ARCHITECTURE.md");
}

#[test]
fn normalized() {
    expansion("expand/normalized.rs.txt", "pub HousePrice< input 13 => normalize => dense 10 relu => dense 1 >");
}

/// Everything that a chain of vectors can have: a label, frozen, regularized and constrained layers, dropout, activations of both kinds
/// in both forms, double precision.
#[test]
fn options() {
    expansion(
        "expand/options.rs.txt",
        "#[derive(Clone)] pub(crate) Options<
            input 3 f64 => features: dense 4 gelu frozen => sigmoid => dropout 0.25 => tanh => dense 4 nobias init normal 0.1 l1 1e-3 l2
            => leaky_relu 0.1 => dense 2 max_norm non_negative softmax
        > where params == 42",
    );
}

/// Layers and activations share their code, but for activations with numbers and those over all channels.
#[test]
fn compact() {
    expansion(
        "expand/compact.rs.txt",
        "#[optimize(size)] #[derive(Clone)] Compact<
            input 4 => dense 8 tanh => leaky_relu 0.1 => dense 6 nobias softmax => dropout 0.1 => dense 2 relu
        >",
    );
}

/// A prediction computes relu behind the poolings; training, and a prediction that reads it twice, before them.
#[test]
fn pooled() {
    expansion(
        "expand/pooled.rs.txt",
        "Pooled<
            input 4x4x1 => conv 2 3x3 same relu => maxpool 2x2 => relu => twice: dense 2 each relu => globalmaxpool => top: dense 1;
            twice => flatten => all: dense 1
        >",
    );
}

/// Of 64 operations each may have code of its own; more share it, unless the network asks for speed.
#[test]
fn long_networks_share_their_code() {
    let shares = |attribute: &str, layers: usize| {
        let tokens = format!("[::castnet] {attribute} Long< input 2 {} >", "=> dense 2 relu".repeat(layers));
        crate::network(tokens.parse().expect("it lexes")).to_string().contains("forward_compact")
    };
    assert!(!shares("", 32) && shares("", 33));
    assert!(shares("#[optimize(size)]", 32) && !shares("#[optimize(speed)]", 33));
}

#[test]
fn image() {
    expansion(
        "expand/image.rs.txt",
        "Image< input 2x3x2 => flatten => dropout 0.5 => dense 12 => reshape 3x4 relu6 >"
            .replace(" relu6", " => relu6")
            .as_str(),
    );
}

/// Several inputs and outputs, a label that is read twice, joins in place and out of place, a block.
#[test]
fn branches() {
    expansion(
        "expand/branches.rs.txt",
        "block residual(units, width) < add(identity, dense units tanh => dense width) relu >
        Branches<
            left: input 2x2; right: input 4;
            concat(left => flatten, right) => residual(3, channels) => trunk: dense 4;
            trunk => residual(2, 4) => size: dense 1;
            trunk => kind: dense 3 softmax
        >",
    );
}
