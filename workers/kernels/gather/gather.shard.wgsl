// out[i, c] = table[index[i], c] where that row lies in this shard of the table, in any storage    index: [rows]; out: [rows, width]
@group(0) @binding(1) var<storage, read> index: array<u32>;
@group(0) @binding(2) var<storage, read_write> out: array<f32>;
struct Params { rows: u32, width: u32, first_row: u32, table_rows: u32, stride: u32 }
@group(0) @binding(UNIFORMS) var<uniform> params: Params;

@compute @workgroup_size(64)
fn main(@builtin(global_invocation_id) id: vec3u) {
  let column = id.x;
  let row = id.y;
  if (column >= params.width || row >= params.rows) { return; }
  let table_row = index[row] - params.first_row; // wraps to a large number before the shard
  if (table_row >= params.table_rows) { return; }
  out[row * params.width + column] = w1(table_row * params.stride + column);
}
