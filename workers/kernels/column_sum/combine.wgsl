// out[c] += sum over blocks b, in order, of partials[b, c]    partials: [blocks, width]; out: [width]
@group(0) @binding(0) var<storage, read> partials: array<f32>;
@group(0) @binding(1) var<storage, read_write> out: array<f32>;
struct Params { blocks: u32, width: u32 }
@group(0) @binding(2) var<uniform> params: Params;

@compute @workgroup_size(32)
fn main(@builtin(global_invocation_id) id: vec3u) {
  let column = id.x;
  if (column >= params.width) { return; }
  var sum = 0.0;
  for (var block = 0u; block < params.blocks; block++) {
    sum += partials[block * params.width + column];
  }
  out[column] += sum;
}
