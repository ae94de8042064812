// dgate = dout · up · σ · (1 + gate · (1 − σ)), dup = dout · gate · σ, σ = sigmoid(gate)
// gateUp, dgateUp: [rows, 2·width]; dout: [rows, width]
@group(0) @binding(0) var<storage, read> gateUp: array<f32>;
@group(0) @binding(1) var<storage, read> dout: array<f32>;
@group(0) @binding(2) var<storage, read_write> dgateUp: array<f32>;
struct Params { rows: u32, width: u32 }
@group(0) @binding(3) var<uniform> params: Params;

// A thread takes 4 columns, 64 apart.
@compute @workgroup_size(64)
fn main(@builtin(workgroup_id) group: vec3u, @builtin(local_invocation_index) lane: u32) {
  let row = group.y;
  let end = min(params.width, (group.x + 1u) * 256u);
  for (var column = group.x * 256u + lane; column < end; column += 64u) {
    let at = row * 2u * params.width + column;
    let gate = gateUp[at];
    let up = gateUp[at + params.width];
    let d = dout[row * params.width + column];
    let sigmoid = 1.0 / (1.0 + exp(-gate));
    dgateUp[at] = d * up * sigmoid * (1.0 + gate * (1.0 - sigmoid));
    dgateUp[at + params.width] = d * gate * sigmoid;
  }
}
