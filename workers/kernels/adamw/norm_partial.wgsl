// Sums of squares over blocks of a flat gradient: partials[first + b] = Σ grads[i]² over block b    grads: [count]; partials: [blocks]
@group(0) @binding(0) var<storage, read> grads: array<f32>;
@group(0) @binding(1) var<storage, read_write> partials: array<f32>;
struct Params { count: u32, block: u32, blocks: u32, first: u32 }
@group(0) @binding(2) var<uniform> params: Params;

@compute @workgroup_size(32)
fn main(@builtin(global_invocation_id) id: vec3u, @builtin(num_workgroups) groups: vec3u) {
  let block = id.x + id.y * groups.x * 32u;
  if (block >= params.blocks) { return; }
  let end = min(params.count, (block + 1u) * params.block);
  var sum = 0.0;
  for (var i = block * params.block; i < end; i++) {
    sum += grads[i] * grads[i];
  }
  partials[params.first + block] = sum;
}
