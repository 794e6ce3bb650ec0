//! Convolutions: outputs, and all gradients.
use super::layers::check;
use super::*;

macro_rules! convolutions {
    ($tensors:expr; $($test:ident: $shape:tt => $layer:ident $($number:literal)* $(+ $option:ident $($value:literal)?)*;)*) => {
        $(
            #[test]
            fn $test() {
                network! {
                    Single< input $shape => it: $layer $($number)* $($option $($value)?)* >
                    Double< input $shape f64 => it: $layer $($number)* $($option $($value)?)* >
                }
                let tensors = $tensors.get(..Single::TENSORS.len()).expect("no more tensors than Keras has");
                check::<Single>(stringify!($test), tensors);
                check::<Double>(stringify!($test), tensors);
            }
        )*
    };
}

/// Keras's names and ours; the bias is not always there.
const ONE: &[(&str, &str)] = &[("kernel", "it.weight"), ("bias", "it.bias")];
const TWO: &[(&str, &str)] =
    &[("depthwise_kernel", "it.depthwise"), ("pointwise_kernel", "it.pointwise"), ("bias", "it.bias")];

convolutions! {
    ONE;
    conv1d_groups2: 8x4 => conv 6 3 + groups 2;
    conv1d_k3_causal: 8x3 => conv 4 3 + causal;
    conv1d_k3_causal_d2: 9x2 => conv 3 3 + causal + dilation 2;
    conv1d_k3_same_relu: 9x3 => conv 4 3 + same + relu;
    conv1d_k3_valid: 10x3 => conv 4 3;
    conv1d_k4_same_s2: 11x2 => conv 3 4 + stride 2 + same;
    conv1d_transpose_k3_s2_same: 5x4 => conv_transpose 3 3 + stride 2 + same;
    conv2d_groups2: 6x6x4 => conv 6 3x3 + same + groups 2;
    conv2d_groups4_s2: 8x8x8 => conv 12 3x3 + stride 2 + same + groups 4;
    conv2d_k1: 5x4x3 => conv 6 1x1;
    conv2d_k1_s2: 7x6x3 => conv 4 1 + stride 2;
    conv2d_k1x7_same: 6x9x2 => conv 3 1x7 + same;
    conv2d_k2_s2: 6x6x2 => conv 3 2x2 + stride 2x2;
    conv2d_k3_d2_same: 9x8x2 => conv 3 3x3 + same + dilation 2;
    conv2d_k3_d2_valid: 8x9x2 => conv 3 3 + dilation 2;
    conv2d_k3_d3x2_same: 10x9x2 => conv 2 3x3 + dilation 3x2 + same;
    conv2d_k3_same: 8x8x3 => conv 4 3x3 + pad 1;
    conv2d_k3_same_s2_even: 8x8x3 => conv 4 3x3 + stride 2 + pad 0x1x0x1;
    conv2d_k3_same_s2_odd: 7x9x3 => conv 4 3x3 + stride 2 + same;
    conv2d_k3_valid: 8x8x3 => conv 4 3x3 + valid;
    conv2d_k3_valid_s2: 9x10x2 => conv 3 3x3 + stride 2;
    conv2d_k5_same: 9x9x2 => conv 3 5x5 + same;
    conv2d_k5_same_s2: 10x11x2 => conv 3 5x5 + same + stride 2;
    conv2d_k5_valid: 7x7x2 => conv 2 5x5;
    conv2d_k7_s2_same: 14x14x3 => conv 4 7x7 + stride 2 + same;
    conv2d_k7x1_same: 9x6x2 => conv 3 7x1 + pad 3x0;
    conv2d_nobias: 5x6x4 => conv 5 3x3 + same + nobias;
    conv2d_relu: 8x8x1 => conv 8 3x3 + relu;
    conv2d_transpose_k2_s2_relu: 3x4x4 => conv_transpose 3 2x2 + stride 2 + relu;
    conv2d_transpose_k3_s2_outpad: 4x4x3 => conv_transpose 2 3x3 + stride 2 + same + outpad 0;
    conv2d_transpose_k3_s2_same: 4x5x4 => conv_transpose 3 3x3 + stride 2 + same;
    conv2d_transpose_k3_s2_valid: 4x3x2 => conv_transpose 3 3x3 + stride 2;
    conv2d_transpose_k3_same: 5x6x4 => conv_transpose 3 3x3 + same;
    conv2d_transpose_k4_s2_same: 4x4x5 => conv_transpose 3 4x4 + stride 2 + same;
    conv2d_transpose_k5_s2_same_nobias: 4x4x3 => conv_transpose 2 5x5 + stride 2 + same + nobias;
    depthwise_k3_d2: 8x7x3 => depthwise 3x3 + dilation 2 + same;
    depthwise_k3_nobias: 5x5x4 => depthwise 3x3 + nobias;
    depthwise_k3_same: 6x7x4 => depthwise 3x3 + same;
    depthwise_k3_same_s2_even: 8x8x3 => depthwise 3x3 + same + stride 2;
    depthwise_k3_valid_s2_m2: 7x8x3 => depthwise 3x3 + multiplier 2 + stride 2;
    depthwise_k5_same_relu6: 8x8x3 => depthwise 5x5 + same + relu6;
}

convolutions! {
    TWO;
    separable_k3_same: 6x7x4 => separable 5 3x3 + same;
    separable_k3_same_s2: 8x8x3 => separable 4 3x3 + same + stride 2;
    separable_k3_valid_m2_relu: 7x6x3 => separable 6 3x3 + multiplier 2 + relu;
    separable_k5_nobias: 7x7x3 => separable 4 5x5 + same + nobias;
}
