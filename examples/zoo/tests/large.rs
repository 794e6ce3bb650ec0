//! The largest networks live in a thread with the default stack of 2 MiB, in a debug build too.
use std::thread;

use castnet_zoo::castnet::prelude::*;
use castnet_zoo::{ResNet50, Vgg16};

/// Half a gibibyte of weights is made where it will lie.
#[test]
fn vgg16_is_made() {
    let made = thread::spawn(|| {
        let net = Vgg16::init(&mut seeded(1));
        assert_eq!(net.as_flat().len(), 138_357_544);
        assert!(net.as_flat().iter().any(|&weight| weight != 0.0));
    });
    made.join().expect("no overflow");
}

#[test]
fn resnet50_predicts() {
    let predicted = thread::spawn(|| {
        let net = ResNet50::init(&mut seeded(1));
        let mut image = <ResNet50 as Network>::Input::zeroed_boxed();
        image.as_flat_mut().fill(0.5);
        let mut workspace = Workspace::boxed();
        let sum: f32 = net.predict_in(&image, &mut workspace).iter().sum();
        assert!((sum - 1.0).abs() < 1e-4, "probabilities: {sum}");
    });
    predicted.join().expect("no overflow");
}
