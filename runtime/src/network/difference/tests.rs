use super::*;
use crate::network::Predict;
use alloc::string::{String, ToString};

crate::network! {
    /// A <network> => with signs in its comment.
    Net< input 3 => dense 2 relu => dropout 0.5 => out: dense 1 >
    Wider< input 3 => dense 4 relu => dropout 0.5 => out: dense 1 >
    Longer< input 3 => dense 2 relu => dropout 0.5 => out: dense 1 => tanh >
    pub Other< input 3 => dense 2 tanh => dropout 0.5 => out: dense 1 >
    Double< input 3 f64 => dense 2 relu => dropout 0.5 => out: dense 1 > where params <= 300
    Sides< left: input 3; right: input 3; add(left, right) => dense 1 >
    Image< input 8x8x1 => conv 2 3x3 same l2 0.1 => maxpool 2 => leaky_relu 0.1 => flatten => dense 1 >
    Dilated< input 8x8x1 => conv 2 3x3 same dilation 2 => maxpool 2 => leaky_relu 0.1 => flatten => dense 1 >
    Memory< input 8x3 => lstm 4 sequences recurrent_init zeros dropout 0.1 => gru 2 => dense 1 >
    HardMemory< input 8x3 => lstm 4 sequences recurrent_dropout 0.2 recurrent_init glorot_uniform => gru 2 gates hard_sigmoid => dense 1 >
    Inner< input 3 => elu => dense 3 >
    InnerSelu< input 3 => selu => dense 3 >
    Outer< input 3 => inner: use Inner -> 3 => dense 1 >
    /// The same name as before, at another time.
    OuterSelu< input 3 => inner: use InnerSelu -> 3 => dense 1 >
    Outermost< input 3 => outer: use Outer -> 1 => dense 1 >
}

/// The difference of the network `N` from a file of `F`, as a file of version 2 and as one of version 1 describes it.
fn explain<F: Predict, N: Predict>(has_text: bool) -> String {
    let nested: alloc::vec::Vec<_> = F::SOURCE.nested.iter().map(|(layer, source)| (*layer, source.text)).collect();
    let found = Description {
        summary: F::SUMMARY,
        text: if has_text { F::SOURCE.text } else { "" },
        nested: if has_text { &nested } else { &[] },
    };
    other_network::<N>("", &found, "").as_str().to_string()
}

#[test]
fn tables() {
    for has_text in [true, false] {
        assert_eq!(
            explain::<Wider, Net>(has_text),
            "the file has `dense_1 (Dense, relu)` with the output (4) and 16 parameters where this network has `dense_1 (Dense, relu)` with the output (2) and 8 parameters (2 more rows differ)"
        );
        assert_eq!(
            explain::<Longer, Net>(has_text),
            "the file has `tanh_1 (Tanh)` with the output (1) and 0 parameters where this network has no more layers"
        );
        assert!(
            explain::<Other, Net>(has_text).starts_with("the file has `dense_1 (Dense, tanh)` with the output (2)")
        );
        let sides = explain::<Sides, Net>(has_text);
        assert!(
            sides.starts_with("the file has `left (InputLayer)` with the output (3) and 0 parameters where"),
            "{sides}"
        );
        let sides = explain::<Net, Sides>(has_text);
        assert!(
            sides.ends_with(
                "this network has `left (InputLayer)` with the output (3) and 0 parameters (3 more rows differ)"
            ),
            "{sides}"
        );
        let outer = explain::<Outer, OuterSelu>(has_text);
        let ends = "`inner (Network)` with the output (3) and the parameters of `Inner` where this network has";
        assert!(outer.contains(ends), "{outer}");
    }
    let shorter = Description { summary: Inner::SUMMARY, text: "", nested: &[] };
    let more = other_network::<Inner>("", &Description { summary: "\n\n", ..shorter }, "");
    assert!(
        more.as_str().starts_with("the file has no more layers where this network has `elu_1"),
        "{}",
        more.as_str()
    );
}

/// Where the tables are the same, the texts say more.
#[test]
fn texts() {
    let same = "the tables of their layers are the same, but ";
    assert_eq!(
        explain::<Dilated, Image>(true),
        [same, "the file has `conv 2 3x3 same dilation 2` where this network has `conv 2 3x3 same l2 0.1`"].concat()
    );
    // The weights of the first layer are drawn in another way, which makes no difference.
    assert_eq!(
        explain::<HardMemory, Memory>(true),
        [same, "the file has `gru 2 gates hard_sigmoid` where this network has `gru 2`"].concat()
    );
    assert_eq!(
        explain::<Double, Net>(true),
        [same, "the file has `input 3 f64` where this network has `input 3`"].concat()
    );
    let no_text =
        [same, "they differ in a number that the table does not show, or in a network that is a layer"].concat();
    assert_eq!(explain::<Dilated, Image>(false), no_text);
    let found = Description {
        summary: Outer::SUMMARY,
        text: Outer::SOURCE.text,
        nested: &[("inner", "Inner< input 3 => elu 0.5 => dense 3 >")],
    };
    assert_eq!(
        other_network::<Outer>("", &found, "").as_str(),
        [same, "in the network of the layer `inner` the file has `elu 0.5` where this network has `elu`"].concat()
    );
    let nothing = Description { summary: "", text: "", nested: &[] };
    assert_eq!(other_network::<Net>("", &nothing, "").as_str(), "the file does not describe its layers");
}

/// A network within a network that is a layer.
#[test]
fn networks_within_networks() {
    let texts = |inner| {
        let nested = [("outer", Outer::SOURCE.text), ("outer.inner", inner), ("outer.inner.x", ""), ("outers", "")];
        let found = Description { summary: Outermost::SUMMARY, text: Outermost::SOURCE.text, nested: &nested };
        other_network::<Outermost>("", &found, "").as_str().to_string()
    };
    let same = "the tables of their layers are the same, but ";
    assert_eq!(
        texts("Inner< input 3 => elu 0.5 => dense 3 >"),
        [same, "in the network of the layer `outer.inner` the file has `elu 0.5` where this network has `elu`"]
            .concat()
    );
    let unknown = "they differ in a number that the table does not show, or in a network that is a layer";
    assert_eq!(texts(Inner::SOURCE.text), [same, unknown].concat());
}

/// The difference of the network `Outer` from a file with the same table, this text, and this text of the network in its layer.
fn explain_texts(text: &str, nested: &str) -> String {
    let found = Description { summary: Outer::SUMMARY, text, nested: &[("inner", nested)] };
    let message = other_network::<Outer>("", &found, "").as_str().to_string();
    message.strip_prefix("the tables of their layers are the same, but ").expect("the beginning").to_string()
}

/// Words of training are in no fingerprint: they are no difference, and hide none.
#[test]
fn words_of_training() {
    let elu = "in the network of the layer `inner` the file has `selu` where this network has `elu`";
    let nested = "Inner< input 3 => selu => dense 3 >";
    assert_eq!(explain_texts(Outer::SOURCE.text, nested), elu, "only nested");
    for words in [
        "l2 0.1",
        "l1",
        "bias_l2 -0.0",
        "activity_l1 1e-4",
        "max_norm 3",
        "max_norm (2 + 1)/3 non_negative",
        "init he_normal",
        "init uniform 0.5",
        "frozen",
        "init orthogonal l1 l2 1e-4 max_norm\n    2",
        "=> dropout 0.5",
    ] {
        let text = ["Outer< input 3 => inner: use Inner -> 3 => dense 1 ", words, " >"].concat();
        assert_eq!(explain_texts(&text, nested), elu, "{words}");
        let own = ["Inner< input 3 => selu => dense 3 ", words, " >"].concat();
        assert_eq!(explain_texts(Outer::SOURCE.text, &own), elu, "{words}");
    }
    // Between such words may be one that counts, and a label may have the name of one.
    assert_eq!(
        explain_texts("Outer< input 3 => inner: use Inner -> 3 => dense 1 init he_normal nobias l2 0.1 >", nested),
        ["the file has `dense 1 init he_normal nobias l2 0.1` where this network has `dense 1`, and ", elu].concat()
    );
    assert_eq!(
        explain_texts("Outer< input 3 => inner: use Inner -> 3 => init: dense 1 >", Inner::SOURCE.text),
        "the file has `init: dense 1` where this network has `dense 1`"
    );
}

/// A text that a word makes longer is broken into lines, where signs stand behind spaces.
#[test]
fn layouts_and_branches() {
    const OWN: Source = Source::new("Net< a: input 3; add(dense 3 l2 0.1, identity) relu; a => dense 1 >", &[]);
    let explain = |text| {
        let mut message = Message::new("");
        message.push_difference(&Description { summary: "", text, nested: &[] }, "", &OWN);
        message.as_str().to_string()
    };
    let same = "they differ in a number that the table does not show, or in a network that is a layer";
    assert_eq!(
        explain(
            "Net<\n    a: input 3;\n    add(\n        dense 3 init zeros,\n        identity\n    ) relu;\n    a => dense 1\n>"
        ),
        same
    );
    assert_eq!(explain("Net< a: input 3; add(dense 3, identity) relu; a => dense 1 max_norm >"), same);
    assert_eq!(
        explain("Net< a: input 3; add(dense 3, identity) tanh l2 0.1; a => dense 1 >"),
        "the file has `a: input 3; add(dense 3, identity) tanh l2 0.1; a` where this network has `a: input 3; add(dense 3 l2 0.1, identity) relu; a`"
    );
}

#[test]
fn long_messages_are_cut_off() {
    let mut message = Message::new("a");
    (0..SIZE).for_each(|_| message.push("é"));
    assert_eq!(message.as_str().len(), SIZE - 1);
    assert!(message.as_str().ends_with('é'));
}
