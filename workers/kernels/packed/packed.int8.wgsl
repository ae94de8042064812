// Weights as whole numbers −127 … 127, four to a word, times a float32 scale for each 32 neighbours of a row; a row's stride is a multiple of 32.
@group(0) @binding(WEIGHT) var<storage, read> weight: array<u32>;
@group(0) @binding(SCALES) var<storage, read> scales: array<f32>;
fn w4(at: u32) -> vec4f {
  return scales[at >> 5u] * vec4f(vec4i(vec4u(weight[at >> 2u]) << vec4u(24u, 16u, 8u, 0u)) >> vec4u(24u));
}
fn w1(at: u32) -> f32 {
  return scales[at >> 5u] * f32(extractBits(i32(weight[at >> 2u]), (at & 3u) << 3u, 8u));
}
