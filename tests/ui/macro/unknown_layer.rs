use castnet::prelude::*;

network! {
    /// The name is defined whatever is wrong with the layers: its uses below cause no further errors.
    pub House< input 13 => dens 10 relu => dense 1 >
}

fn train(data: &DataFor<House>) -> Box<House> {
    let mut trainer = House::init(&mut seeded(1)).compile(MeanSquaredError, RmsProp::default()).metric(Mae);
    println!("{}", trainer.fit(data, Fit::epochs(3)));
    trainer.into_network()
}

fn main() {
    let house: Option<Box<House>> = None;
    if let Some(house) = house {
        println!("{} {}", House::SUMMARY, house.dense_1.weight[(0, 0)]);
        println!("{}", house.predict(&[0.0; 13].into())[0]);
        house.save("house.safetensors").unwrap();
    }
    let _ = train;
}
