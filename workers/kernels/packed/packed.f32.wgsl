// Weights as they are: element (row, column) lies at row·stride + column.
@group(0) @binding(WEIGHT) var<storage, read> weight: array<f32>;
fn w4(at: u32) -> vec4f { return vec4f(weight[at], weight[at + 1u], weight[at + 2u], weight[at + 3u]); }
fn w1(at: u32) -> f32 { return weight[at]; }
