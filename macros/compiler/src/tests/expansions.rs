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

/// ARCHITECTURE.md shows the expansion as it is.
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

/// Both directions of a recurrent layer, which are parts of one row, and another one that drops inputs.
#[test]
fn recurrent() {
    expansion(
        "expand/recurrent.rs.txt",
        "Rain< input 24x3 => bidirectional gru 8 sequences => lstm 4 gelu dropout 0.2 => dense 1 sigmoid >",
    );
}

/// A chain of vectors with a label, frozen, regularized and constrained layers, dropout, activations that keep inputs or outputs, after
/// a layer and alone, in double precision.
#[test]
fn options() {
    expansion(
        "expand/options.rs.txt",
        "#[derive(Clone)] pub(crate) Options<
            input 3 f64 => features: dense 4 gelu frozen => sigmoid => dropout 0.25 => tanh => dense 4 nobias init normal 0.1 l1 1e-3 l2
            => leaky_relu 0.1 => dense 2 bias_l1 0.5 bias_l2 max_norm non_negative softmax
        > where params == 42",
    );
}

/// Layers and activations share their code, but for activations with numbers or over all channels.
#[test]
fn compact() {
    expansion(
        "expand/compact.rs.txt",
        "#[optimize(size)] #[derive(Clone)] Compact<
            input 4 => dense 8 tanh => leaky_relu 0.1 => dense 6 nobias softmax => dropout 0.1 => dense 2 relu
        >",
    );
}

/// A prediction applies relu after the max pooling that is its only reader. Training applies it before, as does a prediction that reads
/// it twice.
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

/// The layers of a network of more than 64 operations share their code, unless it is optimized for speed.
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

/// Penalties on activities: before a max pooling, which a prediction puts off, in two orders, and behind the head.
#[test]
fn activities() {
    expansion(
        "expand/activities.rs.txt",
        "Activities<
            input 4x4x1 => conv 2 3x3 same relu activity_l1 1e-3 => maxpool 2x2 => flatten => dense 4 activity_l1 0.1 activity_l2 => tanh
            => dense 3 softmax activity_l2 0.5
        >",
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

/// Networks in a network, trained and frozen: their aliases, and the implementations that are derived elsewhere.
#[test]
fn nested() {
    expansion(
        "expand/nested.rs.txt",
        "Nested< input 4 => encoder: use models::Encoder -> 3 frozen => use Decoder -> 2 >",
    );
}
