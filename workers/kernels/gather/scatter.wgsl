// The gradient of gather: dtable[target[u], c] += sum over i in items[start[u] .. start[u + 1]) of dout[i, c], in that order.
// dout: [rows, width]; targets: [unique]; starts: [unique + 1]; items: [rows]; dtable: [tableRows, width]
@group(0) @binding(0) var<storage, read> dout: array<f32>;
@group(0) @binding(1) var<storage, read> targets: array<u32>;
@group(0) @binding(2) var<storage, read> starts: array<u32>;
@group(0) @binding(3) var<storage, read> items: array<u32>;
@group(0) @binding(4) var<storage, read_write> dtable: array<f32>;
struct Params { targets: u32, width: u32 }
@group(0) @binding(5) var<uniform> params: Params;

@compute @workgroup_size(64)
fn main(@builtin(global_invocation_id) id: vec3u) {
  let column = id.x;
  let unique = id.y;
  if (column >= params.width || unique >= params.targets) { return; }
  var sum = 0.0;
  for (var i = starts[unique]; i < starts[unique + 1u]; i++) {
    sum += dout[items[i] * params.width + column];
  }
  dtable[targets[unique] * params.width + column] += sum;
}
