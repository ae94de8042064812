// out[r, c] = silu(gate) · up    gateUp: [rows, 2·width], gate in the left half, up in the right; out: [rows, width]
@group(0) @binding(0) var<storage, read> gateUp: array<f32>;
@group(0) @binding(1) var<storage, read_write> out: array<f32>;
struct Params { rows: u32, width: u32 }
@group(0) @binding(2) var<uniform> params: Params;

@compute @workgroup_size(64)
fn main(@builtin(global_invocation_id) id: vec3u) {
  let column = id.x;
  let row = id.y;
  if (column >= params.width || row >= params.rows) { return; }
  let at = row * 2u * params.width + column;
  let gate = gateUp[at];
  out[row * params.width + column] = gate / (1.0 + exp(-gate)) * gateUp[at + params.width];
}
