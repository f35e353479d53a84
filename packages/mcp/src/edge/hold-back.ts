import type { ServerResponse } from 'node:http'

/** Keeps back what a client is sent, until it is known to be for them. If it is not, or nobody can say it, the answer is ended. */
export type HoldBack = (isForThem: () => Promise<boolean>) => void

/** Makes an answer one that can be kept back, up to the moment at which its head is sent. */
export function holdable(res: ServerResponse): HoldBack {
  let held: (() => void)[] | null = null
  const { write, end } = res
  const through =
    (send: (...args: never[]) => unknown) =>
    (...args: never[]): unknown => {
      // Node would send the head within `send`, too late to keep back what is sent first.
      if (!res.headersSent) res.writeHead(res.statusCode)
      if (held === null) return send.apply(res, args)
      held.push(() => send.apply(res, args))
      return true
    }
  Object.assign(res, { write: through(write), end: through(end) })
  return (isForThem) => {
    const sends: (() => void)[] = []
    held = sends
    const release = (isTheirs: boolean): void => {
      held = null
      if (!isTheirs) return void res.destroy()
      for (const send of sends) send()
    }
    isForThem().then(release, () => release(false))
  }
}
