use castnet::prelude::*;
network! {
    /// Median value of a house.
    pub HousePrice< input 13 => normalize => dense 10 relu => dense 10 relu => dense 1 >
}
fn main() -> Result<(), Box<dyn std::error::Error>> {
    println!("{}", HousePrice::SUMMARY);
    let mut data: DataFor<HousePrice> = Dataset::from_csv("/work/shared/data/boston_housing.csv", &["MEDV"])?;
    data.shuffle(&mut seeded(1));
    let (train, test) = data.split(0.2)?;
    let mut trainer = HousePrice::init(&mut seeded(1)).compile(MeanSquaredError, RmsProp::default()).metric(Mae);
    let history = trainer.fit(&train, Fit::epochs(200).batch_size(16).validation(&test));
    println!("{history}");
    println!("{}", trainer.evaluate(&test));
    let net = trainer.into_network();
    println!("{} {}", net.predict(&test.inputs()[0])[0], test.targets()[0][0]);
    net.save("/tmp/w/x/h.safetensors")?;
    assert_eq!(*HousePrice::load("/tmp/w/x/h.safetensors")?, *net);
    println!("{} {}", HousePrice::RAM_BYTES, HousePrice::FLASH_BYTES);
    Ok(())
}
