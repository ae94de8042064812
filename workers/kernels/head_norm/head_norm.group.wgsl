// The heads' norm for graphics cards: a workgroup per row and head. Tensors as in head_norm.wgsl.
@group(0) @binding(0) var<storage, read> x: array<f32>;
@group(0) @binding(1) var<storage, read> w: array<f32>;
@group(0) @binding(2) var<storage, read_write> y: array<f32>;
@group(0) @binding(3) var<storage, read_write> rstd: array<f32>;
struct Params { rows: u32, eps: f32 }
@group(0) @binding(4) var<uniform> params: Params;

@compute @workgroup_size(LANES)
fn main(@builtin(workgroup_id) group: vec3u, @builtin(local_invocation_index) lane: u32) {
  let row = group.y;
  let head = group.x;
  let base = (row * (HEADS + 2u * KV_HEADS) + head) * HEAD_DIM;
  if (head >= HEADS + KV_HEADS) {
    for (var d = lane; d < HEAD_DIM; d += LANES) { y[base + d] = x[base + d]; }
    return;
  }
  var own = 0.0;
  for (var d = lane; d < HEAD_DIM; d += LANES) { own = fma(x[base + d], x[base + d], own); }
  let r = inverseSqrt(sum_of(lane, own) / f32(HEAD_DIM) + params.eps);
  if (lane == 0u) { rstd[row * (HEADS + KV_HEADS) + head] = r; }
  let weight = select(0u, HEAD_DIM, head >= HEADS);
  for (var d = lane; d < HEAD_DIM; d += LANES) { y[base + d] = x[base + d] * r * w[weight + d]; }
}
