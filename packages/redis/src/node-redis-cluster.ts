import type { Attempt } from './circuit-breaker.js'
import { slotOf } from './hash-slot.js'
import type { NodeRedisClusterLike, NodeRedisClusterNode, NodeRedisLike } from './redis-client.js'
import type { ScriptCall } from './script-call.js'

/** The client of a node that is connected. */
type NodeClient = NodeRedisLike & { sendCommand(args: string[]): Promise<unknown> }

/** Runs a script on the node of its keys. Rejects at once when that node is known to be away. */
export async function runOnNodeRedisCluster(
  cluster: NodeRedisClusterLike,
  { script, keys, args }: ScriptCall,
  attempt: Attempt,
): Promise<unknown> {
  const node = cluster.slots[slotOf(keys)]?.master
  if (node === undefined) throw new Error('The Redis cluster is not connected')
  if (readyClient(node) === null) {
    // What is sent now would wait in the client and count when the node is back, though the call was decided without it.
    askForSuccessor(cluster, node, keys[0] ?? '')
    await connected(cluster, node)
    if (attempt.isOver) throw new Error(`The Redis node ${node.address} connected too late`)
  }
  if ('destroy' in cluster) return cluster.eval(script, { keys: [...keys], arguments: [...args] })
  // `redis` 4 takes the script for the options, finds no key there, and sends it to any node.
  return cluster.sendCommand(keys[0], false, ['EVAL', script, String(keys.length), ...keys, ...args])
}

/** The client of the node, or `null` when it is not connected. */
export function readyClient(node: NodeRedisClusterNode): NodeClient | null {
  // It may be missing, or the promise of a client while that connects, which has none of its names.
  const { client } = node as NodeRedisClusterNode & { readonly client?: Partial<NodeClient> }
  return client?.isReady === true ? (client as NodeClient) : null // a client that is ready is a client
}

/** Waits for a node that connects for the first time; rejects when it was connected before and is not now. */
async function connected(cluster: NodeRedisClusterLike, node: NodeRedisClusterNode): Promise<void> {
  const client = (await cluster.nodeClient(node)) as Partial<NodeClient> // as its documentation says
  if (client.isReady !== true) throw new Error(`The Redis node ${node.address} is not connected`)
}

/**
 * Has the client learn which node has replaced one that is away. By itself, `redis` 4 and 5 would go on trying the old one for
 * ever, and 6 for seconds: they learn it only from a node that is asked for a key of another.
 */
function askForSuccessor(cluster: NodeRedisClusterLike, away: NodeRedisClusterNode, key: string): void {
  const [other] = cluster.masters.flatMap((node) => (node === away ? [] : (readyClient(node) ?? [])))
  const question = ['TYPE', key]
  other
    ?.sendCommand(question)
    .then(
      () => cluster.sendCommand(undefined, true, question), // the other one has taken over
      (answer: unknown) => {
        if (!(answer instanceof Error) || !answer.message.startsWith('MOVED')) return
        if (answer.message.endsWith(` ${away.address}`)) return
        return cluster.sendCommand(undefined, true, question)
      },
    )
    .catch(() => {}) // the next call that fails asks again
}
