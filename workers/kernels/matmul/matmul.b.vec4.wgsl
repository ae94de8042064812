// Right operand in fours: offset, stride and the length of its contiguous side are multiples of four.
@group(0) @binding(1) var<storage, read> b: array<vec4f>;
fn b4(at: u32) -> vec4f { return b[at >> 2u]; }
fn b1(at: u32) -> f32 { return b[at >> 2u][at & 3u]; }
