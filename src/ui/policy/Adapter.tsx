// An adapter that training continues from, on top of whichever policy is loaded.
import { useId } from 'react'
import { usePolicies, useWorkbench } from '../parts/stores.ts'

export function Adapter({ locked }: { readonly locked: boolean }) {
  const { policies, takePolicyFiles } = useWorkbench()
  const adapter = usePolicies((state) => state.adapter)
  const id = useId()
  return (
    <section aria-labelledby={`${id}-title`}>
      <h3 id={`${id}-title`}>Continue an adapter</h3>
      {adapter === undefined
        ? (
          <p className="drop-button">
            <input
              id={id} type="file" multiple disabled={locked} className="visually-hidden" accept=".json,.safetensors"
              onChange={(event) => {
                void takePolicyFiles([...(event.currentTarget.files ?? [])])
                event.currentTarget.value = ''
              }}
            />
            <label htmlFor={id} className="button">Choose its two files</label>{' '}
            <span className="quiet">adapter_config.json and adapter_model.safetensors of PEFT</span>
          </p>
        )
        : (
          <p>
            <span className="good">{adapter.name}</span>{' '}
            <button type="button" className="plain" disabled={locked} onClick={() => void policies.takeAdapter(undefined)}>Leave it out</button>
          </p>
        )}
    </section>
  )
}
