//! The graph with shapes, places and costs, printed.
use super::compare;

fn plans(file: &str, networks: &[&str]) {
    let mut text = String::new();
    for network in networks {
        let tokens = format!("[::castnet] {network}").parse().expect("it lexes");
        for (_, planned) in crate::compile_all(tokens).networks {
            let planned = planned.unwrap_or_else(|errors| panic!("{errors:?}"));
            text.push_str(&format!("{network}\n\n{planned}\n"));
        }
    }
    compare(file, &text);
}

#[test]
fn plan_dumps() {
    plans(
        "plans.txt",
        &[
            "House< input 13 => dense 10 relu => dense 10 relu => dense 1 >",
            "House< input 13 => normalize => dense 10 relu => dense 10 relu => dense 1 >",
            "Image< input 28x28 => flatten => dense 512 relu => dropout 0.5 => dense 512 relu => dropout 0.5 => dense 10 softmax >",
            "Wide< input 4 => dense 100 gelu => dense 3 => dense 50 tanh => sigmoid => dense 2 => relu >",
            "Residual< input 8 => dense 8 relu => repeat 2 { add(identity, dense 4 relu => dense 8) relu } => dense 2 softmax >",
            "Branches< input 8 => concat(dense 4 relu, dense 3, identity) => multiply(identity, sigmoid) => maximum(dense 4, dense 4) => dense 1 >",
            "Driver< camera: input 8x8x1 => flatten => seen: dense 6 relu; state: input 7 => felt: dense 5 relu; concat(seen, felt) => trunk: dense 4; trunk => steer: dense 1 tanh; trunk => brake: dense 2 >",
            "Images< input 6x6x4 => maxpool 2x2 => batchnorm => relu => pad 1 => avgpool 3x3 stride 1 => batchnorm frozen => globalavgpool => dense 1 >",
            "Nothing< input 5 => relu >",
            "Shapes< input 2x6 => reshape 3x4 => tanh => dropout 0.1 => flatten >",
            "Frozen< input 4 => dense 4 frozen relu => dense 4 silu => dense 4 frozen tanh => dense 1 >",
        ],
    );
}
