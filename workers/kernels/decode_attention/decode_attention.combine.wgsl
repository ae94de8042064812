// For graphics cards, third of three: the splits of a row and head, weighted by their shares of the softmax, in order.
// parts: [rows, HEADS, splits, HEAD_DIM + 2] of (Σ exp(score − top)·v, top, Σ exp(score − top)); out: [rows, HEADS·HEAD_DIM]
@group(0) @binding(0) var<storage, read> parts: array<f32>;
@group(0) @binding(1) var<storage, read> state: array<DecodeRow>;
@group(0) @binding(2) var<storage, read_write> out: array<f32>;
struct Params { rows: u32, splits: u32, scale: f32, eps: f32 }
@group(0) @binding(3) var<uniform> params: Params;

@compute @workgroup_size(64)
fn main(@builtin(workgroup_id) group: vec3u, @builtin(local_invocation_index) lane: u32) {
  let at = state[group.y];
  let splits = (at.length + at.drawn + SPLIT - 1u) / SPLIT;
  let width = HEAD_DIM + 2u;
  let part = (group.y * HEADS + group.x) * params.splits * width;
  var top = -3.0e38;
  for (var i = 0u; i < splits; i++) { top = max(top, parts[part + i * width + HEAD_DIM]); }
  var sum = 0.0;
  for (var i = 0u; i < splits; i++) { sum = fma(parts[part + i * width + HEAD_DIM + 1u], exp(parts[part + i * width + HEAD_DIM] - top), sum); }
  for (var d = lane; d < HEAD_DIM; d += 64u) {
    var value = 0.0;
    for (var i = 0u; i < splits; i++) { value = fma(parts[part + i * width + d], exp(parts[part + i * width + HEAD_DIM] - top), value); }
    out[(group.y * HEADS + group.x) * HEAD_DIM + d] = value / sum;
  }
}
