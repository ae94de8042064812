// Right operand packed: its offset and its row stride are multiples of four, as `layoutOf` checks by storage.
fn b4(at: u32) -> vec4f { return w4(at); }
fn b1(at: u32) -> f32 { return w1(at); }
