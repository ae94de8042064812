// Normalises every query and key head: y = x · r · w with r = 1 / sqrt(mean(x²) + eps) over the head; values pass.
// x, y: [rows, (HEADS + 2·KV_HEADS)·D] (queries | keys | values); w: [2, D] (for queries | for keys); rstd: [rows, HEADS + KV_HEADS]
@group(0) @binding(0) var<storage, read> x: array<f32>;
@group(0) @binding(1) var<storage, read> w: array<f32>;
@group(0) @binding(2) var<storage, read_write> y: array<f32>;
@group(0) @binding(3) var<storage, read_write> rstd: array<f32>;
struct Params { rows: u32, eps: f32 }
@group(0) @binding(4) var<uniform> params: Params;

@compute @workgroup_size(32)
fn main(@builtin(global_invocation_id) id: vec3u) {
  let row = id.x / (HEADS + 2u * KV_HEADS);
  let head = id.x % (HEADS + 2u * KV_HEADS);
  if (row >= params.rows) { return; }
  let base = id.x * HEAD_DIM;
  if (head >= HEADS + KV_HEADS) {
    for (var d = 0u; d < HEAD_DIM; d++) { y[base + d] = x[base + d]; }
    return;
  }
  var sum = 0.0;
  for (var d = 0u; d < HEAD_DIM; d++) {
    let value = x[base + d];
    sum += value * value;
  }
  let r = inverseSqrt(sum / f32(HEAD_DIM) + params.eps);
  rstd[row * (HEADS + KV_HEADS) + head] = r;
  let weight = select(0u, HEAD_DIM, head >= HEADS);
  for (var d = 0u; d < HEAD_DIM; d++) {
    y[base + d] = x[base + d] * r * w[weight + d];
  }
}
