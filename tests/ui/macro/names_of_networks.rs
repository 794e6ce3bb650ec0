castnet::network! {
    pub Net< input 4 => dense 2 frozen => dense 3 >
    pub Net< input 4 => dense 3 >
    pub NetGradient< input 4 => dense 3 >
    pub Itself< input 4 => dense 3 => use Itself -> 3 >
    pub First< input 4 => dense 3 => use Second -> 3 >
    pub Second< input 3 => dense 3 => use self::First -> 3 >
}

fn main() {}
