//! Networks from twenty-five years of papers, each in a screen of castnet's language: see README.md.
//!
//! A network stands in a file of its own. Where it is made of blocks, these are a macro as well, for images of other sizes and other
//! classes.
pub use castnet;

mod cifar;
mod densenet;
mod inception_v1;
mod inception_v3;
mod lenet;
mod letters;
mod mobilenet_v1;
mod mobilenet_v2;
mod resnet;
mod resnext;
mod squeezenet;
mod vgg;
mod xception;

pub use cifar::Cifar;
pub use densenet::DenseNet121;
pub use inception_v1::{InceptionV1, InceptionV1Training};
pub use inception_v3::InceptionV3;
pub use lenet::LeNet5;
pub use letters::Letters;
pub use mobilenet_v1::{MobileNetV1, MobileNetV1Quarter};
pub use mobilenet_v2::MobileNetV2;
pub use resnet::ResNet50;
pub use resnext::ResNeXt50;
pub use squeezenet::{SqueezeNet, SqueezeNet11};
pub use vgg::Vgg16;
pub use xception::Xception;

/// The code blocks of the document compile.
#[cfg(doctest)]
#[doc = include_str!("../README.md")]
struct Readme;
