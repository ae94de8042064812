// The embedded encoder's folder as the model hub lays one out: configuration, tokenizer, and the network as an ONNX graph.
import { onnxModel } from '../../../workers/export/onnx.ts'
import type { SentenceEncoder } from './train.ts'
import { MOST_TOKENS, tokenizerFiles } from './wordpiece.ts'

/** last_hidden_state[batch, place] = places[min(place, last)] · tokens[input_ids[batch, place]]; whoever runs it takes the mean. */
function graphOf({ vocabulary, width, tokens, places }: SentenceEncoder): Uint8Array<ArrayBuffer> {
  const scalar = (name: string, value: number) => ({ name, dims: [], data: BigInt64Array.of(BigInt(value)) })
  return onnxModel({
    name: 'sample-encoder',
    inputs: [{ name: 'input_ids', type: 'int64', shape: ['batch', 'length'] }],
    outputs: [{ name: 'last_hidden_state', type: 'float', shape: ['batch', 'length', width] }],
    constants: [
      { name: 'tokens', dims: [vocabulary.length, width], data: Float32Array.from(tokens) },
      { name: 'places', dims: [places.length, 1], data: Float32Array.from(places) },
      scalar('zero', 0), scalar('one', 1), scalar('last', places.length - 1),
    ],
    nodes: [
      { op: 'Shape', inputs: ['input_ids'], outputs: ['shape'] },
      { op: 'Gather', inputs: ['shape', 'one'], outputs: ['length'], attributes: { axis: 0 } },
      { op: 'Range', inputs: ['zero', 'length', 'one'], outputs: ['range'] },
      { op: 'Min', inputs: ['range', 'last'], outputs: ['place'] },
      { op: 'Gather', inputs: ['places', 'place'], outputs: ['weights'], attributes: { axis: 0 } },
      { op: 'Gather', inputs: ['tokens', 'input_ids'], outputs: ['vectors'], attributes: { axis: 0 } },
      { op: 'Mul', inputs: ['vectors', 'weights'], outputs: ['last_hidden_state'] },
    ],
  })
}

/** Every file of the folder by its path. */
export function encoderFiles(encoder: SentenceEncoder): Record<string, Uint8Array<ArrayBuffer>> {
  const json = (value: object, indent = 0): Uint8Array<ArrayBuffer> => new TextEncoder().encode(`${JSON.stringify(value, null, indent)}\n`)
  const tokenizer = tokenizerFiles(encoder.vocabulary)
  return {
    // BERT's name for a network from input_ids to last_hidden_state; of its layers there are none
    'config.json': json({
      architectures: ['BertModel'], model_type: 'bert', hidden_size: encoder.width, intermediate_size: encoder.width,
      num_hidden_layers: 0, num_attention_heads: 1,
      max_position_embeddings: MOST_TOKENS, vocab_size: encoder.vocabulary.length, type_vocab_size: 1, pad_token_id: 0,
    }, 2),
    'tokenizer.json': json(tokenizer['tokenizer.json']),
    'tokenizer_config.json': json(tokenizer['tokenizer_config.json'], 2),
    'onnx/model.onnx': graphOf(encoder),
  }
}
