// Weights as they are, in fours: rows begin at multiples of four.
@group(0) @binding(WEIGHT) var<storage, read> weight: array<vec4f>;
fn w4(at: u32) -> vec4f { return weight[at >> 2u]; }
