// An encoder of the person's own: its folder, dropped or chosen, named in the settings and held in memory.
import { useId, useState } from 'react'
import { encoderFolder } from '../../state/data/encoder.ts'
import { droppedFiles } from '../add/dropped.ts'
import { count } from '../parts/format.ts'
import { useWorkbench } from '../parts/stores.ts'

export function Encoder({ locked }: { readonly locked: boolean }) {
  const { library, run } = useWorkbench()
  const id = useId()
  const [said, setSaid] = useState<{ readonly fault: boolean; readonly text: string }>()
  const take = (files: readonly File[]): void => {
    try {
      const folder = encoderFolder(files)
      library.ranker.equip({ folder })
      const fault = run.change('encoder', folder.name)
      setSaid({ fault: fault !== undefined, text: fault ?? `${folder.name}: ${count(Object.keys(folder.files).length)} files` })
    } catch (error) {
      setSaid({ fault: true, text: error instanceof Error ? error.message : String(error) })
    }
  }
  return (
    <section
      className="memory" aria-label="Encoder of your own"
      onDragOver={(event) => event.preventDefault()}
      onDrop={(event) => {
        // taken here, so that the page does not read it as shards
        event.preventDefault()
        if (!locked) void droppedFiles(event.dataTransfer).then(take)
      }}
    >
      <h3>Encoder of your own <small>a folder with config.json, tokenizer.json and onnx/model.onnx; it is held in memory, never sent</small></h3>
      <p className="drop-button">
        <input
          id={id} type="file" multiple disabled={locked} className="visually-hidden" ref={(input) => input?.setAttribute('webkitdirectory', '')}
          onChange={(event) => {
            take([...(event.currentTarget.files ?? [])])
            event.currentTarget.value = ''
          }}
        />
        <label htmlFor={id} className="button">Choose a model folder</label> <span className="quiet">or drop it here</span>
        {said !== undefined && <span role={said.fault ? 'alert' : 'status'} className={said.fault ? 'fault' : 'good'}> {said.text}</span>}
      </p>
      <p className="quiet">
        Embeddings are kept beside the data set: what is embedded once is not embedded again, and a cancelled pass goes on where it stopped.
      </p>
    </section>
  )
}
