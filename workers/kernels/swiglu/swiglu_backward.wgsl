// dgate = dout · up · σ · (1 + gate · (1 − σ)), dup = dout · gate · σ, σ = sigmoid(gate)
// gateUp, dgateUp: [rows, 2·width]; dout: [rows, width]
@group(0) @binding(0) var<storage, read> gateUp: array<f32>;
@group(0) @binding(1) var<storage, read> dout: array<f32>;
@group(0) @binding(2) var<storage, read_write> dgateUp: array<f32>;
struct Params { rows: u32, width: u32 }
@group(0) @binding(3) var<uniform> params: Params;

@compute @workgroup_size(64)
fn main(@builtin(global_invocation_id) id: vec3u) {
  let column = id.x;
  let row = id.y;
  if (column >= params.width || row >= params.rows) { return; }
  let at = row * 2u * params.width + column;
  let gate = gateUp[at];
  let up = gateUp[at + params.width];
  let d = dout[row * params.width + column];
  let sigmoid = 1.0 / (1.0 + exp(-gate));
  dgateUp[at] = d * up * sigmoid * (1.0 + gate * (1.0 - sigmoid));
  dgateUp[at + params.width] = d * gate * sigmoid;
}
