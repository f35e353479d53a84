import { type Keyring, sealer } from '@keywright/core'
import type { WebhookStore } from '@keywright/core/store'
import { type Webhooks, webhooks } from '@keywright/webhooks'
import type { access } from './access.js'

/** Opens the webhooks of a product that tells of its boards and of its members. */
export function openWebhooks(
  keyring: Keyring<typeof access>,
  store: WebhookStore,
  seal: string | undefined,
): Webhooks<'task.moved' | 'member.invited'> {
  return webhooks(keyring, {
    store,
    sealer: sealer({ current: 'w1', keys: { w1: seal } }),
    events: {
      'task.moved': { description: 'A task was moved', scope: 'tasks.read' },
      'member.invited': { description: 'Somebody was invited', scope: 'members.read' },
    },
  })
}
