//! The networks of a first course on deep learning, each trained on a task that it can learn.
use castnet::losses::Loss;
use castnet::nalgebra::SVector;
use castnet::prelude::*;
use castnet::rand::RngExt;

network! {
    HousePrice< input 13 => dense 10 relu => dense 10 relu => dense 1 > where params == 261
    /// The same, with activations as layers of their own.
    Listed< input 13 => dense 10 => relu => dense 10 => relu => dense 1 > where params == 261
    Fraud< input 13 => dense 10 relu => dense 10 relu => dense 1 sigmoid > where params == 261
    AgeGroup< input 4 => dense 10 relu => dense 10 relu => dense 5 softmax > where params == 215
    Bounded< input 13 => dense 10 tanh > where params == 140
    Digits< input 28x28 => flatten => dense 512 relu => dense 512 relu => dense 10 softmax > where params == 669_706
    Dropped<
        input 28x28 => flatten => dense 512 relu => dropout 0.5 => dense 512 relu => dropout 0.5 => dense 10 softmax
    > where params == 669_706
    Exercise< input 28x28 => flatten => dense 128 relu => dense 512 relu => dense 10 softmax > where params == 171_658
    Labels< input 3 => dense 10 relu => dense 10 relu => dense 7 sigmoid > where params == 227
}

fn data(name: &str) -> Csv {
    Csv::new(concat!(env!("CARGO_MANIFEST_DIR"), "/../examples/data/").to_string() + name)
}

/// Standardized with the statistics of the training data, as the course does it by hand.
fn standardized<const C: usize, Y>(data: Dataset<SVector<f32, C>, Y>) -> [Dataset<SVector<f32, C>, Y>; 2]
where
    Y: Flat<Scalar = f32> + Clone,
{
    let mut data = data;
    data.shuffle(&mut seeded(1));
    let (train, test) = data.split(0.2).expect("two parts");
    let scaler = Scaler::standard(train.inputs());
    [train, test].map(|part| part.map_inputs(|input| scaler.apply(input)).expect("finite values"))
}

/// Both ways to write activations are one network: the same weights, the same training, the same predictions.
#[test]
fn house_prices() {
    let [train, test] = standardized(data("boston_housing.csv").targets(&["MEDV"]).read().expect("sound data"));
    fn trained<N>(train: &Dataset<SVector<f32, 13>, SVector<f32, 1>>) -> (Vec<f32>, castnet::Evaluation)
    where
        N: Network<Scalar = f32, Input = SVector<f32, 13>>,
        MeanSquaredError: Loss<N::Head, N::Output, Target = SVector<f32, 1>>,
    {
        let mut trainer = N::init(&mut seeded(1)).compile(MeanSquaredError, RmsProp::default());
        let history = trainer.fit(train, Fit::epochs(100).batch_size(8).progress(false));
        assert!(history.epochs().last().expect("an epoch").train.loss < 12.0, "{history}");
        let report = trainer.evaluate(train).expect("sound targets");
        (trainer.network().as_flat().to_vec(), report)
    }
    let (weights, report) = trained::<HousePrice>(&train);
    assert_eq!((weights, report), trained::<Listed>(&train));
    // One layer with tanh has nothing after it that could reach beyond 1: it learns whether a house is dear.
    let dear = |price: &SVector<f32, 1>| SVector::<f32, 10>::from_element(if price[0] > 21.0 { 0.9 } else { -0.9 });
    let [train, test] = [train, test].map(|part| part.map_targets(dear).expect("finite values"));
    let mut trainer = Bounded::init(&mut seeded(1)).compile(MeanSquaredError, Adam::default());
    let history = trainer.fit(&train, Fit::epochs(60).progress(false));
    assert!(trainer.evaluate(&test).expect("sound targets").loss < 0.45, "{history}");
}

/// A binary classifier of 13 measurements: the first of three sorts of wine stands for the fraudulent transactions.
#[test]
fn binary_classifier() {
    let csv = data("wine.csv").ignore(&["target"]).targets(&["target_name"]);
    let wines: Dataset<SVector<f32, 13>, SVector<f32, 3>> =
        csv.one_hot("target_name", &["class_0", "class_1", "class_2"]).read().expect("sound data");
    let wines = wines.map_targets(|target| SVector::<f32, 1>::new(target[0])).expect("finite values");
    let [train, test] = standardized(wines);
    let mut trainer = Fraud::init(&mut seeded(1)).compile(BinaryCrossentropy, RmsProp::default()).metric(Accuracy);
    let history = trainer.fit(&train, Fit::epochs(100).batch_size(8).progress(false));
    assert!(trainer.evaluate(&test).expect("sound targets").metrics[0].1 > 0.95, "{history}");
}

#[derive(Clone, Copy, Debug, PartialEq, Label)]
enum Age {
    Baby,
    Toddler,
    Preteen,
    Teenager,
    Adult,
}

/// Five classes from four measurements: height, weight, and the sizes of head and shoe, that grow with age.
#[test]
fn multi_class_classifier() {
    let mut rng = seeded(2);
    let (mut inputs, mut targets) = (Vec::new(), Vec::new());
    for sample in 0..600 {
        let age = Age::from_index(sample % 5);
        let [height, weight, head, shoe] = match age {
            Age::Baby => [65.0, 7.0, 42.0, 17.0],
            Age::Toddler => [90.0, 13.0, 48.0, 23.0],
            Age::Preteen => [140.0, 33.0, 53.0, 34.0],
            Age::Teenager => [163.0, 54.0, 55.0, 39.0],
            Age::Adult => [174.0, 76.0, 57.0, 42.0],
        };
        let mut about = |size: f32| size * (0.96 + 0.08 * rng.random::<f32>());
        inputs.push(SVector::from([about(height), about(weight), about(head), about(shoe)]));
        targets.push(age.target());
    }
    let [train, test] = standardized(Dataset::new(inputs, targets).expect("sound data"));
    let mut trainer = AgeGroup::init(&mut seeded(1)).compile(CategoricalCrossentropy, Adam::default());
    trainer = trainer.metric(Accuracy);
    let history = trainer.fit(&train, Fit::epochs(60).progress(false));
    assert!(trainer.evaluate(&test).expect("sound targets").metrics[0].1 > 0.95, "{history}");
    let net = trainer.into_network();
    let right = test.iter().filter(|(input, target)| net.predict_class::<Age>(input) == Age::decide(*target).0);
    assert!(right.count() as f64 / test.len() as f64 > 0.95);
}

/// Several labels at once: which of seven things are true of three bits.
#[test]
fn multi_label_classifier() {
    let bits = |number: usize| [0, 1, 2].map(|bit| number >> bit & 1 == 1);
    let number = |truth: bool| f32::from(u8::from(truth));
    let things = |[a, b, c]: [bool; 3]| [a && b, a || c, a != b, !c, a && b && c, b, a || b || c].map(number);
    let inputs: Vec<[f32; 3]> = (0..8).map(|index| bits(index).map(number)).collect();
    let targets: Vec<[f32; 7]> = (0..8).map(|index| things(bits(index))).collect();
    let data: DataFor<Labels> = Dataset::from_rows(&inputs, &targets).expect("sound data");
    let optimizer = Adam { learning_rate: 0.02, ..Adam::default() };
    let mut trainer = Labels::init(&mut seeded(1)).compile(BinaryCrossentropy, optimizer).metric(Accuracy);
    let history = trainer.fit(&data, Fit::epochs(500).progress(false));
    assert_eq!(trainer.evaluate(&data).expect("sound targets").metrics, [("accuracy", 1.0)], "{history}");
}

/// The networks of images, on a few images of MNIST: far better than chance, which is 0.1, on images that they have not seen.
#[test]
fn digits() {
    use castnet::Array;
    let folder = concat!(env!("CARGO_MANIFEST_DIR"), "/../examples/data/mnist/").to_string();
    let read = |name: &str, samples| Array::read_idx(folder.clone() + name).expect("a file of MNIST").take(samples);
    let images = read("t10k-images-idx3-ubyte.gz", 1500);
    let labels = read("t10k-labels-idx1-ubyte.gz", 1500);
    assert_eq!(images.shape(), [1500, 28, 28]);
    fn trained<N>(images: &Array, labels: &Array) -> f64
    where
        N: Network<Scalar = f32>,
        SparseCategoricalCrossentropy: Loss<N::Head, N::Output, Target = SVector<f32, 1>>,
        Accuracy: castnet::metrics::Metric<N::Head, N::Output, SVector<f32, 1>>,
    {
        let data: Dataset<N::Input, SVector<f32, 1>> = Dataset::from_arrays(images, labels).expect("sound data");
        let data = data.scale_inputs(1.0 / 255.0);
        let (train, test) = data.split(0.2).expect("two parts");
        let mut trainer = N::init(&mut seeded(1)).compile(SparseCategoricalCrossentropy, Adam::default());
        trainer = trainer.metric(Accuracy);
        let history = trainer.fit(&train, Fit::epochs(4).progress(false));
        assert!(history.epochs()[3].train.loss < history.epochs()[0].train.loss, "{history}");
        trainer.evaluate(&test).expect("sound targets").metrics[0].1
    }
    let accuracies = [
        trained::<Digits>(&images, &labels),
        trained::<Dropped>(&images, &labels),
        trained::<Exercise>(&images, &labels),
    ];
    assert!(accuracies.iter().all(|&accuracy| accuracy > 0.8), "{accuracies:?}");
}
