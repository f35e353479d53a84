import { parseBinding } from '../bindings/index.js'
import { InvalidInput, InvalidOptions } from '../errors/index.js'
import type { KeyBinding } from '../values/index.js'
import type { Proofs } from './proof-parts.js'

/** What keys can be bound to. */
export interface Bindable {
  /** @throws InvalidInput, naming `binding`: also for what this keyring could not check; InvalidOptions where its store would not keep it. */
  parse(value: unknown): KeyBinding | null
}

export function bindable(
  { bindings }: { readonly bindings?: true | undefined },
  { kinds }: Pick<Proofs, 'kinds'>,
): Bindable {
  return {
    parse: (value) => {
      const binding = parseBinding(value, 'binding')
      if (binding === null) return null
      if (bindings !== true) {
        throw new InvalidOptions('store', 'a store that keeps bindings, such as kyselyStore(db): this one has none')
      }
      if (kinds.has(binding.type)) return binding
      const how = binding.type === 'dpop' ? 'proofs: { dpop: dpopProofs({ baseUrls }) }' : 'proofs: { mtls: {} }'
      const message = `binding must be null here: this keyring could not check it, so nobody could use the key. Give createKeyring ${how}.`
      throw new InvalidInput('binding', 'null: keys cannot be bound so here', message)
    },
  }
}
