use castnet::prelude::*;

fn main() {
    network! { Local< input 13 => dense 0 > }
    let local = Local::init(&mut seeded(1));
    println!("{:?}", local.predict(&[0.0; 13].into()));
}
