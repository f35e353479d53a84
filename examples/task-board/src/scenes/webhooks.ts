import { once } from 'node:events'
import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { verifyWebhook } from '@keywright/webhooks/receiver'
import { setLevel } from '../database.js'
import { byMia, editAll, mia } from '../people.js'
import type { Stage } from '../stage.js'

/** A webhook of a key tells of what the key may read at that moment. */
export async function webhooks({ keyring, hooks, db, visit, attempt }: Stage): Promise<void> {
  const board = { mode: 'specific', levels: { launch: 'read' } } as const
  const { key } = await keyring.create({ name: 'chat bot', owner: mia, resources: { board } }, byMia)
  const { token } = await keyring.create({ name: 'script', owner: mia, resources: editAll }, byMia)
  const heard: string[] = []
  let secret = ''
  const receiver = createServer(async (request, response) => {
    const verdict = await verifyWebhook(request, secret)
    heard.push(verdict.ok ? verdict.event.type : verdict.code)
    response.writeHead(verdict.ok ? 204 : 400).end()
  }).listen(0, '127.0.0.1')
  await once(receiver, 'listening')
  const { port } = receiver.address() as AddressInfo // it listens on TCP
  const url = `http://127.0.0.1:${port}/hook`
  const said = async (): Promise<string> => {
    while ((await hooks.status()).waiting > 0) await new Promise((resolve) => setTimeout(resolve, 20))
    return heard.splice(0).join(', ') || 'nothing'
  }

  await attempt('a private address', 'hooks.create', 'invalid_input', async () => {
    await hooks.create({ keyId: key.id, url: 'https://10.0.0.1/hook' }, byMia)
    return 'created'
  })
  const created = await hooks.create({ keyId: key.id, url }, byMia)
  secret = created.secret.reveal()
  await attempt('the endpoint is tested', 'hooks.test', 'delivered: webhook.test', async () => {
    const { outcome } = await hooks.test(created.endpoint.id, byMia)
    return `${outcome}: ${await said()}`
  })
  await visit('a task on its board', 'POST /boards/launch/tasks', '201', { token, body: { title: 'Book a room' } })
  await attempt('the receiver hears of it', 'POST /hook', 'task.created', said)
  await setLevel(db, 'mia', 'hiring', 'edit')
  await visit('a task on another board', 'POST /boards/hiring/tasks', '201', { token, body: { title: 'Call Bo' } })
  await attempt('the receiver does not', 'POST /hook', 'nothing', said)
  await setLevel(db, 'mia', 'hiring', 'read')
  await keyring.disable(key.id, {}, byMia)
  await visit('the key was disabled', 'POST /boards/launch/tasks', '201', { token, body: { title: 'Invite' } })
  await attempt('the receiver hears nothing', 'POST /hook', 'nothing', said)
  receiver.close()
  receiver.closeAllConnections()
}
