// Any thrown value as the sentence that a person reads.

export function sentenceOf(error: unknown): string {
  const message = error instanceof Error ? error.message : String(error)
  return message === '' ? 'it failed without saying why' : message
}
