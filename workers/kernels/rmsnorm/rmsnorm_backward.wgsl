// dx += r · (g − x · r² · mean(g · x)) with g = dy · w    x, dy, dx: [rows, width]; w: [width]; rstd: [rows]
@group(0) @binding(0) var<storage, read> x: array<f32>;
@group(0) @binding(1) var<storage, read> w: array<f32>;
@group(0) @binding(2) var<storage, read> rstd: array<f32>;
@group(0) @binding(3) var<storage, read> dy: array<f32>;
@group(0) @binding(4) var<storage, read_write> dx: array<f32>;
struct Params { rows: u32, width: u32 }
@group(0) @binding(5) var<uniform> params: Params;

@compute @workgroup_size(32)
fn main(@builtin(global_invocation_id) id: vec3u) {
  let row = id.x;
  if (row >= params.rows) { return; }
  let base = row * params.width;
  let r = rstd[row];
  var sum = 0.0;
  for (var c = 0u; c < params.width; c++) {
    sum += dy[base + c] * w[c] * (x[base + c] * r);
  }
  let mean = sum / f32(params.width);
  for (var c = 0u; c < params.width; c++) {
    dx[base + c] += r * (dy[base + c] * w[c] - x[base + c] * r * mean);
  }
}
