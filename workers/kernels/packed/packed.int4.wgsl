// Weights as whole numbers 0 … 15, eight to a word, times a scale plus an offset for each 32 neighbours of a row: both are bfloat16 in one word,
// the scale above the offset. A row's stride is a multiple of 32.
@group(0) @binding(WEIGHT) var<storage, read> weight: array<u32>;
@group(0) @binding(SCALES) var<storage, read> scales: array<u32>;
fn w4(at: u32) -> vec4f {
  let line = scales[at >> 5u];
  let digits = vec4f((vec4u(weight[at >> 3u] >> ((at & 4u) << 2u)) >> vec4u(0u, 4u, 8u, 12u)) & vec4u(15u));
  return fma(digits, vec4f(bitcast<f32>(line & 0xffff0000u)), vec4f(bitcast<f32>(line << 16u)));
}
fn w1(at: u32) -> f32 {
  let line = scales[at >> 5u];
  return fma(f32((weight[at >> 3u] >> ((at & 7u) << 2u)) & 15u), bitcast<f32>(line & 0xffff0000u), bitcast<f32>(line << 16u));
}
