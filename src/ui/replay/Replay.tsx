// How the policy's answer to one query changed through training, step by step.
export function Replay() {
  return null
}
