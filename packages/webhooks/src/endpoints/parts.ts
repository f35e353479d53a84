import type { Access, Sealer } from '@keywright/core'
import type { KeyringDoor } from '@keywright/core/adapter'
import type { WebhookStore } from '@keywright/core/store'
import type { EventCatalog } from '../catalog/event-catalog.js'
import type { EndpointRules } from './endpoint-input.js'

/** What the management of endpoints works with. */
export interface EndpointParts {
  readonly access: Access
  readonly door: KeyringDoor
  /** Under the deadline of the keyring's managing calls. */
  readonly store: WebhookStore
  readonly sealer: Pick<Sealer, 'seal' | 'open'>
  readonly catalog: EventCatalog
  readonly rules: EndpointRules
  readonly maxEndpoints: number
}
