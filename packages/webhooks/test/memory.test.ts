import { memoryStore } from '@keywright/core'
import { testWebhookStore } from '@keywright/testkit'
import { memoryWebhookStore } from '../src/memory/memory-webhook-store.js'

testWebhookStore({
  name: 'memory',
  open: async () => {
    const keys = memoryStore()
    return { keys, webhooks: memoryWebhookStore(keys) }
  },
})
