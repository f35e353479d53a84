import assert from 'node:assert/strict'
import type { Keyring } from '@keywright/core'
import type { access } from './access.js'
import type { Connection } from './connection.js'
import { ada, bo, levels } from './people.js'

/** Connects a client to `url` with a key. */
export type Connect = (url: string, token: string) => Promise<Connection>

const everything = { scopes: ['*'], resources: { project: { mode: 'all', level: 'lead' } } } as const

/** Calls the server at `url` with three keys, and checks each answer. */
export async function tour(keyring: Keyring<typeof access>, url: string, connect: Connect): Promise<void> {
  const ofAda = await keyring.create({ name: 'everything', owner: ada, ...everything })
  const ofBo = await keyring.create({ name: 'everything', owner: bo, ...everything })
  const report = await keyring.create({
    name: 'weekly report',
    owner: bo,
    resources: { project: { mode: 'specific', levels: { apollo: 'view' } } },
  })
  const open: Connection[] = []
  const connectTo = async (projectId: string, { token }: { token: { reveal(): string } }) => {
    const connection = await connect(`${url}?projectId=${projectId}`, token.reveal())
    open.push(connection)
    return connection
  }

  // Each key sees what it and its owner may both do on the project that the URL names.
  const adaOnApollo = await connectTo('apollo', ofAda)
  const boOnApollo = await connectTo('apollo', ofBo)
  const boOnGemini = await connectTo('gemini', ofBo)
  const reportOnApollo = await connectTo('apollo', report)
  const reads = ['tasks_list', 'standups_list', 'sprints_list', 'epics_list']
  assert.equal((await adaOnApollo.tools()).length, 16)
  assert.deepEqual(sorted(await boOnApollo.tools()), sorted([...reads, 'tasks_add', 'standups_add', ...developer]))
  assert.deepEqual(sorted(await boOnGemini.tools()), sorted([...reads, ...developer]))
  assert.deepEqual(sorted(await reportOnApollo.tools()), sorted(reads))

  // Allowed; allowed elsewhere, so that the model learns what is missing; and hidden, as if it did not exist.
  const task = { projectId: 'apollo', title: 'Pack a flag' }
  assert.equal(await boOnApollo.call('tasks_add', task), 'Pack a flag, by bo')
  assert.match(await reportOnApollo.call('tasks_list', { projectId: 'apollo' }), /Pack a flag, by bo/)
  const elsewhere = await boOnApollo.call('tasks_add', { ...task, projectId: 'gemini' })
  assert.match(elsewhere, /insufficient_scope: .* does not have tasks.write on project "gemini"/)
  assert.match(await boOnApollo.call('rewards_add', { title: 'A day off' }), /Tool rewards_add not found/)

  // A key for one project reaches no other, and does not learn whether another exists.
  await assert.rejects(connectTo('gemini', report), /Not found/)
  await assert.rejects(connectTo('no-such-project', report), /Not found/)

  // Bo may only look at the project for a while: the key that was given everything follows, on the open connection.
  levels.set('bo on apollo', 'view')
  assert.match(await boOnApollo.call('tasks_add', task), /Tool tasks_add not found/)
  assert.deepEqual(sorted(await boOnApollo.tools()), sorted([...reads, ...developer]))
  levels.set('bo on apollo', 'work')
  assert.equal(await boOnApollo.call('tasks_add', task), 'Pack a flag, by bo')

  // The refused calls are in the audit log.
  const { records } = await keyring.audit.list({
    organizationId: 'acme',
    keyId: ofBo.key.id,
    type: 'tool.called',
  })
  const refused = records.map(({ data }) => `${data.tool}: ${data.decision}`)
  assert.deepEqual(refused, ['tasks_add: hidden', 'rewards_add: hidden', 'tasks_add: denied'])

  // A revoked key is refused by the next message.
  await keyring.revoke(ofBo.key.id)
  assert.match(await boOnApollo.call('tasks_add', task), /This API key was revoked/)
  await assert.rejects(connectTo('apollo', ofBo), /401|This API key was revoked/) // clients say it in their own words
  await Promise.all(open.map((connection) => connection.close()))
}

const developer = ['projects_list', 'teams_list', 'leaves_list']

function sorted(names: readonly string[]): readonly string[] {
  return [...names].sort()
}
