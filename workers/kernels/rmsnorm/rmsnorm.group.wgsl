// The norm for graphics cards: a workgroup per row, its lanes' sums added by `sum_of` (see sum.ts). Tensors as in rmsnorm.wgsl.
@group(0) @binding(0) var<storage, read> x: array<f32>;
@group(0) @binding(1) var<storage, read> w: array<f32>;
@group(0) @binding(2) var<storage, read_write> y: array<f32>;
@group(0) @binding(3) var<storage, read_write> rstd: array<f32>;
struct Params { rows: u32, width: u32, eps: f32 }
@group(0) @binding(4) var<uniform> params: Params;

@compute @workgroup_size(LANES)
fn main(@builtin(workgroup_id) group: vec3u, @builtin(num_workgroups) groups: vec3u, @builtin(local_invocation_index) lane: u32) {
  let row = group.y * groups.x + group.x;
  let base = row * params.width;
  var own = 0.0;
  if (row < params.rows) {
    for (var c = lane; c < params.width; c += LANES) { own = fma(x[base + c], x[base + c], own); }
  }
  let r = inverseSqrt(sum_of(lane, own) / f32(params.width) + params.eps);
  if (row >= params.rows) { return; }
  if (lane == 0u) { rstd[row] = r; }
  for (var c = lane; c < params.width; c += LANES) { y[base + c] = x[base + c] * r * w[c]; }
}
