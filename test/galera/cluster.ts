import { existsSync } from 'node:fs'
import { freePort } from '../support/free-port.js'
import { findMariadb, type OwnMariadb, ownMariadb } from '../support/own-mariadb.js'

/** A Galera cluster of three nodes on this machine. */
export interface Cluster {
  /** The addresses of the nodes. */
  readonly urls: readonly [string, string, string]
  /** Kills a node where it stands: with two gone, the third is not sure to know what was committed. */
  kill(node: number): Promise<void>
  remove(): Promise<void>
}

const provider = '/usr/lib/galera/libgalera_smm.so'

/** What is missing on this machine to run a cluster, or `null`. */
export function missingForGalera(): string | null {
  if (findMariadb() === null) return 'mariadbd (apt-get install mariadb-server)'
  return existsSync(provider) ? null : `${provider} (apt-get install galera-4 rsync)`
}

/** Starts three nodes, one after the other. */
export async function startCluster(): Promise<Cluster> {
  const program = findMariadb() ?? ''
  const nodes: OwnMariadb[] = []
  const members: string[] = []
  const remove = async (): Promise<void> => {
    await Promise.all(nodes.map((node) => node.remove()))
  }
  try {
    for (let number = 1; number <= 3; number += 1) {
      const node = await ownMariadb(program)
      nodes.push(node)
      const [port, incremental, snapshot] = [await freePort(), await freePort(), await freePort()]
      await node.start(
        '--binlog-format=ROW',
        '--innodb-autoinc-lock-mode=2',
        '--wsrep-on=ON',
        `--wsrep-provider=${provider}`,
        '--wsrep-cluster-name=keywright',
        `--wsrep-cluster-address=gcomm://${members.join(',')}`,
        ...(number === 1 ? ['--wsrep-new-cluster'] : []),
        `--wsrep-node-name=n${number}`,
        `--wsrep-node-address=127.0.0.1:${port}`,
        // Nodes on one machine need ports of their own for each of these.
        `--wsrep-provider-options=gmcast.listen_addr=tcp://127.0.0.1:${port};ist.recv_addr=127.0.0.1:${incremental};gcache.size=32M`,
        '--wsrep-sst-method=rsync',
        `--wsrep-sst-receive-address=127.0.0.1:${snapshot}`,
      )
      members.push(`127.0.0.1:${port}`)
    }
  } catch (error) {
    await remove()
    throw error
  }
  const [first, second, third] = nodes.map(({ url }) => url)
  return {
    urls: [first ?? '', second ?? '', third ?? ''],
    kill: async (node) => nodes[node]?.kill(),
    remove,
  }
}
