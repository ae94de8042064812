// The norm's gradient for graphics cards: a workgroup per row. Tensors as in rmsnorm_backward.wgsl.
@group(0) @binding(0) var<storage, read> x: array<f32>;
@group(0) @binding(1) var<storage, read> w: array<f32>;
@group(0) @binding(2) var<storage, read> rstd: array<f32>;
@group(0) @binding(3) var<storage, read> dy: array<f32>;
@group(0) @binding(4) var<storage, read_write> dx: array<f32>;
struct Params { rows: u32, width: u32 }
@group(0) @binding(5) var<uniform> params: Params;

@compute @workgroup_size(LANES)
fn main(@builtin(workgroup_id) group: vec3u, @builtin(num_workgroups) groups: vec3u, @builtin(local_invocation_index) lane: u32) {
  let row = group.y * groups.x + group.x;
  let base = row * params.width;
  let r = rstd[min(row, params.rows - 1u)];
  var own = 0.0;
  if (row < params.rows) {
    for (var c = lane; c < params.width; c += LANES) { own += dy[base + c] * w[c] * (x[base + c] * r); }
  }
  let mean = sum_of(lane, own) / f32(params.width);
  if (row >= params.rows) { return; }
  for (var c = lane; c < params.width; c += LANES) { dx[base + c] += r * (dy[base + c] * w[c] - x[base + c] * r * mean); }
}
