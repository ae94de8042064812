// Right operand one by one, for any offset and stride.
@group(0) @binding(1) var<storage, read> b: array<f32>;
fn b4(at: u32) -> vec4f { return vec4f(b[at], b[at + 1u], b[at + 2u], b[at + 3u]); }
fn b1(at: u32) -> f32 { return b[at]; }
