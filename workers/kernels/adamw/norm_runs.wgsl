// Sums of runs of neighbouring blocks, in their order: partials[blocks + r] = Σ partials[b] over run r    partials: [blocks + runs]
@group(0) @binding(0) var<storage, read_write> partials: array<f32>;
struct Params { blocks: u32, run: u32, runs: u32 }
@group(0) @binding(1) var<uniform> params: Params;

@compute @workgroup_size(32)
fn main(@builtin(global_invocation_id) id: vec3u, @builtin(num_workgroups) groups: vec3u) {
  let at = id.x + id.y * groups.x * 32u;
  if (at >= params.runs) { return; }
  let end = min(params.blocks, (at + 1u) * params.run);
  var sum = 0.0;
  for (var b = at * params.run; b < end; b++) { sum += partials[b]; }
  partials[params.blocks + at] = sum;
}
