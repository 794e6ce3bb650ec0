use castnet::prelude::*;

fn main() {
    let _ = Adam { amsgrad: true, ..Adam::default() };
}
