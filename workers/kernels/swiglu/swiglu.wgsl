// out[r, c] = silu(gate) · up    gateUp: [rows, 2·width], gate in the left half, up in the right; out: [rows, width]
@group(0) @binding(0) var<storage, read> gateUp: array<f32>;
@group(0) @binding(1) var<storage, read_write> out: array<f32>;
struct Params { rows: u32, width: u32 }
@group(0) @binding(2) var<uniform> params: Params;

// A thread takes 4 columns, 64 apart.
@compute @workgroup_size(64)
fn main(@builtin(workgroup_id) group: vec3u, @builtin(local_invocation_index) lane: u32) {
  let row = group.y;
  let end = min(params.width, (group.x + 1u) * 256u);
  for (var column = group.x * 256u + lane; column < end; column += 64u) {
    let at = row * 2u * params.width + column;
    let gate = gateUp[at];
    out[row * params.width + column] = gate / (1.0 + exp(-gate)) * gateUp[at + params.width];
  }
}
