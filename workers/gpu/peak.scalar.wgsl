// The multiply-add peak, one number per lane: ACCUMULATORS independent chains, eight steps of each (one when ROLLED) a turn of the loop.
@group(0) @binding(0) var<storage, read_write> out: array<f32>;
struct Turns { turns: u32, x: f32, y: f32 }
@group(0) @binding(1) var<uniform> s: Turns;

fn step(a: f32, x: f32, y: f32) -> f32 {
  if (FMA) { return fma(a, x, y); }
  return a * x + y;
}

@compute @workgroup_size(64)
fn main(@builtin(global_invocation_id) id: vec3u) {
  let x = s.x - f32(id.x & 7u) * 1e-7;
  let y = s.y + f32(id.x & 3u) * 1e-8;
//! for I in ACCUMULATORS
  var a$I = f32(id.x) + $I.0;
//! end
  for (var turn = 0u; turn < s.turns; turn++) {
//! for I in ACCUMULATORS
    a$I = step(a$I, x, y);
//! end
    if (!ROLLED) {
//! for I in ACCUMULATORS
      a$I = step(a$I, x, y);
//! end
//! for I in ACCUMULATORS
      a$I = step(a$I, x, y);
//! end
//! for I in ACCUMULATORS
      a$I = step(a$I, x, y);
//! end
//! for I in ACCUMULATORS
      a$I = step(a$I, x, y);
//! end
//! for I in ACCUMULATORS
      a$I = step(a$I, x, y);
//! end
//! for I in ACCUMULATORS
      a$I = step(a$I, x, y);
//! end
//! for I in ACCUMULATORS
      a$I = step(a$I, x, y);
//! end
    }
  }
  var sum = 0f;
//! for I in ACCUMULATORS
  sum += a$I;
//! end
  out[id.x] = sum;
}
