enable f16;
// Weights as 16-bit floats where the device computes with them: element (row, column) lies at row·stride + column; a row's stride is a multiple of eight.
@group(0) @binding(WEIGHT) var<storage, read> weight: array<vec4<f16>>;
fn w4(at: u32) -> vec4f { return vec4f(weight[at >> 2u]); }
fn w1(at: u32) -> f32 { return f32(weight[at >> 2u][at & 3u]); }
