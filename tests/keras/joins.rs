//! Joins of several inputs: outputs, and the gradients of all inputs.
use super::layers::Cotangent;
use super::*;

/// The values of the inputs of each sample: the tensors `x0`, `x1`, ... behind this prefix, side by side.
fn side_by_side(fixture: &Fixture, prefix: &str) -> Vec<Vec<f64>> {
    let names = (0..).map(|index| format!("{prefix}{index}")).take_while(|name| fixture.has(name));
    let parts: Vec<_> = names.map(|name| fixture.tensor(&name)).collect();
    let count = parts[0].shape[0];
    let sample = |index: usize| {
        let of_part = |part: &castnet_tests::Tensor| {
            let length = part.values.len() / count;
            part.values[index * length..(index + 1) * length].to_vec()
        };
        parts.iter().flat_map(of_part).collect()
    };
    (0..count).map(sample).collect()
}

/// Compares a network of one join.
fn check<N: Network>(name: &str)
where
    N::Input: Clone,
    N::Output: Clone + Send + Sync,
    N::Head: Activation<N::Output>,
{
    let fixture = Fixture::load(&format!("layers/{name}"));
    let inputs: Vec<N::Input> = side_by_side(&fixture, "in.x")
        .iter()
        .map(|values| {
            let mut input = N::Input::zeroed();
            assert_eq!(values.len(), N::Input::LEN, "{name}");
            input.as_flat_mut().iter_mut().zip(values).for_each(|(to, &value)| *to = N::Scalar::from_f64(value));
            input
        })
        .collect();
    let net = N::init(&mut seeded(1));
    let mut memory = Workspace::boxed();
    let outputs: Vec<N::Output> = inputs.iter().map(|input| net.predict_in(input, &mut memory).clone()).collect();
    fixture.assert_close("out.y", &flat(&outputs));
    let mut trainer = net.compile(Cotangent, Sgd::default());
    let targets: Vec<N::Output> = fixture.samples("cot.y");
    let mut grad_inputs = inputs.clone();
    trainer.compute_input_gradient(&inputs, &targets, &mut grad_inputs).expect("a sound batch");
    let mut first = 0;
    for name in (0..).map(|index| format!("grad.x{index}")).take_while(|name| fixture.has(name)) {
        let tensor = fixture.tensor(&name);
        let length = tensor.values.len() / tensor.shape[0];
        let of_input = |grad: &N::Input| grad.as_flat()[first..first + length].to_vec();
        let grads: Vec<N::Scalar> = grad_inputs.iter().flat_map(of_input).collect();
        fixture.assert_close(&name, &grads);
        first += length;
    }
    assert_eq!(first, N::Input::LEN, "{name}");
}

macro_rules! joins {
    ($($test:ident: $($name:ident $shape:tt),* => $join:ident $(+ $word:ident $number:literal)?;)*) => {
        $(
            #[test]
            fn $test() {
                network! {
                    Single< $($name: input $shape;)* $join($($name),*) $($word $number)? >
                    Double< $($name: input $shape f64;)* $join($($name),*) $($word $number)? >
                }
                check::<Single>(stringify!($test));
                check::<Double>(stringify!($test));
            }
        )*
    };
}

joins! {
    subtract: a 4, b 4 => subtract;
    dot_axes1: a 6, b 6 => dot;
    concat_axis1: a 4x3, b 2x3 => concat + along 1;
    concat_last: a 4x3x2, b 4x3x5 => concat;
    concat_last_3: a 2x2x1, b 2x2x3, c 2x2x2 => concat;
}
