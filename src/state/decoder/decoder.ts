// Trains a decoder over item ids in a worker of its own, so that the person's policy stays as it is.
import { openPolicy } from '../../client/policy.ts'
import type { UserHistory } from '../../domain/dataset.ts'
import type { DecoderOptions, DecoderProgress, DecoderResult } from '../../domain/decoder.ts'
import { trainDecoder as train } from '../../experiment/decoder.ts'

/** See src/experiment/decoder.ts. The worker ends with the result, with an error, and with the signal; a lost device or a crash is the error. */
export async function trainDecoder(
  users: readonly UserHistory[], options: Partial<DecoderOptions>, onProgress?: (progress: DecoderProgress) => void | Promise<void>, signal?: AbortSignal,
): Promise<DecoderResult> {
  const { service, failed, close } = openPolicy()
  try {
    await service.start()
    const lost = service.lost().then((reason) => Promise.reject(new Error(reason)))
    const crashed = failed.then((reason) => Promise.reject(reason))
    return await Promise.race([train({ policy: service, now: () => performance.now() }, users, options, onProgress, signal), lost, crashed])
  } finally {
    close()
  }
}
