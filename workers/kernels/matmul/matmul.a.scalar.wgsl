// Left operand one by one, for any offset and stride.
@group(0) @binding(0) var<storage, read> a: array<f32>;
fn a4(at: u32) -> vec4f { return vec4f(a[at], a[at + 1u], a[at + 2u], a[at + 3u]); }
fn a1(at: u32) -> f32 { return a[at]; }
