// out[i, c] = table[index[i], c]    table: [tableRows, width]; index: [rows]; out: [rows, width]
@group(0) @binding(0) var<storage, read> table: array<f32>;
@group(0) @binding(1) var<storage, read> index: array<u32>;
@group(0) @binding(2) var<storage, read_write> out: array<f32>;
struct Params { rows: u32, width: u32 }
@group(0) @binding(3) var<uniform> params: Params;

@compute @workgroup_size(64)
fn main(@builtin(global_invocation_id) id: vec3u) {
  let column = id.x;
  let row = id.y;
  if (column >= params.width || row >= params.rows) { return; }
  out[row * params.width + column] = table[index[row] * params.width + column];
}
