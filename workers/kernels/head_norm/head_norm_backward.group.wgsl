// The gradient of the heads' norm for graphics cards: a workgroup per row and head. Tensors as in head_norm_backward.wgsl.
@group(0) @binding(0) var<storage, read> x: array<f32>;
@group(0) @binding(1) var<storage, read> w: array<f32>;
@group(0) @binding(2) var<storage, read> rstd: array<f32>;
@group(0) @binding(3) var<storage, read_write> dqkv: array<f32>;
struct Params { rows: u32 }
@group(0) @binding(4) var<uniform> params: Params;

@compute @workgroup_size(LANES)
fn main(@builtin(workgroup_id) group: vec3u, @builtin(local_invocation_index) lane: u32) {
  let row = group.y;
  let head = group.x;
  let base = (row * (HEADS + 2u * KV_HEADS) + head) * HEAD_DIM;
  let weight = select(0u, HEAD_DIM, head >= HEADS);
  let r = rstd[row * (HEADS + KV_HEADS) + head];
  var own = 0.0;
  for (var d = lane; d < HEAD_DIM; d += LANES) { own += dqkv[base + d] * w[weight + d] * (x[base + d] * r); }
  let mean = sum_of(lane, own) / f32(HEAD_DIM);
  if (row >= params.rows) { return; }
  for (var d = lane; d < HEAD_DIM; d += LANES) { dqkv[base + d] = r * (dqkv[base + d] * w[weight + d] - x[base + d] * r * mean); }
}
