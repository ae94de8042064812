// Left operand in fours: offset, stride and the length of its contiguous side are multiples of four.
@group(0) @binding(0) var<storage, read> a: array<vec4f>;
fn a4(at: u32) -> vec4f { return a[at >> 2u]; }
fn a1(at: u32) -> f32 { return a[at >> 2u][at & 3u]; }
