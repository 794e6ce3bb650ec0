use castnet::prelude::*;
use castnet::typenum::{B1, IsLessOrEqual, U100};

network! { House< input 13 => dense 10 relu => dense 1 > }

fn tiny<N: Network>(_: &N)
where
    N::ParamCount: IsLessOrEqual<U100, Output = B1>,
{
}

fn main() {
    tiny(&*House::init(&mut seeded(1)));
}
