use castnet::prelude::*;

network! { House< input 13 => dense 10 relu => dense 1 > }

fn main() {
    let house = House::init(&mut seeded(1));
    println!("{}", house.predict_array(&[0.5; 12])[0]);
}
