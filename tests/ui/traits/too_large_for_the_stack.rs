use castnet::prelude::*;

network! { Wide< input 10 => dense 5000 relu => dense 1 > }

fn main() {
    let wide = Wide::init(&mut seeded(1));
    println!("{}", wide.predict(&[0.0; 10].into())[0]);
}
