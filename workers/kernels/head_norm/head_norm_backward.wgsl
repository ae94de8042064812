// Turns the gradients of normalised heads into those of the heads before, in place: dx = r · (g − x · r² · mean(g · x)) with g = dy · w; values pass.
// x, dqkv: [rows, (HEADS + 2·KV_HEADS)·D]; w: [2, D] (for queries | for keys); rstd: [rows, HEADS + KV_HEADS]
@group(0) @binding(0) var<storage, read> x: array<f32>;
@group(0) @binding(1) var<storage, read> w: array<f32>;
@group(0) @binding(2) var<storage, read> rstd: array<f32>;
@group(0) @binding(3) var<storage, read_write> dqkv: array<f32>;
struct Params { rows: u32 }
@group(0) @binding(4) var<uniform> params: Params;

@compute @workgroup_size(32)
fn main(@builtin(global_invocation_id) id: vec3u) {
  let row = id.x / (HEADS + KV_HEADS);
  let head = id.x % (HEADS + KV_HEADS);
  if (row >= params.rows) { return; }
  let base = (row * (HEADS + 2u * KV_HEADS) + head) * HEAD_DIM;
  let weight = select(0u, HEAD_DIM, head >= HEADS);
  let r = rstd[id.x];
  var sum = 0.0;
  for (var d = 0u; d < HEAD_DIM; d++) {
    sum += dqkv[base + d] * w[weight + d] * (x[base + d] * r);
  }
  let mean = sum / f32(HEAD_DIM);
  for (var d = 0u; d < HEAD_DIM; d++) {
    dqkv[base + d] = r * (dqkv[base + d] * w[weight + d] - x[base + d] * r * mean);
  }
}
