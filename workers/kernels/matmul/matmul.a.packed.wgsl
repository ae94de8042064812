// Left operand packed: its row stride is a multiple of four, its offset zero.
fn a4(at: u32) -> vec4f { return w4(at); }
fn a1(at: u32) -> f32 { return w1(at); }
