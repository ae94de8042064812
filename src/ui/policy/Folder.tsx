// A model folder of the person's own, chosen here or dropped anywhere on the page.
import { useId } from 'react'
import { useWorkbench } from '../parts/stores.ts'

export function Folder() {
  const { takePolicyFiles } = useWorkbench()
  const id = useId()
  return (
    <section aria-labelledby={`${id}-title`}>
      <h3 id={`${id}-title`}>From a folder</h3>
      <p className="drop-button">
        <input
          id={id} type="file" multiple className="visually-hidden" ref={(input) => input?.setAttribute('webkitdirectory', '')}
          onChange={(event) => {
            void takePolicyFiles([...(event.currentTarget.files ?? [])])
            event.currentTarget.value = ''
          }}
        />
        <label htmlFor={id} className="button">Choose a model folder</label> <span className="quiet">or drop it anywhere on the page</span>
      </p>
      <p className="quiet">config.json, *.safetensors and tokenizer.json. It is copied into this browser’s private storage, and never sent.</p>
    </section>
  )
}
