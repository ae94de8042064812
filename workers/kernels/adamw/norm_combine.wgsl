// The global norm and what follows from it: state = (norm, clip factor min(1, maxNorm / (norm + 1e-6)), 1 when finite else 0, 0)
// partials: [first + count], summed from `first` on; state: [4]
@group(0) @binding(0) var<storage, read> partials: array<f32>;
@group(0) @binding(1) var<storage, read_write> state: array<f32>;
struct Params { first: u32, count: u32, maxNorm: f32 }
@group(0) @binding(2) var<uniform> params: Params;

@compute @workgroup_size(1)
fn main() {
  var sum = 0.0;
  for (var b = 0u; b < params.count; b++) {
    sum += partials[params.first + b];
  }
  let norm = sqrt(sum);
  let finite = norm < 3.0e38;
  var factor = 1.0;
  if (params.maxNorm > 0.0) { factor = min(1.0, params.maxNorm / (norm + 1.0e-6)); }
  state[0] = norm;
  state[1] = factor;
  state[2] = select(0.0, 1.0, finite);
}
