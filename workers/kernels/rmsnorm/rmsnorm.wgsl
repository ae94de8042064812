// y = x · r · w with r = 1 / sqrt(mean(x²) + eps)    x, y: [rows, width]; w: [width]; rstd: [rows], kept for the backward pass
@group(0) @binding(0) var<storage, read> x: array<f32>;
@group(0) @binding(1) var<storage, read> w: array<f32>;
@group(0) @binding(2) var<storage, read_write> y: array<f32>;
@group(0) @binding(3) var<storage, read_write> rstd: array<f32>;
struct Params { rows: u32, width: u32, eps: f32 }
@group(0) @binding(4) var<uniform> params: Params;

@compute @workgroup_size(32)
fn main(@builtin(global_invocation_id) id: vec3u) {
  let row = id.x;
  if (row >= params.rows) { return; }
  let base = row * params.width;
  var sum = 0.0;
  for (var c = 0u; c < params.width; c++) {
    let value = x[base + c];
    sum += value * value;
  }
  let r = inverseSqrt(sum / f32(params.width) + params.eps);
  rstd[row] = r;
  for (var c = 0u; c < params.width; c++) {
    y[base + c] = x[base + c] * r * w[c];
  }
}
