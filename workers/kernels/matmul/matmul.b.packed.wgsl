// Right operand packed: its row stride is a multiple of four, its offset zero.
fn b4(at: u32) -> vec4f { return w4(at); }
fn b1(at: u32) -> f32 { return w1(at); }
